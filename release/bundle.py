"""Build the MCP bundle, `dist/kaizen-mcp-VERSION.mcpb`, and let its makers' program check it.

The host's uv installs what the bundle needs, so that a computer needs neither Python nor uv, and one file serves
every system. It installs the versions of `constraints.txt`, so that a bundle that works today works next year.
"""

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from kaizen_mcp import __version__
from release import icon

ROOT = Path(__file__).parents[1]
NAME = f"kaizen-mcp-{__version__}.mcpb"
CHECKER = "@anthropic-ai/mcpb@2.1.2"


class NoCheckerError(RuntimeError):
    """The program that checks bundles can't be had here; the message says why."""


def main() -> int:
    """Build the bundle and check it; returns the exit code, 1 if it is not valid."""
    bundle = build(ROOT / "dist")
    try:
        if problem := validate(bundle, ROOT / ".venv/mcpb"):
            print(f"The bundle is not valid: {problem}", file=sys.stderr)
            return 1
    except NoCheckerError as error:
        print(f"Not validated: {error}", file=sys.stderr)
    print(f"Built {bundle.relative_to(ROOT)}. Open it with Claude Desktop.")
    return 0


def build(folder: Path) -> Path:
    """Write the bundle into a folder and return its path; the same tree gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    bundle = folder / NAME
    with ZipFile(bundle, "w") as archive:
        for name, content in sorted(contents().items()):
            file = ZipInfo(name)  # of 1980, whenever it is built
            file.external_attr = 0o644 << 16
            archive.writestr(file, content, ZIP_DEFLATED, 9)
    return bundle


def contents() -> dict[str, bytes]:
    """Path in the bundle -> content."""
    package = [path for path in (ROOT / "kaizen_mcp").rglob("*") if path.suffix in {".py", ".typed"}]
    files = [ROOT / "manifest.json", ROOT / "LICENSE", *package]
    return {
        **{path.relative_to(ROOT).as_posix(): path.read_bytes() for path in files},
        "main.py": (ROOT / "release/main.py").read_bytes(),
        "pyproject.toml": _project().encode(),
        "icon.png": icon.png(),
    }


def _project() -> str:
    """What uv reads: the dependencies and their exact versions. The package itself needs no building."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    versions = [line for line in lines if line and not line.startswith("#")]
    return "\n".join(
        [
            "[project]",
            f'name = "{project["name"]}"',
            f'version = "{__version__}"',
            f'requires-python = "{project["requires-python"]}"',
            f"dependencies = {json.dumps(project['dependencies'], indent=4)}",
            "",
            "[tool.uv]",
            "package = false",
            f"constraint-dependencies = {json.dumps(versions, indent=4)}",
            "",
        ]
    )


def validate(bundle: Path, programs: Path) -> str | None:
    """Check a bundle with mcpb, which npm installs into the folder `programs`; returns what is wrong with it.

    Raises:
        NoCheckerError: there is no npm, or it can't install mcpb.
    """
    npm = shutil.which("npm")
    if not npm:
        raise NoCheckerError("that needs npm, which comes with Node.js.")
    install = [npm, "install", "--no-save", "--no-audit", "--no-fund", "--prefix", str(programs), CHECKER]
    result = subprocess.run(install, capture_output=True, encoding="utf-8", check=False)  # noqa: S603 - ours
    if result.returncode:
        raise NoCheckerError(f"npm can't install {CHECKER}: {result.stderr.strip()[:300]}")
    with TemporaryDirectory() as folder:
        shutil.unpack_archive(bundle, folder, "zip")
        program = programs / "node_modules/@anthropic-ai/mcpb/dist/cli/cli.js"
        check = ["node", str(program), "validate", folder]
        result = subprocess.run(check, capture_output=True, encoding="utf-8", check=False)  # noqa: S603 - ours
        if result.returncode:
            return (result.stdout + result.stderr).strip() or "mcpb failed"
    return None


if __name__ == "__main__":
    sys.exit(main())
