"""Decoding a response body: it is read whole, read with a note, or rejected."""

import json
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kaizen_mcp.api.decoding import read_json
from kaizen_mcp.errors import BadResponseError
from kaizen_mcp.json_types import compact_json

Writer = Callable[[object], str]
COMPACT: Writer = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))
SPACED: Writer = partial(json.dumps, ensure_ascii=False)
ESCAPED: Writer = json.dumps
INDENTED: Writer = partial(json.dumps, ensure_ascii=False, indent=2)
WRITERS = [COMPACT, SPACED, ESCAPED, INDENTED]

ROUNDED = "a number with more digits than JSON readers keep is rounded"
AS_TEXT = "a number too large or too small for JSON readers is shown as text"
LARGE_INTEGER = "an integer beyond 2^53, which many JSON readers round, is shown as text"
NOT_A_NUMBER = "NaN or Infinity, which JSON has no numbers for, is shown as text"
NAMES = {"NaN", "Infinity", "-Infinity"}

TEXTS = st.sampled_from(
    ["a", ", ", ': "', "}, {", '","', "\\u0041", ":1e400", "–", "\U0001f600", "\x7f", "\u2028"]
)
ODD_NUMBERS = st.sampled_from(
    "0 -0 -0.0 1.0 1.50 1e5 1E-7 1e400 -1e-400 1e0400 1e00001 0e999 1.7976931348623157e+308 9007199254740993"
    " 0.1000000000000000055511151231257827 123456789012345678901234567890 NaN Infinity -Infinity"
    " 01 1. .5 +1 - 1e".split()
) | st.just("9" * 5000)
EXPONENTS = st.text("0123456789", min_size=1, max_size=6)  # Python's default Decimal context allows no more
DIGITS = st.text("0123456789", min_size=1, max_size=25)
NUMBERS = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "-"]),
    st.just("0") | DIGITS.map(lambda digits: f"1{digits}") | st.sampled_from("123456789"),
    st.just("") | DIGITS.map(lambda digits: f".{digits}"),
    st.just("") | st.builds("{}{}{}".format, st.sampled_from("eE"), st.sampled_from(["", "+", "-"]), EXPONENTS),
)
BLANKS = st.sampled_from(["", " ", "\n", "\t", "\r\n  "])


class Number(NamedTuple):
    text: str


class Fields(NamedTuple):
    pairs: list[tuple[str, Any]]


def literal(value: Any, blank: str = "") -> str:
    """JSON text of a value that may contain `Number` and `Fields`, for odd numbers and duplicate keys."""
    if isinstance(value, Number):
        return value.text
    if isinstance(value, Fields):
        pairs = (f"{COMPACT(name)}{blank}:{blank}{literal(item, blank)}" for name, item in value.pairs)
        return f"{{{blank}{f'{blank},{blank}'.join(pairs)}{blank}}}"
    if isinstance(value, list):
        items = [literal(item, blank) for item in cast("list[Any]", value)]
        return f"[{blank}{f'{blank},{blank}'.join(items)}{blank}]"
    return COMPACT(value)


def fields(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Fields]:
    return st.builds(Fields, st.lists(st.tuples(TEXTS, values), max_size=4))


LITERALS: st.SearchStrategy[Any] = st.recursive(
    TEXTS | st.builds(Number, ODD_NUMBERS | NUMBERS) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | fields(inner),
    max_leaves=6,
)
OBJECTS = st.dictionaries(
    TEXTS,
    st.recursive(
        TEXTS
        | st.integers(-(2**53), 2**53)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.booleans()
        | st.none(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


def read(content: bytes, *, keep_integers: bool = False) -> tuple[str, list[str]]:
    try:
        data, notes = read_json(content, keep_integers=keep_integers)
    except BadResponseError as error:
        return str(error), []
    return compact_json(data), notes


def is_json(text: str) -> bool:
    """Whether a text is JSON, or JSON but for NaN and Infinity."""
    try:
        json.loads(text, parse_int=len, parse_float=len)
    except ValueError:
        return False
    return True


def exact_value(content: str | bytes) -> object:
    """The value of a JSON text, with every digit of its numbers; the last of duplicate keys counts."""
    return json.loads(content, parse_float=Decimal, parse_int=Decimal)


@given(st.builds(Fields, st.lists(st.tuples(TEXTS, LITERALS), max_size=4)), BLANKS)
@example(Fields([("a", Number("1")), ("a", Number("2"))]), "")
@example(Fields([("a", Number("1.0")), ("b", Number("1e400"))]), "")
def test_valid_json_keeps_every_digit_or_gets_a_note(value: Fields, blank: str) -> None:
    text = literal(value, blank)
    answer, notes = read(text.encode())
    assert (answer == "Kaizen answered, but the answer is not valid JSON.") is not is_json(text)
    assert notes or not is_json(text) or exact_value(answer) == exact_value(text)


@given(
    st.one_of(NUMBERS, ODD_NUMBERS).filter(is_json),
    BLANKS,
    st.sampled_from(["[%s]", '{"a":%s}', "[0,%s,0]"]),
    st.booleans(),
)
@example("9007199254740992", "", "[%s]", False)
@example("-9007199254740992", "", "[%s]", False)
@example("9007199254740993", "", "[%s]", False)
@example("-9007199254740993", "", "[%s]", False)
@example("1e20", "", "[%s]", False)
def test_only_a_number_that_changes_gets_a_note(
    number: str,
    blank: str,
    template: str,
    keep_integers: bool,  # noqa: FBT001 - Hypothesis passes it by position
) -> None:
    content = '{"x":' + blank + template % (blank + number + blank) + "}"
    answer, notes = read(content.encode(), keep_integers=keep_integers)
    is_integer = number.lstrip("-").isdigit()
    if number in NAMES:
        assert (f'"{number}"' in answer, notes) == (True, [NOT_A_NUMBER])
    elif is_integer and len(number) <= 4300 and abs(int(number)) > 2**53 and not keep_integers:
        assert (f'"{number}"' in answer, notes) == (True, [LARGE_INTEGER])
    elif f'"{number}"' in answer:
        assert notes == [AS_TEXT]
        assert abs(float(number)) in {0, float("inf")} or len(number) > 4300
    else:
        rounded = exact_value(answer) != exact_value(content)
        assert notes == [ROUNDED] * rounded


@pytest.mark.parametrize("writer", WRITERS, ids=["compact", "spaced", "escaped", "indented"])
@given(value=OBJECTS)
def test_every_way_of_writing_json_is_read_whole_without_notes(writer: Writer, value: object) -> None:
    content = writer(value).encode()
    assert read(content) == (compact_json(value), [])


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        (r"\ud800", r"\\ud800"),
        (r"\uDFFF", r"\\udfff"),
        (r"\ud83d\ude00 \ud83d", r"😀 \\ud83d"),
        (r"\ud83d\ud83d\ude00", r"\\ud83d😀"),
        (r"\\\ud800", r"\\\\ud800"),
    ],
)
def test_a_lone_surrogate_is_escaped_and_noted(text: str, escaped: str) -> None:
    note = r"text that is not valid Unicode (a lone surrogate) is shown as \uXXXX"
    assert read(f'{{"{text}":"{text}"}}'.encode()) == (f'{{"{escaped}":"{escaped}"}}', [note])


@pytest.mark.parametrize("text", [r"\\ud800", r"\ud83d\ude00", r"\\\\udfff"])
def test_text_that_only_looks_like_a_lone_surrogate_is_unchanged(text: str) -> None:
    content = f'{{"{text}":"{text}","n":1e400}}'  # such a number is read by the fallback, which escapes surrogates
    data, notes = read_json(content.encode())
    assert notes == [AS_TEXT]
    assert next(iter(data)) == json.loads(f'"{text}"')


@pytest.mark.parametrize(("levels", "accepted"), [(128, True), (800, True), (902, False), (5000, False)])
@pytest.mark.parametrize("value", ["0", "1e0400"], ids=["plain", "with an odd number"])
def test_a_body_nested_too_deeply_is_rejected(levels: int, value: str, *, accepted: bool) -> None:
    content = f'{{"a":{"[" * (levels - 1)}{value}{"]" * (levels - 1)}}}'
    if accepted:
        assert isinstance(read_json(content.encode())[0]["a"], list)
    else:
        with pytest.raises(BadResponseError, match="nested more than 900 levels deep"):
            read_json(content.encode())


OBJECT = {"execution": {"id": "a", "name": "Zoë"}}
TEXT = json.dumps(OBJECT, ensure_ascii=False)


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
        (")]}',\n" + TEXT).encode(),
        (")]}'\n" + TEXT).encode(),
        ("while(1);" + TEXT).encode(),
        ("for (;;);" + TEXT).encode(),
        ("\n" + TEXT + "\n").encode(),
    ],
)
def test_json_in_another_encoding_or_behind_a_guard_is_read(content: bytes) -> None:
    assert read_json(content) == (OBJECT, [])


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (TEXT.encode("latin-1"), "not text in UTF-8"),
        (TEXT.encode("utf-16")[:-1], "not text in UTF-8"),
        ((TEXT + "\n" + TEXT).encode(), "not valid JSON"),
        ((TEXT + ")]}',").encode(), "not valid JSON"),
        (f"callback({TEXT})".encode(), "not valid JSON"),
        (b")]}',", "not valid JSON"),
    ],
)
def test_what_has_no_single_reading_is_rejected(content: bytes, error: str) -> None:
    with pytest.raises(BadResponseError, match=error):
        read_json(content)
