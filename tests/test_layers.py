"""Imports point down the layers, as docs/architecture.md draws them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import kaizen_mcp

PACKAGE = Path(kaizen_mcp.__file__).parent
LAYERS = [
    {"settings", "errors", "humanize", "json_types"},
    {"sanitize"},
    {"logs", "api"},
    {"summary"},
    {"tools"},
    {"server", "stdio"},
    {"cli"},
    {"__main__"},
]
"""A layer may import from itself and from those before it."""

USES = {
    "mcp": {"tools", "server", "stdio", "cli"},
    "httpx": {"api", "server"},
    "starlette": {"sandbox"},
    "uvicorn": {"sandbox"},
}
"""Where a library may be imported."""

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


def top_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def level_of(name: str) -> int:
    return next(level for level, layer in enumerate(LAYERS) if name in layer)


def test_every_module_belongs_to_a_layer() -> None:
    assert {top_of(path) for path in MODULES} == {"__init__", "sandbox"}.union(*LAYERS)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_its_layer_and_below(path: Path) -> None:
    name = top_of(path)
    for imported in imports(path):
        library, _, rest = imported.partition(".")
        target = rest.split(".")[0]
        if library in USES:
            assert name in USES[library], imported
        if library != "kaizen_mcp" or rest == "__version__":
            continue
        if target == "sandbox" or name == "sandbox":
            # The sandbox shares nothing with the rest: with a shared model, a wrong model would seem right.
            assert (name, target) in {("sandbox", "sandbox"), ("api", "sandbox"), ("cli", "sandbox")}
        else:
            assert level_of(target) <= level_of(name), imported
