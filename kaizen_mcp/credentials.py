"""Tell credentials from other values: by the name of their field, and by their own shape."""

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from functools import lru_cache

MASK = "[masked]"

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")

_NAMES = frozenset(
    "password passwd pwd pass passphrase passcode passkey userpass secret token jwt authorization cookie"
    " otp totp hotp pin ssn socialsecurity socialsecuritynumber pinnumber ssnnumber"
    " cardnumber cardno creditcard debitcard cvv cvc csc securitycode"
    " apikey accesskey secretkey privatekey signingkey encryptionkey decryptionkey masterkey authkey sessionkey"
    " accountkey sharedaccesskey sharedkey webhookkey connectionstring cookiejar"
    " verificationcode mfacode otpcode totpcode facode factorcode smscode accesscode logincode authcode backupcode"
    " recoverycode pincode onetimecode authenticationcode securityanswer secretanswer recoveryphrase seedphrase"
    " passwort kennwort contrase\u00f1a contrasena motdepasse senha".split()
)
"""Names of credentials, their words run together, in the singular."""

_MOST_WORDS = 3

_CARRIERS = frozenset(
    "value values text plain plaintext raw hash hashed header confirm confirmation confirmed repeat repeated"
    " again retype new old current data string str encrypted enc digits list".split()
)
"""Words behind the name of a credential that leave its value one: `passwordConfirmation`, `tokenValue`."""

_QUESTIONS = frozenset(
    "is has have had needs need requires require required should can may must use uses show shows allow allows"
    " enable enables enabled max min total num count prompt completion remaining no".split()
)
"""First words of names that ask or count something: `isPassword`, `maxTokens`."""


def words_of(name: str) -> list[str]:
    """The words of a field's name, in small letters: `x-api-key` and `xApiKey` are `x`, `api`, `key`."""
    return [word.lower() for word in _WORD.findall(name[:200])]


@lru_cache(maxsize=4096)
def is_credential_name(name: str) -> bool:
    """Whether a field of this name, in any case or style, holds a credential.

    Whole words count: `newPassword2` and `x-api-key` are such names; `tokenCount`, `passwordless`, `secretary`
    and `pinned` are not.
    """
    words = words_of(name)
    while len(words) > 1 and (words[-1].isdigit() or words[-1] in _CARRIERS):
        words.pop()
    if not words or (len(words) > 1 and words[0] in _QUESTIONS):
        return False
    endings = ("".join(words[-count:]) for count in range(1, _MOST_WORDS + 1))
    return any(ending in _NAMES or ending.removesuffix("s") in _NAMES for ending in endings)


# Shapes: what looks like a credential wherever it stands. Texts are anyone's and may be megabytes, so a pattern
# may look ahead only over a bounded stretch, or over one that no other start of a match lies in.


def _holds_a_colon(candidate: str) -> bool:
    """Whether this is base64 of `user:password`, as HTTP's Basic scheme has it."""
    try:
        return b":" in base64.b64decode(candidate + "=" * (-len(candidate) % 4), validate=True)
    except binascii.Error:
        return False


def _mixed(candidate: str) -> bool:
    """Whether it looks drawn at random: letters and digits in one word."""
    return any(c.isdigit() for c in candidate) and any(c.isalpha() for c in candidate)


def _has_digit(candidate: str) -> bool:
    return any(c.isdigit() for c in candidate)


def _is_yes_or_no(candidate: str) -> bool:
    """Whether it is a yes or a no, as in `forgotPassword=1`, which gives nothing away."""
    return candidate.lower() in {"0", "1", "true", "false", "yes", "no", "on", "off", "null", "none", "undefined"}


def _always(_: str) -> bool:
    return True


_VENDORS = {
    "JSON web token": r"(?<![_-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*",
    "AWS": r"(?:AKIA|ASIA|ABIA|ACCA)(?=[A-Z]*[0-9])[0-9A-Z]{16}(?![0-9A-Za-z])",
    "GitHub": r"gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{22,}",
    "GitLab": r"gl(?:pat|dt|rt|ptt)-[\w-]{20,}",
    "Slack": r"(?:xox[a-z]|xapp)-[\w-]{10,}|hooks\.slack\.com/services/[\w/]{20,}",
    "Stripe": r"[sr]k_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[\w+/=-]{16,}",
    "Google": r"AIza[\w-]{35}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,}",
    "OpenAI, Anthropic and their like": r"sk-(?=[\w-]{0,60}\d)[\w-]{20,}",
    "SendGrid": r"SG\.[\w-]{16,}\.[\w-]{16,}",
    "Twilio": r"SK[0-9a-f]{32}(?![0-9A-Za-z])",
    "npm": r"npm_[A-Za-z0-9]{36}",
    "PyPI": r"pypi-[\w-]{16,}",
    "Hugging Face": r"hf_[A-Za-z0-9]{30,}",
    "DigitalOcean": r"do[opr]_v1_[0-9a-f]{60,}",
    "Shopify": r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}",
    "Telegram": r"(?:bot)?\d{8,10}:AA[\w-]{33}",
    "Mailgun": r"key-[0-9a-z]{32}(?![0-9A-Za-z])",
    "Databricks": r"dapi[0-9a-f]{32}",
    "Linear, Notion": r"(?:lin_api|secret|ntn)_[A-Za-z0-9]{40,}",
    "Square": r"sq0[a-z]{3}-[\w-]{22,}",
    "Docker": r"dckr_pat_[\w-]{20,}",
    "HashiCorp Vault": r"hvs\.[\w-]{24,}",
    "age": r"AGE-SECRET-KEY-1[0-9A-Z]{50,}",
}
"""Whose keys begin in a way that nothing else does, and how."""
_VENDORS_KEY = re.compile(f"(?<![A-Za-z0-9])(?:{'|'.join(_VENDORS.values())})")

_Pattern = tuple[str, re.Pattern[str], Callable[[str], bool]]
"""Letters that a text must have before the pattern is tried, since that is much faster; the pattern, whose last
group is masked; and what else must hold of that group."""

_SHAPES: list[_Pattern] = [
    (
        "PRIVATE KEY",
        re.compile(
            r"(-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?=[\\nr\s]*[\w+/=:-]{8}).*?"
            r"(?:-----END [A-Z0-9 ]*-----|\Z))",
            re.DOTALL,
        ),
        _always,
    ),
    ("earer", re.compile(r"\b[Bb]earer[\s:=]+([\w.~+/=-]{8,})"), _has_digit),
    ("EARER", re.compile(r"\bBEARER[\s:=]+([\w.~+/=-]{8,})"), _has_digit),
    ("asic", re.compile(r"\b[Bb]asic\s+([A-Za-z0-9+/]{6,}={0,2})(?![\w+/=])"), _holds_a_colon),
    ("://", re.compile(r"://[^/\s:@?#]*:([^/\s@]+)@"), _always),
    ("uthorization:", re.compile(r"[Aa]uthorization:\s*\w+\s+([^\s\"']{8,})"), _has_digit),
    ("curl", re.compile(r"\s-u\s+[^\s:]+:([^\s\"']+)"), _always),
    (
        "code",
        re.compile(r"\b(?i:verification|security|one-time|login|access|sms)\s+code\b\D{0,20}(\d{4,8})\b"),
        _always,
    ),
    ("ookie:", re.compile(r"\b(?:[Ss]et-)?[Cc]ookie:\s*([^\s=;]{1,100}=[^\r\n]+)"), _always),
]

_NAMED: list[_Pattern] = [
    ("=", re.compile(r"(?<![\w.-])([A-Za-z][\w.-]{1,60})=(?![=\"'])([^\s&\"';,<>]+)"), _always),
    ('="', re.compile(r"(?<![\w.-])([A-Za-z][\w.-]{1,60})=\"([^\"\r\n]+)"), _always),
    ("='", re.compile(r"(?<![\w.-])([A-Za-z][\w.-]{1,60})='([^'\r\n]+)"), _always),
    ('"', re.compile(r'"([A-Za-z][\w .-]{1,60})\\*"\s*:\s*\\*"((?:[^"\\\r\n]|\\(?!"))+)'), _always),
    ("'", re.compile(r"'([A-Za-z][\w .-]{1,60})'\s*:\s*'([^'\r\n]+)"), _always),
    ('"', re.compile(r'"([A-Za-z][\w .-]{1,60})\\*"\s*:\s*(-?\d[\d.]*)'), _always),
    (": ", re.compile(r"(?<![\w.-])([A-Za-z][\w-]{1,60}): +([^\s\"',;<>&]{6,})"), _mixed),
    ("%3D", re.compile(r"(?:%[0-9A-Fa-f]{2}|\b)([A-Za-z]\w{1,60})%3D([^%&\s\"']+)"), _always),
    ("</", re.compile(r"<(?:\w{1,20}:)?([A-Za-z][\w-]{1,60})(?:\s[^<>]*)?>([^<>]+)</"), _always),
    ('value="', re.compile(r'(?:name|type|id)="([\w-]{1,60})"[^<>]{0,300}?\bvalue="([^"]+)'), _always),
    ('name="', re.compile(r'name="([\w-]{1,60})"\r?\n\r?\n([^\r\n]+)'), _always),
    ("--", re.compile(r"(?<!\S)--([A-Za-z][\w-]{1,60})\s+(?!-)(\S+)"), _always),
    ("'", re.compile(r"\b([A-Za-z]\w{1,60}) '([^'\r\n]{4,100})'"), _mixed),
    ("('", re.compile(r"\('([^'\r\n]{1,80})', ?'([^'\r\n]+)'"), _always),
]
"""The name of a credential with its value inside a text: of a query or a form, of JSON, of a header or a log."""

SHORTEST = 6
"""Characters below which no text is searched for shapes: none is shorter."""


class Masker:
    """Masks credentials in text.

    Args:
        known: secrets to mask wherever they appear, such as the configured API key. One of fewer than eight
            characters could be any word, and is masked only where it is the whole text.
    """

    def __init__(self, known: Sequence[str] = ()) -> None:
        self._known = tuple(sorted(filter(None, known), key=len, reverse=True))

    def known(self, text: str) -> str:
        """Return `text` without the known secrets."""
        for secret in self._known:
            if text == secret:
                return MASK
            if len(secret) >= 8 and secret in text:  # noqa: PLR2004 - as the class says
                text = text.replace(secret, MASK)
        return text

    def text(self, text: str) -> str:
        """Return `text` without the known secrets and whatever has the shape of a credential."""
        text = self.known(text)
        if len(text) < SHORTEST:
            return text
        text = _VENDORS_KEY.sub(MASK, text)
        for letters, pattern, holds in _SHAPES:
            if letters in text:
                text = pattern.sub(lambda match, holds=holds: _masked(match, holds), text)
        for letters, pattern, holds in _NAMED:
            if letters in text:
                text = pattern.sub(lambda match, holds=holds: _masked_if_named(match, holds), text)
        return text


def _masked(match: re.Match[str], holds: Callable[[str], bool]) -> str:
    group = match.re.groups
    if not holds(match[group]):
        return match[0]
    start, end = match.span(group)
    return match[0][: start - match.start()] + MASK + match[0][end - match.start() :]


def _masked_if_named(match: re.Match[str], holds: Callable[[str], bool]) -> str:
    if MASK in match[2] or _is_yes_or_no(match[2]) or not is_credential_name(match[1]):
        return match[0]
    return _masked(match, holds)
