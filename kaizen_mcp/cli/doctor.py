"""`kaizen-mcp doctor`: check one by one what a lookup needs, and say what to do where something is wrong.

Only the standard library is imported here, so that a broken installation can be reported: the check "Packages"
imports the rest.
"""

import importlib
import json
import platform
import re
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import metadata
from queue import Empty, Queue
from threading import Thread
from time import monotonic
from typing import Literal, NamedTuple

from kaizen_mcp import __version__
from kaizen_mcp.cli.console import BOLD, DIM, exit_soon, style, width_of, wrap

MAX_CLEANUP_SECONDS = 3.0
"""How long to wait, at the end, for checks that were given up: one may still have to stop a process."""

_RED, _GREEN, _YELLOW = "31", "32", "33"
_NAME_WIDTH = 14
_INSTALL_AGAIN = 'Install kaizen-mcp again; docs/install.md says how: "make install" in a clone of it.'
_UNKNOWN = "of unknown version"
_LIBRARIES = ("mcp", "httpx", "pydantic", "anyio", "truststore")

Status = Literal["ok", "warning", "failed", "skipped"]
_MARKS: dict[Status, tuple[str, str]] = {
    "ok": ("✓", _GREEN),
    "warning": ("!", _YELLOW),
    "failed": ("✗", _RED),
    "skipped": ("-", DIM),
}


class Finding(NamedTuple):
    """One line of the report: what was found and, where something is wrong, what to do."""

    status: Status
    text: str
    name: str = ""
    """Empty: the name of the check."""


class Check(NamedTuple):
    """A check: `run` returns its findings. It is skipped if one of the checks in `needs` has failed."""

    name: str
    run: Callable[[], list[Finding]]
    needs: Sequence[str] = ()


def run(options: Namespace, environ: Mapping[str, str]) -> int:
    """Run every check and return the exit code: 0 healthy, 1 not."""
    threads: list[Thread] = []
    findings: list[Finding] = []
    for finding in _findings(environ, options.timeout, threads, show_start=not options.json):
        findings.append(finding)
        if not options.json:
            _print_finding(finding)
    healthy = all(finding.status != "failed" for finding in findings)
    if options.json:
        checks = [{"name": name, "status": status, "text": text} for status, text, name in findings]
        print(json.dumps({"healthy": healthy, "version": __version__, "checks": checks}, indent=2))
    else:
        print(style(_conclude(findings), BOLD))
    sys.stdout.flush()
    _stop(threads)
    exit_soon(exit_code := 0 if healthy else 1)
    return exit_code


def _findings(
    environ: Mapping[str, str], seconds: float, threads: list[Thread], *, show_start: bool
) -> Iterator[Finding]:
    """Run the checks in their order, each in a thread of its own, and yield what they find."""
    reasons: dict[str, str] = {}  # check that gave no result → check that failed

    def follow(checks: Iterable[Check]) -> Iterator[Finding]:
        for check in checks:
            reason = next((reasons[need] for need in check.needs if need in reasons), None)
            if reason:
                reasons[check.name] = reason
                yield Finding("skipped", f'skipped, because "{reason}" failed', check.name)
                continue
            if show_start:
                _print_start(check.name)
            for finding in _run_with_limit(check, seconds, threads):
                if finding.status == "failed":
                    reasons[check.name] = check.name
                yield finding._replace(name=finding.name or check.name)

    yield from follow([Check("Python", _check_python), Check("Packages", _check_packages)])
    if "Packages" in reasons:
        yield Finding("skipped", 'skipped, because "Packages" failed', "Other checks")
        return
    # 1200 ms, most of it for mcp: "Packages" has imported it, and has reported if that was not possible.
    checkup = importlib.import_module("kaizen_mcp.cli.checkup")
    yield from follow(checkup.list_checks(environ, seconds))


def _run_with_limit(check: Check, seconds: float, threads: list[Thread]) -> list[Finding]:
    """Run a check in a thread, which can be given up, whatever it waits for: a disk, a name server, a process."""
    results: Queue[list[Finding]] = Queue()

    def run_check() -> None:
        try:
            results.put(check.run())
        except OSError as error:
            results.put([Finding("failed", f"this can't be checked: {error.strerror or type(error).__name__}.")])
        except Exception as error:  # noqa: BLE001 - a check that breaks must not hide the others
            results.put([Finding("failed", f"this check broke ({type(error).__name__}): please report that.")])

    thread = Thread(target=run_check, daemon=True)
    threads.append(thread)
    thread.start()
    try:
        return results.get(timeout=seconds)
    except Empty:
        return [Finding("failed", f"no result within {seconds:g} s. Try again; --timeout allows more time.")]


def _stop(threads: list[Thread]) -> None:
    deadline = monotonic() + MAX_CLEANUP_SECONDS
    for thread in threads:
        thread.join(max(0, deadline - monotonic()))


def _check_python() -> list[Finding]:
    """Versions that are too old are not checked: pip refuses them."""
    place = "not in" if sys.prefix == sys.base_prefix else "in"
    return [Finding("ok", f"{platform.python_version()}, {place} a virtual environment: {sys.executable}")]


def _check_packages() -> list[Finding]:
    try:
        importlib.import_module("kaizen_mcp.cli.checkup")
    except Exception as error:  # noqa: BLE001 - packages that don't fit together fail in many ways
        return [Finding("failed", f"a package can't be imported: {_first_line(error)}. {_INSTALL_AGAIN}")]
    versions = {name: _version(name) for name in _LIBRARIES}
    if misfit := next(_misfits(), None):
        return [Finding("failed", f"{misfit}. {_INSTALL_AGAIN}")]
    listed = ", ".join(f"{name} {version}" for name, version in versions.items())
    return [Finding("ok", f"kaizen-mcp {__version__}, {listed}")]


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:  # it can be imported, so it was copied or bundled without its metadata
        return _UNKNOWN


def _misfits() -> Iterator[str]:
    """Say which installed packages have another version than kaizen-mcp needs."""
    try:
        requirements = metadata.requires("kaizen-mcp") or []
    except metadata.PackageNotFoundError:  # it runs from its source, and is not installed
        return
    for requirement in requirements:
        name, _, limits = re.sub(r"([<>])", r" \1", requirement, count=1).partition(" ")
        if ";" in requirement or (version := _version(name)) == _UNKNOWN:
            continue
        if not _fits(version, limits):
            yield f"{name} is {version}, but kaizen-mcp needs {limits}"


def _fits(version: str, limits: str) -> bool:
    """Whether a version is within limits such as `>=2.3,<3`."""

    def numbers(text: str) -> list[int]:
        return [int(number) for number in re.findall(r"\d+", text)]

    for limit in filter(None, limits.split(",")):
        is_minimum = limit.startswith(">=")
        if (numbers(version) >= numbers(limit)) is not is_minimum:
            return False
    return True


def _conclude(findings: list[Finding]) -> str:
    failed = [finding.name for finding in findings if finding.status == "failed"]
    if failed:
        return f"{len(failed)} of {len(findings)} checks failed: {', '.join(failed)}."
    warnings = [finding.name for finding in findings if finding.status == "warning"]
    return f"Nothing failed. Look at: {', '.join(warnings)}." if warnings else "Everything that was checked works."


def _shows_marks() -> bool:
    """Whether stdout is a terminal that can show ticks."""
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    return sys.stdout.isatty() and encoding == "utf8"


def _print_start(name: str) -> None:
    """Name the check that runs, on a terminal; its result takes the place of this line."""
    if sys.stdout.isatty():
        print(f"  {name} …"[: width_of(sys.stdout) - 1], end="", flush=True)


def _print_finding(finding: Finding) -> None:
    status, text, name = finding
    if not sys.stdout.isatty():
        print(f"{status.upper() if status == 'failed' else status:<8} {name}: {text}", flush=True)
        return
    mark, color = _MARKS[status]
    start = f"{mark if _shows_marks() else status:<{1 if _shows_marks() else 7}} "
    indent = len(start) + _NAME_WIDTH + 1
    lines = wrap(text, width_of(sys.stdout) - 1, first=" " * indent, rest=" " * indent)[indent:]
    print(f"\r{style(start, color)}{style(f'{name:<{_NAME_WIDTH}}', BOLD)} {lines}", flush=True)
