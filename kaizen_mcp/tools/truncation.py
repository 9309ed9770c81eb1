"""Truncate an object to a number of characters, and read the omitted rest in parts. Pure.

Sizes are characters of compact JSON, as a client counts them. Each omitted range is reported with a JSON Pointer
and the offset to read on from: a character of a text, an item of a list, or a field of an object in its order.
Reading all omitted ranges yields all of the object, each piece exactly once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from math import inf
from typing import Any, cast

from kaizen_mcp.humanize import pluralize
from kaizen_mcp.json_types import child_pointer, compact_json

Container = list[Any] | dict[str, Any]

ELLIPSIS = "…"
"""Stands in place of omitted text; an object that is omitted whole becomes one field of this name."""

MIN_SNIPPET = 40
"""Characters below which a snippet of a text or an object is not worth showing."""

_LOW_PRIORITY = frozenset({"response", "truncatedResponse", "params", "metadata", "startBlock"})
"""Fields of an execution that are truncated first."""

_PRIORITY_WEIGHT = 6
"""How much more room each other field of an execution gets, where the room is not enough for all."""

_LONG_NUMBER = 64
"""Bits of an integer above which its digits are estimated: writing them out can take seconds."""


@dataclass(frozen=True, slots=True)
class OmittedRange:
    """A range of a text, a list or an object that was omitted.

    Attributes:
        path: JSON Pointer to the value.
        offset: first character, item or field of the range.
        until: one past its last.
        total: how many characters, items or fields the value has.
        unit: "character", "item", "field", or "number" for a number that was omitted whole.
    """

    path: str
    offset: int
    until: int
    total: int
    unit: str

    def to_json(self) -> dict[str, Any]:
        """Entry of an answer's `omitted`; `path` and `offset` are the arguments to read on with."""
        what = f"{self.until - self.offset} of {self.size}"
        return {"path": self.path, "offset": self.offset, "until": self.until, "what": what}

    @property
    def size(self) -> str:
        """How much the whole value has, such as `36000 items`."""
        return pluralize(self.total, self.unit)


@dataclass(frozen=True, slots=True)
class Truncated:
    """A truncated object, what was omitted from it, and the truncated object as compact JSON."""

    value: Any
    omitted: Sequence[OmittedRange]
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """Part of a value, read from an offset on.

    Attributes:
        value: the characters, items or fields; a number, a boolean or null as it is.
        next_offset: where the next part begins; None at the end.
        total: how many characters, items or fields the value has; None if it is none of these.
        omitted: ranges omitted from a single item or field that is larger than the room.
    """

    value: Any
    next_offset: int | None
    total: int | None
    omitted: Sequence[OmittedRange] = ()


def truncate(data: dict[str, Any], room: int, *, approximate_size: float = inf) -> Truncated:
    """Omit as little of an object as needed for it to fit, together with the list of omitted ranges.

    Long texts keep their start and their end, long lists their first items. Fields keep their order. Of an
    execution, output and parameters are truncated before other fields.

    Args:
        data: the object.
        room: characters for the object and the list.
        approximate_size: size of the object, if it is roughly known; saves an estimate if it is within the room.
    """
    if approximate_size <= room or not _is_surely_longer(data, room):
        text = compact_json(data)
        if len(text) <= room:
            return Truncated(data, (), text)
    truncator = _Truncator()
    value = truncator.truncate(data, room, "")
    if value is None:
        value, truncator.omitted = {}, [whole_range(data, "")]
    return Truncated(value, truncator.omitted, compact_json(value))


def read_part(value: Any, room: int, *, path: str, offset: int = 0) -> Part:  # noqa: ANN401 - any JSON value
    """Read as much as fits of the value at `path`, from `offset` on.

    At least one character, item or field is read. If one item or field is larger than the room, it is truncated.
    """
    if not isinstance(value, str | list | dict):
        return Part(value, None, None)
    truncator = _Truncator()
    piece: str | Container
    if isinstance(value, str):
        piece = _start(value[offset : offset + room], room - 2) or value[offset : offset + 1]
    else:
        piece = truncator.first_entries(cast("Container", value), room, path, offset=offset, at_least_one=True)
    total, next_offset = len(cast("str", value)), offset + len(piece)
    return Part(piece, next_offset if next_offset < total else None, total, truncator.omitted)


def size(value: Any, limit: int | None = None) -> int:  # noqa: ANN401 - any JSON value
    """Characters of a value as compact JSON; if these are more than `limit`, some number above it."""
    return limit + 1 if limit is not None and _is_surely_longer(value, limit) else len(compact_json(value))


def _is_surely_longer(value: Any, limit: int) -> bool:  # noqa: ANN401 - any JSON value
    """Whether a value has more than `limit` characters even without escapes. Stops as soon as that is clear."""
    left, stack = limit, [value]
    while stack and left >= 0:
        value = stack.pop()
        if isinstance(value, str):
            left -= len(value) + 2
        elif isinstance(value, dict):
            fields = cast("dict[str, Any]", value)
            left -= 4 * len(fields) + 1
            if left >= 0:
                left -= sum(map(len, fields))
                stack += fields.values()
        elif isinstance(value, list):
            items = cast("list[Any]", value)
            left -= len(items) + 1
            stack += items if left >= 0 else ()
        elif isinstance(value, int) and value.bit_length() > _LONG_NUMBER:
            left -= value.bit_length() * 3 // 10  # a little fewer than its digits
        else:
            left -= 1
    return left < 0


@dataclass
class _Truncator:
    """Truncates values recursively and collects the omitted ranges. Values and ranges together fit the room."""

    omitted: list[OmittedRange] = field(default_factory=list[OmittedRange])

    def truncate(self, value: Any, room: int, path: str) -> Any | None:  # noqa: ANN401 - any JSON value
        """The value, truncated if it does not fit; None if there is no room even for reporting it as omitted."""
        if size(value, room) <= room:
            return value
        whole = whole_range(value, path)
        room_for_value = room - _max_size_in_list(whole)
        if isinstance(value, str):
            return self._text(value, room_for_value, whole)
        if isinstance(value, list | dict):
            return self._container(cast("Container", value), room_for_value, whole)
        return self._omit_whole(whole, ELLIPSIS, room_for_value)

    def first_entries(
        self,
        container: Container,
        room: int,
        path: str,
        *,
        offset: int = 0,
        at_least_one: bool = False,
    ) -> Container:
        """The items or fields from `offset` on that fit whole; if the first does not fit, that one, truncated."""
        room -= 2
        taken: list[tuple[str | int, Any]] = []
        for key, value in islice(_entries(container), offset, None):
            overhead = 1 + (size(key, room) + 1 if isinstance(container, dict) else 0)
            needed = overhead + size(value, room)
            if needed > room:
                if not taken and (at_least_one or room - overhead >= MIN_SNIPPET):
                    snippet = self.truncate(value, room - overhead, child_pointer(path, key))
                    taken = [] if snippet is None else [(key, snippet)]
                if not taken and at_least_one:  # its path alone exceeds the room; too long is better than lost
                    self.omitted.append(whole_range(value, child_pointer(path, key)))
                    taken = [(key, ELLIPSIS)]
                break
            taken.append((key, value))
            room -= needed
        return dict(cast("list[tuple[str, Any]]", taken)) if isinstance(container, dict) else [v for _, v in taken]

    def _text(self, text: str, room: int, whole: OmittedRange) -> str | None:
        room -= 2 + len(ELLIPSIS)
        if room < MIN_SNIPPET:
            return self._omit_whole(whole, ELLIPSIS, room + 2 + len(ELLIPSIS))
        start = _start(text[:room], room * 2 // 3)
        end = _start(text[: -room - 1 : -1], room // 3)[::-1]
        self.omitted.append(replace(whole, offset=len(start), until=len(text) - len(end)))
        return f"{start}{ELLIPSIS}{end}"

    def _container(self, container: Container, room: int, whole: OmittedRange) -> Container | None:
        """The first items, or all fields with a share of the room each, or as many of these as fit."""
        if room < 2:  # noqa: PLR2004 - the brackets
            return None
        shares = None
        if isinstance(container, dict):
            if room < MIN_SNIPPET:
                return self._omit_whole(whole, {ELLIPSIS: pluralize(len(container), "field")}, room)
            shares = _shares(container, room, top_level=whole.path == "")
        if isinstance(container, dict) and shares:
            kept = self._fields(container, shares, whole.path)
        else:
            kept = self.first_entries(container, room, whole.path)
        if len(kept) < len(container):
            self.omitted.append(replace(whole, offset=len(kept)))
        return kept

    def _fields(self, fields: dict[str, Any], shares: dict[str, int], path: str) -> dict[str, Any]:
        """The fields, each truncated to its share; none after the first of which nothing fits."""
        kept: dict[str, Any] = {}
        for name, value in fields.items():
            kept[name] = self.truncate(value, shares[name], child_pointer(path, name))
            if kept[name] is None and value is not None:
                del kept[name]
                break
        return kept

    def _omit_whole(self, whole: OmittedRange, placeholder: Any, room: int) -> Any | None:  # noqa: ANN401 - JSON
        if size(placeholder) > room:
            return None
        self.omitted.append(whole)
        return placeholder


def _entries(container: Container) -> Iterator[tuple[str | int, Any]]:
    return iter(container.items()) if isinstance(container, dict) else enumerate(container)


def _shares(fields: dict[str, Any], room: int, *, top_level: bool) -> dict[str, int] | None:
    """Room for the value of each field: small values get what they need, and large ones share the rest.

    None if there are so many fields that a share would be too small to show anything.
    """
    # A name takes at least 4 characters, so the first of them already exceed the room if there are too many.
    room -= 2 + sum(size(name, room) + 2 for name in islice(fields, room // 4 + 1))
    if len(fields) > room:
        return None
    needs = {name: size(value, room) for name, value in fields.items()}
    weights = {name: _PRIORITY_WEIGHT if top_level and name not in _LOW_PRIORITY else 1 for name in fields}
    total_weight = sum(weights.values())
    shares: dict[str, int] = {}
    for name in sorted(fields, key=lambda name: needs[name] / weights[name]):
        share = shares[name] = min(needs[name], room * weights[name] // total_weight)
        if share < needs[name] and share < 2 * MIN_SNIPPET:
            return None
        room -= share
        total_weight -= weights[name]
    return shares


def whole_range(value: Any, path: str) -> OmittedRange:  # noqa: ANN401 - any JSON value
    """The range that covers all of a value."""
    if not isinstance(value, str | list | dict):
        return OmittedRange(path, 0, 1, 1, "number")
    unit = "character" if isinstance(value, str) else "item" if isinstance(value, list) else "field"
    total = len(cast("str", value))
    return OmittedRange(path, 0, total, total, unit)


def _max_size_in_list(whole: OmittedRange) -> int:
    """Most characters that a range of this value takes in the list of omitted ranges, wherever it begins."""
    return size({**whole.to_json(), "offset": whole.total}) + 1


def _start(text: str, room: int) -> str:
    """The longest start of a text that fits as JSON, quotes not counted."""
    while (needed := size(text) - 2) > room:
        text = text[: max(0, min(len(text) - 1, len(text) * room // needed))]
    return text
