"""`kaizen-mcp config CLIENT`: print what adds this server to a client. It writes no file."""

import os
import sys
import sysconfig
from argparse import Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path

from kaizen_mcp.cli import clients, console
from kaizen_mcp.cli.clients import CLIENTS, Launch, McpClient


def run(options: Namespace) -> int:
    """Run the command and return its exit code: 0 printed, 2 unknown client."""
    if options.client not in CLIENTS:
        console.warn(f"kaizen-mcp: config needs the name of a client: {', '.join(CLIENTS)}.")
        return 2
    launch = Launch(words=launch_words(sys.argv[0]), sandbox=options.sandbox, platform=sys.platform)
    if _is_temporary(Path(sys.prefix)):
        console.warn(
            "kaizen-mcp: this copy is in a cache, which may be emptied. Install it with `uv tool install` or "
            "`pipx install`, then run this again."
        )
    print("\n\n".join(paragraphs(CLIENTS[options.client], launch, os.environ)))
    return 0


def launch_words(program: str) -> list[str]:
    """Absolute command of this installation, which needs no PATH.

    Args:
        program: `sys.argv[0]`, the script that was started or the package's `__main__.py`.
    """
    script = "kaizen-mcp.exe" if sys.platform == "win32" else "kaizen-mcp"
    started = os.path.abspath(program)  # noqa: PTH100 - Path.absolute keeps "..", Path.resolve follows links
    for folder in (Path(started).parent, Path(sysconfig.get_path("scripts"))):
        if (folder / script).is_file():
            return [str(folder / script)]
    return [sys.executable, "-m", "kaizen_mcp"]


def _is_temporary(prefix: Path) -> bool:
    """Whether `uvx` or `pipx run` has made this environment."""
    return any(part.lower() in {"cache", ".cache", "caches"} for part in prefix.parts)


def paragraphs(client: McpClient, launch: Launch, environ: Mapping[str, str]) -> Iterator[str]:
    """What to print: each way to add the server in a paragraph of its own, so that it is easily copied."""
    file = clients.config_file(client, launch.platform, environ) if client.section else ""
    key = "" if launch.sandbox else f'Put your API key in place of "{clients.KEY_PLACEHOLDER}".'
    lead = f"{client.title}: "
    if client.command:
        shell = "Command Prompt (not PowerShell)" if launch.platform == "win32" else "a terminal"
        yield f"{lead}run this in {shell}. {_about_key_file(client, launch)}".rstrip()
        yield clients.command_line(client, launch)
        lead = "Or "
    if client.link:
        about_key = f"Then open {file}. {key}" if key and file else ""
        yield f"{lead}open this link, in a browser for example. {about_key}".rstrip()
        yield clients.install_link(client, launch)
        lead = "Or "
    if file:
        others = "" if clients.is_toml(client) else f' If it has "{client.section}" already, add only the entry.'
        yield f"{lead}add this to {file}.{others} {key}".rstrip()
        yield clients.configuration(client, launch)
    asks = [f"{client.title} asks for your API key when it starts the server."]
    yield "\n".join([*asks * (client.asks_for_key and not launch.sandbox), client.then, f"See {client.page}"])


def _about_key_file(client: McpClient, launch: Launch) -> str:
    if client.asks_for_key or launch.sandbox:
        return ""
    return f"Put the path of a file that contains only your API key in place of {launch.key_file()}."
