"""`python -m kaizen_mcp` is the same program as `kaizen-mcp`."""

import sys

from kaizen_mcp.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
