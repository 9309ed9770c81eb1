"""Let real clients use the server, with scripted models, and print what their models received.

python -m tests.frameworks [CLIENT ...]

The exit code is 1 if a check fails or docs/clients.md has another row for a client.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from .environments import ENVIRONMENTS, ROOT, example, install, version
from .wire import Wire

CLIENTS = [
    "pydantic-ai",
    "openai-agents",
    "langchain",
    "llama-index",
    "google-adk",
    "smolagents",
    "typescript-client",
    "inspector",
]
MODELS = Path(__file__).parent / "models"
VERDICT = "it waits for a person to log in to"  # in both halves of the result
RAW = "W123456789"  # a parameter of the run, which only the API object has
IN_TEXT, IN_STRUCTURE = "Status: running (", "needs_person"  # each in one half alone
QUEUED = "is queued"  # the verdict of the lookup that waits
NOT_FOUND, ADVICE = "[not_found] ", "no instructor execution has it either"  # the start and the end of the error


class Seen(NamedTuple):
    """What one client's model saw."""

    cells: list[str]
    problems: list[str]


def run(client: str, wire: Wire) -> dict[str, Any]:
    """Run a client's example with the scripted model and return what the model recorded."""
    folder = ENVIRONMENTS / client
    (model,) = MODELS.glob(f"{client.replace('-', '_')}_model.*")
    program = Path(shutil.copy(example(client), folder))  # Node.js looks for packages beside the program
    done = subprocess.run(
        [str(folder / "bin" / ("node" if model.suffix == ".ts" else "python")), str(model), str(program)],
        env={
            "PATH": os.pathsep.join([str(wire.folder), str(folder / "bin"), os.environ["PATH"]]),
            "HOME": str(wire.folder),
            "KAIZEN_SANDBOX": "1",
        },
        cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=300, check=False,
    )  # fmt: skip
    try:
        record: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        return {"offered": {}, "received": [], "ended": done.stderr.strip()[-300:]}
    return record


def examine(client: str, record: dict[str, Any], wire: Wire) -> Seen:
    """Check a record, and describe it as the cells of a row."""
    texts = [received["text"] for received in record["received"]]
    found, missing, waited = [*texts[1:4], "", "", ""][:3]
    sees = [half for half, word in [("text", IN_TEXT), ("structure", IN_STRUCTURE)] if word in found]
    mark = "".join(received["mark"] for received in record["received"][2:3])
    if NOT_FOUND in missing and ADVICE in missing:
        error = f"its text, marked {mark}" if mark else "its text, not marked"
    else:
        error = f"the run ends: `{record['ended'].split(':')[0]}`"
    problems = {
        "the tools with their schemas": is_offered(record["offered"], wire.tools()),
        "the verdict": VERDICT in found,
        "the raw data": RAW in found,
        "the failed lookup": NOT_FOUND in missing + record["ended"] and ADVICE in missing + record["ended"],
        "a success without a mark": not any(received["mark"] for received in record["received"][:2]),
        "a wait of six seconds": QUEUED in waited,
    }
    return Seen(
        [client, version(client), wire.protocol(), " and ".join(sees), error],
        [what for what, right in problems.items() if not right],
    )


def is_offered(offered: dict[str, Any], listed: dict[str, Any]) -> bool:
    """Whether a model was offered both tools, each with the name and the description of every argument."""
    return len(listed) == 2 and all(
        all(
            json.dumps(text)[1:-1] in json.dumps(offered.get(tool, {}))
            for name, argument in schema["properties"].items()
            for text in (name, argument["description"])
        )
        for tool, schema in listed.items()
    )


def main() -> int:
    """Print a row for each client."""
    documented = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
    problems: list[str] = []
    print("| client | version | protocol | its model sees | a failed lookup is |\n|---|---|---|---|---|")
    for client in sys.argv[1:] or CLIENTS:
        if reason := install(client):
            print(f"| {client} | not run: {reason} | | | |", flush=True)
            continue
        with TemporaryDirectory() as folder:
            wire = Wire(Path(folder))
            record = run(client, wire)
            seen = examine(client, record, wire)
        row = f"| {' | '.join(seen.cells)} |"
        print(row, flush=True)
        problems += [f"{client}: not as it should be: {problem}. {record['ended']}" for problem in seen.problems]
        if row not in documented:
            problems.append(f"{client}: docs/clients.md has another row")
    print("\n".join(problems) or "All as it should be.")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
