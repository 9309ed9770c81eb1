"""Reading an answer at a glance, which is the quick way, and with care, which notes what it changes."""

import json
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kaizen_mcp.body import compact, read_object
from kaizen_mcp.credentials import Masker
from kaizen_mcp.errors import BadResponseError

MASKER = Masker([])

Dialect = Callable[[object], str]
COMPACT: Dialect = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))
SPACED: Dialect = partial(json.dumps, ensure_ascii=False)
ESCAPED: Dialect = json.dumps
INDENTED: Dialect = partial(json.dumps, ensure_ascii=False, indent=2)
DIALECTS = [COMPACT, SPACED, ESCAPED, INDENTED]

TEXTS = st.sampled_from(["a", ", ", ': "', "}, {", '","', "\\u0041", "–", "\U0001f600", "\x7f", "\u2028"])
NUMBERS = st.sampled_from(
    "0 -0 -0.0 1.0 1.50 1e5 1E-7 1e400 -1e-400 0.1000000000000000055511151231257827 1.7976931348623157e+308 NaN 01"
    " 9007199254740993 123456789012345678901234567890".split()
) | st.just("9" * 5000)


class Number(NamedTuple):
    text: str


class Fields(NamedTuple):
    pairs: list[tuple[str, Any]]


def fields(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Fields]:
    return st.builds(Fields, st.lists(st.tuples(TEXTS, values), max_size=4))


def literal(value: Any) -> str:
    """JSON text of a value that may hold ready-made numbers and fields that stand twice."""
    if isinstance(value, Number):
        return value.text
    if isinstance(value, Fields):
        return "{" + ",".join(f"{COMPACT(name)}:{literal(item)}" for name, item in value.pairs) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(literal, cast("list[Any]", value))) + "]"
    return COMPACT(value)


LITERALS: st.SearchStrategy[Any] = st.recursive(
    TEXTS | st.builds(Number, NUMBERS) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | fields(inner),
    max_leaves=6,
)
OBJECTS = st.dictionaries(
    TEXTS,
    st.recursive(
        TEXTS | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.none(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


def read(content: bytes) -> tuple[str, list[str]]:
    try:
        data, notes = read_object(content, MASKER)
    except BadResponseError as error:
        return str(error), []
    return compact(data), notes


def carefully(content: bytes) -> tuple[str, list[str]]:
    """No dialect begins with a tab, so this is never read at a glance."""
    return read(b"\t" + content)


def as_written(content: str | bytes) -> object:
    """All that stands in JSON: fields in order, as often as they do, and numbers to their last digit."""
    return json.loads(content, object_pairs_hook=list, parse_float=Decimal, parse_int=Decimal)


@given(value=fields(LITERALS))
@example(value=Fields([("a", Number("1")), ("a", Number("2"))]))
@example(value=Fields([("a", Number("1.0")), ("b", Number("1e400"))]))
def test_whatever_stands_in_it_is_read_and_noted_the_same_way(value: Fields) -> None:
    content = literal(value).encode()
    assert read(content) == carefully(content)
    data, notes = read(content)
    assert notes or data.startswith("Kaizen answered, but") or as_written(data) == as_written(content)


@pytest.mark.parametrize("dialect", DIALECTS, ids=["compact", "spaced", "escaped", "indented"])
@given(value=OBJECTS)
def test_however_it_is_written_it_is_read_whole_and_nothing_is_noted(dialect: Dialect, value: object) -> None:
    content = dialect(value).encode()
    assert read(content) == (compact(value), [])


@pytest.mark.parametrize(("levels", "fine"), [(128, True), (129, False), (180, False), (5000, False)])
def test_what_is_nested_too_deep_is_refused_however_it_is_read(levels: int, *, fine: bool) -> None:
    content = b'{"a":' * levels + b"0" + b"}" * levels
    assert (read(content)[0] == content.decode()) is fine
    assert read(content) == carefully(content)
    assert fine or "nested more than 128 levels deep" in read(content)[0]
