"""A person who reads what the MCP Inspector prints. A failed call has an exit code other than 0."""

import json
import subprocess
import sys

from script import QUESTION, Script


def inspect(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the example, whose path is the first argument of this program."""
    return subprocess.run(["sh", sys.argv[1], *arguments], capture_output=True, encoding="utf-8", check=False)


with Script() as script:
    listed = json.loads(inspect("--method", "tools/list").stdout)
    offered = {tool["name"]: tool["inputSchema"] for tool in listed["tools"]}
    text, mark = QUESTION, ""
    while call := script.turn(offered, text, mark):
        arguments = [f"--tool-arg={name}={value}" for name, value in call[1].items()]
        done = inspect("--method", "tools/call", "--tool-name", call[0], *arguments)
        text, mark = done.stdout, f"exit code {done.returncode}" if done.returncode else ""
