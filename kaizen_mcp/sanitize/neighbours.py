"""Recognise credentials whose own name says little, by a field beside them or the object they are in.

A new one is a row in one of the tables.
"""

from collections.abc import Iterable
from typing import NamedTuple

from kaizen_mcp.json_types import JsonObject
from kaizen_mcp.sanitize.labels import ENTRY, SECRET_OF_STORE, TYPED_SECRET
from kaizen_mcp.sanitize.names import OTHER_CODE, CredentialName, Kind, words_of
from kaizen_mcp.sanitize.vendors import VENDORS

_ALWAYS_SECRET = CredentialName(ENTRY, Kind.ANY, bare=True)
_LOGIN_CODE = CredentialName(OTHER_CODE, Kind.AMBIGUOUS, bare=False)
_SEED_PHRASE = CredentialName("seed", Kind.TEXT, bare=True)
_KEY = CredentialName("key", Kind.KEY, bare=False)
_COOKIE = CredentialName("cookie", Kind.TEXT, bare=True)


class _Beside(NamedTuple):
    """`field` is a credential if the same object has `other`, with this `value` if one is given."""

    field: str
    other: str
    value: str | None
    secret: CredentialName


class _Below(NamedTuple):
    """`field` is a credential in an object, or a list of objects, whose name ends in one of `parents`.

    That is its last word, or its last two written as one: `securityquestion`.
    """

    field: str
    parents: frozenset[str]
    secret: CredentialName


_BESIDE = (
    _Beside("data", "kind", "Secret", _ALWAYS_SECRET),  # of Kubernetes
    _Beside("stringData", "kind", "Secret", _ALWAYS_SECRET),
    _Beside("k", "kty", "oct", _ALWAYS_SECRET),  # of JSON Web Key
    _Beside("code", "grant_type", None, _KEY),  # of OAuth
    _Beside("community", "version", "2c", _ALWAYS_SECRET),  # of SNMP
    _Beside("community", "version", "v2c", _ALWAYS_SECRET),
    _Beside("p", "u", None, TYPED_SECRET),  # user and password, in variables of GraphQL
    *(
        _Beside("code", challenge, None, _LOGIN_CODE)
        for challenge in (
            "challengeId challenge_id verificationId verification_id mfaToken mfa_token factorId factor_id".split()
        )
    ),
    _Beside("device_code", "verification_uri", None, _KEY),  # of OAuth, for devices
    _Beside("deviceCode", "verificationUri", None, _KEY),
    _Beside("signature", "access_token", None, _KEY),  # of Salesforce
    _Beside("keys", "root_token", None, _KEY),  # of Vault
    _Beside("keys_base64", "root_token", None, _KEY),
    _Beside("Content", "PolicyID", None, _ALWAYS_SECRET),  # of CyberArk
    _Beside("data", "dataCrc32c", None, SECRET_OF_STORE),  # of Google's Secret Manager
    _Beside("seed", "wallet", None, _SEED_PHRASE),
    _Beside("value", "httpOnly", None, _COOKIE),
    _Beside("value", "sameSite", None, _COOKIE),
)
_BELOW = (
    _Below("key", VENDORS | {"api", "captcha"}, _KEY),
    _Below("key", frozenset({"wifi", "wlan"}), _ALWAYS_SECRET),
    _Below("auth", frozenset({"redis"}), _ALWAYS_SECRET),
    _Below("answer", frozenset({"security", "securityquestion", "securityquestions"}), _ALWAYS_SECRET),
    _Below("seed", frozenset({"mfa", "2fa"}), _ALWAYS_SECRET),
    _Below("code", frozenset({"verification", "mfa", "2fa"}), _LOGIN_CODE),
    _Below("community", frozenset({"snmp"}), _ALWAYS_SECRET),
)


def _endings(name: str) -> tuple[str, str]:
    """The last word of a name, and its last two as one."""
    words = words_of(name)
    return "".join(words[-1:]), "".join(words[-2:])


def fields_with_neighbours(names: Iterable[str]) -> list[str]:
    """Return the fields that could be credentials by other names of the object, at any depth."""
    names = frozenset(names)
    endings = frozenset(ending for name in names for ending in _endings(name))
    beside = [row.field for row in _BESIDE if {row.field, row.other} <= names]
    below = [row.field for row in _BELOW if row.field in names and not row.parents.isdisjoint(endings)]
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
    endings = _endings(parent)
    return next((row.secret for row in _BELOW if row.field == key and not row.parents.isdisjoint(endings)), None)
