"""Imports point down the layers of docs/architecture.md."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import kaizen_mcp

PACKAGE = Path(kaizen_mcp.__file__).parent
LAYERS = [
    {"settings", "errors", "humanize", "json_types", "caller", "garbage"},
    {"sanitize"},
    {"logs", "api"},
    {"summary"},
    {"tools"},
    {"server", "stdio"},
    {"http"},
    {"cli"},
    {"__main__"},
]
"""A layer may import from itself and from the layers before it."""

USES = {
    "mcp": {"tools", "server", "stdio", "http", "cli"},
    "httpx": {"api"},
    "opentelemetry": {"api", "http"},
    "starlette": {"sandbox", "http"},
    "sse_starlette": {"http"},
    "uvicorn": {"sandbox", "http"},
}
"""Library → the parts of the package that may import it."""

MODULES = sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Full names of the modules that a file imports at runtime, so without those under TYPE_CHECKING."""
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
            # The name may be a module, as in `from kaizen_mcp import server`.
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
            # The sandbox shares no code with the rest. With a shared model, tests could not find an error in it.
            assert (name, target) in {("sandbox", "sandbox"), ("api", "sandbox"), ("cli", "sandbox")}
        else:
            assert level_of(target) <= level_of(name), imported
