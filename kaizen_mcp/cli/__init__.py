"""The command line: `kaizen-mcp`."""
