"""Let an agent of LlamaIndex look up executions.

    pip install -r requirements.txt
    KAIZEN_SANDBOX=1 OPENAI_API_KEY=... python ask.py "What does exec-eligibility-login wait for?"

`kaizen-mcp` must be on the PATH; otherwise write its full path below.
"""

import asyncio
import os
import sys

from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.llms.function_calling import FunctionCallingLLM
from llama_index.llms.openai import OpenAI
from llama_index.tools.mcp import BasicMCPClient, McpToolSpec


async def ask(question: str, model: FunctionCallingLLM | None = None) -> str:
    """Answer a question about executions with this model, or with OpenAI's gpt-5-mini."""
    settings = {name: value for name, value in os.environ.items() if name.startswith("KAIZEN_")}
    # A call may take 45 s, but this client gives up after 30 s unless it is told otherwise.
    kaizen = McpToolSpec(BasicMCPClient("kaizen-mcp", env=settings, timeout=60))
    agent = FunctionAgent(tools=await kaizen.to_tool_list_async(), llm=model or OpenAI("gpt-5-mini"))
    return str(await agent.run(question))


if __name__ == "__main__":
    print(asyncio.run(ask(sys.argv[1])))
