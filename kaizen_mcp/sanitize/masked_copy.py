"""Make a masked copy of an object, in which a search has found what to mask."""

import re
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, NamedTuple, cast

from kaizen_mcp.json_types import JsonObject, UniqueKeys, child_pointer, exact_type
from kaizen_mcp.sanitize.cookies import mask_cookies, secret_parts
from kaizen_mcp.sanitize.hidden_characters import escape_hidden_multiline
from kaizen_mcp.sanitize.labels import (
    ARGUMENTS,
    TYPED_FIELDS,
    describes,
    fills_element,
    find_label,
    find_label_in,
    is_value_field,
    types_into,
)
from kaizen_mcp.sanitize.looks import looks_like_no_name, looks_like_password_in_words
from kaizen_mcp.sanitize.names import TYPED, CredentialName, Kind, find_credential_name, words_of
from kaizen_mcp.sanitize.neighbours import find_below, find_beside
from kaizen_mcp.sanitize.secret_values import is_secret, looks_random
from kaizen_mcp.sanitize.text import MASK, UUID
from kaizen_mcp.sanitize.text_masker import TextMasker

_PARTS = (dict, list)
LINK = re.compile(r"https?://[^\s<>\"\\^`{|}]+")
_PASSWORD_OF_LOGIN = CredentialName("password", Kind.ANY, bare=True)
_REMARK = re.compile(
    r"(?:see|ask|in|im|stored|kept|same|as|siehe|wie|voir|dans|ver|en|zie|vedi) \D*$", re.IGNORECASE
)
"""A remark in place of a password: `see the vault`."""
_HEADINGS = frozenset("columns cols headers header heading headings titles".split())
WHOLE_LINK_FIELDS = frozenset({"downloadUrl", "liveViewUrl"})
"""Fields whose links are useless without the signature or token in their query. These links are not masked."""


def _says_more(name: CredentialName, above: CredentialName) -> bool:
    """Whether a field's own name says more about its value than that of the credential it is in."""
    if above.kind is Kind.ANY:
        return False
    return name.kind is not Kind.AMBIGUOUS or above.kind is Kind.AMBIGUOUS


def _is_labelled(label: CredentialName, key: str, value: object, fields: JsonObject) -> bool:
    """Whether a label in the same object labels this field."""
    if label.word == TYPED and key not in TYPED_FIELDS:
        return False
    return is_value_field(key, value) or (key == "v" and "k" in fields)  # rows of a table


def _is_login(secret: CredentialName | None, items: list[Any], index: int) -> bool:
    """Whether an item is the password of a user before it: `"auth": ["bob", "x"]`."""
    return (
        secret is not None
        and secret.word in {"auth", "credential"}
        and len(items) == 2  # noqa: PLR2004
        and index == 1
        and all(isinstance(item, str) for item in items)
        and looks_like_password_in_words(items[1])
        and re.search(r"[A-Z!@#$%^&*+?~]", items[1]) is not None
    )


class Found(NamedTuple):
    """What a scan found.

    Attributes:
        names: field names of credentials, and those that need a change themselves, with the masked name.
        texts: by its `id()`, each text that needs a change, masked, and each that may label a value beside it.
        labels: field names whose values may label the value beside them.
        secrets: what is masked in texts.
    """

    names: dict[str, str]
    texts: dict[int, str]
    labels: frozenset[str]
    secrets: list[str]


@dataclass
class MaskedCopy:
    """One pass over an object that makes a masked copy of what was found in it.

    Methods return the masked value. `secret` is the credential to which the value belongs, if it belongs to one.

    Attributes:
        masker: masks credentials in text.
        found: what the scan found.
        redacted: JSON Pointers to the values masked so far.
        secrets: values masked so far.
        has_masked_name: whether the name of a field was masked so far.
        escaped_count: number of hidden characters escaped so far.
        path: keys and indexes from the root to the current value.
        heading: the last list of names of columns, and the path of what it is in.
    """

    masker: TextMasker
    found: Found
    redacted: list[str] = field(default_factory=list[str])
    secrets: list[str] = field(default_factory=list[str])
    has_masked_name: bool = False
    escaped_count: int = 0
    path: list[str | int] = field(default_factory=list[str | int])
    heading: tuple[list[str | int], list[CredentialName | None]] = ([], [])

    def mask_value(self, value: Any, secret: CredentialName | None) -> Any:  # noqa: ANN401 - any JSON value in, the same shape out
        """Mask one JSON value of any type."""
        if isinstance(value, dict):
            return self._mask_object(cast("JsonObject", value), secret)
        if isinstance(value, list):
            return self._mask_list(cast("list[Any]", value), secret)
        if secret and is_secret(secret, value):
            masked = mask_cookies(value) if secret.is_cookie and isinstance(value, str) else MASK
            return value if masked == value else self._redact(masked)
        if isinstance(value, str) and id(value) in self.found.texts:
            return self._mask_text(value)
        return value

    def _mask_object(
        self, fields: JsonObject, secret: CredentialName | None, label_above: CredentialName | None = None
    ) -> JsonObject:
        """Mask the keys and values of an object. Returns `fields` itself if nothing changes.

        `label_above` is the label beside the field that this object is in.
        """
        masked: JsonObject = {}
        unique_keys = UniqueKeys(fields)
        changed = False
        label = None if secret and secret.kind is not Kind.AMBIGUOUS else self._find_label(fields) or label_above
        is_record = secret is not None and secret.kind in {Kind.TEXT, Kind.AMBIGUOUS} and self._is_record(fields)
        for key, value in fields.items():
            plain = not secret and not label and key not in self.found.names
            if plain and id(value) not in self.found.texts and exact_type(value) not in _PARTS:
                masked[unique_keys.add(key, key)] = value
                continue
            new_key = unique_keys.add(self._mask_key(key, secret, value), key)
            self.path.append(new_key)
            if MASK in new_key and MASK not in key:
                self._redact()
                self.has_masked_name = True
            of_field = secret
            if secret and is_record and not is_value_field(key, value) and not self._find_name(key):
                of_field = secret._replace(kind=Kind.KEY)
            elif key in self.found.names:
                of_field = find_beside(fields, key) or find_below(self._parent(), key) or secret
            masked[new_key] = new_value = self._mask_field(key, value, of_field, label, fields)
            self.path.pop()
            changed = changed or new_key != key or new_value is not value
        return masked if changed else fields

    def _is_record(self, fields: JsonObject) -> bool:
        """Whether this is an item of a list that has more fields than a secret and its name."""
        return bool(self.path) and isinstance(self.path[-1], int) and len(fields) > 2  # noqa: PLR2004

    def _find_label(self, fields: JsonObject) -> CredentialName | None:
        labels = self.found.labels & fields.keys()
        if not any(id(fields[key]) in self.found.texts or exact_type(fields[key]) in _PARTS for key in labels):
            return None
        return find_label_in(fields)

    def _mask_field(
        self,
        key: str,
        value: Any,  # noqa: ANN401 - any JSON value in, the same shape out
        secret: CredentialName | None,
        label: CredentialName | None,
        fields: JsonObject,
    ) -> Any:  # noqa: ANN401
        if key in WHOLE_LINK_FIELDS and not secret and isinstance(value, str) and LINK.fullmatch(value):
            return self._mask_whole_link(value)
        name = self._find_name(key)
        if secret and not name and describes(secret, key) and exact_type(value) is not dict:
            secret = None
        elif name and (secret is None or _says_more(name, secret)):
            secret = self._in_headers(name) if name.kind is Kind.AMBIGUOUS else name
        elif label and _is_labelled(label, key, value, fields):
            secret = label
        elif label and key in ARGUMENTS and fills_element(fields):
            if exact_type(value) is dict:
                return self._mask_object(cast("JsonObject", value), secret, label)
            secret = label
        if secret and secret.word != TYPED and (name or secret is label or is_value_field(key, value)):
            self._remember(value, secret)
        return self.mask_value(value, secret)

    def _remember(self, value: Any, secret: CredentialName) -> None:  # noqa: ANN401 - any JSON value
        """Keep the secret that a field or an item directly is, to find it elsewhere."""
        if isinstance(value, str) and is_secret(secret, value):
            data = value.encode("utf-8", "surrogatepass")
            parts = secret_parts(data) if secret.is_cookie else [(0, len(data))]
            self.secrets += [data[start:end].decode(errors="ignore") for start, end in parts]

    def _find_name(self, key: str) -> CredentialName | None:
        return find_credential_name(key) if key in self.found.names else None

    def _parent(self) -> str:
        """Name of the object that the current field is in, or of the list of such objects."""
        return next((key for key in reversed(self.path[:-1]) if isinstance(key, str)), "")

    def _in_headers(self, name: CredentialName) -> CredentialName:
        """Return a name as it is meant in an object of HTTP headers, where it has one meaning."""
        parent = str(self.path[-2]) if len(self.path) > 1 else ""
        return name._replace(kind=Kind.TEXT) if words_of(parent)[-1:] == ("headers",) else name

    def _mask_list(self, items: list[Any], secret: CredentialName | None) -> list[Any]:
        masked: list[Any] = []
        columns = self._names_of_columns(items)
        in_named_field = bool(self.path) and find_credential_name(str(self.path[-1])) is not None
        for index, item in enumerate(items):
            self.path.append(index)
            of_cell = columns[index] if columns else (self._find_pair(items, index) if index else None)
            if columns and isinstance(item, str) and _REMARK.match(item):
                of_cell = None
            of_item = (
                _PASSWORD_OF_LOGIN if in_named_field and _is_login(secret, items, index) else secret or of_cell
            )
            if of_item and (of_cell or in_named_field):
                self._remember(item, of_item)
            masked.append(self.mask_value(item, of_item))
            self.path.pop()
        return masked if any(new is not old for new, old in zip(masked, items, strict=True)) else items

    def _names_of_columns(self, items: list[Any]) -> list[CredentialName | None]:
        """Return the credential that each cell of a row is, by the heading before the rows or above them."""
        is_row = bool(self.path) and isinstance(self.path[-1], int)
        parents, names = self.heading
        if is_row and len(names) == len(items) and parents in (self.path[:-1], self.path[:-2]):
            return names
        if len(items) > 1 + is_row and any(id(item) in self.found.texts for item in items):
            names = [find_label(item) if id(item) in self.found.texts else None for item in items]
            if any(names) and all(isinstance(item, str) for item in items) and self._may_head_rows():
                self.heading = self.path[:-1], names
        return []

    def _may_head_rows(self) -> bool:
        """Whether this list may name the columns of rows: it is the first row, or in a field of such a name."""
        field_name = self.path[-1] if self.path else ""
        if isinstance(field_name, int) or field_name == "fields":
            return True
        return not _HEADINGS.isdisjoint(words_of(field_name)[-1:])

    def _find_pair(self, items: list[Any], index: int) -> CredentialName | None:
        """Return the credential that the text before an item of a list names: `["password", "x"]`."""
        before, value = items[index - 1], items[index]
        if id(before) not in self.found.texts or not isinstance(value, str) or find_label(value):
            return None
        is_pair = len(items) == 2 and (index == 1) and (self._is_in_list() or looks_like_no_name(value))  # noqa: PLR2004
        # `["-p", "x"]`, but not `["- Password is wrong", "x"]`
        is_option = re.fullmatch(r"-[^\s=]+", cast("str", before)) is not None and not value.startswith("-")
        is_typed = len(items) == 3 and index == 2 and types_into(items[0], cast("str", before))  # noqa: PLR2004
        return find_label(before) if is_option or is_pair or is_typed or self._is_in_header_list() else None

    def _is_in_list(self) -> bool:
        return len(self.path) > 1 and isinstance(self.path[-2], int)

    def _is_in_header_list(self) -> bool:
        words = words_of(str(self.path[-2])) if len(self.path) > 1 else ()
        return words[-1:] == ("headers",) and cast("int", self.path[-1]) % 2 == 1

    def _mask_text(self, text: str) -> str:
        masked = self.found.texts[id(text)]
        if masked != text:
            self._redact()
        return self._escape(masked)

    def _mask_whole_link(self, link: str) -> str:
        """Mask only the secrets of this server in a link whose own signature or token has to stay."""
        masked = self.masker.mask_secrets(link)
        if masked != link:
            self._redact()
        return self._escape(masked)

    def _mask_key(self, key: str, secret: CredentialName | None, value: Any) -> str:  # noqa: ANN401 - any JSON value
        """Mask and escape an object's key, which may be a credential itself below a credential's name."""
        if secret and looks_random(key) and not isinstance(value, int | float) and not UUID.match(key):
            return MASK
        return self._escape(self.found.names[key]) if key in self.found.names else key

    def _escape(self, text: str) -> str:
        escaped, count = escape_hidden_multiline(text)
        self.escaped_count += count
        return escaped

    def _redact(self, masked: str = MASK) -> str:
        """Record that the current value is masked. Returns what stands in its place."""
        pointer = reduce(child_pointer, self.path, "")
        if self.redacted[-1:] != [pointer]:  # a masked key whose value is masked too
            self.redacted.append(pointer)
        return masked
