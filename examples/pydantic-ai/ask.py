"""Let an agent of pydantic-ai look up executions.

    pip install -r requirements.txt
    KAIZEN_SANDBOX=1 OPENAI_API_KEY=... python ask.py "What does exec-eligibility-login wait for?"

`kaizen-mcp` must be on the PATH; otherwise write its full path below.
"""

import asyncio
import os
import sys

from fastmcp.client.transports import StdioTransport
from pydantic_ai import Agent
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.models import Model


async def ask(question: str, model: Model | str = "openai:gpt-5-mini") -> str:
    """Answer a question about executions."""
    settings = {name: value for name, value in os.environ.items() if name.startswith("KAIZEN_")}
    # With "failed" the model reads why a lookup failed. The default counts it as a retry, and few are allowed.
    transport = StdioTransport("kaizen-mcp", [], env=settings)
    kaizen = MCPToolset(transport, tool_error_behavior="failed", init_timeout=30)
    async with Agent(model, toolsets=[kaizen]) as agent:
        return (await agent.run(question)).output


if __name__ == "__main__":
    print(asyncio.run(ask(sys.argv[1])))
