"""What one field of an output says of something that went wrong, by its name and its value."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple, cast

from kaizen_mcp.json_types import MAX_SAFE_INTEGER, JsonObject
from kaizen_mcp.sanitize.display import quote
from kaizen_mcp.summary.outcome_text import first_error
from kaizen_mcp.summary.outcome_words import (
    COUNTED,
    FILLERS,
    HTTP_ERRORS,
    LAST_WORDS,
    NAMES,
    NEGATIONS,
    NOT_BELOW,
    NOT_TROUBLE,
    SEVERITIES,
    TELLING,
    TROUBLE,
    WORDS,
    Kind,
)
from kaizen_mcp.summary.shorten import clip, shorten
from kaizen_mcp.summary.vague import is_vague, says_nothing

MAX_NAME = 40
"""Characters of a name or of a word."""

_MAX_ITEMS = 5
_MAX_WORD = 80
MAX_VALUE = 120
"""Characters of a quoted value."""

_MAX_END = 8_192
"""Characters at either end of a text that are shortened to a quotation."""

_MAX_TEXT_LEVELS, _MAX_TEXT_NODES = 6, 60
_TEXT_FIELDS = ("message", "detail", "reason", "description", "title", "error", "code")
_SAP_TYPES, _SAP_ERRORS = frozenset({"TYPE", "MSGTY"}), frozenset({"E", "A", "X"})
_NUMBER = re.compile(r"\s*[-+]?[\d.,]{1,20}\s*%?\s*")
_SEPARATORS, _LETTERS, _COUNT = re.compile(r"[\s_-]"), re.compile(r"[A-Za-z]+"), re.compile(r"\s*\d{1,9}\s*")
_NAME_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")


class Said(NamedTuple):
    """What a field says: a word of our table or a number, or free text, the first of so many items."""

    text: str
    is_word: bool = True
    is_plain: bool = True
    items: int = 1
    beside: str | None = None
    told: str | None = None
    """Free text in `beside`."""


def is_sentence(text: str) -> bool:
    """Whether a text is more than one word and says something by itself."""
    return " " in text.strip() and not is_vague(text)


def quote_text(text: str) -> str:
    """Quote a text, shortened where it says least."""
    if len(text) > 2 * _MAX_END:
        text = f"{text[:_MAX_END]}\n{text[-_MAX_END:]}"
    return quote(clip(shorten(text), MAX_VALUE), MAX_VALUE)


def quote_first_error(text: str) -> str | None:
    """Quote the first line of a log that tells of an error; None if there is none."""
    error = first_error(text)
    return f"first error {quote_text(error)}" if error else None


@lru_cache(maxsize=2_048)
def words_in(name: str) -> tuple[str, ...]:
    """The words in the name of a field, in lower case; none of a very long name."""
    return tuple(word.lower() for word in _NAME_WORDS.findall(name)) if len(name) <= MAX_NAME else ()


def last_word(name: str) -> str:
    """The last word in the name of a field; empty if there is none."""
    return next(reversed(words_in(name)), "")


@lru_cache(maxsize=2_048)
def kind_of(name: str) -> Kind | None:
    """What kind of field a name stands for; None if it is none that tells how something went."""
    if name in _SAP_TYPES:
        return "sap"
    words = words_in(name)
    kind = NAMES.get("".join(words))
    if kind or not words:
        return kind
    counted = set(words) - FILLERS
    if len(counted) == 1 and counted <= COUNTED:
        return "trouble"
    if not NOT_TROUBLE.isdisjoint(words):
        return "word" if LAST_WORDS.get(words[-1]) == "word" else None
    if words[-1] in TELLING and not TROUBLE.isdisjoint(words[:-1]):
        return "text"
    return LAST_WORDS.get(words[-1])


def says_it_went_well(fields: dict[str, Any]) -> bool:
    """Whether an object says of itself that it went well: then its severity is that of what did not happen."""
    return any(fields.get(name) is True for name in ("passed", "success", "ok"))


def says(kind: Kind, value: Any, fields: JsonObject) -> Said | None:  # noqa: ANN401 - any JSON value
    """What a field of this kind says, if it says that something went wrong; `fields` are all of its object."""
    match kind:
        case "word":
            return _bad_word(value) if isinstance(value, str) else None
        case "false":
            is_false = value is False or (isinstance(value, str) and value.strip().lower() in {"false", "no"})
            return Said("false") if is_false else None
        case "trouble":
            return _trouble(value)
        case "text":
            is_number = isinstance(value, int | float) or (isinstance(value, str) and _NUMBER.fullmatch(value))
            return None if is_number else _trouble(value)
        case "severity":
            is_error = isinstance(value, str) and value.strip().lower() in SEVERITIES
            return Said(quote(value.strip(), MAX_NAME)) if is_error else None
        case "sap":  # BAPIRET2: an error, an abort or an exit
            is_error = isinstance(value, str) and value in _SAP_ERRORS and "MESSAGE" in fields
            return Said(quote(value)) if is_error else None
        case "http" | "exit":
            if not isinstance(value, int) or isinstance(value, bool) or not abs(value) < MAX_SAFE_INTEGER:
                return None
            is_wrong = value in HTTP_ERRORS if kind == "http" else value != 0
            return Said(str(value)) if is_wrong else None


def _bad_word(value: str) -> Said | None:
    if len(value) > _MAX_WORD:
        return None
    if _SEPARATORS.sub("", value).lower() in WORDS:
        return Said(quote(value.strip(), MAX_NAME))
    words = _LETTERS.findall(value.lower())
    is_bad = len(words) > 1 and words[0] not in NEGATIONS and (words[0] in WORDS or words[-1] in WORDS)
    is_bad = is_bad and words[-1] != "free" and not value.strip().startswith("0 ")
    return Said(value, is_word=False, is_plain=False) if is_bad else None


def _trouble(value: Any) -> Said | None:  # noqa: ANN401 - any JSON value
    """What an error field, or a count of errors, says; None if it is empty, zero, false or says "none"."""
    if isinstance(value, bool):
        return Said("true") if value else None
    if isinstance(value, str) and _COUNT.fullmatch(value):
        value = int(value)
    if isinstance(value, int | float):
        return Said(f"{value:.12g}", is_word=False) if 0 < value < MAX_SAFE_INTEGER else None
    text = first_text(value)
    items = len(cast("list[Any]", value)) if isinstance(value, list) else 1
    return Said(text, is_word=False, is_plain=False, items=items) if text is not None else None


def first_text(value: Any) -> str | None:  # noqa: ANN401 - any JSON value
    """The text in a value that says most: message-like fields first, then sentences."""
    if isinstance(value, str):
        return None if says_nothing(value) else value
    texts = list(_texts(value))
    sentences = [text for text in texts if " " in text]
    return next(iter([*(text for text in sentences if not is_vague(text)), *sentences, *texts]), None)


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Texts in an object or a list that say something, breadth first, within a bound."""
    level = [value]
    nodes = 0
    for _ in range(_MAX_TEXT_LEVELS):
        below: list[Any] = []
        for child in level:
            nodes += 1
            if nodes > _MAX_TEXT_NODES:
                return
            if isinstance(child, str):
                if not says_nothing(child):
                    yield child
            elif isinstance(child, dict):
                fields = cast("dict[str, Any]", child)
                named = [fields[name] for name in _TEXT_FIELDS if name in fields]
                others = (v for k, v in islice(fields.items(), _MAX_ITEMS * 4) if k.lower() not in NOT_BELOW)
                below += [*named, *others]
            elif isinstance(child, list):
                below += cast("list[Any]", child)[:_MAX_ITEMS]
        level = below
