"""What each scripted model does: the lookups in script.json, then an answer.

It runs in the environment of a framework, so it uses the standard library alone.
"""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Self

_script = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
QUESTION, ANSWER = _script["question"], _script["answer"]
CALLS: list[tuple[str, dict[str, Any]]] = _script["calls"]


class Script:
    """Records what a model is offered and receives, and prints it as JSON at the end, also after an exception."""

    def __init__(self) -> None:
        self.offered: dict[str, Any] = {}
        self.received: list[dict[str, str]] = []

    def __enter__(self) -> Self:
        return self

    def turn(self, offered: dict[str, Any], text: str, mark: str = "") -> tuple[str, dict[str, Any]] | None:
        """Return the name and the arguments of the next call, or None when it is time to answer.

        Args:
            offered: the schema of each tool that the model may call, as the framework writes it.
            text: the last message, as the framework hands it to a model's provider.
            mark: what the framework adds to a failed call beside its text; empty for a success.
        """
        self.offered = offered
        self.received.append({"text": text, "mark": mark})
        turn = len(self.received) - 1
        return CALLS[turn] if turn < len(CALLS) else None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        ended = f"{type(error).__name__}: {error}" if error else ""
        print(json.dumps({"offered": self.offered, "received": self.received, "ended": ended}, default=str))


def load_example() -> ModuleType:
    """Load the example that is tested, whose path is the first argument."""
    path = Path(sys.argv[1])
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
