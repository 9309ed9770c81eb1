"""Let an agent of Google's Agent Development Kit look up executions.

    pip install -r requirements.txt
    KAIZEN_SANDBOX=1 GOOGLE_API_KEY=... python ask.py "What does exec-eligibility-login wait for?"

`kaizen-mcp` must be on the PATH; otherwise write its full path below.
"""

import asyncio
import os
import sys

from google.adk.agents import LlmAgent
from google.adk.models import BaseLlm
from google.adk.runners import InMemoryRunner
from google.adk.tools.mcp_tool import McpToolset, StdioConnectionParams
from mcp import StdioServerParameters


async def ask(question: str, model: BaseLlm | str = "gemini-2.5-flash") -> str:
    """Answer a question about executions."""
    settings = {name: value for name, value in os.environ.items() if name.startswith("KAIZEN_")}
    server = StdioServerParameters(command="kaizen-mcp", env=settings)
    # A call may take 45 s, but this toolset gives up after 5 s unless it is told otherwise.
    kaizen = McpToolset(connection_params=StdioConnectionParams(server_params=server, timeout=60))
    async with InMemoryRunner(LlmAgent(name="kaizen", model=model, tools=[kaizen])) as runner:
        events = await runner.run_debug(question, quiet=True)
    return events[-1].content.parts[-1].text


if __name__ == "__main__":
    print(asyncio.run(ask(sys.argv[1])))
