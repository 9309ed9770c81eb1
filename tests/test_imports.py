"""Imports point one way, as docs/architecture.md draws it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import kaizen_mcp

PACKAGE = Path(kaizen_mcp.__file__).parent
ORDER = [
    "humanize", "errors", "text", "credentials", "settings", "body", "safety", "tls",
    "error_response", "transport", "retry", "models", "api", "status", "reason", "output", "facts",
    "headline", "next_step", "summary", "as_text", "arguments", "schema", "output_schema", "budget",
    "result", "wait", "tools", "rate", "server", "wire", "stdio", "logs", "cli", "__main__",
]  # fmt: skip
USE_MCP = {"tools", "result", "server", "stdio", "cli"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Full names of the modules that a file imports when it runs; imports for type checkers do not count."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in typing_only:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            # `from kaizen_mcp import server` imports a module too.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def test_every_module_has_its_place_in_the_order() -> None:
    assert {name_of(path) for path in MODULES} == {*ORDER, "sandbox", "__init__"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_what_stands_left_of_it(path: Path) -> None:
    name = name_of(path)
    for imported in imports(path):
        top, _, rest = imported.partition(".")
        if top == "kaizen_mcp" and rest != "__version__":
            target = rest.split(".")[0]
            if name == "sandbox" or target == "sandbox":
                # The sandbox knows nothing of us; `transport` opens it in-process, the command line as a server.
                assert target == "sandbox"
                assert name in {"sandbox", "transport", "cli"}
            else:
                assert target == name == "cli" or ORDER.index(target) < ORDER.index(name)
        if top == "mcp":
            assert name in USE_MCP
        if top == "httpx":
            assert name in {"api", "transport", "error_response"}
        if top in {"starlette", "uvicorn"}:
            assert name == "sandbox"
