"""Tell the fields that are credentials by a field beside them or the field they are below, not by their own names.

A new one is a row in one of the tables.
"""

from collections.abc import Iterable
from typing import NamedTuple

from kaizen_mcp.json_types import JsonObject
from kaizen_mcp.sanitize.labels import ENTRY
from kaizen_mcp.sanitize.names import CredentialName, Kind, words_of
from kaizen_mcp.sanitize.vendors import VENDORS

_ENTRY = CredentialName(ENTRY, Kind.ANY, bare=True)
_LOGIN_CODE = CredentialName("mfa", Kind.AMBIGUOUS, bare=False)
_WORDS = CredentialName("seed", Kind.TEXT, bare=True)
_KEY = CredentialName("key", Kind.KEY, bare=False)
_COOKIE = CredentialName("cookie", Kind.TEXT, bare=True)


class _Beside(NamedTuple):
    """A field is this credential beside a field of this name, with this value unless that is None."""

    field: str
    other: str
    value: str | None
    secret: CredentialName


class _Below(NamedTuple):
    """A field is this credential in an object, or in a list of objects, below a name that ends in these words."""

    field: str
    parents: frozenset[str]
    secret: CredentialName


_BESIDE = (
    _Beside("data", "kind", "Secret", _ENTRY),  # of Kubernetes
    _Beside("stringData", "kind", "Secret", _ENTRY),
    _Beside("k", "kty", "oct", _ENTRY),  # of JSON Web Key
    _Beside("code", "grant_type", None, _KEY),  # of OAuth
    _Beside("community", "version", "2c", _ENTRY),  # of SNMP
    _Beside("community", "version", "v2c", _ENTRY),
    _Beside("seed", "wallet", None, _WORDS),
    _Beside("value", "httpOnly", None, _COOKIE),
    _Beside("value", "sameSite", None, _COOKIE),
)
_BELOW = (
    _Below("key", VENDORS | {"api", "captcha"}, _KEY),
    _Below("key", frozenset({"wifi", "wlan"}), _ENTRY),
    _Below("auth", frozenset({"redis"}), _ENTRY),
    _Below("answer", frozenset({"security"}), _ENTRY),
    _Below("seed", frozenset({"mfa", "fa"}), _KEY),
    _Below("code", frozenset({"verification", "mfa", "fa"}), _LOGIN_CODE),
    _Below("community", frozenset({"snmp"}), _ENTRY),
)


def fields_with_neighbours(names: Iterable[str]) -> list[str]:
    """Return those field names of an object that may be credentials by other names in it."""
    names = frozenset(names)
    last_words = {words_of(name)[-1:] for name in names}
    beside = [row.field for row in _BESIDE if {row.field, row.other} <= names]
    below = [
        row.field
        for row in _BELOW
        if row.field in names and any(words and words[0] in row.parents for words in last_words)
    ]
    return [*beside, *below]


def find_beside(fields: JsonObject, key: str) -> CredentialName | None:
    """Return the credential that a field is by one beside it, or None."""
    return next(
        (
            row.secret
            for row in _BESIDE
            if row.field == key and row.other in fields and row.value in (None, fields[row.other])
        ),
        None,
    )


def find_below(parent: str, key: str) -> CredentialName | None:
    """Return the credential that a field is by the name of the object or list it is in, or None."""
    last_word = "".join(words_of(parent)[-1:])
    return next((row.secret for row in _BELOW if row.field == key and last_word in row.parents), None)
