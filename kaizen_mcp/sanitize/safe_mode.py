"""Safe mode: mask the credentials in an API object, escape its hidden characters, and report both."""

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

from kaizen_mcp.humanize import pluralize
from kaizen_mcp.json_types import JsonObject, exact_type
from kaizen_mcp.sanitize.display import quote
from kaizen_mcp.sanitize.hidden_characters import escape_hidden_multiline, may_hide
from kaizen_mcp.sanitize.joined_texts import ReadTogether, as_command, as_mail, search_joined
from kaizen_mcp.sanitize.labels import (
    ARGUMENTS,
    LOCATORS,
    is_label_field,
    is_value_field,
    may_label,
    names_element,
)
from kaizen_mcp.sanitize.masked_copy import LINK, WHOLE_LINK_FIELDS, Found, MaskedCopy
from kaizen_mcp.sanitize.names import find_credential_name
from kaizen_mcp.sanitize.neighbours import fields_with_neighbours
from kaizen_mcp.sanitize.prefilter import keep_suspects
from kaizen_mcp.sanitize.secret_values import MEASURE, has_letters_and_digits
from kaizen_mcp.sanitize.text import UUID, ZERO_IN_TEXT, join_texts, replace, spans_by_text
from kaizen_mcp.sanitize.text_masker import TextMasker

_MAX_EMBEDDED_JSON = 1_000_000  # characters of a string that is parsed as JSON
_MAX_POINTERS_IN_NOTE = 3
_MOST_REPEATED = 20  # secrets that are looked for in the whole object
_COMMON = re.compile(r"\s|[\ud800-\udfff]|^[A-Za-z]+\d$")  # `12 Main St`, `address1`, and what can't be encoded
_SHORTEST_DISTINCT, _LONGEST_DISTINCT = 8, 4_000  # characters
_JSON_STARTS = (b"{", b"[")
_SURROGATE = re.compile(rb"\xed[\xa0-\xbf]")  # in UTF-8


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


class _Collected(NamedTuple):
    """What is searched in an object.

    Attributes:
        names: all distinct field names.
        in_fields: all texts in fields, by the name of their field.
        in_lists: all texts in lists.
        together: texts that are read together.
    """

    names: list[str]
    in_fields: dict[str, list[str]]
    in_lists: list[str]
    together: list[ReadTogether]

    @property
    def everything(self) -> list[str]:
        """All names and texts."""
        return [*self.names, *chain.from_iterable(self.in_fields.values()), *self.in_lists]


class SafeMode:
    """Masks the credentials in objects and escapes their hidden characters.

    First all distinct field names and all texts are collected, and those that may hold a secret are searched.
    Usually there are none, and the object stays as it is. Otherwise it is masked if something was found: a value
    if the name of its field is a credential's (see `name_tables`), or if a field beside it labels it as one:
    `{"name": "PIN", "value": 1}`; and the parts of texts that match a rule. Secrets that can be no other word are
    masked wherever else they occur too.

    Args:
        masker: masks credentials in text, and has the secrets of this server.
    """

    def __init__(self, masker: TextMasker) -> None:
        self._masker = masker

    def apply(self, data: JsonObject | list[Any]) -> SafeObject:
        """Make an object or a list safe. Returns `data` itself if nothing needs to change."""
        try:
            safe, secrets = self._mask(data)
            # The id of the object is needed for the next lookup, even if it reads like a secret somewhere.
            secrets = [secret for secret in secrets if not isinstance(data, dict) or secret != data.get("id")]
            if secrets and not self._masker.repeated:
                masker = self._masker.with_repeated(secrets[:_MOST_REPEATED])
                if masker.has_secret(join_texts(_collect(safe.data, masker).everything)):
                    return SafeMode(masker).apply(data)
            return safe
        finally:
            find_credential_name.cache_clear()  # keeps no word of these texts

    def _mask(self, data: JsonObject | list[Any]) -> tuple[SafeObject, list[str]]:
        """Mask what is found. Also returns the secrets distinct enough to be masked wherever else they occur."""
        found = self._scan(_collect(data, self._masker))
        if not found.names and not found.texts:
            return SafeObject(data, [], 0), []
        masking = MaskedCopy(self._masker, found)
        masked = masking.mask_value(data, None)
        if masking.has_masked_name:
            _classify_names.cache_clear()  # keeps no secret
        secrets = dict.fromkeys(map(str.strip, [*masking.secrets, *found.secrets]))
        return SafeObject(masked, masking.redacted, masking.escaped_count), [*filter(_is_distinct, secrets)]

    def _scan(self, collected: _Collected) -> Found:
        """Search all names and texts."""
        names, in_fields, in_lists, together = collected
        credentials, label_fields, fields_with_labels = _classify_names(tuple(names))
        everything = collected.everything
        joined = join_texts(everything)
        suspects, labels = keep_suspects(everything) if _can_be_filtered(joined) else ([*everything], [])
        if self._masker.has_secret(joined):
            suspects += [text for text in everything if self._masker.has_secret(join_texts([text]))]
        texts: dict[int, str] = {}
        if may_hide(joined):
            texts |= {id(text): text for text in everything if escape_hidden_multiline(text)[1]}
        masked, secrets = self._search(suspects, together)
        texts |= masked
        beside_values = {*map(id, chain(in_lists, *(in_fields.get(name, ()) for name in fields_with_labels)))}
        if beside_values:
            texts |= {
                id(text): text
                for text in (*labels, *suspects)
                if id(text) in beside_values and id(text) not in texts and may_label(text)
            }
        if joined.startswith(_JSON_STARTS) or any(b"\0" + start in joined for start in _JSON_STARTS):
            texts |= self._mask_json_in(everything)
        masked_names = {name: texts[id(name)] for name in names if id(name) in texts} if texts else {}
        return Found({name: name for name in credentials} | masked_names, texts, label_fields, secrets)

    def _search(self, suspects: list[str], together: list[ReadTogether]) -> tuple[dict[int, str], list[str]]:
        """Return by its `id()` each text in which something is masked, and what that is."""
        joined = join_texts(suspects)
        alone = spans_by_text(joined, self._masker.find(joined)) if suspects else ()
        found = {id(suspects[index]): (suspects[index], spans) for index, spans in alone}
        for text, spans in search_joined(self._masker, together):
            found.setdefault(id(text), (text, []))[1].extend(spans)
        texts: dict[int, str] = {}
        secrets: list[str] = []
        for text, spans in found.values():
            data = text.encode("utf-8", "surrogatepass")
            texts[id(text)] = replace(data, spans)
            secrets += [
                data[start:end].decode(errors="ignore")
                for start, end in spans
                if _SHORTEST_DISTINCT <= end - start <= _LONGEST_DISTINCT
            ]
        return texts, secrets

    def _mask_json_in(self, texts: list[str]) -> dict[int, str]:
        """Return by its `id()` each text that is JSON in which something is masked."""
        inner = [(text, mask_json(self._masker, text)) for text in texts if text[:1] in {"{", "["}]
        return {id(text): self._masker.mask(masked) for text, masked in inner if masked != text}


def mask_json(masker: TextMasker, text: str) -> str:
    """Mask the credentials in a text that is itself a JSON object or array; return other text unchanged."""
    if text[:1] + text[-1:] not in {"{}", "[]"} or len(text) > _MAX_EMBEDDED_JSON:
        return text
    try:
        safe = SafeMode(masker).apply(json.loads(text))
        return json.dumps(safe.data, ensure_ascii=False, allow_nan=False) if safe.redacted else text
    except (ValueError, RecursionError):  # no JSON, or nested too deep; the rules for text still apply
        return text


def _can_be_filtered(joined: bytes) -> bool:
    """Whether texts have neither a lone surrogate nor a zero byte, which `join_texts` changes."""
    return ZERO_IN_TEXT not in joined and _SURROGATE.search(joined) is None


def _is_distinct(secret: str) -> bool:
    """Whether a secret is masked wherever else it stands: one mix of letters and digits, no UUID and no time."""
    return (
        len(secret) >= _SHORTEST_DISTINCT
        and has_letters_and_digits(secret)
        and not _COMMON.search(secret)
        and not UUID.fullmatch(secret)
        and not MEASURE.fullmatch(secret)
    )


@lru_cache(maxsize=64)
def _classify_names(names: tuple[str, ...]) -> tuple[tuple[str, ...], frozenset[str], frozenset[str]]:
    """Return the names of credentials, of labels, and of the fields whose texts may label a value."""
    credentials = (*filter(find_credential_name, names), *fields_with_neighbours(names))
    labels = frozenset(filter(is_label_field, names))
    if not LOCATORS.isdisjoint(labels):
        return credentials, labels, frozenset(names)
    has_values = (
        any(is_value_field(name, "") for name in names)
        or {"k", "v"} <= {*names}
        or (not ARGUMENTS.isdisjoint(names) and names_element(labels))
    )
    return credentials, labels, labels if has_values else frozenset()


def _collect(data: JsonObject | list[Any], masker: TextMasker) -> _Collected:
    """Collect what is searched."""
    names: dict[str, Any] = {}
    in_fields: defaultdict[str, list[str]] = defaultdict(list)
    in_lists: list[str] = []
    together: list[ReadTogether | None] = []
    parts: list[Any] = [data]
    while parts:
        part = parts.pop()
        if exact_type(part) is dict:
            names.update(part)
            if not WHOLE_LINK_FIELDS.isdisjoint(part):
                part = _without_whole_links(part, masker)
            for name, item in part.items():
                item_type = exact_type(item)
                if item_type is str:
                    in_fields[name].append(item)
                elif item_type is dict or item_type is list:
                    parts.append(item)
            together.append(as_mail(part))
        else:
            in_lists += [item for item in part if exact_type(item) is str]
            parts += [item for item in part if exact_type(item) in {dict, list}]
            together.append(as_command(part))
    return _Collected(list(names), in_fields, in_lists, [*filter(None, together)])


def _without_whole_links(fields: JsonObject, masker: TextMasker) -> JsonObject:
    """An object without the links that stay whole."""
    return {
        key: value
        for key, value in fields.items()
        if not (key in WHOLE_LINK_FIELDS and _is_plain_link(value, masker))
    }


def _is_plain_link(value: object, masker: TextMasker) -> bool:
    if not isinstance(value, str) or not (value.isascii() and value.isprintable()) or not LINK.fullmatch(value):
        return False
    return masker.mask_secrets(value) == value
