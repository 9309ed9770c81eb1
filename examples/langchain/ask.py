"""Let an agent of LangChain, which runs on LangGraph, look up executions.

    pip install -r requirements.txt
    KAIZEN_SANDBOX=1 OPENAI_API_KEY=... python ask.py "What does exec-eligibility-login wait for?"

`kaizen-mcp` must be on the PATH; otherwise write its full path below.
"""

import asyncio
import os
import sys

from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_mcp_adapters.client import MultiServerMCPClient
from langchain_mcp_adapters.tools import load_mcp_tools


async def ask(question: str, model: BaseChatModel | str = "openai:gpt-5-mini") -> str:
    """Answer a question about executions."""
    settings = {name: value for name, value in os.environ.items() if name.startswith("KAIZEN_")}
    server = {"transport": "stdio", "command": "kaizen-mcp", "args": [], "env": settings}
    # Without a session, the adapters start a server for each call.
    async with MultiServerMCPClient({"kaizen": server}).session("kaizen") as session:
        agent = create_agent(model, await load_mcp_tools(session))
        state = await agent.ainvoke({"messages": [{"role": "user", "content": question}]})
    return state["messages"][-1].text


if __name__ == "__main__":
    print(asyncio.run(ask(sys.argv[1])))
