"""The smallest possible server on the SDK: httpx, and the JSON passed through as text and as structure.

The baseline for kaizen-mcp: it has no verdict, no size limit, no safe mode and no error handling.

python benchmarks/plain_server.py [--http PORT [--json]]    over stdio, or over streamable HTTP, stateless
"""

import argparse
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


def build() -> Server[Any]:
    """Build the server; its client of the API lives as long as the process."""
    headers = {"Authorization": f"Bearer {os.environ['KAIZEN_API_KEY']}"}
    api = httpx.AsyncClient(base_url=os.environ["KAIZEN_BASE_URL"], headers=headers)

    async def list_tools(_: Any, __: Any) -> ListToolsResult:  # noqa: ANN401 - the SDK's own types
        return ListToolsResult(tools=[Tool(name=name, input_schema=_SCHEMA) for name in _PATHS])

    async def call_tool(_: Any, params: CallToolRequestParams) -> CallToolResult:  # noqa: ANN401
        response = await api.post(_PATHS[params.name], json=params.arguments)
        data = response.json()
        return CallToolResult(content=[TextContent(text=json.dumps(data))], structured_content=data)

    return Server("plain", on_list_tools=list_tools, on_call_tool=call_tool)


async def serve_stdio() -> None:
    """Serve over stdio."""
    server = build()
    async with stdio_server() as (read_stream, write_stream):
        await server.run(read_stream, write_stream, server.create_initialization_options())


def serve_http(port: int, *, json_response: bool) -> None:
    """Serve over HTTP until SIGTERM."""
    import uvicorn  # noqa: PLC0415 - over stdio it would count as start-up time

    app = build().streamable_http_app(stateless_http=True, json_response=json_response)
    uvicorn.run(app, port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--http", type=int, metavar="PORT")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.http:
        serve_http(options.http, json_response=options.json)
    else:
        anyio.run(serve_stdio)
