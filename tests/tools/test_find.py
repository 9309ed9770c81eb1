"""`find` returns each place where a text occurs exactly once, in order, and nothing that is masked."""

import json
import unicodedata
from collections.abc import Iterator
from typing import Any, cast

import anyio
import httpx
import pytest
import strategies
from conftest import ERAS, NOW, Connect
from hypothesis import given
from hypothesis import strategies as st
from mcp import Client
from mcp.types import CallToolResult, TextContent
from pydantic import SecretStr

from kaizen_mcp import Settings, create_server
from kaizen_mcp.json_types import child_pointer, compact_json
from kaizen_mcp.summary.next_step import FIND_RATHER
from kaizen_mcp.tools.find import MAX_TEXT, Search
from kaizen_mcp.tools.json_pointer import Place, resolve
from kaizen_mcp.tools.truncation import size

JsonObject = dict[str, Any]
LIMIT = 8_000
LARGE = 200_000


def call_tools(execution: JsonObject, *calls: JsonObject, era: str = "2026-07-28") -> list[CallToolResult]:
    """The results of some calls, of a server with the smallest limit."""

    async def call_all() -> list[CallToolResult]:
        body = json.dumps({"execution": execution}).encode()
        transport = httpx.MockTransport(lambda _: httpx.Response(200, content=body))
        settings = Settings(api_key=SecretStr("k" * 20), max_result_chars=LIMIT, max_calls_per_minute=100_000)
        server = create_server(settings, transport=transport, clock=lambda: NOW)
        async with Client(server, mode=ERAS[era]) as client:
            return [await client.call_tool("get_execution", {"id": "a", **call}) for call in calls]

    return anyio.run(call_all)


def find(execution: JsonObject, text: Any, **arguments: Any) -> JsonObject:
    (result,) = call_tools(execution, {"find": text, **arguments})
    assert not result.is_error, result.content
    return result.structured_content["matches"]


def paths(matches: JsonObject) -> list[str]:
    return [item["path"] for item in matches["items"]]


def error_text(execution: JsonObject, arguments: JsonObject) -> str:
    (result,) = call_tools(execution, arguments)
    assert result.is_error
    assert isinstance(result.content[0], TextContent)
    return result.content[0].text


def places(value: Any, pointer: str = "") -> Iterator[tuple[str, str | None, str | None]]:
    """Pointer, name and text of each place, in document order; the plainest way to say what `find` looks at."""
    if isinstance(value, dict):
        for name, child in cast("JsonObject", value).items():
            yield from named(child_pointer(pointer, name), name, child)
    elif isinstance(value, list):
        for index, child in enumerate(cast("list[Any]", value)):
            yield from named(child_pointer(pointer, index), None, child)


def named(pointer: str, name: str | None, value: Any) -> Iterator[tuple[str, str | None, str | None]]:
    is_container = isinstance(value, dict | list)
    yield pointer, name, None if is_container else value if isinstance(value, str) else compact_json(value)
    yield from places(value, pointer)


def plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f").casefold()


words = st.text("aAbBäÄßſéİ\u0301 19.-", min_size=1, max_size=5)
values = st.recursive(
    words | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(words, inner, max_size=5),
    max_leaves=30,
)


@given(st.dictionaries(words, values, max_size=6), words.filter(plain), st.integers(150, 2_000))
def test_each_place_is_found_exactly_once_and_in_order(data: JsonObject, text: str, room: int) -> None:
    expected = [
        pointer
        for pointer, *texts in places(data)
        if any(plain(text) in plain(each) for each in texts if each is not None)
    ]
    found: list[str] = []
    total = 1
    while len(found) < total:
        page, total = Search(Place("", data), text).page(len(found), room)
        assert page or total == 0
        found += [match["path"] for match in page]
    assert found == expected


@given(st.text(min_size=1))
def test_a_text_is_found_in_itself_whatever_its_form(text: str) -> None:
    for form in ("NFC", "NFD"):
        for other in ("NFC", "NFD"):
            needle = unicodedata.normalize(form, text).swapcase()
            if plain(needle):
                page, total = Search(
                    Place("", {"a": unicodedata.normalize(other, f"x {text} y").swapcase()}), needle
                ).page(0, 999)
                assert total == 1, page


@pytest.mark.parametrize(
    ("text", "find_text"),
    [
        ("Müller", "muller"), ("MU\u0308LLER", "müller"), ("straße", "STRASSE"), ("Åse", "åse"), ("Łódź", "łodz"),
        ("Москвой", "МОСКВОЙ"), ("東京", "東京"), ("İstanbul", "istanbul"), ("a.*b", ".*"), ("naïve", "NAIVE"),
    ],
)  # fmt: skip
def test_case_and_accents_do_not_matter(text: str, find_text: str) -> None:
    assert paths(find({"id": "0", "note": f"c {text} d"}, find_text)) == ["/note"]


@pytest.mark.parametrize(
    ("value", "text"), [(1093, 1093), (1093, "1093"), (2.5, 2.5), (-7, "-7"), (1e300, 1e300), (True, "true")]
)
def test_a_number_is_looked_for_as_text(value: Any, text: Any) -> None:
    assert paths(find({"id": "a", "response": [value]}, text)) == ["/response/0"]


def test_the_offset_of_a_match_in_a_long_text_is_where_it_begins() -> None:
    log = "é ß " * 5_000 + "Cláim 7 failed" + " x" * 9_000
    (match,) = find({"id": "a", "log": log}, "CLAIM 7")["items"]
    assert log[match["offset"] :].startswith("Cláim 7")
    assert "Cláim 7 failed" in match["text"]


def test_the_row_around_a_match_is_shown_once() -> None:
    rows = [{"claim": f"c-{n}", "note": f"about c-{n}"} for n in range(300)]
    matches = find({"id": "a", "response": {"rows": rows, "tags": ["x c-7 y"], "table": [["c-7", 1]]}}, "c-7")
    first, second, *_ = matches["items"]
    assert first == {"path": "/response/rows/7/claim", "in": "/response/rows/7", "value": rows[7]}
    assert second == {"path": "/response/rows/7/note", "in": "/response/rows/7"}
    tag, cell = matches["items"][-2:]
    assert tag == {"path": "/response/tags/0", "in": "/response/tags", "value": ["x c-7 y"]}
    assert cell == {"path": "/response/table/0/0", "in": "/response/table/0", "value": ["c-7", 1]}


def test_a_name_is_found_and_what_is_large_is_only_counted() -> None:
    matches = find(
        {"id": "a", "response": {"Claims": [{"n": n} for n in range(900)], "k": {"claimId": 1}}}, "claim"
    )
    assert matches["items"] == [
        {"path": "/response/Claims", "what": "900 items"},
        {"path": "/response/k/claimId", "in": "/response/k", "value": {"claimId": 1}},
    ]


@pytest.mark.parametrize("path", ["", "/response", "response.rows"])
def test_find_looks_at_a_path_and_below(path: str) -> None:
    execution = {"id": "needle", "response": {"rows": ["a needle"]}}
    expected = ["/id", "/response/rows/0"] if not path else ["/response/rows/0"]
    assert paths(find(execution, "needle", path=path)) == expected
    assert paths(find(execution, "needle", path="/id")) == ["/id"]


def test_all_matches_can_be_read_on_in_both_eras(era: str) -> None:
    rows = [{"n": n, "text": f"row {n} of the needle"} for n in range(400)]
    execution = {"id": "a", "response": rows}
    found: list[str] = []
    offset: int | None = 0
    while offset is not None:
        (result,) = call_tools(execution, {"find": "needle", "offset": offset}, era=era)
        matches = result.structured_content["matches"]
        assert matches["total"] == 400
        assert isinstance(result.content[1], TextContent)
        assert json.loads(result.content[1].text) == matches
        found += paths(matches)
        offset = matches.get("next_offset")
    assert found == [f"/response/{n}/text" for n in range(400)]


def test_a_million_matches_are_counted_and_the_first_shown() -> None:
    matches = find({"id": "a", "response": [7] * 1_000_000}, "7")
    assert matches["total"] == 1_000_000
    assert paths(matches)[:2] == ["/response/0", "/response/1"]
    assert matches["next_offset"] == len(matches["items"]) > 20


def test_no_match_says_what_was_looked_at() -> None:
    results = call_tools(
        {"id": "a", "password": "hunter2", "response": {"rows": [1, 2]}},
        {"find": "absent"},
        {"find": "absent", "path": "/response"},
    )
    notes = [result.structured_content["notes"][0] for result in results]
    assert notes == [
        'nothing in the object matches "absent": all names and 4 values were looked at, except what is masked',
        'nothing at "/response" matches "absent": all names and 2 values were looked at, except what is masked',
    ]
    assert all(
        isinstance(r.content[0], TextContent) and n in r.content[0].text
        for r, n in zip(results, notes, strict=True)
    )


def test_what_lies_deep_is_found_and_can_be_read() -> None:
    deep: Any = {"leaf": "a needle", "after": 1}
    for _ in range(150):
        deep = {"a": [deep]}
    (found,) = paths(find({"id": "x", "response": deep}, "needle"))
    assert found == "/response" + "/a/0" * 150 + "/leaf"
    (result,) = call_tools({"id": "x", "response": deep}, {"path": found})
    assert result.structured_content["part"]["value"] == "a needle"


secrets = st.text("abcdefghijkmnpqrstuvwxyz0123456789", min_size=8, max_size=24).map(lambda text: f"a1{text}")


@given(secrets, st.data())
def test_a_masked_value_is_never_found_by_its_content(secret: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(secret) - 3))
    text = data.draw(st.sampled_from([secret, secret[start : start + 3], "masked", "[", "[mask", "=[masked]"]))
    execution = {"id": "?", "params": {"password": secret}, "note": f"signed in with password={secret} - ok"}
    first, whole = call_tools(execution, {"find": text}, {})
    assert secret not in str(whole)
    expected = ["/params/password"] * (text in "password") + ["/note"] * (text in "signed in with password= - ok")
    assert paths(first.structured_content["matches"]) == expected
    assert secret not in str(first.structured_content["matches"])


long_names = st.text('a/~"<`|\u00e9', min_size=1, max_size=40).map(lambda text: text * 90)
bulky = st.recursive(
    st.sampled_from(["x" * 90, "<|im_start|>system " * 40, "```" * 300, "é" * 900, "[INST]" * 99, 7, "x"]),
    lambda inner: st.lists(inner, max_size=9) | st.dictionaries(long_names | words, inner, max_size=5),
    max_leaves=30,
)


@given(
    strategies.executions,
    st.dictionaries(long_names | words, bulky, max_size=9),
    st.sampled_from(["x", "a", "`", "<", "im_start", "[INST]", "7", "absent", "é" * MAX_TEXT, "<|a|>" * 100]),
)
def test_each_half_fits_the_limit(execution: JsonObject, response: JsonObject, text: str) -> None:
    (result,) = call_tools({**execution, "response": response}, {"find": text})
    assert not result.is_error, result.content
    matches = result.structured_content["matches"]
    assert len(matches["items"]) == matches.get("next_offset", matches["total"])
    assert matches["items"] or not matches["total"]
    assert size(result.structured_content) <= LIMIT
    assert sum(len(block.text) for block in result.content if isinstance(block, TextContent)) <= LIMIT


def test_a_path_that_is_too_long_is_replaced_by_what_it_is_in() -> None:
    (match,) = find({"id": "a", "response": {"x" * 3_000: "needle", "y": "z" * 2_000}}, "needle")["items"]
    assert match == {"below": "/response", "text": "needle"}


@pytest.mark.parametrize("empty", ["", " ", None, "null", []])
def test_an_empty_text_counts_as_not_given(empty: Any) -> None:
    (result,) = call_tools({"id": "a"}, {"find": empty})
    assert result.structured_content["raw"] == {"id": "a"}
    assert "matches" not in result.structured_content


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"find": "x" * (MAX_TEXT + 1)}, "is longer than 500 characters; a part of it will do."),
        ({"find": "\u0301"}, "it has only accents in it, which are not looked at; add a letter."),
        ({"find": ["a", "b"]}, "input should be a valid string."),
        ({"find": "a", "offset": 5}, 'Offset 5 is beyond the last match: "a" has 1; call without offset.'),
        ({"find": "a", "path": "/none"}, 'There is nothing at path "/none"'),
    ],
)
def test_what_can_not_be_looked_for_is_explained(arguments: JsonObject, sentence: str) -> None:
    text = error_text({"id": "a"}, arguments)
    assert text.startswith("[invalid_input] ")
    assert sentence in text


def test_a_large_object_is_searched_as_a_small_one_is() -> None:
    rows = [{"n": n, "claim": f"2026-{n:05}"} for n in range(LARGE // 30)]
    matches = find({"id": "a", "response": {"rows": rows}}, "2026-01093")
    assert matches["items"] == [
        {"path": "/response/rows/1093/claim", "in": "/response/rows/1093", "value": rows[1093]}
    ]


@pytest.mark.anyio
async def test_the_next_step_names_find_where_reading_all_would_take_longer(
    connect: Connect, sandbox: httpx.ASGITransport
) -> None:
    async with connect(sandbox) as client:
        large = await client.call_tool("get_execution", {"id": "exec-large"})
        small = await client.call_tool("get_execution", {"id": "exec-invoices-finished"})
        part = await client.call_tool("get_execution", {"id": "exec-large", "path": "/response/rows/7"})
        rows = await client.call_tool("get_execution", {"id": "exec-large", "path": "/response/rows"})
    steps = [result.structured_content["summary"]["next_step"] for result in (large, small, part, rows)]
    assert [FIND_RATHER in step for step in steps] == [True, False, False, True]
    assert isinstance(large.content[0], TextContent)
    assert FIND_RATHER in large.content[0].text


def test_a_found_path_leads_to_the_value_that_is_shown() -> None:
    execution = {"id": "a", "response": {"a/b": {"~": [{"x": "needle"}]}, "long": "y" * 2_000}}
    (match,) = find(execution, "needle")["items"]
    assert match["path"] == "/response/a~1b/~0/0/x"
    assert resolve(execution, match["in"]).value == match["value"]
