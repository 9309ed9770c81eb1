"""MCP clients: how each adds a server, where it keeps it, and the page of its makers that says so."""

import base64
import json
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PureWindowsPath
from string import Template
from typing import Any
from urllib.parse import quote

NAME = "kaizen"
"""Name of the server in every client."""

KEY_PLACEHOLDER = "paste your key here"

_VS_CODE_INPUT = {
    "type": "promptString",
    "id": "kaizen-api-key",
    "description": "Kaizen API key",
    "password": True,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class McpClient:
    """How a client adds a server.

    Attributes:
        title: name of the client.
        page: page of its makers that describes what stands here.
        command: its own command, as words; `_words` fills in those in braces. Empty if it has none.
        link: template of its install link, with `$name`, `$base64` and `$json`. Empty if it has none.
        section: object of its own file that contains the servers. Empty if that file is not to be edited by hand.
        files: its own configuration file, then others that it may have; `folders` fills in those in braces. A
            relative one is in the current folder.
        has_comments: whether comments and trailing commas are allowed there.
        is_desktop: whether it is started from a desktop, so with another PATH than a terminal's.
        asks_for_key: whether it asks for the API key and stores it by itself.
        then: what is left to do.
    """

    title: str
    page: str
    command: str = ""
    link: str = ""
    section: str = ""
    files: tuple[str, ...]
    has_comments: bool = True
    is_desktop: bool = True
    asks_for_key: bool = False
    then: str


CLIENTS = {
    "claude-desktop": McpClient(
        title="Claude Desktop",
        page="https://modelcontextprotocol.io/docs/develop/connect-local-servers",
        section="mcpServers",
        files=("{data}/Claude/claude_desktop_config.json", "{store}/Claude/claude_desktop_config.json"),
        has_comments=False,
        then="Settings > Developer > Edit Config opens the file. Then quit Claude Desktop and start it again.",
    ),
    "claude-code": McpClient(
        title="Claude Code",
        page="https://code.claude.com/docs/en/mcp",
        # An option stands between --env and the name, because --env takes every word up to the next option.
        command="claude mcp add --transport stdio --env {env} --scope user {name} -- {launch}",
        files=("{claude}/.claude.json", ".mcp.json"),
        has_comments=False,
        is_desktop=False,
        then="`claude mcp list` shows whether it is connected.",
    ),
    "cursor": McpClient(
        title="Cursor",
        page="https://cursor.com/docs/mcp/install-links",
        link="cursor://anysphere.cursor-deeplink/mcp/install?name=$name&config=$base64",
        section="mcpServers",
        files=("{home}/.cursor/mcp.json", ".cursor/mcp.json"),
        then="Cursor asks before it adds the server.",
    ),
    "windsurf": McpClient(
        title="Windsurf",
        page="https://docs.windsurf.com/windsurf/cascade/mcp",
        section="mcpServers",
        files=("{home}/.codeium/windsurf/mcp_config.json",),
        then="Then press the refresh button in the list of MCP servers.",
    ),
    "vscode": McpClient(
        title="VS Code",
        page="https://code.visualstudio.com/docs/copilot/guides/mcp-developer-guide",
        command="code --add-mcp {json}",
        link="vscode:mcp/install?$json",
        files=("{data}/Code/User/mcp.json", ".vscode/mcp.json"),
        asks_for_key=True,
        then='"MCP: List Servers" in the command palette starts it.',
    ),
    "zed": McpClient(
        title="Zed",
        page="https://zed.dev/docs/ai/mcp",
        section="context_servers",
        files=("{zed}/settings.json", ".zed/settings.json"),
        then='"zed: open settings file" in the command palette opens the file.',
    ),
    "gemini": McpClient(
        title="Gemini CLI",
        page="https://geminicli.com/docs/tools/mcp-server",
        command="gemini mcp add --env {env} --scope user {name} {launch}",
        section="mcpServers",
        files=("{home}/.gemini/settings.json", ".gemini/settings.json"),
        is_desktop=False,
        then="`gemini mcp list` shows whether it is connected, in a folder that you trust.",
    ),
    "codex": McpClient(
        title="Codex",
        page="https://developers.openai.com/codex/mcp",
        command="codex mcp add {name} --env {env} -- {launch}",
        section="mcp_servers",
        files=("{codex}/config.toml", ".codex/config.toml"),
        is_desktop=False,
        then="`codex mcp list` names it; /mcp in Codex shows whether it is connected.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """How to start the server.

    Attributes:
        words: absolute path of a program, then its arguments.
        sandbox: whether the sandbox answers, which needs no key.
        platform: `sys.platform` of the computer that the client runs on.
    """

    words: Sequence[str]
    sandbox: bool = False
    platform: str

    def entry(self, *, asks_for_key: bool = False) -> dict[str, Any]:
        """Entry for the server in the form that all clients share."""
        key = f"${{input:{_VS_CODE_INPUT['id']}}}" if asks_for_key else KEY_PLACEHOLDER
        env = {"KAIZEN_SANDBOX": "1"} if self.sandbox else {"KAIZEN_API_KEY": key}
        return {"command": self.words[0], "args": list(self.words[1:]), "env": env}

    def command_variable(self) -> str:
        """`NAME=value` for a command, which must not hold the key: shells remember commands."""
        return "KAIZEN_SANDBOX=1" if self.sandbox else f"KAIZEN_API_KEY_FILE={self.key_file()}"

    def key_file(self) -> str:
        """Placeholder for the path of a file that contains the key."""
        return r"C:\path\to\key" if self.platform == "win32" else "/path/to/key"


def command_line(client: McpClient, launch: Launch) -> str:
    """The client's own command, quoted for a POSIX shell or for Windows' Command Prompt."""
    values = {
        "{name}": [NAME],
        "{env}": [launch.command_variable()],
        "{launch}": launch.words,
        "{json}": [_vs_code_json(client, launch)],
    }
    words = [value for word in client.command.split() for value in values.get(word, [word])]
    return subprocess.list2cmdline(words) if launch.platform == "win32" else shlex.join(words)


def install_link(client: McpClient, launch: Launch) -> str:
    """The client's install link; base64 is percent-encoded too, because `+` in a query is a space."""
    encoded = base64.b64encode(json.dumps(launch.entry(), separators=(",", ":")).encode()).decode()
    return Template(client.link).substitute(
        name=NAME, base64=quote(encoded, safe=""), json=quote(_vs_code_json(client, launch), safe="")
    )


def _vs_code_json(client: McpClient, launch: Launch) -> str:
    entry = {"name": NAME, "type": "stdio", **launch.entry(asks_for_key=client.asks_for_key)}
    inputs = {} if launch.sandbox else {"inputs": [_VS_CODE_INPUT]}
    return json.dumps(entry | inputs, separators=(",", ":"))


def configuration(client: McpClient, launch: Launch) -> str:
    """Lines for the client's configuration file, in JSON or TOML as the file's name says."""
    entry = launch.entry()
    if not is_toml(client):
        return json.dumps({client.section: {NAME: entry}}, indent=2)
    table = f"{client.section}.{NAME}"
    env = entry.pop("env")
    # A JSON string is a TOML string too, as long as it has no surrogate pairs.
    lines = [
        *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in entry.items()),
        "",
        f"[{table}.env]",
        *(f"{key} = {json.dumps(value)}" for key, value in env.items()),
    ]
    return "\n".join([f"[{table}]", *lines])


def is_toml(client: McpClient) -> bool:
    """Whether the client's configuration file is TOML; otherwise it is JSON."""
    return client.files[0].endswith(".toml")


def config_file(client: McpClient, platform: str, environ: Mapping[str, str]) -> str:
    """Path of the client's own configuration file; a home that the environment does not name stays a variable."""
    if platform == "win32":
        home = environ.get("USERPROFILE", "%USERPROFILE%")
        return str(PureWindowsPath(client.files[0].format_map(folders(home, platform, environ))))
    return client.files[0].format_map(folders(environ.get("HOME") or "~", platform, environ))


def folders(home: str, platform: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Folders in which clients keep their files on a system, by their names in the table."""
    config = environ.get("XDG_CONFIG_HOME") or f"{home}/.config"
    data = {
        "darwin": f"{home}/Library/Application Support",
        "win32": environ.get("APPDATA") or f"{home}/AppData/Roaming",
    }.get(platform, config)  # Claude's page names no place for Linux
    local = environ.get("LOCALAPPDATA") or f"{home}/AppData/Local"
    return {
        "home": home,
        "data": data,
        "store": f"{local}/Packages/Claude_pzs8sxrjxfjjc/LocalCache/Roaming",  # from the Microsoft Store
        "claude": environ.get("CLAUDE_CONFIG_DIR") or home,
        "codex": environ.get("CODEX_HOME") or f"{home}/.codex",
        "zed": {"darwin": f"{home}/.config/zed", "win32": f"{data}/Zed"}.get(platform, f"{config}/zed"),
    }
