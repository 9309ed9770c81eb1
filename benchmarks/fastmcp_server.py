"""The obvious alternative: a FastMCP server generated from an OpenAPI document.

FastMCP is installed in an environment of its own, which `make bench` creates.
"""
# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownMemberType=false

import json
import os
from pathlib import Path

import httpx
from fastmcp import FastMCP

if __name__ == "__main__":
    key = os.environ["KAIZEN_API_KEY"]
    api = httpx.AsyncClient(base_url=os.environ["KAIZEN_BASE_URL"], headers={"Authorization": f"Bearer {key}"})
    document = json.loads(Path(__file__).with_name("openapi.json").read_text(encoding="utf-8"))
    FastMCP.from_openapi(document, client=api, name="fastmcp").run(show_banner=False)
