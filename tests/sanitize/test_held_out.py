"""The held-out cases: what was masked, or left alone, when the rules were last changed stays so."""

import pytest

from kaizen_mcp.sanitize.plain import find_texts_with_signs
from kaizen_mcp.sanitize.text_masker import find_beside
from tests.masking.__main__ import HELD_OUT, HELD_OUT_FILES, is_right, rows_of

MOST_WRONG = {"formats": 0.003, "named": 0.03, "lines": 0.05, "ordinary": 0.005, "objects": 0.02}
"""Family \u2192 largest part that may be wrong. Cases whose label can be argued do not count."""


@pytest.mark.parametrize("name", MOST_WRONG)
def test_the_held_out_cases_stay_right(name: str) -> None:
    rows = [row for row in rows_of(HELD_OUT / f"{name}.jsonl") if not row.get("doubtful")]
    wrong = [case for case in map(HELD_OUT_FILES[name], rows) if not is_right(case)]
    assert len(rows) > 0
    assert len(wrong) <= MOST_WRONG[name] * len(rows), wrong[:20]


def test_nothing_is_masked_beside_a_name_in_a_text_that_is_left_out_of_the_search() -> None:
    texts = [row["text"] for name in MOST_WRONG for row in rows_of(HELD_OUT / f"{name}.jsonl") if "text" in row]
    for text in [part for whole in texts for part in (whole, *whole.split("\n")) if "\0" not in part]:
        data = text.encode()
        if any(start < end for start, end in find_beside(data)):
            assert find_texts_with_signs([text], data) == [0], text


PLAIN = [
    "Denied.",
    "The follow-up was denied, see the letter.",
    "session-863",
    "claim_id",
    "Łódź",
    "2026-11-26",
    "2026-05-12T23:49:06+00:00",
    "$9,712.65",
    "939e54a9-9375-4c0e-8354-2898f8f18d6a",
]
WITH_SIGNS = [
    "PIN: 1234",
    "pw=x",
    "-p hunter",
    "Code 482913 works",
    "camelCase here",
    "パスワードはabc123",
    "a\nb",
    '"x"',
    "10.0.0.7:8080:bob:12345",
    "Code - 482913",
    "pin=1234-4a59-4e0f-9b7a-2d8c1e5f0a94",
]


@pytest.mark.parametrize("text", [*PLAIN, *WITH_SIGNS])
def test_prose_and_single_words_are_told_from_other_texts(text: str) -> None:
    texts = ["Paid", text, "token: x"]
    found = find_texts_with_signs(texts, "\0".join(texts).encode())
    assert found == ([1, 2] if text in WITH_SIGNS else [2])
