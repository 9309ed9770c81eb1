"""Tell the names of credentials from others, by the words in `name_tables`.

Names are compared as words, without case: `x-api-key` and `xApiKey` are both `x`, `api`, `key`.
"""

import re
import unicodedata
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from kaizen_mcp.sanitize.name_tables import (
    AMBIGUOUS_NAMES,
    CREDENTIAL_ENDINGS,
    CREDENTIAL_STEMS,
    FIRST_WORDS_OF_ACTIONS,
    NON_CREDENTIAL_FIRST_WORDS,
    NON_CREDENTIAL_WORDS,
    PARTS_OF_SIGNED_LINKS,
    PLAIN_KEYS,
    PLAIN_NAMES,
    SECRET_TEXTS,
    SECRETS_OF_ANY_KIND,
    TEXT_ENDINGS,
    TRAILING_WORDS,
)

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")
_IN_BRACKETS = re.compile(r"\([^()]*\)")
STEM = re.compile("|".join(CREDENTIAL_STEMS), re.IGNORECASE)
_CODE = r"\b(?:(?:pass)?[ck]ode|c[o\u00f3]digo|codice)\b"
_DIGITS = r"\b[4-8][- ]?(?:digits?|chiffres|stellige[rn]?|d[i\u00ed]gitos|cifre|cijferige)"
_CODE_AT_LOGIN = re.compile(
    r"^(?!.*\b(?:postal|zip|discount|promo|coupon|error|status|product|country|rabatt|bank|branch|sort|hs|naics|nace"
    r"|source|dress|qr|booking|voucher|tracking|reference))"
    rf"(?:.*{_CODE}.{{1,30}}\b(?:sms|e-?mail|app)\b"
    rf"|.*{_DIGITS}[- ](?:(?:login|security|verification|confirmation|access|sms)[- ])?(?:{_CODE}|(?:pin|key)\b)"
    rf"|.*{_CODE} (?:\w{{1,3}} )?{_DIGITS})",
    re.IGNORECASE,
)
"""A label such as `Code sent by SMS` or `6-digit code`."""
_FIRST_PART = (
    "(?:verificatie|verifizierungs|verifikations|best(?:\u00e4|ae)tigungs|bevestigings|einmal|eenmalige?|eng[a\u00e5]ngs"
    "|authentifizierungs|inlog)"
)
_VERIFICATION = (
    "(?:v[e\u00e9]rification|verificaci[o\u00f3]n|verifica[c\u00e7][a\u00e3]o|verifica|weryfikacyjny|weryfikacji"
    "|usage unique|uso [u\u00fa]nico|un solo uso|monouso|jednorazowy|autenticaci[o\u00f3]n|autenticazione"
    "|authentification)"
)
_CODE_IN_OTHER_LANGUAGES = re.compile(
    rf"\b{_FIRST_PART}[ -]?[ck]ode?\b"
    rf"|\b(?:code|c[o\u00f3]digo|codice|kod) (?:(?:de|di|do|da|\u00e0|a|por|per) )?(?:la |l')?{_VERIFICATION}\b",
    re.IGNORECASE,
)
"""A label such as `Best\u00e4tigungscode`, which may be that of a booking too."""
OTHER_CODE = "othercode"
"""`CredentialName.word` of a label such as `Best\u00e4tigungscode`."""
TYPED = "typed"
"""`CredentialName.word` of what a model types where it says that it types a password or a code."""
SENT_CODE = "sentcode"
"""`CredentialName.word` of a label such as `Code sent by SMS`."""
_MAX_NAME = 200
_MAX_NAME_WORDS = 4


class Kind(Enum):
    """What a field of a credential's name must hold to be masked."""

    ANY = "anything"
    TEXT = "text that could be a secret"
    AMBIGUOUS = "text that has no other meaning"
    KEY = "text that looks random"


class CredentialName(NamedTuple):
    """A credential's name.

    Attributes:
        word: the word by which it was recognised, such as `apikey`.
        kind: what its field must hold to be masked.
        bare: whether that word is the whole name.
    """

    word: str
    kind: Kind
    bare: bool

    @property
    def is_cookie(self) -> bool:
        """Whether the value may be `name=value` pairs, of which only some are secret."""
        return self.word.endswith("cookie")


def words_of(name: str) -> tuple[str, ...]:
    """Split a field's name into lower-case words: `x-api-key` and `xApiKey` give `x`, `api`, `key`."""
    if (
        name.isascii() and name.isalpha() and name[1:].islower() and len(name) <= _MAX_NAME
    ):  # one word, the usual case
        return (name.lower(),)
    without_brackets = _IN_BRACKETS.sub(" ", unicodedata.normalize("NFKC", name[:_MAX_NAME]))
    return tuple(word.lower() for word in _WORD.findall(without_brackets))


_SHORT_NAMES = dict.fromkeys("dk", CredentialName("d", Kind.KEY, bare=True)) | dict.fromkeys(
    ("tan", "Tan", "TAN"), CredentialName("tan", Kind.AMBIGUOUS, bare=True)
)
"""Names too short to be looked for in others: the private part of a JSON Web Key, the code of a bank."""


_WORDS_OF_COUNTS = NON_CREDENTIAL_FIRST_WORDS - FIRST_WORDS_OF_ACTIONS


@lru_cache(maxsize=4096)
def find_credential_name(name: str) -> CredentialName | None:
    """Return what a field of this name, in any case or style, holds if it is a credential's, or None.

    Whole words count: `newPassword2` and `x-api-key` are credentials; `tokenCount`, `passwordless`, `secretary`
    and `pinned` are not.
    """
    name = unicodedata.normalize("NFKC", name[:_MAX_NAME])
    if name in _SHORT_NAMES:
        return _SHORT_NAMES[name]
    if name.isascii() and not STEM.search(name) and "(" not in name:  # text in brackets may split a stem
        return None
    if label := _find_code_label(name):
        return label
    words = [*words_of(name)]
    if "".join(words) in PLAIN_NAMES or name.endswith("/") or "node_modules/" in name:
        return None
    while len(words) > 1 and (words[-1].removeprefix("v").isdigit() or words[-1] in TRAILING_WORDS):
        words.pop()
    if words[:3] == ["secure", "next", "auth"] or words[:2] == ["next", "auth"]:  # the cookies of a library
        words = words[words.index("next") + 1 :]
    if not words or not NON_CREDENTIAL_WORDS.isdisjoint(words):
        return None
    if words[-1] == "tokens" and not _WORDS_OF_COUNTS.isdisjoint(words):  # `cached_input_tokens`
        return None
    found = _find_by_ending(words)
    if found and not found.bare and words[0] in NON_CREDENTIAL_FIRST_WORDS:
        is_input = words[0] == "input" and found.kind is Kind.ANY  # `inputPassword`, but not `inputTokens`
        is_of_action = words[0] in FIRST_WORDS_OF_ACTIONS and found.kind is not Kind.ANY
        return found if is_input or is_of_action else None
    return found


def _find_code_label(name: str) -> CredentialName | None:
    if _CODE_AT_LOGIN.search(name):
        return CredentialName(SENT_CODE, Kind.ANY, bare=False)
    if _CODE_IN_OTHER_LANGUAGES.search(name):
        return CredentialName(OTHER_CODE, Kind.AMBIGUOUS, bare=False)
    return None


def _find_by_ending(words: list[str]) -> CredentialName | None:
    if "".join(words[-2:]) in PARTS_OF_SIGNED_LINKS:
        return None
    for count in range(min(_MAX_NAME_WORDS, len(words)), 0, -1):
        ending = "".join(words[-count:])
        for singular in (ending, ending.removesuffix("s"), ending.removesuffix("es")):
            for kind, table in _KINDS:
                if singular in table:
                    return CredentialName(singular, kind, count == len(words))
    if words[-1].endswith(CREDENTIAL_ENDINGS):
        word = next(ending for ending in CREDENTIAL_ENDINGS if words[-1].endswith(ending))
        return CredentialName(word, Kind.TEXT if word in TEXT_ENDINGS else Kind.ANY, bare=False)
    return _find_key(words)


def _find_key(words: list[str]) -> CredentialName | None:
    if words[-2:] in (["primary", "key"], ["secondary", "key"]):  # of an account; or of a table
        return CredentialName("primarykey", Kind.KEY, bare=False)
    is_key = (
        words[-1] in {"key", "keys"} and len(words) > 1 and words[-2] not in PLAIN_KEYS and not words[-2].isdigit()
    )
    if is_key or "".join(words[-2:]).endswith(("schl\u00fcssel", "schluessel")):
        return CredentialName("key", Kind.KEY, bare=False)
    return CredentialName("pat", Kind.KEY, bare=False) if len(words) > 1 and words[-1] == "pat" else None


_KINDS = ((Kind.ANY, SECRETS_OF_ANY_KIND), (Kind.TEXT, SECRET_TEXTS), (Kind.AMBIGUOUS, AMBIGUOUS_NAMES))


def is_credential_name(name: str) -> bool:
    """Whether a name is a credential's, and has no other meaning."""
    found = find_credential_name(name)
    return found is not None and found.kind not in {Kind.AMBIGUOUS, Kind.KEY}
