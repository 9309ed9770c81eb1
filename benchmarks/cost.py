"""What the tools cost a model to read: characters and tokens of the tool list and of every sandbox answer.

    python -m benchmarks.cost            print the table; fail if a figure grew over 5 % since docs/cost.md
    UPDATE_SNAPSHOTS=1 python -m benchmarks.cost     print it, and write docs/cost.md

Tokens are those of o200k_base, a published encoding; other models' counts differ by some tenths, in proportion.
"""

import json
import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import anyio
import httpx
from mcp import Client
from mcp.types import CallToolResult, TextContent

from kaizen_mcp import Settings, create_server
from kaizen_mcp.sandbox.app import create_app
from kaizen_mcp.sandbox.catalogue import EXECUTIONS, INSTRUCTOR_EXECUTIONS

TABLE = Path(__file__).parents[1] / "docs" / "cost.md"
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
MAY_GROW = 1.05
MOST_FOR_TOOL_LIST = 1220
"""Tokens of the tool list, which every conversation pays for before the first question."""

HEAD = """# What the tools cost a model to read

Characters, and tokens of the `o200k_base` encoding, of what clients hand to a model: some show it `content`, some
`structuredContent`. Every conversation pays for the tool list. `make cost` prints this table anew, and fails where
a figure has grown by more than 5 % over it, or the tool list over 1,220 tokens. `UPDATE_SNAPSHOTS=1 make cost`
writes it.

| what | characters | tokens |
|---|---|---|
"""


class Cost(NamedTuple):
    """What one text costs."""

    what: str
    characters: int
    tokens: int


async def measure() -> list[Cost]:
    """The cost of the tool list and of both halves of every answer, with a clock that stands still."""
    # Here, since it reads its megabytes when it is imported, which comparing figures does not need.
    import bpe_openai  # noqa: PLC0415 # pyright: ignore[reportMissingTypeStubs] - it has none

    encoding = bpe_openai.get_encoding("o200k_base")

    def cost(what: str, text: str) -> Cost:
        return Cost(what, len(text), len(encoding.encode(text)))

    transport = httpx.ASGITransport(create_app(now=lambda: NOW))
    server = create_server(Settings(sandbox=True), transport=transport, clock=lambda: NOW)
    calls = [("get_execution", i) for i in EXECUTIONS] + [
        ("get_instructor_execution", i) for i in INSTRUCTOR_EXECUTIONS
    ]
    async with Client(server) as client:
        tools = [tool.model_dump(by_alias=True, exclude_none=True) for tool in (await client.list_tools()).tools]
        costs = [cost("tool list", _json(tools))]
        costs += [cost(f"tool list: `{tool['name']}`", _json(tool)) for tool in tools]
        for tool, identifier in calls:
            for detail in ("full", "summary"):
                result = await client.call_tool(tool, {"id": identifier, "detail": detail})
                costs += [cost(f"`{identifier}`, {detail}: {half}", text) for half, text in _halves(result)]
    return costs


def _halves(result: CallToolResult) -> Iterator[tuple[str, str]]:
    yield "content", "\n".join(block.text for block in result.content if isinstance(block, TextContent))
    yield "structuredContent", _json(result.structured_content)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def committed() -> dict[str, Cost]:
    """The figures of docs/cost.md by what they are of."""
    rows = re.findall(r"^\| (.+?) \| (\d+) \| (\d+) \|$", TABLE.read_text(encoding="utf-8"), re.MULTILINE)
    return {what: Cost(what, int(characters), int(tokens)) for what, characters, tokens in rows}


def complaints(costs: list[Cost], before: dict[str, Cost]) -> Iterator[str]:
    """One sentence for each figure that grew too much, and for rows that are new or gone."""
    for now in costs:
        was = before.get(now.what)
        if was is None:
            yield f"{now.what} is not in docs/cost.md"
        elif now.characters > was.characters * MAY_GROW or now.tokens > was.tokens * MAY_GROW:
            yield (
                f"{now.what} grew from {was.characters} to {now.characters} characters, "
                f"from {was.tokens} to {now.tokens} tokens"
            )
    gone = before.keys() - {cost.what for cost in costs}
    yield from (f"{what} is in docs/cost.md but not there any more" for what in sorted(gone))
    if costs[0].tokens > MOST_FOR_TOOL_LIST:
        yield f"the tool list has {costs[0].tokens} tokens, over {MOST_FOR_TOOL_LIST}"


def main() -> int:
    """Print the table, and what is wrong with it on stderr; returns 1 if anything is."""
    costs = anyio.run(measure)
    rows = "".join(f"| {cost.what} | {cost.characters} | {cost.tokens} |\n" for cost in costs)
    print(rows, end="")
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        TABLE.write_text(HEAD + rows, encoding="utf-8")
    wrong = list(complaints(costs, committed()))
    for complaint in wrong:
        print(f"cost: {complaint}", file=sys.stderr)
    if wrong:
        print("If it is worth it: UPDATE_SNAPSHOTS=1 make cost", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
