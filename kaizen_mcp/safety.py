"""Safe mode: an API object with its credentials masked and its hidden characters visible, and a report of both."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

from kaizen_mcp.body import JsonObject
from kaizen_mcp.credentials import MASK, Masker, is_credential_name, words_of
from kaizen_mcp.text import quote, visible_lines
from kaizen_mcp.words import plural

_LINKS = frozenset({"downloadUrl", "liveViewUrl"})
"""Fields whose links people need whole, whatever secret of the link itself is in their query."""

_NAMES = frozenset(
    "name key label field parameter param variable header attribute type selector locator placeholder".split()
)
_VALUES = frozenset("value values text answer input".split())
"""Last words of the fields of an object that names a thing in one field and has its value in another."""

_LONGEST_LABEL = 60
_LISTED = 3


@dataclass(frozen=True, slots=True)
class Safe:
    """What safe mode made of an object.

    Attributes:
        data: a copy in the same shape.
        redacted: JSON Pointers (RFC 6901) into `data` of the values that were masked, wholly or in part.
        hidden: how many hidden characters are shown as escapes.
    """

    data: JsonObject
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
            notes.append(f"{plural(len(self.redacted), 'value')} {verb} masked: {places}")
        if self.hidden:
            verb = "is" if self.hidden == 1 else "are"
            notes.append(f"{plural(self.hidden, 'hidden character')} {verb} shown as \\uXXXX")
        return notes


def make_safe(data: JsonObject, masker: Masker) -> Safe:
    """Mask the credentials in an object and make its hidden characters visible.

    A value is masked if its field's name says that it is a credential (see `credentials`), with all that is in it;
    if a field beside it says so (`{"name": "PIN", "value": 1234}`); or where it has the shape of one. True, false,
    null and blank text stay: they give nothing away.
    """
    walk = _Walk(masker)
    return Safe(walk.fields(data, named=False), walk.redacted, walk.hidden)


@dataclass
class _Walk:
    masker: Masker
    redacted: list[str] = field(default_factory=list[str])
    hidden: int = 0
    path: list[str | int] = field(default_factory=list[str | int])

    def value(self, value: Any, *, named: bool) -> Any:  # noqa: ANN401 - any JSON value in, the same shape out
        """Make one value safe; `named` says that a name above it is that of a credential."""
        if isinstance(value, str):
            return self._text(value, named=named)
        if isinstance(value, dict):
            return self.fields(cast("JsonObject", value), named=named)
        if isinstance(value, list):
            return self._items(cast("list[Any]", value), named=named)
        if named and isinstance(value, int | float) and not isinstance(value, bool):
            return self._mask()
        return value

    def fields(self, fields: JsonObject, *, named: bool) -> JsonObject:
        safe: JsonObject = {}
        pair = not named and _names_a_credential(fields)
        for key, value in fields.items():
            name = self._key(key, fields, safe)
            self.path.append(name)
            if key in _LINKS and isinstance(value, str) and value.startswith(("https://", "http://")):
                safe[name] = self._link(value)
            else:
                counts = isinstance(value, int | float) and key.lower().endswith("tokens")
                credential = (not counts and is_credential_name(key)) or (pair and _holds_the_value(key))
                safe[name] = self.value(value, named=named or credential)
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
        masked = self.masker.text(text)
        if masked != text:
            self._mask()
        return self._visible(masked)

    def _link(self, link: str) -> str:
        masked = self.masker.known(link)
        if masked != link:
            self._mask()
        return self._visible(masked)

    def _key(self, key: str, fields: JsonObject, safe: JsonObject) -> str:
        name = self._visible(self.masker.text(key))
        while name in safe or (name != key and name in fields):  # no field may hide another
            name += "_"
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
    return isinstance(value, str) and len(value) <= _LONGEST_LABEL and is_credential_name(value)


@lru_cache(maxsize=4096)
def _names_something(key: str) -> bool:
    return not _NAMES.isdisjoint(words_of(key)[-1:])


@lru_cache(maxsize=4096)
def _holds_the_value(key: str) -> bool:
    words = words_of(key)
    return len(words) <= 2 and not _VALUES.isdisjoint(words[-1:])  # noqa: PLR2004 - `parameterValue`, but no `bannerHelpText`
