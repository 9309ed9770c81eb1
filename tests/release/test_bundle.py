"""The MCP bundle: its manifest is valid, and starts the server from the unpacked file."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict
from zipfile import ZipFile

import pytest
from conftest import ERAS, Environ, RunningSandbox, posix_only, user_environ
from mcp import Client, StdioServerParameters
from registries import skip_unless_npm_installs_the_checker, skip_unless_uv_reaches_its_registry

from kaizen_mcp import Settings
from release import bundle

ROOT = Path(__file__).parents[2]
MANIFEST: dict[str, Any] = json.loads((ROOT / "manifest.json").read_text(encoding="utf-8"))
TOOLS: list[dict[str, Any]] = json.loads((ROOT / "tests/snapshots/tools.json").read_text(encoding="utf-8"))
CONFIG: dict[str, Any] = MANIFEST["server"]["mcp_config"]

Choices = Mapping[str, str | bool]


class Launch(TypedDict):
    """How a host starts the server."""

    command: str
    args: list[str]
    env: dict[str, str]


def launch(folder: Path, choices: Choices) -> Launch:
    """Command, arguments and environment as the host fills them in; KeyError for a variable without a value."""
    options: dict[str, Any] = MANIFEST["user_config"]
    chosen = {name: option["default"] for name, option in options.items() if "default" in option} | dict(choices)
    values = {f"user_config.{name}": str(value).lower() if isinstance(value, bool) else value
              for name, value in chosen.items()} | {"__dirname": str(folder)}  # fmt: skip

    def fill(text: str) -> str:
        return re.sub(r"\$\{(.+?)\}", lambda found: values[found[1]], text)

    env = {name: fill(value) for name, value in CONFIG["env"].items()}
    return {"command": CONFIG["command"], "args": [fill(word) for word in CONFIG["args"]], "env": env}


def test_the_manifest_names_the_tools_that_the_server_has() -> None:
    assert MANIFEST["tools"] == [{key: tool[key] for key in ("name", "description")} for tool in TOOLS]


def test_a_person_who_gives_only_the_key_gets_the_default_settings() -> None:
    env = launch(Path("/any"), {"api_key": "any-key"})["env"]
    assert Settings.from_env(env) == Settings.from_env({"KAIZEN_API_KEY": "any-key"})
    options = MANIFEST["user_config"]
    assert [name for name, option in options.items() if option.get("required")] == ["api_key"]
    assert [name for name, option in options.items() if option.get("sensitive")] == ["api_key"]


@pytest.mark.parametrize(("sandbox", "base_url"), [(True, ""), (False, "https://kaizen.example/")])
def test_what_a_person_chooses_arrives(sandbox: bool, base_url: str) -> None:  # noqa: FBT001 - a parameter
    env = launch(Path("/any"), {"api_key": "any-key", "base_url": base_url, "sandbox": sandbox})["env"]
    settings = Settings.from_env(env)
    settings.require_usable()
    assert settings.sandbox is sandbox
    assert sandbox or settings.base_url == "https://kaizen.example"


@pytest.mark.slow
def test_the_same_tree_gives_the_same_bundle_with_a_small_icon(tmp_path: Path) -> None:
    first, second = (bundle.build(tmp_path / name).read_bytes() for name in ("one", "two"))
    assert first == second
    with ZipFile(tmp_path / "one" / bundle.NAME) as archive:
        assert archive.read("icon.png").startswith(b"\x89PNG\r\n\x1a\n")
        assert archive.getinfo("icon.png").file_size < 20_000


@pytest.mark.slow
@posix_only
def test_without_npm_the_bundle_is_built_and_one_line_says_what_is_missing(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "kaizen_mcp", tmp_path / "kaizen_mcp")
    shutil.copytree(ROOT / "release", tmp_path / "release")
    for name in ("manifest.json", "LICENSE", "pyproject.toml", "constraints.txt"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    result = subprocess.run(
        [sys.executable, "-m", "release.bundle"],
        cwd=tmp_path, env={"PATH": ""}, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert result.returncode == 0
    assert result.stderr == "Not validated: that needs npm, which comes with Node.js.\n"
    assert (tmp_path / "dist" / bundle.NAME).stat().st_size > 50_000


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("Claude Extensions")
    with ZipFile(bundle.build(tmp_path_factory.mktemp("dist"))) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> Environ:
    """A person with uv, which the host brings along."""
    programs = Path(sys.executable).parent
    if not shutil.which("uv", path=str(programs)):
        pytest.skip(f"there is no uv in {programs}")
    home = tmp_path_factory.mktemp("home")
    environ = {**user_environ(home), "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    skip_unless_uv_reaches_its_registry(environ)
    return environ


@pytest.mark.slow
@pytest.mark.anyio
async def test_the_unpacked_bundle_answers_as_its_manifest_starts_it(
    unpacked: Path, user: Environ, era: str, running_sandbox: RunningSandbox
) -> None:
    with running_sandbox() as address:
        for choices in ({"sandbox": True}, {"base_url": address}):
            config = launch(unpacked, {"api_key": "any-key", **choices})
            command = str(shutil.which(config["command"], path=user["PATH"]))
            env = {**user, **config["env"]}
            server = StdioServerParameters(command=command, args=config["args"], env=env)
            async with Client(server, mode=ERAS[era]) as client:
                assert client.protocol_version == era
                listed = (await client.list_tools()).tools
                assert [tool.name for tool in listed] == [tool["name"] for tool in MANIFEST["tools"]]
                result = await client.call_tool("get_execution", {"id": "exec-eligibility-login"})
                assert result.structured_content
                assert result.structured_content["summary"]["needs_person"] is True


@pytest.mark.slow
def test_after_the_first_start_the_bundle_needs_no_network(unpacked: Path, user: Environ, tmp_path: Path) -> None:
    config = launch(unpacked, {"api_key": "any-key"})
    command = [str(shutil.which(config["command"], path=user["PATH"])), *config["args"], "--version"]
    offline = {**user, "UV_OFFLINE": "1", "UV_CACHE_DIR": str(tmp_path)}
    for env in (user, offline):
        started = subprocess.run(command, env=env, capture_output=True, encoding="utf-8", check=False)
        assert (started.returncode, started.stdout) == (0, f"kaizen-mcp {MANIFEST['version']}\n"), started.stderr


@pytest.mark.slow
def test_uv_installs_the_exact_versions_for_the_bundle(unpacked: Path, user: Environ) -> None:
    uv = str(shutil.which("uv", path=user["PATH"]))
    command = [
        uv,
        "export",
        "--quiet",
        "--no-hashes",
        "--no-annotate",
        "--no-header",
        "--directory",
        str(unpacked),
    ]
    listed = subprocess.run(command, env=user, capture_output=True, encoding="utf-8", check=True).stdout
    versions = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", listed, re.MULTILINE))
    assert {"mcp", "httpx", "pydantic"} <= set(versions)
    exact = (ROOT / "constraints.txt").read_text(encoding="utf-8").lower().replace("_", "-")
    pinned = dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", exact, re.MULTILINE))
    assert versions == {name: pinned.get(name, version) for name, version in versions.items()}


SHOW_CONFIG = """
import { getMcpConfigForManifest } from "@anthropic-ai/mcpb";
const [manifest, extensionPath, userConfig] = process.argv.slice(1).map((text) => JSON.parse(text));
const options = { manifest, extensionPath, userConfig, systemDirs: {}, pathSeparator: "/" };
console.log(JSON.stringify(await getMcpConfigForManifest(options)));
"""
"""How the code of the bundle's makers fills in a manifest."""


@pytest.mark.slow
def test_the_bundles_makers_find_it_valid_and_start_it_in_the_same_way(tmp_path: Path) -> None:
    skip_unless_npm_installs_the_checker(tmp_path)
    assert bundle.validate(bundle.build(tmp_path), tmp_path) is None
    for choices in ({"api_key": "k"}, {"api_key": "k", "base_url": "https://a.example", "sandbox": True}):
        arguments = [json.dumps(value) for value in (MANIFEST, "/any folder", choices)]
        command = ["node", "--input-type=module", "--eval", SHOW_CONFIG, *arguments]
        shown = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=True).stdout
        assert json.loads(shown) == launch(Path("/any folder"), choices)


@pytest.mark.slow
def test_a_manifest_that_no_host_would_take_is_named(tmp_path: Path) -> None:
    skip_unless_npm_installs_the_checker(tmp_path)
    file = bundle.build(tmp_path)
    with ZipFile(file) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    with ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content.replace(b'"uv"', b'"conda"'))
    assert "server.type" in str(bundle.validate(file, tmp_path))
