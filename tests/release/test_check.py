"""A release from a clean clone: what is in its files, and that `uvx`, `pipx` and `pip` start it."""

import io
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest
from conftest import Environ, posix_only, user_environ
from registries import skip_unless_npm_installs_the_checker, skip_unless_uv_reaches_its_registry

from kaizen_mcp import __version__
from release import check

ROOT = Path(__file__).parents[2]
TRACKED = ["README.md", "kaizen_mcp/__init__.py", "kaizen_mcp/api/client.py"]
PACKAGE = TRACKED[1:]
COMPLETE = {
    check.WHEEL: [*PACKAGE, *(f"kaizen_mcp-1.dist-info/{name}" for name in check.MADE[check.WHEEL])],
    check.SDIST: [f"kaizen_mcp-1/{name}" for name in [*TRACKED, "PKG-INFO"]],
    check.BUNDLE: [*PACKAGE, *check.MADE[check.BUNDLE]],
}


def write(file: Path, names: list[str]) -> None:
    if file.name == check.SDIST:
        with tarfile.open(file, "w:gz") as archive:
            for name in names:
                archive.addfile(tarfile.TarInfo(name), io.BytesIO())
    else:
        with ZipFile(file, "w") as archive:
            for name in names:
                archive.writestr(name, "")


@pytest.mark.parametrize("name", COMPLETE)
def test_a_file_that_is_missing_or_too_much_in_a_release_is_named(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    write(file, COMPLETE[name])
    assert check.compare_contents(file, TRACKED) is None
    lost = "kaizen_mcp/api/client.py"
    others = [other for other in COMPLETE[name] if not other.endswith(lost)]
    write(file, [*others, "kaizen_mcp/notes.py" if name != check.SDIST else "kaizen_mcp-1/kaizen_mcp/notes.py"])
    assert check.compare_contents(file, TRACKED) == f"{name} lacks {lost} and has kaizen_mcp/notes.py."


@posix_only
def test_a_step_that_fails_is_shown_with_its_words(tmp_path: Path) -> None:
    (tmp_path / "git").write_text("#!/bin/sh\necho no disk >&2\nexit 128\n", encoding="utf-8")
    (tmp_path / "git").chmod(0o755)
    result = subprocess.run(
        [sys.executable, "-m", "release.check", str(tmp_path / "dist")],
        cwd=ROOT, env={"PATH": str(tmp_path)}, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert result.returncode == 1
    assert result.stderr.startswith("release-check: git clone ")
    assert result.stderr.endswith(" failed:\nno disk\n\n")
    assert not (tmp_path / "dist").exists()


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the files that `make release-check` makes of the last commit."""
    if not (ROOT / ".git").exists():
        pytest.skip("needs a git checkout")
    skip_unless_npm_installs_the_checker(tmp_path_factory.mktemp("mcpb"))
    skip_unless_uv_reaches_its_registry(user_environ(tmp_path_factory.mktemp("uv")))
    folder = tmp_path_factory.mktemp("release")
    result = subprocess.run(
        [sys.executable, "-m", "release.check", str(folder)],
        cwd=ROOT, env=user_environ(tmp_path_factory.mktemp("home")),
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.count("its demo works") == len(check.MADE)
    return folder


@pytest.mark.slow
def test_a_release_from_a_clean_clone_has_checksums_that_match(dist: Path) -> None:
    assert {path.name for path in dist.iterdir()} == {*check.MADE, "SHA256SUMS"}
    lines = (dist / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    assert {line.split("  ")[1]: line.split("  ")[0] for line in lines} == {
        name: check.checksum(dist / name) for name in check.MADE
    }


WAYS = {
    "uvx": ["uvx", "--from", "{wheel}", "kaizen-mcp", "--version"],
    "pipx": ["pipx", "run", "--spec", "{wheel}", "kaizen-mcp", "--version"],
}


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_the_wheel_starts_where_nothing_is_installed(way: str, dist: Path, tmp_path: Path) -> None:
    program = shutil.which(way, path=str(Path(sys.executable).parent))
    if not program:
        pytest.skip(f"there is no {way} in {Path(sys.executable).parent}")
    env: Environ = {**user_environ(tmp_path), "PIPX_DEFAULT_PYTHON": sys.executable}
    words = [word.format(wheel=dist / check.WHEEL) for word in WAYS[way][1:]]
    result = subprocess.run(
        [program, *words], env=env, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False
    )
    assert (result.returncode, result.stdout) == (0, f"kaizen-mcp {__version__}\n"), result.stderr
