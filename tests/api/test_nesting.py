"""Objects nested deeper than MCP clients can read are returned in parts; nothing is lost or leaked."""

import json
from typing import Any

import httpx
import pytest
from conftest import Connect
from hypothesis import given
from hypothesis import strategies as st

from kaizen_mcp.api.nesting import MAX_DEPTH, PLACEHOLDER, convert_in_parts, is_deeper_than
from kaizen_mcp.sanitize.safe_mode import SafeMode
from kaizen_mcp.sanitize.text_masker import TextMasker

JsonObject = dict[str, Any]


def nested(levels: int, innermost: Any, *, name: str = "a") -> JsonObject:
    """An object with so many levels, alternating lists and objects, including `innermost`."""
    value = innermost
    for level in range(levels - 2):
        value = [value] if level % 2 else {name: value}
    return {"response": value}


def step_into(value: Any, token: str) -> Any:
    return value[int(token) if type(value) is list else token]


def respond_with(execution: JsonObject) -> httpx.MockTransport:
    body = json.dumps({"execution": execution})
    return httpx.MockTransport(lambda _: httpx.Response(200, content=body))


@pytest.mark.anyio
@pytest.mark.parametrize("levels", [MAX_DEPTH, MAX_DEPTH + 1, 2 * MAX_DEPTH + 1, 900])
async def test_every_level_of_a_deep_object_can_be_read(connect: Connect, era: str, levels: int) -> None:
    execution = {"id": "a", "status": "Completed", **nested(levels, {"innermost": "value"})}
    arguments: JsonObject = {"id": "a"}
    results: list[JsonObject] = []
    async with connect(respond_with(execution), era=era) as client:
        for _ in range(levels // MAX_DEPTH + 1):
            result = await client.call_tool("get_execution", arguments)
            assert not result.is_error, result.content
            results.append(result.structured_content)
            assert not is_deeper_than(results[-1], MAX_DEPTH + 10)
            if "omitted" in results[-1]:
                arguments = {"id": "a", "path": results[-1]["omitted"][0]["path"]}
    assert '{"innermost": "value"}' in json.dumps(results[-1])
    assert "omitted" not in results[-1]


@pytest.mark.anyio
async def test_deep_parts_are_noted_and_listed_as_omitted(connect: Connect) -> None:
    execution = {"id": "a", "status": "Completed", **nested(MAX_DEPTH + 5, ["x"])}
    async with connect(respond_with(execution)) as client:
        result = await client.call_tool("get_execution", {"id": "a"})
        (omitted,) = result.structured_content["omitted"]
        read = await client.call_tool("get_execution", {"id": "a", "path": omitted["path"]})
    assert omitted["path"].startswith("/response/")
    assert omitted["path"].count("/") == MAX_DEPTH
    assert "1 part nested deeper than 100 levels left out; read with path" in result.structured_content["notes"]
    value: Any = execution
    for token in omitted["path"].split("/")[1:]:
        value = step_into(value, token)
    assert read.structured_content["part"]["value"] == value


@pytest.mark.anyio
async def test_credentials_in_deep_parts_are_masked_and_listed(connect: Connect) -> None:
    execution = {"id": "a", "status": "Completed", **nested(MAX_DEPTH + 2, {"password": "hunter2-x", "n": 1})}
    async with connect(respond_with(execution)) as client:
        result = await client.call_tool("get_execution", {"id": "a"})
        path = result.structured_content["omitted"][0]["path"]
        read = await client.call_tool("get_execution", {"id": "a", "path": path})
    assert "hunter2" not in json.dumps([result.model_dump(mode="json"), read.model_dump(mode="json")])
    assert result.structured_content["redacted"][0].startswith(path)
    assert result.structured_content["redacted"][0].endswith("/password")


@pytest.mark.anyio
async def test_a_deep_part_below_a_credential_name_cannot_be_read(connect: Connect) -> None:
    execution = {"id": "a", "status": "Completed", **nested(MAX_DEPTH + 20, {"x": "hunter2-x"}, name="password")}
    async with connect(respond_with(execution)) as client:
        result = await client.call_tool("get_execution", {"id": "a"})
        path = result.structured_content["redacted"][0]
        read = await client.call_tool("get_execution", {"id": "a", "path": path})
        deeper = await client.call_tool("get_execution", {"id": "a", "path": f"{path}/0"})
    assert read.structured_content["part"]["value"] == "[masked]"
    assert deeper.is_error
    assert "hunter2" not in json.dumps([reply.model_dump(mode="json") for reply in (result, read, deeper)])


@pytest.mark.anyio
async def test_more_than_900_levels_are_rejected(connect: Connect) -> None:
    async with connect(respond_with(nested(901, {}))) as client:
        result = await client.call_tool("get_execution", {"id": "a"})
    assert result.is_error
    assert "nested more than 900 levels deep" in json.dumps(result.model_dump(mode="json"))


SECRETS = {
    "a header": {"headers": {"Authorization": "abc sekrit2"}},
    "a header in a list": {"headers": {"Authorization": ["abc sekrit2"]}},
    "a labelled locator": {"locator": {"label": "PIN"}, "value": "sekrit1"},
    "a name and a value": {"name": "PIN", "value": {"x": ["sekrit1"]}},
    "a nested password": {"password": {"a": {"b": ["sekrit3"]}}},
}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize("levels", [*range(MAX_DEPTH - 5, MAX_DEPTH + 3), 2 * MAX_DEPTH - 2, 2 * MAX_DEPTH])
def test_a_cut_takes_no_secret_away_from_what_names_it(secret: JsonObject, levels: int) -> None:
    safe_mode = SafeMode(TextMasker())
    data = nested(levels, secret)
    top, parts = convert_in_parts(data, lambda part, _: safe_mode.apply(part).data)
    assert "sekrit" not in json.dumps([top, *parts.values()])


@pytest.mark.anyio
@pytest.mark.parametrize("container", ["list", pytest.param("object", marks=pytest.mark.slow)])
async def test_following_omitted_reads_every_deep_part_once(connect: Connect, container: str) -> None:
    leaves = {f"k{number}": nested(MAX_DEPTH + 10, {"leaf": {"x": f"LEAF{number}."}}) for number in range(60)}
    execution = {"id": "a", "status": "Completed", "m": [*leaves.values()] if container == "list" else leaves}
    pending: list[JsonObject] = [{}]
    asked: set[tuple[str, int]] = set()
    text = ""
    async with connect(respond_with(execution)) as client:
        while pending:
            arguments = pending.pop()
            key = (arguments.get("path", ""), arguments.get("offset", 0))
            assert key not in asked
            asked.add(key)
            result = (await client.call_tool("get_execution", {"id": "a", **arguments})).structured_content
            text += json.dumps(result.get("part", {}).get("value", ""))
            pending += [{"path": o["path"], "offset": o["offset"]} for o in result.get("omitted", [])]
            if "next_offset" in result.get("part", {}):
                pending.append({"path": arguments["path"], "offset": result["part"]["next_offset"]})
    assert [text.count(f"LEAF{number}.") for number in range(60)] == [1] * 60


trees = st.recursive(
    st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=20,
)


def wrap(tree: Any, shape: list[str | None]) -> JsonObject:
    for name in shape:
        tree = [0, tree] if name is None else {"before": 1, name: tree}
    return {"response": tree}


@given(trees, st.lists(st.none() | st.sampled_from(["a", "~", "/", "b/~1"]), min_size=80, max_size=320))
def test_the_parts_together_are_the_whole_object(tree: Any, shape: list[str | None]) -> None:
    data = wrap(tree, shape)
    top, parts = convert_in_parts(data, lambda part, _: part)
    assert not any(is_deeper_than(part, MAX_DEPTH + 1) for part in [top, *parts.values()])
    for pointer in sorted(parts, key=len, reverse=True):
        owner = max((p for p in parts if pointer.startswith(f"{p}/")), key=len, default="")
        value: Any = parts.get(owner, top)
        *parents, last = [
            t.replace("~1", "/").replace("~0", "~") for t in pointer.removeprefix(owner).split("/")[1:]
        ]
        for token in parents:
            value = step_into(value, token)
        assert step_into(value, last) == PLACEHOLDER
        value[int(last) if isinstance(value, list) else last] = parts[pointer]
    assert top == data
