"""Trial 7: other people's clients call through nginx, and get their caller's object at once and after a wait."""

import asyncio
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from .conformance import ENVIRONMENT, install
from .load import MARK
from .report import Trial
from .stand import KEY_HEADER, Api, mark, stand

PROGRAMS = Path(__file__).with_name("programs")
KEY = "key-of-another-client"
CLIENT_SECONDS = 120
EXPECTED = {mark(KEY, "exec-done-1"), mark(KEY, "exec-wait-2-1")}


def commands(url: str) -> dict[str, list[list[str]]]:
    """Client → the programs that look up both executions."""
    node, inspector = str(ENVIRONMENT / "bin/node"), ENVIRONMENT / "node_modules/.bin/mcp-inspector"
    scripts = {file.stem: [[node, str(file), url, KEY]] for file in sorted(ENVIRONMENT.glob("typescript-*.mjs"))}
    call = [node, str(inspector), "--cli", url, "--transport", "http", "--header", f"{KEY_HEADER}: {KEY}"]
    call += ["--method", "tools/call", "--tool-name", "get_execution", "--tool-arg"]
    return scripts | {"inspector": [[*call, "id=exec-done-1"], [*call, "id=exec-wait-2-1", "wait_seconds=10"]]}


async def served() -> Trial:
    """Run each client."""
    if reason := install():
        return Trial("other clients", 1, "not run", [reason])
    for file in PROGRAMS.iterdir():
        shutil.copy(file, ENVIRONMENT)  # Node.js looks for packages beside the program
    problems: list[str] = []
    with TemporaryDirectory() as folder:
        async with Api() as api, stand(Path(folder), api.address, 2) as running:
            clients = commands(running.url)
            for client, programs in clients.items():
                said = [await _run(program) for program in programs]
                if set(MARK.findall("".join(said))) != EXPECTED:
                    problems.append(f"{client}: {said}")
    return Trial("other clients", len(problems), ", ".join(clients), problems)


async def _run(command: list[str]) -> str:
    process = await asyncio.create_subprocess_exec(
        *command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ENVIRONMENT
    )
    async with asyncio.timeout(CLIENT_SECONDS):
        output, _ = await process.communicate()
    return output.decode(errors="replace")
