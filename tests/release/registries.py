"""Skips tests that need what a registry refuses here."""

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Environ

from release import bundle


def skip_unless_npm_installs_the_checker(folder: Path) -> None:
    """Install the program that checks bundles into a folder, or skip the test."""
    try:
        bundle.validate(bundle.build(folder), folder)
    except bundle.NoCheckerError as error:
        pytest.skip(str(error))


def skip_unless_uv_reaches_its_registry(environ: Environ) -> None:
    """Resolve one package with the uv beside this Python, or skip the test."""
    uv = Path(sys.executable).with_name("uv")
    if not uv.exists():
        pytest.skip(f"there is no {uv}")
    command = [str(uv), "pip", "compile", "--quiet", "--no-header", "-"]
    result = subprocess.run(
        command, env=environ, input="anyio\n", capture_output=True, encoding="utf-8", check=False
    )
    if result.returncode:
        pytest.skip(f"uv can't reach its registry: {result.stderr.strip()[:300]}")
