"""Tell credentials from other values: by the name of their field, and by their own shape."""

import base64
import binascii
import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from urllib.parse import quote

MASK = "[masked]"

# Names

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")
_LONGEST_NAME = 200
_MOST_WORDS = 3

NAMES = frozenset(
    "password passwd pwd pw pass passphrase passcode passkey userpass dbpass secret token jwt authorization cookie"
    " credential cred otp totp hotp pin ssn socialsecurity socialsecuritynumber pinnumber pinno ssnnumber"
    " cardnumber cardnum cardno ccnumber ccnum creditcard debitcard cvv cvc csc cvvcode cvccode securitycode"
    " apikey accesskey secretkey privatekey signingkey encryptionkey decryptionkey masterkey authkey sessionkey"
    " subscriptionkey accountkey sharedaccesskey sharedkey webhookkey connectionstring cookiejar"
    " verificationcode mfacode otpcode totpcode facode factorcode smscode accesscode logincode authcode backupcode"
    " recoverycode pincode onetimecode authenticationcode securityanswer secretanswer recoveryphrase seedphrase"
    " passwort kennwort contrase\u00f1a contrasena motdepasse senha \u043f\u0430\u0440\u043e\u043b\u044c"
    " \u5bc6\u7801 \u5bc6\u78bc".split()
)
"""Names of credentials, their words run together, in the singular."""

ENDINGS = ("password", "passwd", "passphrase", "secret", "token", "apikey")
"""How such a name may end where it is written without a break: `newpassword`, `CSRFTOKEN`."""

STEMS = (
    "pass", "pw", "secret", "token", "jwt", "authorization", "cookie", "cred", "otp", "pin", "ssn", "card",
    "ccnum", "cv", "csc", "code", "key", "connectionstring", "socialsecurity", "answer", "phrase", "kennwort",
    "contrase", "senha",
)  # fmt: skip
"""One of these is in each of the names above that is written in ASCII; to look for them is much faster."""
_NO_LETTERS = {code: None for code in range(128) if not chr(code).isalpha()}

_CARRIERS = frozenset(
    "value values text plain plaintext raw hash hashed header confirm confirmation confirmed repeat repeated"
    " again retype new old current data string str encrypted enc digits list field input box prod live dev"
    " staging".split()
)
"""Words behind the name of a credential that leave its value one: `passwordConfirmation`, `tokenValue`."""

_QUESTIONS = frozenset(
    "is has have had needs need requires require required should can may must use uses show shows allow allows"
    " enable enables enabled max min total num count prompt completion remaining no".split()
)
"""First words of names that ask or count something: `isPassword`, `maxTokens`."""

_HARMLESS = frozenset("page insurance forgot".split())
"""Words that make such a name one of something else: `nextPageToken`, `insuranceCardNumber`, `forgotPassword`."""

_AMBIGUOUS = frozenset({"authorization", "pass", "credential", "cred"})
"""Names that mean other things too: an insurer's prior authorisation, a check that passed. The value decides."""

_OPAQUE = 16
_SHORTEST_WORD = 4
_SCHEME = re.compile(r"(?:basic|bearer|token|digest|negotiate|apikey|aws4-hmac-sha256|ssws)\s+\S", re.IGNORECASE)


def words_of(name: str) -> tuple[str, ...]:
    """The words of a field's name, in small letters: `x-api-key` and `xApiKey` are `x`, `api`, `key`."""
    return _words_of(name[:_LONGEST_NAME])


@lru_cache(maxsize=4096)
def _words_of(name: str) -> tuple[str, ...]:
    plain = re.sub(r"\([^()]*\)", " ", unicodedata.normalize("NFKC", name))
    return tuple(word.lower() for word in _WORD.findall(plain))


def is_credential_name(name: str, *, surely: bool = False) -> bool:
    """Whether a field of this name, in any case or style, holds a credential.

    Whole words count: `newPassword2` and `x-api-key` are such names; `tokenCount`, `passwordless`, `secretary`
    and `pinned` are not.

    Args:
        name: of the field.
        surely: leave out names that mean other things too.
    """
    found = _credential_name(name[:_LONGEST_NAME])
    return found != "" and not (surely and found in _AMBIGUOUS)


def is_credential(name: str, value: object) -> bool:
    """Whether a field of this name and value holds a credential; where names have other meanings, values tell."""
    found = _credential_name(name[:_LONGEST_NAME])
    if found not in _AMBIGUOUS:
        return found != "" and not (isinstance(value, int | float) and name.lower().endswith("tokens"))
    if not isinstance(value, str):
        return False
    opaque = not re.search(r"\s", value)
    if found == "authorization":  # shorter ones are the numbers of prior authorisations
        return bool(_SCHEME.match(value)) or (opaque and len(value) >= _OPAQUE and _mixed(value))
    return opaque and len(value) >= _SHORTEST_WORD and not _is_yes_or_no(value)


@lru_cache(maxsize=4096)
def _credential_name(name: str) -> str:
    """The name of a credential in a field's name, in the singular; empty if there is none."""
    if name.isascii() and "(" not in name:  # what stands in brackets may stand between two letters
        letters = name.lower().translate(_NO_LETTERS)
        if not any(stem in letters for stem in STEMS):
            return ""
    words = [*words_of(name)]
    while len(words) > 1 and (words[-1].isdigit() or words[-1] in _CARRIERS):
        words.pop()
    if not words or (len(words) > 1 and words[0] in _QUESTIONS) or not _HARMLESS.isdisjoint(words):
        return ""
    for count in range(1, _MOST_WORDS + 1):
        ending = "".join(words[-count:])
        for singular in (ending, ending.removesuffix("s")):
            if singular in NAMES:
                return singular
    return next((ending for ending in ENDINGS if words[-1].endswith(ending)), "")


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


def _drawn(candidate: str) -> bool:
    """Whether what follows a name and a colon is a value and no word: digits, or letters with digits."""
    return bool(re.fullmatch(r"[\d-]{3,}", candidate)) or (len(candidate) > 4 and _mixed(candidate))  # noqa: PLR2004 - "v2"


def _random(candidate: str) -> bool:
    return any(c.isdigit() for c in candidate) or len(candidate) >= 20  # noqa: PLR2004 - no word of prose is as long


def _is_yes_or_no(candidate: str) -> bool:
    """Whether it is a yes or a no, as in `forgotPassword=1`, which gives nothing away."""
    return candidate.lower() in {"0", "1", "true", "false", "yes", "no", "on", "off", "null", "none", "undefined"}


def _always(_: str) -> bool:
    return True


_VENDORS: list[tuple[str, str]] = [
    ("AKIA", r"[0-9A-Z]{16}(?![0-9A-Za-z])"),  # AWS
    ("ASIA ABIA ACCA", r"(?=[A-Z]*[0-9])[0-9A-Z]{16}(?![0-9A-Za-z])"),
    ("ghp_ gho_ ghu_ ghs_ ghr_", r"[A-Za-z0-9]{30,}"),  # GitHub
    ("github_pat_", r"\w{22,}"),
    ("glpat- gldt- glrt- glptt-", r"[\w-]{20,}"),  # GitLab
    ("xox", r"[a-z]-[\w-]{10,}"),  # Slack
    ("xapp-", r"[\w-]{10,}"),
    ("hooks.slack.com/services/", r"[\w/]{20,}"),
    ("sk_live_ sk_test_ rk_live_ rk_test_", r"[A-Za-z0-9]{10,}"),  # Stripe
    ("whsec_", r"[\w+/=-]{16,}"),
    ("AIza", r"[\w-]{35}"),  # Google
    ("ya29. GOCSPX-", r"[\w-]{20,}"),
    ("sk-", r"(?=[\w-]{0,60}\d)[\w-]{20,}"),  # OpenAI, Anthropic and their like
    ("gsk_ r8_ hf_", r"[A-Za-z0-9]{30,}"),  # Groq, Replicate, Hugging Face
    ("xai- pplx- pul-", r"[A-Za-z0-9]{40,}"),  # xAI, Perplexity, Pulumi
    ("SG.", r"[\w-]{16,}\.[\w-]{16,}"),  # SendGrid
    ("SK", r"[0-9a-f]{32}(?![0-9A-Za-z])"),  # Twilio
    ("npm_", r"[A-Za-z0-9]{36}"),
    ("pypi-", r"[\w-]{16,}"),
    ("rubygems_ sbp_ nfp_", r"[A-Za-z0-9]{36,}"),  # RubyGems, Supabase, Netlify
    ("doo_v1_ dop_v1_ dor_v1_", r"[0-9a-f]{60,}"),  # DigitalOcean
    ("shpat_ shpca_ shppa_ shpss_", r"[0-9a-fA-F]{32}"),  # Shopify
    ("key-", r"[0-9a-z]{32}(?![0-9A-Za-z])"),  # Mailgun
    ("dapi", r"[0-9a-f]{32}"),  # Databricks
    ("lin_api_ secret_ ntn_", r"[A-Za-z0-9]{40,}"),  # Linear, Notion
    ("sq0", r"[a-z]{3}-[\w-]{22,}"),  # Square
    ("dckr_pat_", r"[\w-]{20,}"),  # Docker
    ("figd_ glsa_", r"[\w-]{30,}"),  # Figma, Grafana
    ("PMAK- NRAK- HRKU-", r"[\w-]{24,}"),  # Postman, New Relic, Heroku
    ("ATATT3x", r"[\w=-]{50,}"),  # Atlassian
    ("hvs.", r"[\w-]{24,}"),  # HashiCorp Vault
    ("AGE-SECRET-KEY-1", r"[0-9A-Z]{50,}"),  # age
]
"""How the keys begin that begin like nothing else, and how they go on."""


def _vendors_key(beginning: str, rest: str) -> tuple[str, re.Pattern[str]]:
    # The letters come first and what must not stand before them after, since that is much faster to search for.
    letters = re.escape(beginning)
    return beginning, re.compile(f"{letters}(?<![A-Za-z0-9]{letters}){rest}")


_VENDORS_KEYS = [
    *(_vendors_key(beginning, rest) for beginnings, rest in _VENDORS for beginning in beginnings.split()),
    # JSON web tokens, and Telegram's, which have a number first.
    ("eyJ", re.compile(r"eyJ(?<![A-Za-z0-9]eyJ)(?<![A-Za-z0-9]-eyJ)[\w-]{8,4000}\.[\w-]{0,8000}\.[\w-]*")),
    (":AA", re.compile(r"(?<![A-Za-z0-9])(?:bot)?\d{8,10}:AA[\w-]{33}")),
]


_UNBROKEN = re.compile(r"[\w.:+/=-]{13}")
"""What every one of these keys has in it: the shortest has thirteen characters."""

_Pattern = tuple[str, re.Pattern[str], Callable[[str], bool]]
"""Letters that a text must have before the pattern is tried, since that is much faster; the pattern, whose last
group is masked; and what else must hold of that group."""

_SHAPES: list[_Pattern] = [
    (
        "private key",
        re.compile(
            r"((?i:-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)(?=[\\nr\s]*[\w+/=:-]{8}).*?"
            r"(?:-----END [A-Z0-9 ]*-----|\Z))",
            re.DOTALL,
        ),
        _always,
    ),
    ("bearer", re.compile(r"(?:%20|\b)(?i:bearer)(?:[\s:=+\"']|%20){1,4}([\w.~+/=-]{8,})"), _random),
    ("basic", re.compile(r"\b(?i:basic)(?:[\s+]|%20){1,4}([A-Za-z0-9+/]{6,}={0,2})(?![\w+/=])"), _holds_a_colon),
    ("://", re.compile(r"://[^/\s:@?#]*:([^/\s@?#]+)@"), _always),
    (
        "authorization",
        re.compile(r"\b(?i:authorization:\s*(?:token|apikey|ssws|digest))\s+([^\s\"']{8,})"),
        _always,
    ),
    ("authorization", re.compile(r"\b(?i:authorization:\s*\w+)\s+([^\s\"']{16,})"), _mixed),
    ("curl", re.compile(r"\s-u\s+[^\s:]+:([^\s\"']+)"), _always),
    (
        "code",
        re.compile(
            r"\b(?i:verification|security|one-time|login|access|sms)\s+(?i:code)(?:\s*(?:is|:|=|-))?\s{0,3}(\d{4,8})\b"
        ),
        _always,
    ),
    ("cookie:", re.compile(r"\b(?i:(?:set-)?cookie):\s*([^\s=;]{1,100}=[^\r\n]+)"), _always),
]

_NAMED: list[_Pattern] = [
    (
        "=",
        re.compile(
            r"(?:%5B|(?<![\w.]))([A-Za-z][\w.-]{1,60})(?:\]|%5D)?[ \t]{0,3}=[ \t]{0,3}(?![=\"'>])([^\s&\"';,<>]+)"
        ),
        _always,
    ),
    ("3d", re.compile(r"(?:%[0-9A-Fa-f]{2}|\b)([A-Za-z]\w{1,60})(?:%5D)?%(?:25)?3[Dd]([^%&\s\"']+)"), _always),
    (
        '"',
        re.compile(r"(?<![\w.-])([A-Za-z][\w .-]{1,60})[\"']?\s{0,3}(?::|=>|=)\s{0,3}\"((?:[^\"\\\r\n]|\\.)+)"),
        _always,
    ),
    (
        "'",
        re.compile(r"(?<![\w.-])([A-Za-z][\w .-]{1,60})[\"']?\s{0,3}(?::|=>|=)\s{0,3}'((?:[^'\\\r\n]|\\.)+)"),
        _always,
    ),
    (
        '\\"',
        re.compile(r'([A-Za-z][\w .-]{1,60})\\{1,7}"\s{0,3}:\s{0,3}\\{1,7}"((?:[^"\\\r\n]|\\(?!["\\]))+)'),
        _always,
    ),
    ('"', re.compile(r'"([A-Za-z][\w .-]{1,60})\\*"\s{0,3}:\s{0,3}(-?\d[\d.]*)'), _always),
    (":", re.compile(r"(?<![\w.-])([A-Za-z][\w-]{1,60}):[ \t]*([^\s\"',;<>&]{3,})"), _drawn),
    ("</", re.compile(r"<(?:\w{1,20}:)?([A-Za-z][\w-]{1,60})(?:\s[^<>]*)?>(?:<!\[CDATA\[)?([^<>]+)"), _always),
    (
        "value=",
        re.compile(r"(?:name|type|id)=[\"']([\w-]{1,60})[\"'][^<>]{0,300}?\bvalue=[\"']([^\"']+)"),
        _always,
    ),
    ('name="', re.compile(r'name="([\w-]{1,60})"\r?\n\r?\n([^\r\n]+)'), _always),
    ("--", re.compile(r"(?<!\S)--([A-Za-z][\w-]{1,60})\s+(?!-)(\S+)"), _always),
    ("'", re.compile(r"\b([A-Za-z]\w{1,60}) '([^'\r\n]{4,100})'"), _mixed),
    # As browser drivers write: fill("#password", "x"), getByLabel('Password').fill('x'), filled "PIN" with "1".
    ('"', re.compile(r'"([^"\r\n]{1,60})"(?:, ?|\)\.\w{1,20}\(| with | to )"((?:[^"\\\r\n]|\\.)+)"'), _always),
    ("'", re.compile(r"'([^'\r\n]{1,60})'(?:, ?|\)\.\w{1,20}\(| with | to )'((?:[^'\\\r\n]|\\.)+)'"), _always),
]
"""The name of a credential with its value inside a text: of a query or a form, of JSON, of a header or a log."""

_BACKWARDS: list[_Pattern] = [
    ('"', re.compile(r'"([^"\r\n]{1,200})" (?:into|in|for) (?:the )?"([^"\r\n]{1,60})"'), _always),
    ("'", re.compile(r"'([^'\r\n]{1,200})' (?:into|in|for) (?:the )?'([^'\r\n]{1,60})'"), _always),
    (
        "value=",
        re.compile(r"\bvalue=[\"']([^\"']+)[\"'][^<>]{0,300}?\b(?:name|type|id)=[\"']([\w-]{1,60})"),
        _always,
    ),
]
"""The same with the value first."""

_PLAIN = re.compile(
    r"(?:"
    r"(?:[A-Za-z0-9\u00c0-\u024f\u2013_./+]|-(?!-)){1,12}+(?![A-Za-z0-9\u00c0-\u024f\u2013_./+-])"
    r"|[ ,;()&!?\n]"
    r")*+"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::[\d.]{2,12})?(?:Z|[+-]\d\d:?\d\d)?"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
_NOT_PLAIN = ("bearer", "basic", "code")
"""Text in which none of the patterns above can match, and no character is hidden: short words of common letters,
without the signs and the words that each of the patterns needs; a time; a UUID."""

SHORTEST = 6
"""Characters below which no text is searched for shapes: none is shorter."""


class Masker:
    """Masks credentials in text.

    Args:
        known: secrets to mask wherever they appear, such as the configured API key, also as a URL, JSON or base64
            has them. One of fewer than eight characters could be any word, and is masked only where it is the
            whole text.
    """

    def __init__(self, known: Sequence[str] = ()) -> None:
        forms = {form for secret in known if secret for form in _forms(secret)}
        self._known = sorted(forms, key=len, reverse=True)

    def known(self, text: str) -> str:
        """Return `text` without the known secrets."""
        for secret in self._known:
            if text == secret:
                return MASK
            if len(secret) >= 8 and secret in text:  # noqa: PLR2004 - as the class says
                text = text.replace(secret, MASK)
        return text

    def is_plain(self, text: str) -> bool:
        """Whether it can be told quickly that `text` has nothing to mask, and nothing hidden, in it."""
        if not _PLAIN.fullmatch(text):
            return False
        lower = text.lower()
        return not any(word in lower for word in _NOT_PLAIN) and self.known(text) == text

    def text(self, text: str) -> str:
        """Return `text` without the known secrets and whatever has the shape of a credential."""
        text = self.known(text)
        if len(text) < SHORTEST:
            return text
        text = _without_vendors_keys(text)
        lower = text.lower()
        for letters, pattern, holds in _SHAPES:
            if letters in lower:
                text = pattern.sub(lambda match, holds=holds: _masked(match, match.re.groups, holds), text)
        for letters, pattern, holds in _NAMED:
            if letters in lower:
                text = pattern.sub(lambda match, holds=holds: _masked_if_named(match, 1, 2, holds), text)
        for letters, pattern, holds in _BACKWARDS:
            if letters in lower:
                text = pattern.sub(lambda match, holds=holds: _masked_if_named(match, 2, 1, holds), text)
        return text


def _without_vendors_keys(text: str) -> str:
    if not _UNBROKEN.search(text):
        return text
    found = [pattern.finditer(text) for beginning, pattern in _VENDORS_KEYS if beginning in text]
    kept: list[str] = []
    end = 0
    for start, stop in sorted(match.span() for matches in found for match in matches):
        if start >= end:  # else it overlaps the one before, and makes one with it
            kept += [text[end:start], MASK]
        end = max(end, stop)
    return "".join([*kept, text[end:]]) if kept else text


def _forms(secret: str) -> list[str]:
    """A secret as it stands in text, in a URL, in JSON and in base64."""
    encoded = base64.b64encode(secret.encode()).decode()
    return [secret, quote(secret, safe=""), json.dumps(secret)[1:-1].replace("/", "\\/"), encoded.rstrip("=")]


def _masked(match: re.Match[str], group: int, holds: Callable[[str], bool]) -> str:
    if not holds(match[group]):
        return match[0]
    start, end = match.span(group)
    return match[0][: start - match.start()] + MASK + match[0][end - match.start() :]


def _masked_if_named(match: re.Match[str], name: int, value: int, holds: Callable[[str], bool]) -> str:
    if MASK in match[value] or _is_yes_or_no(match[value]) or not is_credential(match[name], match[value]):
        return match[0]
    return _masked(match, value, holds)
