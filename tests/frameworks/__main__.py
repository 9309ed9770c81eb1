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
from typing import Any

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
    "typescript-sdk",
    "inspector",
]
MODELS = Path(__file__).parent / "models"
VERDICT = "it waits for a person to log in to"  # in both halves of the result
RAW = "W123456789"  # a parameter of the run, which only the API object has
IN_TEXT, IN_STRUCTURE = "Status: running (", "needs_person"  # each in one half alone
QUEUED = "is queued"  # the verdict of the lookup that waits
LARGE = "of 36000 items"  # how both halves of a large result end
NOTHING = {"text": "", "mark": ""}


def run(client: str, wire: Wire) -> dict[str, Any]:
    """Run a client's example with the scripted model and return what the model recorded."""
    folder = ENVIRONMENTS / client
    (model,) = MODELS.glob(f"{client.replace('-', '_')}_model.*")
    program = Path(shutil.copy(example(client), folder))  # Node.js looks for packages beside the program
    command = [str(folder / "bin" / ("node" if model.suffix == ".ts" else "python")), str(model), str(program)]
    path = os.pathsep.join([str(wire.folder), str(folder / "bin"), os.environ["PATH"]])
    env = {"PATH": path, "HOME": str(wire.folder), "KAIZEN_SANDBOX": "1"}
    try:
        done = subprocess.run(
            command, cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8",
            timeout=300, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        return {"offered": {}, "received": [], "ended": f"no end after {late.timeout} s"}
    try:
        record: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        return {"offered": {}, "received": [], "ended": done.stderr.strip()[-300:]}
    return record


def describe(record: dict[str, Any]) -> list[str]:
    """Which halves of a result the model saw, and how a failed lookup looked."""
    found, missing = [*record["received"][1:3], NOTHING, NOTHING][:2]
    halves = [half for half, word in [("text", IN_TEXT), ("structure", IN_STRUCTURE)] if word in found["text"]]
    if is_error(missing["text"]):
        error = f"its text, marked {missing['mark']}" if missing["mark"] else "its text, not marked"
    else:
        error = f"an exception, {record['ended'].split(':')[0]}" if is_error(record["ended"]) else "not seen"
    return [" and ".join(halves), error]


def problems(record: dict[str, Any], listed: dict[str, Any]) -> list[str]:
    """What the model should have been offered or received, and was not."""
    found, missing, again, waited, large = [*record["received"][1:], *[NOTHING] * 5][:5]
    checks = {
        "both tools with their arguments": is_offered(record["offered"], listed),
        "the verdict": VERDICT in found["text"],
        "the raw data": RAW in found["text"],
        "a failed lookup as an error with its text": is_error(missing["text"] or record["ended"]),
        "a second failed lookup": is_error(again["text"] or record["ended"]),
        "a lookup that waits six seconds": QUEUED in waited["text"],
        "the end of a large result": LARGE in large["text"],
        "a success without a mark": not (found["mark"] or waited["mark"] or large["mark"]),
    }
    return [what for what, right in checks.items() if not right]


def is_error(text: str) -> bool:
    """Whether a text has the start and the end of the error for an unknown id."""
    return "[not_found] " in text and "no instructor execution has it either" in text


def is_offered(offered: dict[str, Any], listed: dict[str, Any]) -> bool:
    """Whether a model was offered both tools, each with the name and the description of every argument."""
    return len(listed) == 2 and all(
        all(
            json.dumps(text)[1:-1] in json.dumps(offered.get(tool))
            for name, argument in schema["properties"].items()
            for text in (name, argument["description"])
        )
        for tool, schema in listed.items()
    )


def main() -> int:
    """Print a row for each client, then what is wrong."""
    documented = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
    clients = sys.argv[1:] or CLIENTS
    if unknown := [client for client in clients if client not in CLIENTS]:
        sys.exit(f"No such client: {', '.join(unknown)}. There are: {', '.join(CLIENTS)}.")
    wrong: list[str] = []
    ran = 0
    print("| client | version | protocol | its model sees | a failed lookup is |\n|---|---|---|---|---|")
    for client in clients:
        if reason := install(client):
            print(f"| {client} | {version(client)} | not run: {reason} | | |", flush=True)
            continue
        ran += 1
        with TemporaryDirectory() as folder:
            wire = Wire(Path(folder))
            record = run(client, wire)
            row = f"| {' | '.join([client, version(client), wire.protocol(), *describe(record)])} |"
            print(row, flush=True)
            wrong += [
                f"{client}: its model lacked {problem}. {record['ended']}"
                for problem in problems(record, wire.tools())
            ]
        if row not in documented:
            wrong.append(f"{client}: docs/clients.md has another row")
    print(f"{ran} of {len(clients)} clients were run.", *wrong or ["All as it should be."], sep="\n")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
