"""Make a release from a clean clone, install each of its files as a user does, and leave them in `dist`.

Nothing is published. What is not committed is not in the clone. A folder to use instead of `dist` may be named.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import venv
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from kaizen_mcp import __version__
from release import bundle

ROOT = Path(__file__).parents[1]
WHEEL = f"kaizen_mcp-{__version__}-py3-none-any.whl"
SDIST = f"kaizen_mcp-{__version__}.tar.gz"
BUNDLE = bundle.NAME
MADE = {
    WHEEL: {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"},
    SDIST: {"PKG-INFO"},
    BUNDLE: {"manifest.json", "LICENSE", "main.py", "pyproject.toml", "icon.png"},
}
"""File of a release -> what is in it beside the package or, in the sdist, beside the tree."""


class CheckError(Exception):
    """What is wrong with the release."""


def main() -> int:
    """Run every check and return the exit code, 1 if one failed."""
    try:
        with TemporaryDirectory() as folder:
            _check(Path(folder))
            publish(Path(folder, "first"), Path(*sys.argv[1:2] or [ROOT / "dist"]))
    except CheckError as error:
        print(f"release-check: {error}", file=sys.stderr)
        return 1
    return 0


def _check(folder: Path) -> None:
    tree, first, second = folder / "tree", folder / "first", folder / "second"
    _run(["git", "clone", "--quiet", str(ROOT), str(tree)], folder)
    build(tree, first)
    build(tree, second)
    tracked = _run(["git", "ls-files", "-z"], tree).split("\0")[:-1]
    for name in MADE:
        if problem := compare_contents(first / name, tracked):
            raise CheckError(problem)
        if checksum(first / name) != checksum(second / name):
            raise CheckError(f"{name} has other bytes when it is built again.")
        print(f"{name}: every file is there and no other, and a second build has the same bytes", flush=True)
    try:
        if problem := bundle.validate(first / BUNDLE, folder / "mcpb"):
            raise CheckError(f"{BUNDLE} is not valid: {problem}")
    except bundle.NoCheckerError as error:
        raise CheckError(f"{BUNDLE} can't be checked: {error}") from None
    _run([sys.executable, "-m", "twine", "check", "--strict", str(first / WHEEL), str(first / SDIST)], tree)
    for name, install in INSTALLERS.items():
        command = install(first / name, folder / f"installed-{name}")
        _run([*command, "demo"], folder)
        print(f"{name}: installed into an empty environment; its demo works", flush=True)


def build(tree: Path, folder: Path) -> None:
    """Build the three files from a tree, with the build tools of its `constraints.txt`, into a folder."""
    versions = str(tree / "constraints.txt")
    environ = {"PIP_CONSTRAINT": versions, "PIP_BUILD_CONSTRAINT": versions}
    _run([sys.executable, "-m", "build", "--outdir", str(folder), str(tree)], tree, environ)
    script = "import sys, pathlib, release.bundle; release.bundle.build(pathlib.Path(sys.argv[1]))"
    _run([sys.executable, "-c", script, str(folder)], tree)


def compare_contents(file: Path, tracked: Iterable[str]) -> str | None:
    """Compare what is in a file of the release with the files that git tracks; returns what differs."""
    tree = set(tracked)
    package = {name for name in tree if name.startswith("kaizen_mcp/")}
    expected = MADE[file.name] | (tree if file.name == SDIST else package)
    found = {re.sub(r"^kaizen_mcp-[^/]*/", "", name) for name in _names(file)}
    missing, others = sorted(expected - found), sorted(found - expected)
    lacks = [f"lacks {', '.join(missing)}"] if missing else []
    has = [f"has {', '.join(others)}"] if others else []
    return f"{file.name} {' and '.join([*lacks, *has])}." if lacks or has else None


def _names(file: Path) -> list[str]:
    if file.name == SDIST:
        with tarfile.open(file) as archive:
            return [member.name for member in archive if member.isfile()]
    with ZipFile(file) as archive:
        return archive.namelist()


def install_package(file: Path, folder: Path) -> list[str]:
    """Install a wheel or an sdist into an empty environment; returns the command that starts it."""
    venv.create(folder, with_pip=True)
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    _run([str(programs / "python"), "-m", "pip", "install", "--quiet", str(file)], folder)
    return [str(programs / "kaizen-mcp")]


def unpack_bundle(file: Path, folder: Path) -> list[str]:
    """Unpack the bundle into an empty folder; returns the command in its manifest."""
    shutil.unpack_archive(file, folder, "zip")
    config = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["server"]["mcp_config"]
    uv = Path(sys.executable).with_name(config["command"])
    return [str(uv), *(word.replace("${__dirname}", str(folder)) for word in config["args"])]


INSTALLERS: dict[str, Callable[[Path, Path], list[str]]] = {
    WHEEL: install_package,
    SDIST: install_package,
    BUNDLE: unpack_bundle,
}


def publish(source: Path, dist: Path) -> None:
    """Copy the files of the release to `dist` and write their checksums, as `sha256sum --check` reads them."""
    dist.mkdir(exist_ok=True)
    for name in MADE:
        shutil.copyfile(source / name, dist / name)
    lines = [f"{checksum(dist / name)}  {name}\n" for name in sorted(MADE)]
    (dist / "SHA256SUMS").write_text("".join(lines), encoding="utf-8", newline="\n")
    print(f"The files and SHA256SUMS are in {dist}.")


def checksum(file: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _run(command: list[str], folder: Path, environ: dict[str, str] | None = None) -> str:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KAIZEN_")}
    inherited.pop("VIRTUAL_ENV", None)
    result = subprocess.run(  # noqa: S603 - our own commands
        command,
        cwd=folder,
        env=inherited | (environ or {}),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if result.returncode:
        raise CheckError(f"{' '.join(command)} failed:\n{result.stdout}{result.stderr}")
    return result.stdout


if __name__ == "__main__":
    sys.exit(main())
