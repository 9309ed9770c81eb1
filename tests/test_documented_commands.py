"""Every command in the README and in docs/, and every example, runs as it stands."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Environ, RunningSandbox, posix_only

ROOT = Path(__file__).parents[1]
COMMANDS = list(
    dict.fromkeys(
        line
        for document in [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]
        for block in re.findall(r"```sh\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL)
        for line in block.splitlines()
        if line
    )
)
EXPECTED_OUTPUT = {
    ".venv/bin/kaizen-mcp config claude-code": "claude mcp add ",
    ".venv/bin/kaizen-mcp config claude-desktop": "claude_desktop_config.json",
    ".venv/bin/kaizen-mcp config codex": "codex mcp add ",
    ".venv/bin/kaizen-mcp config cursor": "cursor://",
    ".venv/bin/kaizen-mcp config gemini": "gemini mcp add ",
    ".venv/bin/kaizen-mcp config vscode": "vscode:mcp/install?",
    ".venv/bin/kaizen-mcp config windsurf": "mcp_config.json",
    ".venv/bin/kaizen-mcp config zed": "context_servers",
    ".venv/bin/kaizen-mcp get exec-claim-failed --sandbox": "Submit claim 2026-1093",
    ".venv/bin/kaizen-mcp get exec-eligibility-login --sandbox": "it waits for a person to log in",
    ".venv/bin/kaizen-mcp get exec-live --wait --sandbox": "it waits for a person to log in",
    ".venv/bin/kaizen-mcp get teach-recording --instructor --json --sandbox": '"is_recording": true',
    ".venv/bin/kaizen-mcp doctor --sandbox": "Server: started over stdio",
    ".venv/bin/kaizen-mcp sandbox --list": "exec-live",
    "KAIZEN_SANDBOX=1 .venv/bin/python examples/ask_over_mcp.py exec-eligibility-login": "it waits for a person",
    "KAIZEN_SANDBOX=1 .venv/bin/python examples/ask_the_api.py exec-invoices-finished": "invoice-2026-10-01.pdf",
    "KAIZEN_SANDBOX=1 .venv/bin/python examples/read_all_rows.py exec-large": "36000 rows",
}
"""Command that ends by itself → text that its output must contain."""
SANDBOX_COMMAND = ".venv/bin/kaizen-mcp sandbox --port 8765"


def test_every_documented_command_is_tested() -> None:
    others = {command for command in COMMANDS if not command.startswith("make ")}
    assert others == set(EXPECTED_OUTPUT) | {SANDBOX_COMMAND}


def installed(program: str) -> str:
    """Path of the program in the environment under test, which may be another one than `.venv`."""
    assert Path(program).parent == Path(".venv/bin")
    return str(Path(sys.executable).with_name(Path(program).name))


@posix_only
@pytest.mark.parametrize("command", [command for command in COMMANDS if command.startswith("make ")])
def test_each_make_command_in_the_readme_has_a_target(command: str) -> None:
    dry_run = subprocess.run([*shlex.split(command), "--dry-run"], cwd=ROOT, capture_output=True, check=False)
    assert dry_run.returncode == 0


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(command, marks=pytest.mark.slow if "--wait" in command or "exec-large" in command else ())
        for command in EXPECTED_OUTPUT
    ],
)
def test_a_readme_command_prints_the_expected_output(command: str, environ: Environ) -> None:
    words = shlex.split(command)
    settings = dict(word.split("=", 1) for word in words if re.match(r"[A-Z_]+=", word))
    program, *arguments = [word for word in words if not re.match(r"[A-Z_]+=", word)]
    if "doctor" in arguments:
        arguments += ["--timeout", "60"]  # a loaded machine needs more than five seconds a check
    result = subprocess.run(
        [installed(program), *arguments],
        cwd=ROOT,
        env={**environ, **settings},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert result.returncode == 0
    assert result.stderr == "" or "--wait" in command  # a wait prints its progress there
    assert EXPECTED_OUTPUT[command] in result.stdout


def test_the_readme_sandbox_command_serves_until_terminated(environ: Environ) -> None:
    program, *arguments = shlex.split(SANDBOX_COMMAND)
    with subprocess.Popen(
        [installed(program), *arguments],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stdout
        first_line = process.stdout.readline()
        process.terminate()
        _, errors = process.communicate(timeout=30)
    if "port 8765 can't be used" in errors:
        pytest.skip("port 8765 is taken on this machine")
    assert first_line.startswith("Kaizen sandbox on http://127.0.0.1:8765")


@pytest.mark.slow
@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.py")), ids=lambda path: path.name)
def test_an_example_works_and_explains_a_failed_lookup(
    example: Path, environ: Environ, running_sandbox: RunningSandbox
) -> None:
    with running_sandbox() as address:
        env = {**environ, "KAIZEN_BASE_URL": address, "KAIZEN_API_KEY": "any"}
        results = [
            subprocess.run(
                [sys.executable, str(example), identifier],
                env=env,
                capture_output=True,
                encoding="utf-8",
                check=False,
            )
            for identifier in ("exec-large" if example.stem == "read_all_rows" else "exec-odd-shapes", "nobody")
        ]
    found, missing = results
    assert (found.returncode, missing.returncode) == (0, 1)
    assert found.stdout
    assert "not_found" in missing.stderr
    assert "Traceback" not in missing.stderr
