"""Every command in the README and every example runs as it stands."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Environ, RunningSandbox

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) for line in block.splitlines() if line
]
PRINTS = {
    "kaizen-mcp --sandbox get exec-claim-failed": "Submit claim 2026-1093",
    "kaizen-mcp --sandbox get teach-recording --instructor --json": '"is_recording": true',
    "kaizen-mcp sandbox --list": "exec-live",
    "KAIZEN_SANDBOX=1 python examples/ask_over_mcp.py exec-eligibility-login": "it waits for a person to log in",
    "KAIZEN_SANDBOX=1 python examples/ask_the_api.py exec-invoices-finished": "invoice-2026-10-01.pdf 412031",
}
"""What to look for in the output of each command that ends by itself."""


def test_the_readme_has_no_command_that_is_not_tested() -> None:
    made = {"make demo", "make test", "make install"}
    assert set(COMMANDS) == made | set(PRINTS) | {"kaizen-mcp sandbox --port 8765"}


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.startswith("make ")])
def test_make_knows_the_target(command: str) -> None:
    dry = subprocess.run([*shlex.split(command), "--dry-run"], cwd=ROOT, capture_output=True, check=False)
    assert dry.returncode == 0


@pytest.mark.parametrize("command", PRINTS)
def test_a_command_of_the_readme_prints_what_it_should(command: str, environ: Environ) -> None:
    words = shlex.split(command)
    settings = dict(word.split("=", 1) for word in words if re.match(r"[A-Z_]+=", word))
    program, *arguments = [word for word in words if not re.match(r"[A-Z_]+=", word)]
    # The interpreter and the command of the environment under test, wherever the shell would find them.
    found = {"python": sys.executable, "kaizen-mcp": str(Path(sys.executable).with_name("kaizen-mcp"))}[program]
    done = subprocess.run(
        [found, *arguments],
        cwd=ROOT,
        env={**environ, **settings},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert PRINTS[command] in done.stdout


@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.py")), ids=lambda path: path.name)
def test_an_example_works_against_a_real_address_and_fails_in_words(
    example: Path, environ: Environ, running_sandbox: RunningSandbox
) -> None:
    with running_sandbox() as address:
        env = {**environ, "KAIZEN_BASE_URL": address, "KAIZEN_API_KEY": "any"}
        outcomes = [
            subprocess.run(
                [sys.executable, str(example), identifier],
                env=env,
                capture_output=True,
                encoding="utf-8",
                check=False,
            )
            for identifier in ("exec-invoices-finished", "nobody")
        ]
    found, missing = outcomes
    assert (found.returncode, missing.returncode) == (0, 1)
    assert found.stdout
    assert "not_found" in missing.stderr
    assert "Traceback" not in missing.stderr
