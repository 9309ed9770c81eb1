"""A truncated object fits its budget, and reading its omissions gives the rest of it exactly once."""

import json
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaizen_mcp.tools.json_pointer import resolve
from kaizen_mcp.tools.truncation import ELLIPSIS, OmittedRange, read_part, size, truncate

JsonObject = dict[str, Any]

scalars: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
)
long_texts = st.tuples(st.text(min_size=1, max_size=6), st.integers(0, 400)).map(lambda pair: pair[0] * pair[1])


def repeat(pair: tuple[Any, int]) -> list[Any]:
    return [pair[0]] * pair[1]


values: st.SearchStrategy[Any] = st.recursive(
    scalars | long_texts,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.text(max_size=8), inner, max_size=5)
        | st.tuples(inner, st.integers(0, 30)).map(repeat)
    ),
    max_leaves=8,
)
objects: st.SearchStrategy[JsonObject] = st.dictionaries(
    st.text(max_size=8) | st.sampled_from(["response", "params", "status"]), values, max_size=8
)


def read_on(data: JsonObject, omission: OmittedRange, room: int) -> Any:
    """The omitted value, read part by part as a client does."""
    target = resolve(data, omission.path).value
    pieces: list[Any] = []
    offset: int | None = omission.offset
    while offset is not None and offset < omission.until:
        read = read_part(target, room, path=omission.path, offset=offset)
        pieces.append(restore(data, read.value, read.omitted, room, base=(omission.path, offset)))
        offset = read.next_offset
    if isinstance(target, str):
        return "".join(pieces)[: omission.until - omission.offset]
    if isinstance(target, list):
        return [item for piece in pieces for item in piece]
    if isinstance(target, dict):
        return {key: item for piece in pieces for key, item in piece.items()}
    return pieces[0]


def restore(data: JsonObject, partial: Any, omitted: Any, room: int, base: tuple[str, int] = ("", 0)) -> Any:
    """Insert the omitted values again."""
    partial = json.loads(json.dumps(partial))
    for omission in cast("list[OmittedRange]", omitted):
        missing = read_on(data, omission, room)
        tokens = omission.path.removeprefix(base[0]).split("/")[1:]
        partial = insert(partial, tokens, omission, missing, base[1])
    return partial


def insert(partial: Any, tokens: list[str], omission: OmittedRange, missing: Any, first: int) -> Any:
    if not tokens:
        return join_value(partial, omission, missing)
    name = tokens[0].replace("~1", "/").replace("~0", "~")
    inside: Any = partial
    key: Any = int(name) - first if isinstance(inside, list) else name
    inside[key] = insert(inside[key], tokens[1:], omission, missing, 0)
    return partial


def join_value(partial: Any, omission: OmittedRange, missing: Any) -> Any:
    if isinstance(missing, str):
        start, end = omission.offset, omission.total - omission.until
        assert len(partial) == start + len(ELLIPSIS) + end
        return partial[:start] + missing + (partial[-end:] if end else "")
    if isinstance(missing, list):
        return [*partial, *cast("list[Any]", missing)]
    if isinstance(missing, dict):
        return cast("JsonObject", missing if omission.offset == 0 else {**partial, **missing})
    return missing


@given(objects, st.integers(400, 3000))
def test_a_truncated_object_fits_and_its_omissions_restore_it(data: JsonObject, room: int) -> None:
    truncated = truncate(data, room)
    listed = [omission.to_json() for omission in truncated.omitted]
    assert size(truncated.value) + sum(size(entry) + 1 for entry in listed) <= max(room, 2)
    assert (truncated.value == data and not listed) if size(data) <= room else listed
    assert list(truncated.value) == list(data)[: len(truncated.value)]
    assert json.dumps(restore(data, truncated.value, truncated.omitted, room)) == json.dumps(data)


@given(values, st.integers(400, 2000), st.integers(0, 50))
def test_a_part_fits_and_its_next_offset_advances(value: Any, room: int, offset: int) -> None:
    read = read_part(value, room, path="", offset=offset)
    if isinstance(value, str | list | dict):
        assert read.total == len(cast("str", value))
        assert read.next_offset is None or offset < read.next_offset < len(cast("str", value))
        assert size(read.value) + sum(size(omission.to_json()) + 1 for omission in read.omitted) <= room
    else:
        assert (read.value, read.next_offset, read.total) == (value, None, None)


def test_output_and_params_are_truncated_before_other_fields() -> None:
    execution: JsonObject = {
        "response": {"rows": [{"n": n, "text": "x" * 100} for n in range(1000)]},
        "params": {f"p{n}": "y" * 50 for n in range(200)},
        "id": "a",
        "status": "Failed",
        "errorMessage": "The portal said: " + "no. " * 300,
        "downloads": {"files": [{"id": str(n), "name": f"file-{n}.pdf"} for n in range(20)]},
    }
    truncated = truncate(execution, 8000)
    for whole in ("id", "status", "errorMessage", "downloads"):
        assert truncated.value[whole] == execution[whole]
    assert [omission.path for omission in truncated.omitted] == ["/response/rows", "/params"]
    assert truncated.value["response"]["rows"][0] == execution["response"]["rows"][0]


def test_a_long_text_keeps_its_start_and_end() -> None:
    truncated = truncate({"log": "start " + "." * 10_000 + " end"}, 500)
    assert truncated.value["log"].startswith("start ...")
    assert truncated.value["log"].endswith("... end")
    (omission,) = truncated.omitted
    assert omission.to_json()["what"].endswith(" of 10010 characters")


@pytest.mark.parametrize(
    "data", [{"a": {"b": {str(n): n for n in range(99)}}}, {str(n): "x" * 90 for n in range(999)}]
)
def test_the_smallest_budget_still_lists_omissions(data: JsonObject) -> None:
    truncated = truncate(data, 150)
    assert truncated.omitted
    assert size(truncated.value) <= 150


def test_long_numbers_are_sized_without_being_formatted() -> None:
    # To format them at each level would take seconds. They are sized without formatting, at most once each.
    numbers: Any = [10**4000 + n for n in range(300)]
    for _ in range(100):
        numbers = {"a": numbers}
    assert size(numbers, 22_000) == 22_001
    assert size([10**4000], 22_000) == 4003
    truncated = truncate(numbers, 22_000)
    assert size(truncated.value) <= 22_000
