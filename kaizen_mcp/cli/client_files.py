"""Configuration files of known MCP clients: those that name kaizen-mcp, and whether the command there exists."""

import json
import os
import re
import shutil
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from kaizen_mcp.cli import clients
from kaizen_mcp.cli.clients import CLIENTS, McpClient
from kaizen_mcp.cli.doctor import Finding, Status
from kaizen_mcp.humanize import join_list
from kaizen_mcp.sanitize.display import quote

_SERVER_MAPS = {"mcpServers", "servers", "context_servers", "mcp_servers"}
"""Keys under which clients keep their servers, at whatever depth."""

_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_STRING_OR_COMMA = re.compile(r'"(?:\\.|[^"\\])*"|,(?=\s*[}\]])')


def check_clients(environ: Mapping[str, str]) -> list[Finding]:
    """Check the files of every known client; a finding for each that names kaizen-mcp or can't be read."""
    try:
        home = Path.home()
    except RuntimeError:
        home = Path("~")
    findings = [finding for client in CLIENTS.values() for finding in _check_client(client, home, environ)]
    if not os.access(home, os.F_OK):
        text = f"the home folder {home} does not exist, so clients' files there can't be found. Set HOME to yours."
        findings.append(Finding("warning", text))
    return findings or [
        Finding("ok", "no file of a known client names kaizen-mcp, at least none that is found here")
    ]


def _check_client(client: McpClient, home: Path, environ: Mapping[str, str]) -> Iterator[Finding]:
    folders = clients.folders(str(home), sys.platform, environ)
    for file in client.files:
        path = Path(file.format_map(folders))
        label = str(path).replace(str(home), "~", 1) if path.is_relative_to(home) else str(path)
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8"
            advice = f"If kaizen-mcp is to run in {client.title}, make that a file you can read."
            yield Finding("warning", f"{label} can't be read: {reason}. {advice}", client.title)
            continue
        if "kaizen" in text.lower():
            yield from _check_text(client, text, label, environ)


def _check_text(client: McpClient, text: str, label: str, environ: Mapping[str, str]) -> Iterator[Finding]:
    is_toml = label.endswith(".toml")
    try:
        content = tomllib.loads(text) if is_toml else _read_json(text, has_comments=client.has_comments)
    except (ValueError, RecursionError) as error:  # of JSON and of TOML
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        kind = "TOML" if is_toml else "JSON"
        problem = f"{label} is not valid {kind}{where}, so {client.title} can't read it. Correct it there."
        yield Finding("failed", problem, client.title)
        return
    for name, entry in _find_entries(content):
        status, what = _check_command(entry["command"], client, environ)
        variables = cast("dict[str, Any]", entry["env"]) if isinstance(entry.get("env"), dict) else {}
        names = sorted(name for name in variables if name.startswith("KAIZEN_"))
        sets = f"; it sets {join_list(names, len(names))}" if names and status == "ok" else ""
        yield Finding(status, f"{label} has {quote(name)}: {what}{sets}", client.title)


def _read_json(text: str, *, has_comments: bool) -> object:
    if has_comments:
        for pattern in (_STRING_OR_COMMENT, _STRING_OR_COMMA):
            text = pattern.sub(lambda match: match[0] if match[0].startswith('"') else "", text)
    return json.loads(text)


def _find_entries(content: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """Find the servers with a command that have "kaizen" in their name, command or arguments."""
    if isinstance(content, list):
        for item in cast("list[object]", content):
            yield from _find_entries(item)
    if not isinstance(content, dict):
        return
    for key, value in cast("dict[str, object]", content).items():
        if key in _SERVER_MAPS and isinstance(value, dict):
            for name, item in cast("dict[str, object]", value).items():
                entry = cast("dict[str, Any]", item) if isinstance(item, dict) else {}
                words = str([name, entry.get("command"), entry.get("args")])
                if entry.get("command") and "kaizen" in words.lower():
                    yield name, entry
        else:
            yield from _find_entries(value)


def _check_command(command: object, client: McpClient, environ: Mapping[str, str]) -> tuple[Status, str]:
    """Whether a command can be started: a status, and what to say."""
    if isinstance(command, dict):  # as Zed had it once
        command = cast("dict[str, object]", command).get("path")
    text = str(command)
    if "${" in text:
        return "ok", f"the command {text} is not checked, because {client.title} fills it in"
    if Path(text).name == text:
        found = shutil.which(text, path=environ.get("PATH"))
        if found is None:
            return "failed", f"there is no command {text} on the PATH. Write its full path."
        if client.is_desktop:
            return (
                "warning",
                f"{client.title} may have another PATH than this, where {text} is {found}. Write that.",
            )
        return "ok", f"the command {text} is {found}"
    if not Path(text).is_absolute():
        return "failed", f"{text} is no full path. Write the full path of the command."
    if not os.access(text, os.F_OK):
        return "failed", f"the command {text} does not exist. Write the path it has now, or install it again."
    if shutil.which(text) is None:
        return "failed", f"the command {text} may not be run: make it executable (chmod +x)."
    return "ok", f"the command {text} exists"
