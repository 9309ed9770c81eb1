"""Safe mode: an API object with its credentials masked and its hidden characters visible, and a report of both."""

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from kaizen_mcp.humanize import pluralize
from kaizen_mcp.json_types import JsonObject, kind_of
from kaizen_mcp.sanitize.escaping import FreeNames, quote, visible_lines
from kaizen_mcp.sanitize.rules import MASK, Masker, is_credential, is_credential_name, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_LINKS = frozenset({"downloadUrl", "liveViewUrl"})
"""Fields whose links people need whole, whatever secret of the link itself is in their query."""
_LINK = re.compile(r"https?://[^\s<>\"\\^`{|}]+")

_NAMES = frozenset(
    "name key id label field parameter param variable header attribute type selector locator placeholder question"
    " target element".split()
)
_VALUES = frozenset("value values text answer input default content typed".split())
"""Last words of the fields of an object that names a thing in one field and has its value in another."""

_TELLING = frozenset({"locator"})
"""Fields that name what is beside them in a way of their own."""

_SHORT, _REMEMBERED = 100, 8192
"""Characters of the texts that the screen looks at and remembers, and how many it remembers."""

_NUMBER = re.compile(r"[\d\s.,:+-]*", re.ASCII)
_LONGEST_LABEL = 60
_LONGEST_EMBEDDED = 1_000_000
_LISTED = 3


@dataclass(frozen=True, slots=True)
class Safe:
    """What safe mode made of an object.

    Attributes:
        data: the object in the same shape; a copy where something was done.
        redacted: JSON Pointers (RFC 6901) into `data` of the values that were masked, wholly or in part.
        hidden: how many hidden characters are shown as escapes.
    """

    data: Any
    redacted: list[str]
    hidden: int

    @property
    def notes(self) -> list[str]:
        """One sentence for each thing that was done, for people."""
        notes: list[str] = []
        if self.redacted:
            places = ", ".join(quote(pointer) for pointer in self.redacted[:_LISTED])
            more = len(self.redacted) - _LISTED
            places += f" and {more} more" if more > 0 else ""
            verb = "looks like a credential and is" if len(self.redacted) == 1 else "look like credentials and are"
            notes.append(f"{pluralize(len(self.redacted), 'value')} {verb} masked: {places}")
        if self.hidden:
            verb = "is" if self.hidden == 1 else "are"
            notes.append(f"{pluralize(self.hidden, 'hidden character')} {verb} shown as \\uXXXX")
        return notes


class SafeMode:
    """Masks the credentials in objects and makes their hidden characters visible.

    A value is masked if its field's name says that it is a credential (see `credentials`), with all that is in it;
    if a field beside it says so (`{"name": "PIN", "value": 1234}`); or where it has the shape of one. True, false,
    null and blank text stay: they give nothing away.

    Args:
        masker: knows the secrets of this server.
    """

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._screen = _Screen(masker)

    def apply(self, data: JsonObject | list[Any]) -> Safe:
        """Make an object, or a list, safe; what is safe as it is, is not copied."""
        doubtful = self._screen.doubtful_parts(data)
        if not doubtful:
            return Safe(data, [], 0)
        walk = Walk(self._masker, doubtful)
        return Safe(walk.value(data, named=False), walk.redacted, walk.hidden)


class _Screen:
    """Tells, in a fraction of the time of a walk, the parts of objects in which there may be something to do.

    Short texts and names are remembered once they were found harmless: executions have the same ones in them over
    and over, and are looked up again and again.
    """

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._texts: set[str] = set()
        self._names: set[str] = set()

    def doubtful_parts(self, data: JsonObject | list[Any]) -> set[int]:
        """Ids (Python's own) of the objects and lists that have something doubtful in them, at any depth."""
        doubtful: set[int] = set()
        self._look(data, doubtful)
        return doubtful

    def _look(self, part: JsonObject | list[Any], doubtful: set[int]) -> bool:
        """Look once at everything in an object or a list; whether all of it is harmless."""
        harmless = True
        items: Iterable[Any]
        if isinstance(part, dict):
            for name in part:
                if name not in self._names and not self._is_harmless_name(name):
                    harmless = False
            items = part.values()
        else:
            items = part
        for item in items:
            kind = kind_of(item)
            if kind is str:
                if harmless and item not in self._texts:
                    harmless = self._is_link(item, part) or self._is_harmless(item)
            elif (kind is dict or kind is list) and not self._look(item, doubtful):
                harmless = False
        if not harmless:
            doubtful.add(id(part))
        return harmless

    def _is_link(self, text: str, part: JsonObject | list[Any]) -> bool:
        """Whether a text is a link, and stands only where links stay whole."""
        if not isinstance(part, dict) or not _LINK.fullmatch(text) or not (text.isascii() and text.isprintable()):
            return False
        kept = all(name in _LINKS for name, value in part.items() if value == text)
        return kept and self._masker.known(text) == text

    def _is_harmless_name(self, name: str) -> bool:
        """Whether a field's name stays as it is, and leaves the values in and beside it as they are."""
        if name in _TELLING or is_credential_name(name) or not self._is_harmless(name):
            return False
        return _remembered(name, self._names)

    def _is_harmless(self, text: str) -> bool:
        """Whether a text stays as it is, whatever stands beside it, and is not the name of a credential itself."""
        if len(text) > _SHORT or _is_name(text):
            return False  # a long text takes its time, so it is looked at once, by the walk
        if not self._masker.is_plain(text):
            walk = Walk(self._masker)
            if walk.value(text, named=False) != text or walk.redacted:
                return False
        return _remembered(text, self._texts)


def _remembered(text: str, memory: set[str]) -> bool:
    """Remember a text, one of not too many; returns True."""
    if len(memory) >= _REMEMBERED:
        memory.clear()
    memory.add(text)
    return True


@dataclass
class Walk:
    """Goes through an object and makes a copy of it that is safe, but for the parts that are safe as they are.

    Attributes:
        masker: knows the secrets of this server.
        doubtful: ids of the objects and lists that have something to do in them; None if that is not known.
        redacted: JSON Pointers to what was masked.
        hidden: how many characters were made visible.
    """

    masker: Masker
    doubtful: set[int] | None = None
    redacted: list[str] = field(default_factory=list[str])
    hidden: int = 0
    path: list[str | int] = field(default_factory=list[str | int])
    _names: dict[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])

    def value(self, value: Any, *, named: bool) -> Any:  # noqa: ANN401 - any JSON value in, the same shape out
        """Make one value safe; `named` says that a name above it is that of a credential."""
        if isinstance(value, str):
            return self._text(value, named=named)
        if not named and self.doubtful is not None and id(value) not in self.doubtful:
            return value  # a number, true, false, null, or a part in which there is nothing to do
        if isinstance(value, dict):
            return self.fields(cast("JsonObject", value), named=named)
        if isinstance(value, list):
            return self._items(cast("list[Any]", value), named=named)
        if named and isinstance(value, int | float) and not isinstance(value, bool):
            return self._mask()
        return value

    def fields(self, fields: JsonObject, *, named: bool) -> JsonObject:
        """Make an object safe."""
        safe: JsonObject = {}
        names = FreeNames(fields)
        pair = not named and _names_a_credential(fields)
        in_headers = words_of(str(self.path[-1]))[-1:] == ("headers",) if self.path else False
        for key, value in fields.items():
            name = names.free(self._name(key), key)
            self.path.append(name)
            if MASK in name and MASK not in key:
                self._mask()
            if key in _LINKS and not named and isinstance(value, str) and _LINK.fullmatch(value):
                safe[name] = self._link(value)
            else:
                told = is_credential(key, value) or (in_headers and is_credential_name(key))
                beside = pair and _holds_the_value(key, value)
                safe[name] = self.value(value, named=named or told or beside)
            self.path.pop()
        return safe

    def _items(self, items: list[Any], *, named: bool) -> list[Any]:
        safe: list[Any] = []
        for index, item in enumerate(items):
            self.path.append(index)
            safe.append(self.value(item, named=named))
            self.path.pop()
        return safe

    def _text(self, text: str, *, named: bool) -> str:
        if named and text.strip():
            return self._mask()
        masked = self.masker.text(self._embedded(text))
        if masked != text:
            self._mask()
        return self._visible(masked)

    def _embedded(self, text: str) -> str:
        """A text that is JSON itself, with the credentials masked that its structure tells."""
        if text[:1] + text[-1:] not in {"{}", "[]"} or len(text) > _LONGEST_EMBEDDED:
            return text
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            return text
        inner = Walk(self.masker)
        safe = inner.value(data, named=False)
        return json.dumps(safe, ensure_ascii=False) if inner.redacted else text

    def _link(self, link: str) -> str:
        masked = self.masker.known(link)
        if masked != link:
            self._mask()
        return self._visible(masked)

    def _name(self, key: str) -> str:
        """A field's name made safe; rows of a table have the same names over and over."""
        if key not in self._names:
            self._names[key] = visible_lines(self.masker.text(key))
        name, hidden = self._names[key]
        self.hidden += hidden
        return name

    def _visible(self, text: str) -> str:
        shown, count = visible_lines(text)
        self.hidden += count
        return shown

    def _mask(self) -> str:
        tokens = (str(token).replace("~", "~0").replace("/", "~1") for token in self.path)
        self.redacted.append("".join(f"/{token}" for token in tokens))
        return MASK


def _names_a_credential(fields: JsonObject) -> bool:
    """Whether one of its fields, such as `name` or `label`, or its `locator`, holds the name of a credential."""
    locator = fields.get("locator")
    if isinstance(locator, dict) and any(map(_is_name, cast("JsonObject", locator).values())):
        return True
    return any(_names_something(key) and _is_name(value) for key, value in fields.items())


def _is_name(value: object) -> bool:
    if not isinstance(value, str) or len(value) > _LONGEST_LABEL or _NUMBER.fullmatch(value):
        return False
    return is_credential_name(value, surely=True)


def _names_something(key: str) -> bool:
    return not _NAMES.isdisjoint(words_of(key)[-1:])


def _holds_the_value(key: str, value: object) -> bool:
    words = words_of(key)
    if isinstance(value, dict) and words != ("value",):
        return False  # an execution named "Rotate the secret" has an input too
    return len(words) <= 2 and not _VALUES.isdisjoint(words[-1:])  # noqa: PLR2004 - `parameterValue`, but no `bannerHelpText`
