"""Safe mode: mask the credentials in an API object, escape its hidden characters, and report both."""

import json
import re
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING, Any, cast

from kaizen_mcp.humanize import pluralize
from kaizen_mcp.json_types import JsonObject, UniqueKeys, child_pointer, exact_type
from kaizen_mcp.sanitize.escaping import escape_hidden_multiline, quote
from kaizen_mcp.sanitize.rules import (
    LOCATOR,
    MASK,
    WHOLE_LINK_FIELDS,
    has_credential_label,
    is_credential,
    is_credential_label,
    is_credential_name,
    is_value_field,
    words_of,
)
from kaizen_mcp.sanitize.text_masker import TextMasker

if TYPE_CHECKING:
    from collections.abc import Iterable

_LINK = re.compile(r"https?://[^\s<>\"\\^`{|}]+")

_MAX_CACHED_LENGTH, _MAX_CACHED_TEXTS = 100, 8192
"""Longest text that the prefilter remembers, in characters, and how many texts it remembers."""

_MAX_EMBEDDED_JSON = 1_000_000  # characters of a string that is parsed as JSON
_MAX_POINTERS_IN_NOTE = 3


@dataclass(frozen=True, slots=True)
class SafeObject:
    """An object after safe mode.

    Attributes:
        data: an object of the same shape; parts without changes are not copied.
        redacted: JSON Pointers (RFC 6901) into `data` of the values that were masked, wholly or in part.
        escaped_count: number of hidden characters that were escaped.
    """

    data: Any
    redacted: list[str]
    escaped_count: int

    @property
    def notes(self) -> list[str]:
        """One sentence for each kind of change, for people."""
        notes: list[str] = []
        if self.redacted:
            pointers = ", ".join(quote(pointer) for pointer in self.redacted[:_MAX_POINTERS_IN_NOTE])
            more = len(self.redacted) - _MAX_POINTERS_IN_NOTE
            pointers += f" and {more} more" if more > 0 else ""
            verb = "looks like a credential and is" if len(self.redacted) == 1 else "look like credentials and are"
            notes.append(f"{pluralize(len(self.redacted), 'value')} {verb} masked: {pointers}")
        if self.escaped_count:
            verb = "is" if self.escaped_count == 1 else "are"
            notes.append(f"{pluralize(self.escaped_count, 'hidden character')} {verb} shown as \\uXXXX")
        return notes


class SafeMode:
    """Masks the credentials in objects and escapes their hidden characters.

    A value is masked, with everything inside it, if the name of its field is a credential's (see `rules`), or if a
    field beside it labels it as one: `{"name": "PIN", "value": 1234}`. A text is masked in part where it matches
    a rule for text. True, false, null and blank text are never secret and stay.

    Args:
        masker: masks credentials in text, and has the secrets of this server.
    """

    def __init__(self, masker: TextMasker) -> None:
        self._masker = masker
        self._prefilter = _Prefilter(masker)

    def apply(self, data: JsonObject | list[Any]) -> SafeObject:
        """Make an object or a list safe. Returns `data` itself if nothing needs to change."""
        suspicious = self._prefilter.find_suspicious(data)
        if not suspicious:
            return SafeObject(data, [], 0)
        masking = MaskingPass(self._masker, suspicious)
        masked = masking.mask_value(data, in_credential=False)
        return SafeObject(masked, masking.redacted, masking.escaped_count)


class _Prefilter:
    """Finds the parts of an object that may need masking or escaping, much faster than a masking pass.

    Short texts and keys are cached once they were found harmless: executions repeat the same ones, and clients
    look up the same execution again and again.
    """

    def __init__(self, masker: TextMasker) -> None:
        self._masker = masker
        self._harmless_texts: set[str] = set()
        self._harmless_keys: set[str] = set()

    def find_suspicious(self, data: JsonObject | list[Any]) -> set[int]:
        """Return the `id()` of each object and list that may need changes, or contains one that may."""
        suspicious: set[int] = set()
        self._is_harmless_part(data, suspicious)
        return suspicious

    def _is_harmless_part(self, part: JsonObject | list[Any], suspicious: set[int]) -> bool:
        """Scan an object or a list, and add to `suspicious` each part that is not harmless."""
        harmless = True
        items: Iterable[Any]
        if isinstance(part, dict):
            for key in part:
                if key not in self._harmless_keys and not self._is_harmless_key(key):
                    harmless = False
            items = part.values()
        else:
            items = part
        for item in items:
            item_type = exact_type(item)
            if item_type is str:
                if harmless and item not in self._harmless_texts:
                    harmless = self._is_whole_link(item, part) or self._is_harmless_text(item)
            elif (item_type is dict or item_type is list) and not self._is_harmless_part(item, suspicious):
                harmless = False
        if not harmless:
            suspicious.add(id(part))
        return harmless

    def _is_whole_link(self, text: str, part: JsonObject | list[Any]) -> bool:
        """Whether a text is a link, and each field that holds it is one whose links are not masked."""
        if not isinstance(part, dict) or not _LINK.fullmatch(text) or not (text.isascii() and text.isprintable()):
            return False
        only_in_link_fields = all(key in WHOLE_LINK_FIELDS for key, value in part.items() if value == text)
        return only_in_link_fields and self._masker.mask_secrets(text) == text

    def _is_harmless_key(self, key: str) -> bool:
        """Whether a key needs no change and gives no reason to mask the values in and beside its field."""
        if key == LOCATOR or is_credential_name(key) or not self._is_harmless_text(key):
            return False
        _cache(key, self._harmless_keys)
        return True

    def _is_harmless_text(self, text: str) -> bool:
        """Whether a text needs no change in any field, and does not label a value beside it as a credential."""
        if len(text) > _MAX_CACHED_LENGTH or is_credential_label(text):
            return False  # long texts take time, so only the masking pass scans them
        if not self._masker.is_obviously_clean(text):
            masking = MaskingPass(self._masker)
            if masking.mask_value(text, in_credential=False) != text or masking.redacted:
                return False
        _cache(text, self._harmless_texts)
        return True


def _cache(text: str, cache: set[str]) -> None:
    if len(cache) >= _MAX_CACHED_TEXTS:
        cache.clear()
    cache.add(text)


@dataclass
class MaskingPass:
    """One pass over an object that makes a masked copy of it.

    Methods return the masked value. `in_credential` means that the value belongs to a credential, so all of it is
    masked.

    Attributes:
        masker: masks credentials in text.
        suspicious: the `id()` of each object and list to mask; others are returned as they are. None means all.
        redacted: JSON Pointers to the values masked so far.
        escaped_count: number of hidden characters escaped so far.
        path: keys and indexes from the root to the current value.
    """

    masker: TextMasker
    suspicious: set[int] | None = None
    redacted: list[str] = field(default_factory=list[str])
    escaped_count: int = 0
    path: list[str | int] = field(default_factory=list[str | int])
    _masked_keys: dict[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])

    def mask_value(self, value: Any, *, in_credential: bool) -> Any:  # noqa: ANN401 - any JSON value in, the same shape out
        """Mask one JSON value of any type."""
        if isinstance(value, str):
            return self._mask_text(value, in_credential=in_credential)
        if not in_credential and self.suspicious is not None and id(value) not in self.suspicious:
            return value  # a number, true, false, null, or a part that needs no change
        if isinstance(value, dict):
            return self.mask_object(cast("JsonObject", value), in_credential=in_credential)
        if isinstance(value, list):
            return self._mask_list(cast("list[Any]", value), in_credential=in_credential)
        if in_credential and isinstance(value, int | float) and not isinstance(value, bool):
            return self._redact()
        return value

    def mask_object(self, fields: JsonObject, *, in_credential: bool) -> JsonObject:
        """Mask the keys and values of an object."""
        masked: JsonObject = {}
        unique_keys = UniqueKeys(fields)
        has_label = not in_credential and has_credential_label(fields)
        in_headers = words_of(str(self.path[-1]))[-1:] == ("headers",) if self.path else False
        for key, value in fields.items():
            new_key = unique_keys.add(self._mask_key(key), key)
            self.path.append(new_key)
            if MASK in new_key and MASK not in key:
                self._redact()
            if (
                key in WHOLE_LINK_FIELDS
                and not in_credential
                and isinstance(value, str)
                and _LINK.fullmatch(value)
            ):
                masked[new_key] = self._mask_whole_link(value)
            else:
                is_secret = (
                    in_credential
                    or is_credential(key, value)
                    or (in_headers and is_credential_name(key))
                    or (has_label and is_value_field(key, value))
                )
                masked[new_key] = self.mask_value(value, in_credential=is_secret)
            self.path.pop()
        return masked

    def _mask_list(self, items: list[Any], *, in_credential: bool) -> list[Any]:
        masked: list[Any] = []
        for index, item in enumerate(items):
            self.path.append(index)
            masked.append(self.mask_value(item, in_credential=in_credential))
            self.path.pop()
        return masked

    def _mask_text(self, text: str, *, in_credential: bool) -> str:
        if in_credential and text.strip():
            return self._redact()
        masked = self.masker.mask(self._mask_embedded_json(text))
        if masked != text:
            self._redact()
        return self._escape(masked)

    def _mask_embedded_json(self, text: str) -> str:
        """Mask the credentials in a text that is itself a JSON object or array; return other text unchanged."""
        if text[:1] + text[-1:] not in {"{}", "[]"} or len(text) > _MAX_EMBEDDED_JSON:
            return text
        masking = MaskingPass(self.masker)
        try:
            masked = masking.mask_value(json.loads(text), in_credential=False)
            return json.dumps(masked, ensure_ascii=False, allow_nan=False) if masking.redacted else text
        except (ValueError, RecursionError):  # no JSON, or nested too deep; the rules for text still apply
            return text

    def _mask_whole_link(self, link: str) -> str:
        """Mask only the secrets of this server in a link whose own signature or token has to stay."""
        masked = self.masker.mask_secrets(link)
        if masked != link:
            self._redact()
        return self._escape(masked)

    def _mask_key(self, key: str) -> str:
        """Mask and escape an object's key. Results are cached, because the rows of a table repeat their keys."""
        if key not in self._masked_keys:
            self._masked_keys[key] = escape_hidden_multiline(self.masker.mask(key))
        masked, count = self._masked_keys[key]
        self.escaped_count += count
        return masked

    def _escape(self, text: str) -> str:
        escaped, count = escape_hidden_multiline(text)
        self.escaped_count += count
        return escaped

    def _redact(self) -> str:
        """Record that the current value is masked. Returns the mask."""
        pointer = reduce(child_pointer, self.path, "")
        if self.redacted[-1:] != [pointer]:  # a masked key whose value is masked too
            self.redacted.append(pointer)
        return MASK
