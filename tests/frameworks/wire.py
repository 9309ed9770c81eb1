"""A `kaizen-mcp` that keeps a copy of all that client and server say to each other."""

import json
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .environments import ROOT

VERSION_KEY = "io.modelcontextprotocol/protocolVersion"


class Wire:
    """A folder with the command `kaizen-mcp`, for the front of PATH, and what went through it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sent, self.answered = folder / "sent.jsonl", folder / "answered.jsonl"
        root, python, sent, answered = map(shlex.quote, map(str, [ROOT, sys.executable, self.sent, self.answered]))
        command = folder / "kaizen-mcp"
        command.write_text(
            f'#!/bin/sh\ncd {root} && tee -a {sent} | {python} -m kaizen_mcp "$@" | tee -a {answered}\n',
            encoding="utf-8",
        )
        command.chmod(0o755)

    def protocol(self) -> str:
        """Protocol version of the last tool call: written in the call itself, else agreed by `initialize`."""
        agreed = [message["result"]["protocolVersion"] for message in messages(self.answered, "protocolVersion")]
        versions = [
            call["params"].get("_meta", {}).get(VERSION_KEY, agreed[-1] if agreed else "")
            for call in messages(self.sent, "arguments")
        ]
        return versions[-1] if versions else ""

    def tools(self) -> dict[str, Any]:
        """Name of each tool that the server listed → its input schema."""
        return {
            tool["name"]: tool["inputSchema"]
            for message in messages(self.answered, "tools")
            for tool in message["result"]["tools"]
        }


def messages(log: Path, field: str) -> Iterator[dict[str, Any]]:
    """The messages of a log whose params or result have this field."""
    for line in log.read_text(encoding="utf-8").split("\n")[:-1] if log.exists() else []:
        message = json.loads(line)
        if field in (message.get("params") or message.get("result") or {}):
            yield message
