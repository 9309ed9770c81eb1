"""Fit an object into a number of characters, and read the rest of it in parts. Pure.

Characters are counted as a client counts them: those of compact JSON. What is left out is told by a JSON Pointer
(RFC 6901), and by the offset at which to read on: characters of a text, items of a list, fields of an object in
their order. Following these yields everything, each piece once.
"""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from math import inf
from typing import Any, cast

from kaizen_mcp.errors import InvalidInputError
from kaizen_mcp.humanize import pluralize
from kaizen_mcp.json_types import compact
from kaizen_mcp.sanitize.escaping import quote

CUT = "…"
"""Stands where something was left out; an object that is left out whole is one field of this name."""

_NAMED = 12
_LONG_NUMBER = 64
"""Bits of a whole number from which on its digits count."""

_FIRST_COMPARED = 200
_LONGEST_NAME = 60
"""Fields, and characters of their names, that are compared with a name that is not there."""
LEAST = 40
"""Characters below which a piece of text, or an object, is not worth showing a part of."""

_LESS_TELLING = frozenset({"response", "truncatedResponse", "params", "metadata", "startBlock"})
_TELLING = 6
"""How much more room any other field of an execution gets than those, where not all have enough."""


@dataclass(frozen=True, slots=True)
class Omission:
    """A stretch that was left out.

    Attributes:
        path: JSON Pointer to what it was left out of.
        offset: its first character, item or field.
        until: one past its last.
        total: how many characters, items or fields there are.
        unit: which of them.
    """

    path: str
    offset: int
    until: int
    total: int
    unit: str

    def listed(self) -> dict[str, Any]:
        """As listed in an answer: `path` and `offset` are the arguments with which to read on."""
        what = f"{self.until - self.offset} of {pluralize(self.total, self.unit)}"
        return {"path": self.path, "offset": self.offset, "until": self.until, "what": what}


@dataclass(frozen=True, slots=True)
class Fitted:
    """What fits, what was left out, and what fits as compact JSON."""

    value: Any
    omitted: Sequence[Omission]
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a value, with what had to be left out within it.

    Attributes:
        value: the characters, items or fields from the offset on; anything else as it is.
        next_offset: where the next part begins; None at the end.
        total: how many characters, items or fields there are; None for anything else.
        omitted: what was left out of a single item or field that is larger than the room there is.
    """

    value: Any
    next_offset: int | None
    total: int | None
    omitted: Sequence[Omission] = ()


def size(value: Any, most: int | None = None) -> int:  # noqa: ANN401 - any JSON value
    """Characters of a value as compact JSON; of one that is longer than `most`, some number above that."""
    return most + 1 if most is not None and _is_surely_longer(value, most) else len(compact(value))


def _is_surely_longer(value: Any, most: int) -> bool:  # noqa: ANN401 - any JSON value
    """Whether a value has more characters than that, escapes not counted; looks at no more of it than needed."""
    left = [value]
    while left and most >= 0:
        value = left.pop()
        if isinstance(value, str):
            most -= len(value) + 2
        elif isinstance(value, dict):
            fields = cast("dict[str, Any]", value)
            most -= 4 * len(fields) + 1
            if most >= 0:
                most -= sum(map(len, fields))
                left += fields.values()
        elif isinstance(value, list):
            items = cast("list[Any]", value)
            most -= len(items) + 1
            left += items if most >= 0 else ()
        elif isinstance(value, int) and value.bit_length() > _LONG_NUMBER:
            most -= value.bit_length() * 3 // 10  # digits, some too few
        else:
            most -= 1
    return most < 0


def fit(data: dict[str, Any], room: int, *, about: float = inf) -> Fitted:
    """Leave out as little of an object as needed for it to fit, together with the list of what was left out.

    Biggest and least telling parts go first: long texts keep their beginning and end, long lists their first
    items, and of an execution's fields its output and parameters make room for the rest. Fields keep their order.

    Args:
        data: the object.
        room: characters.
        about: how many it has, if that is roughly known; one that is likely to fit is not looked through first.
    """
    if (about <= room or not _is_surely_longer(data, room)) and len(text := compact(data)) <= room:
        return Fitted(data, (), text)
    fitter = _Fitter()
    value = fitter.fit(data, room, "")
    if value is None:  # not even the first field
        value, fitter.omitted = {}, [_whole(data, "")]
    return Fitted(value, fitter.omitted, compact(value))


def find(data: dict[str, Any] | list[Any], path: str) -> Any:  # noqa: ANN401 - any JSON value
    """The value at a JSON Pointer.

    Raises:
        InvalidInputError: there is nothing; the message says what there is on the way.
    """
    value: Any = data
    there = ""
    for token in path.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and name in value:
            value = cast("dict[str, Any]", value)[name]
        elif isinstance(value, list) and name.isdecimal() and int(name[:9]) < len(cast("list[Any]", value)):
            value = cast("list[Any]", value)[int(name[:9])]
        else:
            raise InvalidInputError(f"There is nothing at path {quote(path)}; {_what_is(value, there, name)}.")
        there = f"{there}/{token}"
    return value


def _what_is(value: Any, path: str, name: str) -> str:  # noqa: ANN401 - any JSON value
    """What exists at a path, for someone who looked for something of that name below it."""
    where = quote(path) if path else "the object"
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        known = islice(fields, _FIRST_COMPARED)
        alike = difflib.get_close_matches(name[:_LONGEST_NAME], [field[:_LONGEST_NAME] for field in known])
        names = [quote(field, 40) for field in islice(dict.fromkeys([*alike, *islice(fields, _NAMED)]), _NAMED)]
        more = len(fields) - len(names)
        return f"{where} has the fields {', '.join(names) or 'none'}{f' and {more} more' if more else ''}"
    if isinstance(value, list):
        return f"{where} has {pluralize(len(cast('list[Any]', value)), 'item')}, counted from 0"
    return f"{where} is {'text' if isinstance(value, str) else 'a single value'} with nothing below it"


def part(value: Any, room: int, *, path: str, offset: int = 0) -> Part:  # noqa: ANN401 - any JSON value
    """Read as much as fits of the value at `path`, from its character, item or field `offset` on.

    At least one character, item or field is read; one that is too large by itself is fitted, as `fit` does.
    """
    if isinstance(value, str):
        text = _longest_start(value[offset : offset + room], room - 2)
        text = text or value[offset : offset + 1]
        return Part(text, _next(offset + len(text), len(value)), len(value))
    if isinstance(value, list):
        items = cast("list[Any]", value)
        taken, omitted = _Fitter().take(((str(i), None, item) for i, item in enumerate(items)), path, room, offset)
        return Part([item for _, item in taken], _next(offset + len(taken), len(items)), len(items), omitted)
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        taken, omitted = _Fitter().take(((key, key, item) for key, item in fields.items()), path, room, offset)
        return Part(dict(taken), _next(offset + len(taken), len(fields)), len(fields), omitted)
    return Part(value, None, None)


def _next(offset: int, total: int) -> int | None:
    return offset if offset < total else None


def step(path: str, token: str | int) -> str:
    """The JSON Pointer to a field or an item of what is at `path`."""
    return f"{path}/{str(token).replace('~', '~0').replace('/', '~1')}"


@dataclass
class _Fitter:
    """Fits values one into the other. What it returns and what it notes never takes more than the room given."""

    omitted: list[Omission] = field(default_factory=list[Omission])

    def fit(self, value: Any, room: int, path: str) -> Any | None:  # noqa: ANN401 - any JSON value
        """What of a value fits; None if nothing does, not even the note that it was left out."""
        if size(value, room) <= room:
            return value
        if isinstance(value, str):
            return self._text(value, room, path)
        if isinstance(value, list):
            return self._items(cast("list[Any]", value), room, path)
        if isinstance(value, dict):
            return self._fields(cast("dict[str, Any]", value), room, path)
        return self._leave_out(CUT, Omission(path, 0, 1, 1, "number"), room)

    def take(
        self, entries: Iterator[tuple[str, str | None, Any]], path: str, room: int, offset: int
    ) -> tuple[list[tuple[str, Any]], list[Omission]]:
        """As many entries (token, key, value) from the offset on as fit whole; one at least, fitted."""
        room -= 2
        taken: list[tuple[str, Any]] = []
        for token, key, value in islice(entries, offset, None):
            cost = 1 + (size(key) + 1 if key is not None else 0)
            needed = cost + size(value, room)
            if needed <= room:
                taken.append((token, value))
                room -= needed
                continue
            if not taken:
                fitted = self.fit(value, room - cost, step(path, token))
                if fitted is None:  # its path alone takes all the room; better a little too much than a loss
                    self.omitted.append(_whole(value, step(path, token)))
                taken.append((token, CUT if fitted is None else fitted))
            break
        return taken, self.omitted

    def _leave_out(self, shown: Any, omission: Omission, room: int) -> Any | None:  # noqa: ANN401 - any JSON
        if size(shown) + _cost(omission) > room:
            return None
        self.omitted.append(omission)
        return shown

    def _text(self, text: str, room: int, path: str) -> str | None:
        whole = Omission(path, 0, len(text), len(text), "character")
        room -= _cost(whole) + 2 + len(CUT)
        if room < 0:
            return None
        if room < LEAST:
            self.omitted.append(whole)
            return CUT
        start = _longest_start(text[:room], room * 2 // 3)
        end = _longest_end(text[-room:], room // 3)
        self.omitted.append(Omission(path, len(start), len(text) - len(end), len(text), "character"))
        return f"{start}{CUT}{end}"

    def _items(self, items: list[Any], room: int, path: str) -> list[Any] | None:
        note = Omission(path, 0, len(items), len(items), "item")
        left = room - _cost(note)
        if left < 2:  # noqa: PLR2004 - the brackets
            return None
        entries = ((str(index), None, item) for index, item in enumerate(items))
        shown = self._first(entries, left, path)
        if len(shown) < len(items):
            self.omitted.append(Omission(path, len(shown), len(items), len(items), "item"))
        return [item for _, item in shown]

    def _first(
        self, entries: Iterator[tuple[str, str | None, Any]], room: int, path: str
    ) -> list[tuple[str, Any]]:
        """The first entries that fit; of one that does not, and stands first, what fits of it."""
        room -= 2
        shown: list[tuple[str, Any]] = []
        for token, key, value in entries:
            cost = 1 + (size(key, room) + 1 if key is not None else 0)
            needed = cost + size(value, room)
            if needed > room:
                fitted = None if shown or room - cost < LEAST else self.fit(value, room - cost, step(path, token))
                if fitted is not None:
                    shown.append((token, fitted))
                break
            shown.append((token, value))
            room -= needed
        return shown

    def _fields(self, fields: dict[str, Any], room: int, path: str) -> dict[str, Any] | None:
        note = Omission(path, 0, len(fields), len(fields), "field")
        spare = room - _cost(note)
        if spare < 2:  # noqa: PLR2004 - the braces
            return None
        if spare < LEAST:
            return self._leave_out({CUT: pluralize(len(fields), "field")}, note, room)
        shares = _shares(fields, spare, top=path == "")
        if shares is None:
            shown = dict(self._first(((key, key, value) for key, value in fields.items()), spare, path))
        else:
            shown = {}
            for (key, value), share in zip(fields.items(), shares, strict=True):
                fitted = self.fit(value, share, step(path, key))
                if fitted is None and value is not None:
                    break  # what is left out from here on is noted once, for the object
                shown[key] = fitted
        if len(shown) < len(fields):
            self.omitted.append(Omission(path, len(shown), len(fields), len(fields), "field"))
        return shown


def _shares(fields: dict[str, Any], room: int, *, top: bool) -> list[int] | None:
    """Room for the value of each field: small ones get what they need, and big ones share the rest.

    None if there are so many fields that the big ones would get too little to show anything.
    """
    room -= 2 + sum(size(key, room) + 2 for key in islice(fields, room // 4 + 1))
    if len(fields) > room:
        return None
    needs = [size(value, room) for value in fields.values()]
    weights = [1 if not top or key in _LESS_TELLING else _TELLING for key in fields]
    weights = weights if top else [1] * len(fields)
    order = sorted(range(len(needs)), key=lambda i: needs[i] / weights[i])
    shares = [0] * len(needs)
    weight = sum(weights)
    for i in order:
        level = room / weight
        shares[i] = needs[i] if needs[i] <= level * weights[i] else int(level * weights[i])
        if shares[i] < needs[i] and shares[i] < 2 * LEAST:
            return None
        room -= shares[i]
        weight -= weights[i]
    return shares


def _whole(value: Any, path: str) -> Omission:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return Omission(path, 0, len(value), len(value), "character")
    if isinstance(value, list | dict):
        total = len(cast("list[Any]", value))
        return Omission(path, 0, total, total, "item" if isinstance(value, list) else "field")
    return Omission(path, 0, 1, 1, "number")


def _whole_of(omission: Omission) -> Omission:
    return replace(omission, offset=0, until=omission.total)


def _cost(omission: Omission) -> int:
    """Characters that an omission of this value takes in the list of them at most, wherever it begins."""
    return size({**_whole_of(omission).listed(), "offset": omission.total}) + 1


def _longest_start(text: str, room: int) -> str:
    """The longest beginning of a text whose JSON, without the quotes, fits."""
    while (needed := size(text) - 2) > room:
        text = text[: max(0, min(len(text) - 1, len(text) * room // needed))]
    return text


def _longest_end(text: str, room: int) -> str:
    while (needed := size(text) - 2) > room:
        keep = max(0, min(len(text) - 1, len(text) * room // needed))
        text = text[len(text) - keep :]
    return text
