"""The smallest possible server on the SDK: httpx, and the JSON passed through as text and as structure.

The baseline for kaizen-mcp: it has no verdict, no size limit, no safe mode and no error handling.
"""

import json
import os
from typing import Any

import anyio
import httpx
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.types import CallToolRequestParams, CallToolResult, ListToolsResult, TextContent, Tool

_SCHEMA = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
_PATHS = {"get_execution": "/executions/get", "get_instructor_execution": "/instructor/executions/get"}


async def main() -> None:
    """Serve over stdio."""
    key = os.environ["KAIZEN_API_KEY"]
    async with httpx.AsyncClient(
        base_url=os.environ["KAIZEN_BASE_URL"], headers={"Authorization": f"Bearer {key}"}
    ) as api:

        async def list_tools(_: Any, __: Any) -> ListToolsResult:  # noqa: ANN401 - the SDK's own types
            return ListToolsResult(tools=[Tool(name=name, input_schema=_SCHEMA) for name in _PATHS])

        async def call_tool(_: Any, params: CallToolRequestParams) -> CallToolResult:  # noqa: ANN401
            response = await api.post(_PATHS[params.name], json=params.arguments)
            data = response.json()
            return CallToolResult(content=[TextContent(text=json.dumps(data))], structured_content=data)

        server = Server("plain", on_list_tools=list_tools, on_call_tool=call_tool)
        async with stdio_server() as (read_stream, write_stream):
            await server.run(read_stream, write_stream, server.create_initialization_options())


if __name__ == "__main__":
    anyio.run(main)
