"""Made-up texts that match a regular expression, so that no file has to hold what a secret scanner reports."""

# The parser of the standard library has no types, but it is the only one that reads this syntax.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportAttributeAccessIssue=false

import random
import re
import string
from collections.abc import Iterable
from re import _constants as op
from re import _parser
from typing import Any

_WORD = string.ascii_letters + string.digits
_CATEGORIES = {op.CATEGORY_WORD: _WORD, op.CATEGORY_DIGIT: string.digits, op.CATEGORY_SPACE: " "}
_PRINTABLE = [chr(code) for code in range(33, 127)]
_SPREAD = 4


def example(pattern: str, rng: random.Random, attempts: int = 300) -> str | None:
    """Return a text that the whole pattern matches; None if none was found."""
    whole = re.compile(pattern)
    parsed = _parser.parse(pattern)
    for _ in range(attempts):
        text = _text(parsed, rng, {})
        if whole.fullmatch(text):
            return text
    return None


def _text(parsed: Iterable[Any], rng: random.Random, groups: dict[int, str]) -> str:
    return "".join(_piece(operation, argument, rng, groups) for operation, argument in parsed)


def _piece(operation: Any, argument: Any, rng: random.Random, groups: dict[int, str]) -> str:  # noqa: C901 - one case for each operation
    match operation:
        case op.LITERAL:
            return chr(argument)
        case op.ANY:
            return rng.choice(_WORD)
        case op.NOT_LITERAL:
            return rng.choice([letter for letter in _WORD if letter != chr(argument)])
        case op.IN:
            return rng.choice(_choices(argument))
        case op.BRANCH:
            return _text(rng.choice(argument[1]), rng, groups)
        case op.SUBPATTERN:
            text = _text(argument[3], rng, groups)
            if argument[0] is not None:
                groups[argument[0]] = text
            return text
        case op.GROUPREF:
            return groups.get(argument, "")
        case op.MAX_REPEAT | op.MIN_REPEAT | op.POSSESSIVE_REPEAT:
            least, most, inner = argument
            if least == 0 and most > _SPREAD:
                return ""  # what may stand between is usually nothing
            return "".join(
                _text(inner, rng, groups) for _ in range(rng.randint(least, min(most, least + _SPREAD)))
            )
        case op.ATOMIC_GROUP:
            return _text(argument, rng, groups)
        case _:
            return ""  # positions and conditions have no text; whether they hold is checked at the end


def _choices(items: list[Any]) -> list[str]:
    chosen: list[str] = []
    for operation, argument in items:
        if operation is op.LITERAL:
            chosen.append(chr(argument))
        elif operation is op.RANGE:
            chosen += map(chr, range(argument[0], min(argument[1], 126) + 1))
        elif operation is op.CATEGORY:
            chosen += _CATEGORIES.get(argument, "")
    if items and items[0][0] is op.NEGATE:
        return [letter for letter in _WORD if letter not in chosen] or [" "]
    return [letter for letter in chosen if letter in _PRINTABLE or letter == " "] or ["x"]
