"""Entry point of the MCP bundle; `kaizen_mcp` lies beside it."""

import sys

from kaizen_mcp.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
