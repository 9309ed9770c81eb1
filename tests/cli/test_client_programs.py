"""Clients with a command line of their own: the real ones add the server as printed, and list it."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import pytest
from conftest import COMMAND, Environ, posix_only

from kaizen_mcp.cli.clients import CLIENTS, config_file

pytestmark = [pytest.mark.slow, posix_only]

PACKAGES = {
    "claude-code": "@anthropic-ai/claude-code@2.1.197",
    "codex": "@openai/codex@0.169.0",
    "gemini": "@google/gemini-cli@0.61.0",
}
"""Client → npm package; these versions run on Node.js 20."""

GEMINI_START_SECONDS = 5
"""Seconds that Gemini waits for a server to start, which on a busy machine may be too few."""
ATTEMPTS = 5
"""How often it may try, because a machine is seldom that busy for long."""


@contextmanager
def programs_of(package: str) -> Generator[Path]:
    """Install an npm package into a temporary folder (up to 300 MB) and yield the folder of its programs."""
    npm = shutil.which("npm")
    if not npm:
        pytest.skip("there is no npm")
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        install = subprocess.run(
            [npm, "install", "--prefix", folder, "--no-audit", "--no-fund", "--fetch-retries=1", package],
            env=dict(os.environ), capture_output=True, encoding="utf-8", timeout=300, check=False,
        )  # fmt: skip
        if install.returncode:
            pytest.skip(f"npm can't install {package}: {install.stderr.strip()[:200]}")
        yield Path(folder, "node_modules", ".bin")


def run(command: list[str], env: Environ) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        command, cwd=env["HOME"], env=env, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8",
        timeout=120, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    return result


def assert_listed(program: str, client: str, launch: str, env: Environ) -> None:
    if client == "codex":  # lists servers without starting them
        (server,) = json.loads(run([program, "mcp", "list", "--json"], env).stdout)
        assert (server["name"], server["transport"]["command"]) == ("kaizen", launch)
        return
    listed: list[str] = []
    for _ in range(ATTEMPTS):
        result = run([program, "mcp", "list"], env)
        listed = (result.stdout + result.stderr).splitlines()
        if [line for line in listed if f"kaizen: {launch}" in line and line.endswith("Connected")]:
            return
    if (
        client == "gemini" and seconds_to_import_the_sdk(env) > GEMINI_START_SECONDS / 2
    ):  # it starts Node.js beside it
        pytest.skip("this machine is too busy to start any server within Gemini's time")
    pytest.fail(f"{client} did not connect to the server: {listed}")


def seconds_to_import_the_sdk(env: Environ) -> float:
    """Measure what every server on the SDK needs at least, so that a slow start of this one is no excuse."""
    start = monotonic()
    run([sys.executable, "-c", "import mcp.server.lowlevel"], env)
    return monotonic() - start


@pytest.mark.parametrize("client", PACKAGES)
def test_the_clients_own_program_lists_the_server_after_the_printed_command_and_with_the_printed_lines(
    client: str, environ: Environ
) -> None:
    printed = run([*COMMAND, "config", client], environ).stdout.split("\n\n")
    words = shlex.split(printed[1])
    env = {**environ, "PATH": os.environ["PATH"], "TERM": "dumb", "GEMINI_CLI_TRUST_WORKSPACE": "true"}
    env.pop("COVERAGE_PROCESS_CONFIG", None)  # it makes the start slow
    with programs_of(PACKAGES[client]) as programs:
        program = str(programs / words[0])
        run([program, *words[1:]], env)
        assert_listed(program, client, words[-1], env)
        if CLIENTS[client].section:
            file = Path(config_file(CLIENTS[client], sys.platform, env))
            assert str(file) in printed[2]
            file.write_text("\n\n".join(printed[3:-1]), encoding="utf-8")
            assert_listed(program, client, words[-1], env)
