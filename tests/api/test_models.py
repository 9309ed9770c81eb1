"""For any object from the API the lookup succeeds, `raw` is complete, and notes report unexpected values."""

import json
import re
from typing import Any, Literal

import anyio
import httpx
import jsonschema
import pytest
from conftest import NOW, Connect, LookUp
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from mcp import Client
from mcp.types import CallToolResult, TextContent
from pydantic import SecretStr
from strategies import LOGIN, executions

from kaizen_mcp import Settings, create_server
from kaizen_mcp.api.times import read_time
from kaizen_mcp.server import TOOLS
from kaizen_mcp.summary.as_text import MAX_VERDICT
from kaizen_mcp.tools.get_execution import GET_EXECUTION
from kaizen_mcp.tools.lookup import Lookup

JsonObject = dict[str, Any]


def ignored_note(place: str, kind: str) -> str:
    return f"{place} holds {kind} that is not understood; the summary leaves it out"


UNEXPECTED: list[tuple[JsonObject, str]] = [
    (
        {"status": "Cancelled"},
        'status "Cancelled" is not one the API documents',
    ),
    (
        {"status": "Complete"},
        'status "Complete" is not one the API documents',
    ),
    ({"status": 7}, 'status "7" is not one the API documents'),
    ({"status": None}, "the object has no status"),
    ({"id": None}, "the object has no id"),
    ({"attempts": True}, ignored_note("/attempts", "true or false")),
    ({"attempts": -1}, ignored_note("/attempts", "a number")),
    ({"attempts": 2**53}, ignored_note("/attempts", "a number")),
    ({"isTest": "yes"}, ignored_note("/isTest", "text")),
    ({"startTime": 1700}, ignored_note("/startTime", "a number")),
    ({"startTime": "yesterday"}, ignored_note("/startTime", "text")),
    ({"startTime": "2026-13-45T99:00:00Z"}, ignored_note("/startTime", "text")),
    ({"startTime": "2026-11-22T09:00:00"}, "/startTime is a time without a zone, read as UTC"),
    ({"liveViewUrl": "javascript:alert(1)"}, ignored_note("/liveViewUrl", "text")),
    ({"workflow": "Submit claim"}, ignored_note("/workflow", "text")),
    (
        {
            "authentications": [
                {"status": "InProgress", "liveViewUrl": "https://a.example"},
                {"status": "InProgress", "liveViewUrl": "https://b.example"},
            ]
        },
        "several logins are open, each with a live view link of its own in /authentications",
    ),
    ({"authentications": {"status": "InProgress"}}, ignored_note("/authentications", "an object")),
    (
        {"authentications": ["x", {}]},
        "/authentications holds items that are not objects and were not understood",
    ),
    (
        {"authentications": [{"status": "Expired"}]},
        'authentication status "Expired" is not one this server knows',
    ),
    (
        {"downloads": {"files": [{"sizeBytes": "big"}, {"sizeBytes": "huge"}]}},
        ignored_note("sizeBytes of an item of /downloads/files", "text"),
    ),
    (
        {"startTime": "2026-11-22T09:00:00Z", "endTime": "2026-11-22T08:00:00Z", "status": "Completed"},
        "its times contradict each other: by them it ended before it started",
    ),
    (
        {"status": "InProgress", "endTime": "2026-11-22T08:00:00Z"},
        "it has an end time, though its status is not one of an ended run",
    ),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("execution", "note"), UNEXPECTED, ids=str)
async def test_an_unexpected_value_gets_exactly_one_note(
    look_up: LookUp, execution: JsonObject, note: str
) -> None:
    _, notes = await look_up({"id": "a", "status": "InProgress", **execution})
    assert notes == [note]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("ENQUEUED", "queued"),
        ("in_progress", "running"),
        (" In Progress\n", "running"),
        ("IN-PROGRESS", "running"),
        ("paused", "paused"),
        ("COMPLETED", "finished"),
        ("failed", "failed"),
        ("Cancelled", "unknown"),
        ("In.Progress", "unknown"),
        ("Finished", "unknown"),
        (7, "unknown"),
    ],
)
async def test_a_status_is_recognised_in_any_case_and_with_any_separator(
    look_up: LookUp, status: object, state: str
) -> None:
    summary, notes = await look_up({"id": "a", "status": status})
    assert summary["status"] == str(status).strip()
    assert summary["state"] == state
    assert any(note.startswith("status ") for note in notes) is (state == "unknown")


@pytest.mark.anyio
async def test_an_authentication_status_is_recognised_in_any_case(look_up: LookUp) -> None:
    statuses = ["ENQUEUED", "in_progress", "Finished", "FAILED", "Completed"]
    summary, notes = await look_up(
        {"id": "a", "status": "InProgress", "authentications": [{"status": status} for status in statuses]}
    )
    assert summary["failed_logins"] == 1
    assert notes == ['authentication status "Completed" is not one this server knows']


@pytest.mark.anyio
@pytest.mark.parametrize("blank", [None, "", "  "])
async def test_null_and_blank_texts_count_as_missing(look_up: LookUp, blank: str | None) -> None:
    texts = dict.fromkeys(["name", "liveViewUrl", "parentExecutionId", "truncatedResponse"], blank)
    nested = {"authentications": [{"status": "Finished", "liveViewUrl": blank}], "startBlock": {"name": blank}}
    files = {"downloads": {"files": [{"name": blank, "downloadUrl": blank}], "message": blank}}
    summary, notes = await look_up({"id": "a", "status": "InProgress", **texts, **nested, **files})
    assert notes == []
    assert not {"name", "live_view_url", "start_block_name", "downloads_names", "response_truncated"} & set(
        summary
    )


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("field", "first_note"),
    [
        ("id", "the object has no id"),
        ("status", "the object has no status"),
    ],
)
async def test_an_id_or_status_of_the_wrong_type_is_noted(look_up: LookUp, field: str, first_note: str) -> None:
    _, notes = await look_up({"id": "a", "status": "InProgress", field: ["Failed"]})
    assert notes == [
        first_note,
        f"/{field} holds a list that is not understood; the summary leaves it out",
    ]


@pytest.mark.anyio
async def test_null_fields_count_as_missing(look_up: LookUp) -> None:
    sample = dict.fromkeys(["name", "workflow", "logins", "startTime", "attempts", "downloads", "liveViewUrl"])
    summary, notes = await look_up({"id": "a", "status": "Enqueued", **sample})
    assert notes == []
    assert set(summary) == {
        "headline", "next_step", "kind", "id", "status", "state", "finished", "needs_person", "should_poll",
        "poll_after_seconds", "has_response",
    }  # fmt: skip


@pytest.mark.anyio
async def test_unrepresentable_numbers_and_lone_surrogates_become_text(connect: Connect, era: str) -> None:
    body = (
        rb'{"execution": {"id": "a", "big": 1e999, "small": -2e-400, "zero": 0.0e5, "\ud800k": ["half \uDC00"]}}'
    )
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=body))
    async with connect(transport, era=era) as client:
        result = await client.call_tool("get_execution", {"id": "a"})
    raw = result.structured_content["raw"]
    assert raw == {"id": "a", "big": "1e999", "small": "-2e-400", "zero": 0.0, "\\ud800k": ["half \\udc00"]}
    assert result.structured_content["notes"][1:] == [
        "a number too large or too small for JSON readers is shown as text",
        "text that is not valid Unicode (a lone surrogate) is shown as \\uXXXX",
    ]


@pytest.mark.anyio
async def test_a_huge_integer_becomes_text_and_colliding_names_are_kept(connect: Connect) -> None:
    digits = "9" * 5_000
    body = b'{"execution": {"id": "a", "n": %b, "\\ud800": 1, "\\\\ud800": 2}}' % digits.encode()
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=body))
    async with connect(transport) as client:
        result = await client.call_tool("get_execution", {"id": "a"})
    assert result.structured_content["raw"] == {"id": "a", "n": digits, "\\ud800": 1, "\\ud800_2": 2}


BIG_INTEGER = "an integer beyond 2^53, which many JSON readers round, is shown as text"
NOT_A_NUMBER = "NaN or Infinity, which JSON has no numbers for, is shown as text"


@pytest.mark.anyio
@pytest.mark.parametrize("number", [1915883588174806058, -(2**53) - 1, 2**64, 10**30])
@pytest.mark.parametrize("raw", ["safe", "exact"])
async def test_an_integer_beyond_2_to_the_53_is_text_unless_raw_is_exact(
    connect: Connect, number: int, raw: Literal["safe", "exact"]
) -> None:
    execution = {"id": number, "status": "Completed", "response": {"rows": [number, 2**53]}}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"execution": execution}))
    async with connect(transport, settings=Settings(api_key=SecretStr("k"), raw=raw)) as client:
        result = await client.call_tool("get_execution", {"id": str(number)})
    shown: JsonObject = {"id": str(number), "response": {"rows": [str(number), 2**53]}}
    assert result.structured_content["raw"] == (execution if raw == "exact" else execution | shown)
    assert result.structured_content["summary"]["id"] == str(number)
    assert result.structured_content["notes"] == [BIG_INTEGER] * (raw == "safe")
    assert isinstance(result.content[1], TextContent)
    assert json.loads(result.content[1].text) == result.structured_content["raw"]


@pytest.mark.anyio
@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("raw", ["safe", "exact"])
async def test_nan_and_infinity_are_shown_as_text(
    connect: Connect, word: str, raw: Literal["safe", "exact"]
) -> None:
    body = b'{"execution": {"id": "a", "status": "Completed", "response": [1.5, %b]}}' % word.encode()
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=body))
    async with connect(transport, settings=Settings(api_key=SecretStr("k"), raw=raw)) as client:
        result = await client.call_tool("get_execution", {"id": "a"})
    assert result.structured_content["raw"]["response"] == [1.5, word]
    assert result.structured_content["notes"] == [NOT_A_NUMBER]


@pytest.mark.anyio
async def test_an_escaped_surrogate_pair_is_one_character(connect: Connect) -> None:
    body = rb'{"execution": {"id": "a", "status": "Completed", "name": "\ud83d\ude00"}}'
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=body))
    async with connect(transport) as client:
        result = await client.call_tool("get_execution", {"id": "a"})
    assert result.structured_content["raw"]["name"] == "😀"
    assert result.structured_content["notes"] == []


OPEN_LOGIN = {"authentications": [{"status": "InProgress"}]}
MANUAL_LOGIN = {"contextAuthentications": [LOGIN]}
AUTHENTICATED = {"contextAuthentications": [LOGIN | {"authenticationStatus": "Authenticated"}]}
UNAUTHENTICATED = {"contextAuthentications": [LOGIN | {"authenticationStatus": "Unauthenticated"}]}


OTHER_LOGIN = {"loginSummary": {"loginId": "l-3", "name": "Done", "isManual": True}}
AUTHENTICATED_STATUS = {"authenticationStatus": "Authenticated"}
AUTOMATIC_LOGIN = {"loginSummary": {"loginId": "l-2", "name": "Other", "isManual": False}}


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("execution", "waits"),
    [
        (OPEN_LOGIN | MANUAL_LOGIN, "yes"),
        (MANUAL_LOGIN | {"authentications": [{"status": "In Progress"}]}, "yes"),
        (
            {"status": "PAUSED", "contextAuthentications": [LOGIN | {"authenticationStatus": "unauthenticated"}]},
            "maybe",
        ),
        (OPEN_LOGIN | MANUAL_LOGIN | {"status": "Mystery"}, "yes"),
        (OPEN_LOGIN | MANUAL_LOGIN | {"status": None}, "yes"),
        (OPEN_LOGIN | {"contextAuthentications": [LOGIN, AUTOMATIC_LOGIN]}, "maybe"),
        (OPEN_LOGIN | AUTHENTICATED, "maybe"),
        (OPEN_LOGIN | {"contextAuthentications": [LOGIN, LOGIN]}, "maybe"),
        (OPEN_LOGIN | {"contextAuthentications": [LOGIN, {"contextAuthenticationId": "c-2"}]}, "maybe"),
        ({"authentications": [{"status": "InProgress"}] * 2, "contextAuthentications": [LOGIN] * 2}, "yes"),
        (UNAUTHENTICATED | {"status": "Paused"}, "maybe"),
        (OPEN_LOGIN | {"status": "Paused"}, "maybe"),
        (OPEN_LOGIN | {"status": "Paused", "contextAuthentications": [AUTOMATIC_LOGIN]}, None),
        (MANUAL_LOGIN | {"authentications": [{"status": "Finished"}]}, None),
        (MANUAL_LOGIN | {"authentications": []}, None),
        (OPEN_LOGIN | {"contextAuthentications": []}, None),
        (OPEN_LOGIN | {"contextAuthentications": [AUTOMATIC_LOGIN]}, None),
        ({"status": "Paused"}, None),
        (OPEN_LOGIN | {"contextAuthentications": [LOGIN, OTHER_LOGIN | AUTHENTICATED_STATUS]}, "yes"),
        (OPEN_LOGIN | {"contextAuthentications": [OTHER_LOGIN | AUTHENTICATED_STATUS, LOGIN]}, "yes"),
        (OPEN_LOGIN | {"contextAuthentications": [LOGIN, AUTOMATIC_LOGIN | AUTHENTICATED_STATUS]}, "yes"),
        (OPEN_LOGIN | MANUAL_LOGIN | {"status": "Completed"}, None),
    ],
    ids=str,
)
async def test_waits_for_login_is_yes_only_if_the_object_is_certain(
    look_up: LookUp, execution: JsonObject, waits: str | None
) -> None:
    summary, _ = await look_up({"id": "a", "status": "InProgress", **execution})
    assert summary.get("waits_for_login") == waits
    assert summary["needs_person"] is (waits is not None or summary["state"] == "paused")
    headline = summary["headline"]
    assert '"Done"' not in headline
    assert ("it waits for a person to log in" in headline) is (waits == "yes")
    assert ("it may be waiting for a person to log in" in headline) is (waits == "maybe")


# Read without their zone, or without AM and PM, these would be hours off.
NO_ZONE = [
    "Nov 22, 2026 7:00:00 PM",
    "Sun, 22 Nov 2026 09:00:00 CET",
    "Sun Nov 22 09:00:00 CET 2026",
    "22 Nov 2026 09:00",
]
NO_TIME = "{} is a date that stands for no time, read as not set"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("value", "started_at"),
    [
        (1795338000569, "2026-11-22T09:00:00.569000Z"),
        ("1795338000", "2026-11-22T09:00:00Z"),
        (1795338000, "2026-11-22T09:00:00Z"),
        (1795338000.5, "2026-11-22T09:00:00.500000Z"),
        ("1795338000569", "2026-11-22T09:00:00.569000Z"),
        (1795338000569000, "2026-11-22T09:00:00.569000Z"),
        ("1795338000569000000", "2026-11-22T09:00:00.569000Z"),
        ("/Date(1795338000569)/", "2026-11-22T09:00:00.569000Z"),
        ("Sun, 22 Nov 2026 09:00:00 GMT", "2026-11-22T09:00:00Z"),
        ("2026-11-22 09:00:00 UTC", "2026-11-22T09:00:00Z"),
        ("2026-11-22 09:00:00.569 +0000 UTC", "2026-11-22T09:00:00.569000Z"),
        ("2026-11-22T09:00:00.123456789Z", "2026-11-22T09:00:00.123456Z"),
        ("2026-11-22T09:00:00z", "2026-11-22T09:00:00Z"),
        ("Sun Nov 22 2026 04:00:00 GMT-0500 (Eastern Standard Time)", "2026-11-22T04:00:00-05:00"),
        ("Sun Nov 22 09:00:00 UTC 2026", "2026-11-22T09:00:00Z"),
        ("2026-11-22 04:00:00.5 -0500 EST", "2026-11-22T04:00:00.500000-05:00"),
        ("2026-11-22 09:00:00 +0000 UTC m=+0.012", "2026-11-22T09:00:00Z"),
        ("2026-11-22T10:00:00+01:00[Europe/Berlin]", "2026-11-22T10:00:00+01:00"),
        ("2026/11/22 09:00:00Z", "2026-11-22T09:00:00Z"),
        ("2026-11-22 04:00:00 -05:00", "2026-11-22T04:00:00-05:00"),
        ("20261122T090000Z", "2026-11-22T09:00:00Z"),
        ("", None),
    ],
)
async def test_a_time_is_read_in_every_common_form(look_up: LookUp, value: object, started_at: str | None) -> None:
    summary, notes = await look_up({"id": "a", "status": "Completed", "startTime": value})
    assert (summary.get("started_at"), notes) == (started_at, [])


@pytest.mark.anyio
@pytest.mark.parametrize(
    "no_time",
    [
        *("0001-01-01T00:00:00Z", "0001-01-01T00:00:00", "1970-01-01T00:00:00Z", "1969-12-31T19:00:00-05:00", 0),
        *(
            "0",
            -62135596800000,
            "1900-01-01 00:00:00",
            "0000-00-00 00:00:00",
            "Mon, 01 Jan 0001 00:00:00 GMT",
            "9999-12-31T23:59:59.999Z",
        ),
    ],
)
async def test_a_date_that_stands_for_no_time_ends_nothing(look_up: LookUp, no_time: object) -> None:
    running = {"id": "a", "status": "InProgress", "startTime": "2026-11-22T09:28:00Z"}
    summary, notes = await look_up({**running, "endTime": no_time})
    assert summary["headline"] == 'Execution "a" has been running for 2 min.'
    assert (summary["should_poll"], summary.get("ended_at"), notes) == (True, None, [NO_TIME.format("/endTime")])


@pytest.mark.anyio
@pytest.mark.parametrize(
    "value", [7, True, "soon", "99999999999999999999", 1e300, "2026-02-30T00:00:00Z", [], *NO_ZONE]
)
async def test_what_is_no_time_is_noted_as_not_understood(look_up: LookUp, value: object) -> None:
    _, notes = await look_up({"id": "a", "status": "InProgress", "startTime": value})
    (note,) = notes
    assert note.startswith("/startTime holds ")
    assert note.endswith(" that is not understood; the summary leaves it out")


@given(st.integers(946_684_800, 10_413_791_999), st.sampled_from([1, 10**3, 10**6, 10**9]))
def test_a_unix_time_is_read_in_the_unit_it_is_counted_in(seconds: int, unit: int) -> None:
    time = read_time(seconds * unit)
    assert time is not None
    assert abs(time.timestamp() - seconds) < 0.001


ATTEMPT = {
    "id": "a",
    "status": "InProgress",
    "startTime": "2026-11-22T09:28:00Z",
    "endTime": "2026-11-22T09:10:00Z",
}
LEFT_OVER = "its end time is left over from an earlier attempt, so it does not count"
CONTRADICTORY = "its times contradict each other: by them it ended before it started"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("fields", "headline", "note"),
    [
        ({"attempts": 2}, "has been running for 2 min, attempt 2.", LEFT_OVER),
        ({"attempts": 2, "startTime": None}, "is running, attempt 2.", LEFT_OVER),
        ({"attempts": 2, "endTime": "2026-11-22T09:28:00Z"}, "has been running for 2 min, attempt 2.", LEFT_OVER),
        ({"status": "Failed", "attempts": 2}, "failed, on attempt 2;", CONTRADICTORY),
        ({"attempts": 3, "totalAttempts": 3}, "has been running for 2 min, attempt 3 of 3.", LEFT_OVER),
        ({"attempts": 1}, "has been running for 2 min, attempt 1.", CONTRADICTORY),
        ({}, "has been running for 2 min.", CONTRADICTORY),
        ({"status": "Completed"}, "finished, with no output", CONTRADICTORY),
        ({"status": "Paused", "attempts": 2}, "is paused, attempt 2 (it started 2 min ago)", LEFT_OVER),
        (
            {"status": "Enqueued", "attempts": 2, "startTime": "2026-11-22T09:00:00Z"},
            "is queued.",
            LEFT_OVER,
        ),
    ],
    ids=str,
)
async def test_an_end_before_the_start_ends_nothing(
    look_up: LookUp, fields: JsonObject, headline: str, note: str
) -> None:
    summary, notes = await look_up({**ATTEMPT, **fields})
    assert headline in summary["headline"]
    assert "ended_at" not in summary
    assert notes == [note]


@pytest.mark.anyio
async def test_a_small_difference_between_two_clocks_contradicts_nothing(look_up: LookUp) -> None:
    times = {"startTime": "2026-11-22T09:00:00.900Z", "endTime": "2026-11-22T09:00:00.850Z"}
    summary, notes = await look_up({"id": "a", "status": "Completed", **times})
    assert summary["headline"].startswith('Execution "a" finished 29 min ago after running for less than a second')
    assert notes == []


WRONG_DURATION = "its durationMs does not fit its times, which are what counts here"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("duration", "seconds", "notes"),
    [
        (240, 240, [WRONG_DURATION]),
        (240_000, 240, []),
        ("240000", 240, []),
        (200_000, 200, []),
        (30_000, 30, []),
        (10**10, 240, [WRONG_DURATION]),
        (10**15, 240, [ignored_note("/durationMs", "a number")]),
        (-240, 240, [ignored_note("/durationMs", "a number")]),
        ("4 min", 240, [ignored_note("/durationMs", "text")]),
        (None, 240, []),
    ],
    ids=str,
)
async def test_the_times_count_where_the_duration_contradicts_them(
    look_up: LookUp, duration: object, seconds: float, notes: list[str]
) -> None:
    times = {"startTime": "2026-11-22T09:00:00Z", "endTime": "2026-11-22T09:04:00Z", "durationMs": duration}
    summary, found_notes = await look_up({"id": "a", "status": "Completed", **times})
    assert (summary["duration_seconds"], found_notes) == (seconds, notes)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("times", "seconds"),
    [
        ({"durationMs": 1500, "startTime": "2026-11-22T09:00:00Z", "status": "Completed"}, 1.5),
        ({"durationMs": 0, "startTime": "2026-11-22T09:00:00Z"}, 1800),
        ({"durationMs": 1500}, 1.5),
        ({"durationMs": 0, "startTime": "2026-11-22T09:00:00Z", "status": "Enqueued"}, None),
        ({"startTime": "2026-11-22T09:30:20Z"}, 0),
        ({"startTime": "2026-11-22T09:00:00Z", "endTime": "2026-11-22T10:00:00Z"}, 1800),
        ({"startTime": "2026-11-22T09:00:00Z", "endTime": "2026-11-22T10:00:30+01:00"}, 30),
        ({"startTime": "2026-11-22T09:00:00Z"}, 1800),
        ({"startTime": "2026-11-22T11:00:00Z"}, None),
        ({"startTime": "2026-11-22T09:00:00Z", "status": "Completed"}, None),
        ({"startTime": "2026-11-22T09:00:00Z", "status": "Enqueued"}, None),
        ({}, None),
    ],
)
async def test_the_duration_comes_from_the_best_available_source(
    look_up: LookUp, times: JsonObject, seconds: float | None
) -> None:
    summary, _ = await look_up({"id": "a", "status": "InProgress", **times})
    assert summary.get("duration_seconds") == seconds


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("field", "value", "quoted"),
    [
        ("error", "boom", {"/error": "boom"}),
        ("failureReason", "boom", {"/failureReason": "boom"}),
        ("message", "boom", {"/message": "boom"}),
        (
            "errorAnalysis",
            {"why": "x", "steps": ["a"]},
            {"/errorAnalysis/why": "x", "/errorAnalysis/steps/0": "a"},
        ),
        ("errors", [{"message": "boom"}], {"/errors/0/message": "boom"}),
        ("errors", [str(n) for n in range(9)], {f"/errors/{n}": str(n) for n in range(5)}),
        ("error", {"a": {"b": {"c": "deep"}}}, {"/error/a/b/c": "deep"}),
        ("error", {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": "too deep"}}}}}}}}, None),
        ("error", {"code": 500, "fatal": True}, {"/error/code": "500"}),
        ("authentications", [{"errorMessage": "expired"}], {"/authentications/0/errorMessage": "expired"}),
        ("error", None, None),
        ("pauseReason", "Held", {"/pauseReason": "Held"}),
        ("contextAuthentications", [{"error": "locked"}], {"/contextAuthentications/0/error": "locked"}),
        ("response", {"error": "no such member"}, {"/response/error": "no such member"}),
        ("mirror", "boom", None),
    ],
    ids=str,
)
async def test_error_like_fields_are_quoted_with_their_paths(
    look_up: LookUp, field: str, value: Any, quoted: dict[str, str] | None
) -> None:
    summary, _ = await look_up({"id": "a", "status": "Failed", field: value})
    errors = [*summary.get("reason", []), *summary.get("error_fields", [])]
    assert ({error["field"]: error["text"] for error in errors} or None) == quoted


def call_tool(lookup: Lookup, body: JsonObject, raw: Literal["safe", "exact"]) -> CallToolResult:
    async def call() -> CallToolResult:
        transport = httpx.MockTransport(lambda _: httpx.Response(200, content=json.dumps(body).encode()))
        settings = Settings(api_key=SecretStr("k"), raw=raw)
        server = create_server(settings, transport=transport, clock=lambda: NOW)
        async with Client(server) as client:
            return await client.call_tool(lookup.name, {"id": "a"})

    return anyio.run(call)


ENDED_STATUSES = ["Completed", "COMPLETED", "Failed", " failed"]
OUTPUT_SCHEMAS = {lookup.name: lookup.published(24_000).output_schema or {} for lookup in TOOLS}


def response_body(lookup: Lookup, api_object: JsonObject) -> JsonObject:
    return {"execution": api_object} if lookup is GET_EXECUTION else api_object


@pytest.mark.parametrize("lookup", TOOLS, ids=lambda lookup: lookup.name)
@given(api_object=executions)
def test_any_object_is_returned_unchanged_in_exact_mode(lookup: Lookup, api_object: JsonObject) -> None:
    result = call_tool(lookup, response_body(lookup, api_object), raw="exact")
    assert json.dumps(result.structured_content["raw"]) == json.dumps(api_object)  # 1 is not True is not 1.0
    assert "redacted" not in result.structured_content


@pytest.mark.parametrize("lookup", TOOLS, ids=lambda lookup: lookup.name)
@given(api_object=executions)
def test_the_result_for_any_object_matches_the_output_schema(lookup: Lookup, api_object: JsonObject) -> None:
    result = call_tool(lookup, response_body(lookup, api_object), raw="safe")
    assert not result.is_error
    result.model_dump_json()  # a value that can't be encoded would stop the server
    jsonschema.validate(result.structured_content, OUTPUT_SCHEMAS[lookup.name], Draft202012Validator)
    verdict, raw = (block.text for block in result.content if isinstance(block, TextContent))
    assert json.dumps(json.loads(raw)) == json.dumps(result.structured_content["raw"])
    assert len(verdict) <= MAX_VERDICT
    summary = result.structured_content["summary"]
    assert verdict.startswith(summary["headline"])
    assert "\n" not in summary["headline"] + summary["next_step"]
    assert summary["finished"] or api_object.get("status") not in ENDED_STATUSES
    # The fields for programs agree with the sentences.
    assert summary["should_poll"] is ("poll_after_seconds" in summary)
    assert not summary["should_poll"] or " again with id " in summary["next_step"]
    next_step = summary["next_step"]
    assert summary["needs_person"] is (re.search("[Aa]sk (a person|someone|whoever) ", next_step) is not None)
