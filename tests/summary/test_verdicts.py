"""Verdicts over objects shaped after other products' outputs and errors, each with what is true of it.

The objects and their truths were written without a look at the code. Where a source has no permissive licence,
only its shape is taken.
"""

import json
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kaizen_mcp.summary.next_step import LookupContext
from kaizen_mcp.summary.outcome_words import WORDS
from kaizen_mcp.summary.summarize import summarize_execution, summarize_instructor_execution
from kaizen_mcp.tools.json_pointer import resolve

JsonObject = dict[str, Any]

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
CORPUS = Path(__file__).parents[1] / "corpus" / "verdicts.json"
VERDICTS: dict[str, JsonObject] = {
    verdict["name"]: verdict for verdict in json.loads(CORPUS.read_text(encoding="utf-8"))
}

QUOTED_THOUGH_WELL = {
    "shopify-paid-old-failure-in-history": "an older payment of the order failed: its row is quoted",
    "sync-dashboard-failed-jobs-is-data": "the dashboard that was read counts failed jobs, and a count is quoted",
}
"""Objects whose run went well and whose output says that something failed, with the reason why that is quoted."""

LIVE_VIEW = re.compile(r"https://live\.\S+?(?=[\s),;]|$)")
POINTER = re.compile(r'(?:(?<=^)|(?<=[ (]))"?(/(?:response|downloads|error|authentications)[^\s"();:]*)')

every_object = pytest.mark.parametrize("name", VERDICTS)


@cache
def summary_of(name: str) -> JsonObject:
    verdict = VERDICTS[name]
    context = LookupContext(verdict["object"].get("id") or "x", NOW, timezone=UTC)
    is_execution = verdict["tool"] == "get_execution"
    summarize = summarize_execution if is_execution else summarize_instructor_execution
    return summarize(verdict["object"], context)[0].to_json()


def truth_of(name: str) -> JsonObject:
    truth: JsonObject = VERDICTS[name]["truth"]
    return truth


def tells_of_trouble(summary: JsonObject) -> bool:
    """Whether the headline tells a failed state, a status word of that meaning, a reason or an outcome."""
    word = (summary.get("status") or "").lower()
    told = summary["state"] == "failed" or (summary["state"] == "unknown" and word in WORDS)
    reasons = [f'"{reason["field"]}" says: ' for reason in summary.get("reason", [])]
    return told or "; its output " in summary["headline"] or any(said in summary["headline"] for said in reasons)


@every_object
def test_a_run_is_finished_exactly_if_it_is_over(name: str) -> None:
    summary = summary_of(name)
    is_over = summary["finished"] and not summary.get("may_be_retried")
    assert is_over == (truth_of(name)["over"] == "yes")


@every_object
def test_the_headline_tells_of_trouble_exactly_if_there_was_some(name: str) -> None:
    expected = {"no": True, "partly": True, "yes": name in QUOTED_THOUGH_WELL}.get(truth_of(name)["went_well"])
    if expected is not None:
        assert tells_of_trouble(summary_of(name)) is expected


@every_object
def test_the_next_step_begins_with_the_trouble_before_it_hands_over_the_output(name: str) -> None:
    summary = summary_of(name)
    if summary["state"] == "finished" and truth_of(name)["went_well"] in {"no", "partly"}:
        assert summary["next_step"].startswith("Tell the person ")
        assert not summary["next_step"].startswith("Tell the person that it finished")


@every_object
def test_a_person_is_sent_to_the_live_view_exactly_if_they_must_act_there(name: str) -> None:
    summary, link = summary_of(name), LIVE_VIEW.search(truth_of(name)["person_must"])
    shown = LIVE_VIEW.search(summary["next_step"])
    assert (shown and shown[0]) == (link and link[0])
    if link:
        assert summary["needs_person"] is True


@every_object
def test_every_pointer_that_is_named_exists(name: str) -> None:
    summary, data = summary_of(name), VERDICTS[name]["object"]
    prose = "\n".join([summary["headline"], summary["next_step"], *summary.get("output", [])])
    pointers = [pointer.rstrip(".,") for pointer in POINTER.findall(prose)]
    pointers += [outcome["pointer"] for outcome in summary.get("outcome", [])]
    pointers += [found["field"] for found in summary.get("reason", []) + summary.get("error_fields", [])]
    for pointer in pointers:
        assert resolve(data, pointer).pointer == pointer


def test_the_exceptions_are_objects_of_the_corpus() -> None:
    assert set(QUOTED_THOUGH_WELL) < set(VERDICTS)
