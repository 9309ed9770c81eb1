"""`kaizen-mcp config CLIENT`: what it prints is valid for the client, starts the server and holds no key."""

import base64
import json
import os
import shlex
import subprocess
import sys
import tomllib
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from conftest import COMMAND, Environ, posix_only
from mcp import Client, StdioServerParameters

from kaizen_mcp.cli.clients import CLIENTS, Launch, command_line, config_file, configuration, install_link
from kaizen_mcp.cli.config import paragraphs

Entry = dict[str, Any]


def config(client: str, *options: str, env: Environ, command: list[str] = COMMAND) -> list[str]:
    """Paragraphs that the command prints for this client."""
    result = subprocess.run(
        [*command, "config", client, *options],
        env=env, capture_output=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout.rstrip("\n").split("\n\n")


def from_json(section: str) -> Callable[[str], Entry]:
    return lambda block: json.loads(block)[section]["kaizen"]


def from_toml(block: str) -> Entry:
    return tomllib.loads(block)["mcp_servers"]["kaizen"]


def shell_words(block: str) -> list[str]:
    """Words of a command as a real shell reads them."""
    script = f'for word in {block}; do printf "%s\\0" "$word"; done'
    return subprocess.run(["sh", "-c", script], capture_output=True, encoding="utf-8", check=True).stdout.split(
        "\0"
    )[:-1]


def from_words(*words: str) -> Callable[[str], Entry]:
    """Read a command of the words given, where ENV is NAME=value, and what follows starts the server."""

    def read(block: str) -> Entry:
        printed = shell_words(block)
        variable = printed[words.index("ENV")]
        assert printed[: len(words)] == [variable if word == "ENV" else word for word in words]
        name, _, value = variable.partition("=")
        return {"command": printed[len(words)], "args": printed[len(words) + 1 :], "env": {name: value}}

    return read


def from_cursor_link(block: str) -> Entry:
    link = urlsplit(block)
    assert (link.scheme, link.netloc, link.path) == ("cursor", "anysphere.cursor-deeplink", "/mcp/install")
    query = parse_qs(link.query, strict_parsing=True)
    assert query["name"] == ["kaizen"]
    return json.loads(base64.b64decode(query["config"][0], validate=True))


def from_vs_code_json(text: str) -> Entry:
    entry = json.loads(text)
    assert (entry.pop("name"), entry.pop("type")) == ("kaizen", "stdio")
    for variable in entry.pop("inputs", []):
        assert variable["password"] is True
        assert entry["env"]["KAIZEN_API_KEY"] == f"${{input:{variable['id']}}}"
    return entry


def from_vs_code_command(block: str) -> Entry:
    *words, text = shell_words(block)
    assert words == ["code", "--add-mcp"]
    return from_vs_code_json(text)


def from_vs_code_link(block: str) -> Entry:
    scheme, _, query = block.partition("?")
    assert scheme == "vscode:mcp/install"
    assert not set(query) & set(' "{}<>+&#?/')
    return from_vs_code_json(unquote(query, errors="strict"))


CLAUDE = "claude mcp add --transport stdio --env ENV --scope user kaizen --"
READERS: dict[str, list[Callable[[str], Entry]]] = {
    "claude-desktop": [from_json("mcpServers")],
    "claude-code": [from_words(*CLAUDE.split())],
    "cursor": [from_cursor_link, from_json("mcpServers")],
    "windsurf": [from_json("mcpServers")],
    "vscode": [from_vs_code_command, from_vs_code_link],
    "zed": [from_json("context_servers")],
    "gemini": [from_words(*"gemini mcp add --env ENV --scope user kaizen".split()), from_json("mcpServers")],
    "codex": [from_words(*"codex mcp add kaizen --env ENV --".split()), from_toml],
}
"""Client → how it reads each block that it is given."""


def entries(client: str, printed: list[str]) -> list[Entry]:
    """What the client reads. Each block follows the sentence that says what to do with it."""
    blocks = printed[1:-1]
    if client == "codex":
        blocks[2:] = ["\n\n".join(blocks[2:])]  # TOML has an empty line in it
    assert len(blocks) == 2 * len(READERS[client]) - 1
    return [read(block) for read, block in zip(READERS[client], blocks[::2], strict=True)]


@posix_only
@pytest.mark.parametrize("client", CLIENTS)
def test_what_is_printed_is_valid_for_the_client_and_holds_a_placeholder_for_the_key(
    client: str, environ: Environ
) -> None:
    printed = config(client, env={**environ, "KAIZEN_API_KEY": "the-real-key"})
    assert "the-real-key" not in "\n".join(printed)
    assert printed[-1].endswith(f"\nSee {CLIENTS[client].page}")
    for entry in entries(client, printed):
        assert set(entry) == {"command", "args", "env"}
        assert Path(entry["command"]).is_absolute()
        ((name, placeholder),) = entry["env"].items()
        assert name in {"KAIZEN_API_KEY", "KAIZEN_API_KEY_FILE"}
        assert placeholder in "\n".join([*printed[::2], *printed[-1:]]) or placeholder.startswith("${input:")
    assert list(Path(environ["HOME"]).iterdir()) == []


@posix_only
@pytest.mark.anyio
async def test_all_clients_start_the_same_server_and_it_answers_without_a_path(environ: Environ) -> None:
    found = [entry for client in CLIENTS for entry in entries(client, config(client, "--sandbox", env=environ))]
    assert len(found) == sum(map(len, READERS.values()))
    entry = found[0]
    assert [other for other in found if other != entry] == []
    await answers(entry, environ)


async def answers(entry: Entry, environ: Environ) -> None:
    env = {**environ, **entry["env"], "PATH": ""}
    async with Client(StdioServerParameters(command=entry["command"], args=entry["args"], env=env)) as client:
        result = await client.call_tool("get_execution", {"id": "exec-eligibility-login"})
    assert result.structured_content
    assert result.structured_content["summary"]["needs_person"] is True


def make_environment(folder: Path) -> Path:
    """A virtual environment with the libraries of this one, but without the command; returns its Python."""
    venv.create(folder, with_pip=False, symlinks=sys.platform != "win32")
    libraries = [path for path in sys.path if path.endswith("site-packages")]
    source = Path(__file__).parents[2]
    (packages,) = folder.rglob("site-packages")
    (packages / "libraries.pth").write_text("\n".join([str(source), *libraries]), encoding="utf-8")
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


@pytest.mark.anyio
async def test_without_a_command_python_starts_the_module(environ: Environ, tmp_path: Path) -> None:
    python = make_environment(tmp_path / "my tools")
    printed = config("claude-desktop", "--sandbox", env=environ, command=[str(python), "-m", "kaizen_mcp"])
    (entry,) = entries("claude-desktop", printed)
    assert (entry["command"], entry["args"]) == (str(python), ["-m", "kaizen_mcp"])
    await answers(entry, environ)


# What pip writes where a path has a space in it: a shell script that runs itself as Python.
SCRIPT = """#!/bin/sh
'''exec' {python} "$0" "$@"
' '''
import sys
from kaizen_mcp.cli.main import main
sys.exit(main())
"""


def started_in_three_ways(script: Path, python: Path, env: Environ) -> list[Entry]:
    ways = [[str(script)], [os.path.relpath(script)], [str(python), "-m", "kaizen_mcp"]]
    clients = {"cursor": ways[:1], "vscode": ways[:1], "codex": ways}
    return [
        entry
        for client, commands in clients.items()
        for command in commands
        for entry in entries(client, config(client, "--sandbox", env=env, command=command))
    ]


@posix_only
@pytest.mark.anyio
@pytest.mark.parametrize(
    "name",
    ["my tools", *(pytest.param(name, marks=pytest.mark.slow) for name in ("d'où", '"a" $HOME', "日本 🚀"))],
)
async def test_the_command_of_an_installation_is_printed_whatever_its_folder_is_called(
    name: str, environ: Environ, tmp_path: Path
) -> None:
    python = make_environment(tmp_path / name)
    script = python.with_name("kaizen-mcp")
    script.write_text(SCRIPT.format(python=shlex.quote(str(python))), encoding="utf-8")
    script.chmod(0o755)
    found = started_in_three_ways(script, python, {**environ, "PYTHONUTF8": "1"})
    assert {(entry["command"], *entry["args"]) for entry in found} == {(str(script),)}
    await answers(found[0], environ)


def test_a_copy_in_a_cache_is_pointed_out(environ: Environ, tmp_path: Path) -> None:
    python = make_environment(tmp_path / ".cache" / "uv")
    result = subprocess.run(
        [python, "-m", "kaizen_mcp", "config", "zed"],
        env=environ,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert result.returncode == 0
    assert "this copy is in a cache" in result.stderr
    assert str(python) in result.stdout


@pytest.mark.parametrize("arguments", [["config"], ["config", "emacs"]])
def test_without_a_known_client_those_there_are_are_named(environ: Environ, arguments: list[str]) -> None:
    result = subprocess.run(
        [*COMMAND, *arguments], env=environ, capture_output=True, encoding="utf-8", timeout=60, check=False
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.endswith(f": {', '.join(CLIENTS)}.\n")


HOMES = {
    "linux": {"HOME": "/home/ann"},
    "darwin": {"HOME": "/Users/ann"},
    "win32": {"USERPROFILE": r"C:\Users\ann", "APPDATA": r"C:\Users\ann\AppData\Roaming"},
}
DESKTOP = "claude_desktop_config.json"
FILES = {
    "claude-desktop": {
        "linux": f"/home/ann/.config/Claude/{DESKTOP}",
        "darwin": f"/Users/ann/Library/Application Support/Claude/{DESKTOP}",
        "win32": rf"C:\Users\ann\AppData\Roaming\Claude\{DESKTOP}",
    },
    "cursor": {
        "linux": "/home/ann/.cursor/mcp.json",
        "darwin": "/Users/ann/.cursor/mcp.json",
        "win32": r"C:\Users\ann\.cursor\mcp.json",
    },
    "windsurf": {
        "linux": "/home/ann/.codeium/windsurf/mcp_config.json",
        "darwin": "/Users/ann/.codeium/windsurf/mcp_config.json",
        "win32": r"C:\Users\ann\.codeium\windsurf\mcp_config.json",
    },
    "zed": {
        "linux": "/home/ann/.config/zed/settings.json",
        "darwin": "/Users/ann/.config/zed/settings.json",
        "win32": r"C:\Users\ann\AppData\Roaming\Zed\settings.json",
    },
    "gemini": {
        "linux": "/home/ann/.gemini/settings.json",
        "darwin": "/Users/ann/.gemini/settings.json",
        "win32": r"C:\Users\ann\.gemini\settings.json",
    },
    "codex": {
        "linux": "/home/ann/.codex/config.toml",
        "darwin": "/Users/ann/.codex/config.toml",
        "win32": r"C:\Users\ann\.codex\config.toml",
    },
}


def test_every_client_with_a_file_has_its_place_on_each_system() -> None:
    assert {client for client, facts in CLIENTS.items() if facts.section} == set(FILES)
    for client, places in FILES.items():
        assert {system: config_file(CLIENTS[client], system, HOMES[system]) for system in places} == places


def test_folders_that_the_environment_moves_are_followed_and_those_it_lacks_stay_variables() -> None:
    assert config_file(CLIENTS["zed"], "linux", {"XDG_CONFIG_HOME": "/etc/ann"}) == "/etc/ann/zed/settings.json"
    assert config_file(CLIENTS["codex"], "linux", {"CODEX_HOME": "/etc/codex"}) == "/etc/codex/config.toml"
    assert config_file(CLIENTS["zed"], "linux", {}) == "~/.config/zed/settings.json"
    assert config_file(CLIENTS["zed"], "win32", {}) == r"%USERPROFILE%\AppData\Roaming\Zed\settings.json"
    assert config_file(CLIENTS["codex"], "win32", {}) == r"%USERPROFILE%\.codex\config.toml"


@pytest.mark.parametrize("padding", ["", "a", "aa"])
def test_links_keep_every_character_of_base64(padding: str) -> None:
    launch = Launch(words=[f"/opt/{padding}>>>???~~~/kaizen-mcp"], platform="linux")
    link = install_link(CLIENTS["cursor"], launch)
    assert "%2B" in link
    assert from_cursor_link(link)["command"] == launch.words[0]


WINDOWS = Launch(words=[r"C:\Program Files\kaizen\kaizen-mcp.exe"], platform="win32")


def test_on_windows_commands_are_quoted_for_the_command_prompt() -> None:
    assert command_line(CLIENTS["codex"], WINDOWS) == (
        r"codex mcp add kaizen --env KAIZEN_API_KEY_FILE=C:\path\to\key -- "
        r'"C:\Program Files\kaizen\kaizen-mcp.exe"'
    )
    assert command_line(CLIENTS["vscode"], WINDOWS).startswith(r'code --add-mcp "{\"name\":\"kaizen\",')
    assert next(paragraphs(CLIENTS["codex"], WINDOWS, {})).startswith(
        "Codex: run this in Command Prompt (not Power"
    )


@pytest.mark.parametrize("word", [WINDOWS.words[0], "/opt/日本 🚀/kaizen-mcp", '/opt/"a"/kaizen-mcp'])
def test_any_path_survives_in_json_and_toml(word: str) -> None:
    launch = Launch(words=[word, "-m"], platform="linux")
    for client, read in {"zed": READERS["zed"][0], "codex": READERS["codex"][1]}.items():
        entry = read(configuration(CLIENTS[client], launch))
        assert (entry["command"], entry["args"]) == (word, ["-m"])
