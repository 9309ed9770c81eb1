"""MCP server that looks up workflow executions of Kaizen Automation.

The public names load on first use, so that importing the package costs nothing:

    from kaizen_mcp import KaizenApi, Settings, create_server
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kaizen_mcp.api.client import KaizenApi
    from kaizen_mcp.server import create_server
    from kaizen_mcp.settings import Settings

__version__ = "0.1.0"

__all__ = ["KaizenApi", "Settings", "__version__", "create_server"]

_HOMES = {
    "KaizenApi": "kaizen_mcp.api.client",
    "Settings": "kaizen_mcp.settings",
    "create_server": "kaizen_mcp.server",
}


def __getattr__(name: str) -> object:
    """Load a public name from the module it lives in (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
