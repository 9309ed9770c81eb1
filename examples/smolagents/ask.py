"""Let an agent of smolagents look up executions.

    pip install -r requirements.txt
    KAIZEN_SANDBOX=1 OPENAI_API_KEY=... python ask.py "What does exec-eligibility-login wait for?"

`kaizen-mcp` must be on the PATH; otherwise write its full path below.
"""

import os
import sys

from mcp import StdioServerParameters
from smolagents import MCPClient, Model, OpenAIModel, ToolCallingAgent


def ask(question: str, model: Model | None = None) -> str:
    """Answer a question about executions with this model, or with OpenAI's gpt-5-mini."""
    settings = {name: value for name, value in os.environ.items() if name.startswith("KAIZEN_")}
    server = StdioServerParameters(command="kaizen-mcp", env=settings)
    # Without structured output, only the first text of a result is read, which has no raw data.
    with MCPClient(server, structured_output=True) as tools:
        return str(ToolCallingAgent(tools, model or OpenAIModel("gpt-5-mini")).run(question))


if __name__ == "__main__":
    print(ask(sys.argv[1]))
