"""What `make frameworks` checks without a framework: its examples, its copy of what is said, its judgement."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import ERAS, posix_only
from frameworks.__main__ import CLIENTS, describe, problems
from frameworks.environments import example, requirements, version
from frameworks.wire import Wire
from mcp import Client, StdioServerParameters
from mcp.types import TextContent

ROOT = Path(__file__).parents[1]
CALLS = ["exec-eligibility-login", "nobody", "nobody", "exec-claim-queued", "exec-large"]


def test_every_folder_of_the_examples_is_a_client_that_is_run() -> None:
    assert {path.name for path in (ROOT / "examples").iterdir() if path.is_dir()} == set(CLIENTS)


def pinned(client: str) -> list[str]:
    """The version in each line of a client's requirements."""
    text = requirements(client).read_text(encoding="utf-8")
    if requirements(client).suffix == ".json":
        return [*json.loads(text)["dependencies"].values()]
    return [line.partition("==")[2] for line in text.splitlines()]


@pytest.mark.parametrize("client", CLIENTS)
def test_an_example_is_short_pinned_and_documented_in_the_version_that_is_run(client: str) -> None:
    assert len(example(client).read_text(encoding="utf-8").splitlines()) < 40
    pins = pinned(client)
    assert [pin for pin in pins if not re.fullmatch(r"\d[\d.]*", pin)] == []
    assert version(client) == pins[0]
    page = (ROOT / "docs/clients.md").read_text(encoding="utf-8")
    assert f"| {client} | {version(client)} | " in page


async def conversation(wire: Wire, era: str) -> dict[str, Any]:
    """What a model records that is offered and sent everything as it is."""
    server = StdioServerParameters(command=str(wire.folder / "kaizen-mcp"), env={"KAIZEN_SANDBOX": "1"})
    received = [{"text": "question", "mark": ""}]
    async with Client(server, mode=ERAS[era]) as client:
        offered = {tool.name: tool.input_schema for tool in (await client.list_tools()).tools}
        for identifier in CALLS:
            result = await client.call_tool("get_execution", {"id": identifier})
            text = "\n".join(block.text for block in result.content if isinstance(block, TextContent))
            received.append({"text": text, "mark": "isError" if result.is_error else ""})
    return {"offered": offered, "received": received, "ended": ""}


@posix_only
@pytest.mark.slow
@pytest.mark.anyio
async def test_a_model_that_receives_everything_is_as_it_should_be_and_one_that_lacks_a_thing_is_not(
    era: str, tmp_path: Path
) -> None:
    wire = Wire(tmp_path)
    record = await conversation(wire, era)
    assert wire.protocol() == era
    assert problems(record, wire.tools()) == []
    assert describe(record) == ["text", "its text, marked isError"]
    for turn in range(1, 6):
        received = [*record["received"]]
        received[turn] = {"text": "", "mark": ""}
        assert problems({**record, "received": received}, wire.tools())
    for tool in wire.tools():
        offered = {**record["offered"], tool: None}
        assert problems({**record, "offered": offered}, wire.tools()) == ["both tools with their arguments"]
    ended = {**record, "received": record["received"][:2], "ended": "ToolError: " + record["received"][2]["text"]}
    assert describe(ended) == ["text", "an exception, ToolError"]
