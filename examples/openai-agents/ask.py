"""Let an agent of the OpenAI Agents SDK look up executions.

    pip install -r requirements.txt
    KAIZEN_SANDBOX=1 OPENAI_API_KEY=... python ask.py "What does exec-eligibility-login wait for?"

`kaizen-mcp` must be on the PATH; otherwise write its full path below.
"""

import asyncio
import os
import sys

from agents import Agent, Model, Runner
from agents.mcp import MCPServerStdio


async def ask(question: str, model: Model | str = "gpt-5-mini") -> str:
    """Answer a question about executions."""
    settings = {name: value for name, value in os.environ.items() if name.startswith("KAIZEN_")}
    # A call may take 45 s, but this SDK gives up after 5 s unless it is told otherwise.
    server = MCPServerStdio({"command": "kaizen-mcp", "env": settings}, client_session_timeout_seconds=60)
    async with server as kaizen:
        result = await Runner.run(Agent("Kaizen", model=model, mcp_servers=[kaizen]), question)
        return str(result.final_output)


if __name__ == "__main__":
    print(asyncio.run(ask(sys.argv[1])))
