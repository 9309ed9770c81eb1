"""Rules by which safe mode recognises a credential: by the name of its field, or by what it looks like.

Where to add a rule:

* a vendor's key that starts with a fixed prefix: a row in `VENDOR_KEYS`
* a field name such as `apiKey`: a word in `CREDENTIAL_NAMES`
* a way to write a credential inside a longer text: a row in `TEXT_RULES`
* a name that looks like a credential and is none: `NON_CREDENTIAL_WORDS` or `NON_CREDENTIAL_FIRST_WORDS`

Add an example to `tests/corpus/credentials.json` too. `text_masker` applies the rules to text and `masking` to
objects.
"""

import base64
import binascii
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple, cast

from kaizen_mcp.json_types import JsonObject

MASK = "[masked]"

# Field names. Names are compared as words, without case: `x-api-key` and `xApiKey` are both `x`, `api`, `key`.

CREDENTIAL_NAMES = frozenset(
    # Passwords
    "password passwd pwd pw pass passphrase passcode passkey userpass dbpass"
    # Tokens, sessions and credentials in general
    " secret token jwt authorization cookie cookiejar credential cred"
    # Codes that are typed at a login
    " otp totp hotp verificationcode mfacode otpcode totpcode facode factorcode smscode accesscode logincode"
    " authcode backupcode recoverycode onetimecode authenticationcode securityanswer secretanswer recoveryphrase"
    " seedphrase"
    # Personal and payment numbers
    " pin pinnumber pinno pincode ssn ssnnumber socialsecurity socialsecuritynumber"
    " cardnumber cardnum cardno ccnumber ccnum creditcard debitcard cvv cvc csc cvvcode cvccode securitycode"
    # Keys
    " apikey accesskey secretkey privatekey signingkey encryptionkey decryptionkey masterkey authkey sessionkey"
    " subscriptionkey accountkey sharedaccesskey sharedkey webhookkey connectionstring"
    # "Password" in German, Spanish, French, Portuguese, Russian and Chinese
    " passwort kennwort contrase\u00f1a contrasena motdepasse senha \u043f\u0430\u0440\u043e\u043b\u044c"
    " \u5bc6\u7801 \u5bc6\u78bc".split()
)
"""Names of credentials: in the singular, lower case, their words joined. A name may also end in these words."""

CREDENTIAL_ENDINGS = ("password", "passwd", "passphrase", "secret", "token", "apikey")
"""Endings of credential names that are written as one word: `newpassword`, `CSRFTOKEN`."""

CREDENTIAL_STEMS = (
    "pass", "pw", "secret", "token", "jwt", "authorization", "cookie", "cred", "otp", "pin", "ssn", "card",
    "ccnum", "cv", "csc", "code", "key", "connectionstring", "socialsecurity", "answer", "phrase", "kennwort",
    "contrase", "senha",
)  # fmt: skip
"""Each ASCII name above contains one of these; a test checks it. Most field names contain none, and for them this
quick check replaces the slow one."""

TRAILING_WORDS = frozenset(
    "value values text plain plaintext raw hash hashed header confirm confirmation confirmed repeat repeated"
    " again retype new old current data string str encrypted enc digits list field input box prod live dev"
    " staging".split()
)
"""Words after a credential name that do not change its meaning: `passwordConfirmation`, `tokenValue`."""

NON_CREDENTIAL_FIRST_WORDS = frozenset(
    "is has have had needs need requires require required should can may must use uses shows show allow allows"
    " enable enables enabled max min total num count prompt completion remaining no".split()
)
"""First words of names that ask or count something: `isPassword`, `maxTokens`."""

NON_CREDENTIAL_WORDS = frozenset("page insurance forgot".split())
"""Words of names that are not credentials: `nextPageToken`, `insuranceCardNumber`, `forgotPassword`."""

AMBIGUOUS_NAMES = frozenset({"authorization", "pass", "credential", "cred"})
"""Names with other meanings too: an insurer's prior authorization, a check that passed. The value decides."""

LABEL_WORDS = frozenset(
    "name key id label field parameter param variable header attribute type selector locator placeholder question"
    " target element".split()
)
VALUE_WORDS = frozenset("value values text answer input default content typed".split())
"""Last words of the two fields of a split key-value pair, such as `{"name": "PIN", "value": 1234}`."""

LOCATOR = "locator"
"""Field whose object labels the fields beside it: `{"locator": {"label": "PIN"}, "value": 1234}`."""

WHOLE_LINK_FIELDS = frozenset({"downloadUrl", "liveViewUrl"})
"""Fields whose links are useless without the signature or token in their query. These links are not masked."""


# Vendor keys: recognised anywhere by a prefix that nothing else starts with.

VENDOR_KEYS: list[tuple[str, str, str]] = [
    ("AWS", "AKIA", r"[0-9A-Z]{16}(?![0-9A-Za-z])"),
    ("AWS", "ASIA ABIA ACCA", r"(?=[A-Z]*[0-9])[0-9A-Z]{16}(?![0-9A-Za-z])"),  # with a digit: ASIA is also a word
    ("GitHub", "ghp_ gho_ ghu_ ghs_ ghr_", r"[A-Za-z0-9]{30,}"),
    ("GitHub", "github_pat_", r"\w{22,}"),
    ("GitLab", "glpat- gldt- glrt- glptt-", r"[\w-]{20,}"),
    ("Slack", "xox", r"[a-z]-[\w-]{10,}"),
    ("Slack", "xapp-", r"[\w-]{10,}"),
    ("Slack webhook", "hooks.slack.com/services/", r"[\w/]{20,}"),
    ("Stripe", "sk_live_ sk_test_ rk_live_ rk_test_", r"[A-Za-z0-9]{10,}"),
    ("Stripe webhook", "whsec_", r"[\w+/=-]{16,}"),
    ("Google API", "AIza", r"[\w-]{35}"),
    ("Google OAuth", "ya29. GOCSPX-", r"[\w-]{20,}"),
    ("OpenAI, Anthropic", "sk-", r"(?=[\w-]{0,60}\d)[\w-]{20,}"),  # with a digit: names may start like this
    ("Groq, Replicate, Hugging Face", "gsk_ r8_ hf_", r"[A-Za-z0-9]{30,}"),
    ("xAI, Perplexity, Pulumi", "xai- pplx- pul-", r"[A-Za-z0-9]{40,}"),
    ("SendGrid", "SG.", r"[\w-]{16,}\.[\w-]{16,}"),
    ("Twilio", "SK", r"[0-9a-f]{32}(?![0-9A-Za-z])"),
    ("npm", "npm_", r"[A-Za-z0-9]{36}"),
    ("PyPI", "pypi-", r"[\w-]{16,}"),
    ("RubyGems, Supabase, Netlify", "rubygems_ sbp_ nfp_", r"[A-Za-z0-9]{36,}"),
    ("DigitalOcean", "doo_v1_ dop_v1_ dor_v1_", r"[0-9a-f]{60,}"),
    ("Shopify", "shpat_ shpca_ shppa_ shpss_", r"[0-9a-fA-F]{32}"),
    ("Mailgun", "key-", r"[0-9a-z]{32}(?![0-9A-Za-z])"),
    ("Databricks", "dapi", r"[0-9a-f]{32}"),
    ("Linear, Notion", "lin_api_ secret_ ntn_", r"[A-Za-z0-9]{40,}"),
    ("Square", "sq0", r"[a-z]{3}-[\w-]{22,}"),
    ("Docker", "dckr_pat_", r"[\w-]{20,}"),
    ("Figma, Grafana", "figd_ glsa_", r"[\w-]{30,}"),
    ("Postman, New Relic, Heroku", "PMAK- NRAK- HRKU-", r"[\w-]{24,}"),
    ("Atlassian", "ATATT3x", r"[\w=-]{50,}"),
    ("HashiCorp Vault", "hvs.", r"[\w-]{24,}"),
    ("age", "AGE-SECRET-KEY-1", r"[0-9A-Z]{50,}"),
]
"""Vendor, prefixes of its keys, and a pattern for the rest of a key.

A whole key has at least `SHORTEST_KEY` characters; `text_masker` does not search for shorter ones.
"""

SHORTEST_KEY = 13


def _vendor_key_pattern(prefix: str, rest: str) -> re.Pattern[str]:
    # The lookbehind stands after the literal prefix: a pattern that starts with a literal is found much faster.
    literal = re.escape(prefix)
    return re.compile(f"{literal}(?<![A-Za-z0-9]{literal}){rest}")


KEY_PATTERNS: list[tuple[str, re.Pattern[str]]] = [
    *(
        (prefix, _vendor_key_pattern(prefix, rest))
        for _, prefixes, rest in VENDOR_KEYS
        for prefix in prefixes.split()
    ),
    # JSON Web Tokens
    ("eyJ", re.compile(r"eyJ(?<![A-Za-z0-9]eyJ)(?<![A-Za-z0-9]-eyJ)[\w-]{8,4000}\.[\w-]{0,8000}\.[\w-]*")),
    # Telegram bots, whose tokens start with a number
    (":AA", re.compile(r"(?<![A-Za-z0-9])(?:bot)?\d{8,10}:AA[\w-]{33}")),
]
"""Text that contains the first part is searched for the pattern; all of what the pattern matches is a key."""


# Text rules: credentials written inside a longer text.


def _is_basic_credentials(candidate: str) -> bool:
    """Whether this is base64 text of `user:password`, as in HTTP's Basic scheme."""
    try:
        return b":" in base64.b64decode(candidate + "=" * (-len(candidate) % 4), validate=True)
    except binascii.Error:
        return False


def _has_letters_and_digits(candidate: str) -> bool:
    return any(c.isdigit() for c in candidate) and any(c.isalpha() for c in candidate)


def _looks_like_code(candidate: str) -> bool:
    """Whether this is a number or a mix of letters and digits, not a word or a short mix such as `v2`."""
    is_number = re.fullmatch(r"[\d-]{3,}", candidate) is not None
    return is_number or (len(candidate) > 4 and _has_letters_and_digits(candidate))  # noqa: PLR2004 - "v2"


def _is_not_a_word(candidate: str) -> bool:
    return any(c.isdigit() for c in candidate) or len(candidate) >= 20  # noqa: PLR2004 - longer than words of prose


class TextRule(NamedTuple):
    """How a credential is written inside a text.

    Attributes:
        literal: lower-case text without which the pattern can't match. Texts without it are skipped quickly.
        pattern: its group `value` is what is masked. If it has a group `name`, that must be a credential's name.
        check: what else must be true of the value.
    """

    literal: str
    pattern: re.Pattern[str]
    check: Callable[[str], bool] | None = None


# Anyone may have written the text, and it may be megabytes long. To keep the search time linear, a pattern may
# look ahead only over a limited number of characters, or over characters among which no other match can start.
TEXT_RULES: list[TextRule] = [
    # Private keys: -----BEGIN PRIVATE KEY----- ...
    TextRule(
        "private key",
        re.compile(
            r"(?P<value>(?i:-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)(?=[\\nr\s]*[\w+/=:-]{8}).*?"
            r"(?:-----END [A-Z0-9 ]*-----|\Z))",
            re.DOTALL,
        ),
    ),
    # HTTP authentication: Bearer x, Basic x
    TextRule(
        "bearer",
        re.compile(r"(?:%20|\b)(?i:bearer)(?:[\s:=+\"']|%20){1,4}(?P<value>[\w.~+/=-]{8,})"),
        _is_not_a_word,
    ),
    TextRule(
        "basic",
        re.compile(r"\b(?i:basic)(?:[\s+]|%20){1,4}(?P<value>[A-Za-z0-9+/]{6,}={0,2})(?![\w+/=])"),
        _is_basic_credentials,
    ),
    # Passwords in URLs: https://user:x@host
    TextRule("://", re.compile(r"://[^/\s:@?#]*:(?P<value>[^/\s@?#]+)@")),
    # HTTP authentication: Authorization: token x, and any other scheme if the value looks like a key
    TextRule(
        "authorization",
        re.compile(r"\b(?i:authorization:\s*(?:token|apikey|ssws|digest))\s+(?P<value>[^\s\"']{8,})"),
    ),
    TextRule(
        "authorization",
        re.compile(r"\b(?i:authorization:\s*\w+)\s+(?P<value>[^\s\"']{16,})"),
        _has_letters_and_digits,
    ),
    # Command lines: curl -u user:x
    TextRule("curl", re.compile(r"\s-u\s+[^\s:]+:(?P<value>[^\s\"']+)")),
    # Messages with a code: Your verification code is 123456
    TextRule(
        "code",
        re.compile(
            r"\b(?i:verification|security|one-time|login|access|sms)\s+(?i:code)(?:\s*(?:is|:|=|-))?\s{0,3}"
            r"(?P<value>\d{4,8})\b"
        ),
    ),
    # Cookie headers: Set-Cookie: name=x; Path=/
    TextRule("cookie:", re.compile(r"\b(?i:(?:set-)?cookie):\s*(?P<value>[^\s=;]{1,100}=[^\r\n]+)")),
    # Queries, forms and settings: password=x, user[password]=x
    TextRule(
        "=",
        re.compile(
            r"(?:%5B|(?<![\w.]))(?P<name>[A-Za-z][\w.-]{1,60})(?:\]|%5D)?[ \t]{0,3}=[ \t]{0,3}(?![=\"'>])"
            r"(?P<value>[^\s&\"';,<>]+)"
        ),
    ),
    # The same, percent-encoded once or twice: password%3Dx
    TextRule(
        "3d",
        re.compile(r"(?:%[0-9A-Fa-f]{2}|\b)(?P<name>[A-Za-z]\w{1,60})(?:%5D)?%(?:25)?3[Dd](?P<value>[^%&\s\"']+)"),
    ),
    # JSON and source code: "password": "x", password => 'x'
    TextRule(
        '"',
        re.compile(
            r"(?<![\w.-])(?P<name>[A-Za-z][\w .-]{1,60})[\"']?\s{0,3}(?::|=>|=)\s{0,3}"
            r"\"(?P<value>(?:[^\"\\\r\n]|\\.)+)"
        ),
    ),
    TextRule(
        "'",
        re.compile(
            r"(?<![\w.-])(?P<name>[A-Za-z][\w .-]{1,60})[\"']?\s{0,3}(?::|=>|=)\s{0,3}"
            r"'(?P<value>(?:[^'\\\r\n]|\\.)+)"
        ),
    ),
    # JSON inside a JSON string: \"password\": \"x\"
    TextRule(
        '\\"',
        re.compile(
            r'(?P<name>[A-Za-z][\w .-]{1,60})\\{1,7}"\s{0,3}:\s{0,3}\\{1,7}"'
            r'(?P<value>(?:[^"\\\r\n]|\\(?!["\\]))+)'
        ),
    ),
    # Numbers in JSON: "pin": 1234
    TextRule('"', re.compile(r'"(?P<name>[A-Za-z][\w .-]{1,60})\\*"\s{0,3}:\s{0,3}(?P<value>-?\d[\d.]*)')),
    # Headers and logs: x-api-key: x
    TextRule(
        ":",
        re.compile(r"(?<![\w.-])(?P<name>[A-Za-z][\w-]{1,60}):[ \t]*(?P<value>[^\s\"',;<>&]{3,})"),
        _looks_like_code,
    ),
    # XML: <password>x</password>
    TextRule(
        "</",
        re.compile(r"<(?:\w{1,20}:)?(?P<name>[A-Za-z][\w-]{1,60})(?:\s[^<>]*)?>(?:<!\[CDATA\[)?(?P<value>[^<>]+)"),
    ),
    # HTML inputs: <input type="password" value="x">
    TextRule(
        "value=",
        re.compile(
            r"(?:name|type|id)=[\"'](?P<name>[\w-]{1,60})[\"'][^<>]{0,300}?\bvalue=[\"'](?P<value>[^\"']+)"
        ),
    ),
    # Multipart forms: name="password", an empty line, x
    TextRule('name="', re.compile(r'name="(?P<name>[\w-]{1,60})"\r?\n\r?\n(?P<value>[^\r\n]+)')),
    # Command lines: --password x
    TextRule("--", re.compile(r"(?<!\S)--(?P<name>[A-Za-z][\w-]{1,60})\s+(?!-)(?P<value>\S+)")),
    # Messages: invalid token 'x'
    TextRule(
        "'", re.compile(r"\b(?P<name>[A-Za-z]\w{1,60}) '(?P<value>[^'\r\n]{4,100})'"), _has_letters_and_digits
    ),
    # Browser drivers: fill("#password", "x"), getByLabel('Password').fill('x'), filled "PIN" with "x"
    TextRule(
        '"',
        re.compile(
            r'"(?P<name>[^"\r\n]{1,60})"(?:, ?|\)\.\w{1,20}\(| with | to )"(?P<value>(?:[^"\\\r\n]|\\.)+)"'
        ),
    ),
    TextRule(
        "'",
        re.compile(
            r"'(?P<name>[^'\r\n]{1,60})'(?:, ?|\)\.\w{1,20}\(| with | to )'(?P<value>(?:[^'\\\r\n]|\\.)+)'"
        ),
    ),
    # The same with the value first: typed "x" into the "Password", <input value="x" type="password">
    TextRule('"', re.compile(r'"(?P<value>[^"\r\n]{1,200})" (?:into|in|for) (?:the )?"(?P<name>[^"\r\n]{1,60})"')),
    TextRule("'", re.compile(r"'(?P<value>[^'\r\n]{1,200})' (?:into|in|for) (?:the )?'(?P<name>[^'\r\n]{1,60})'")),
    TextRule(
        "value=",
        re.compile(
            r"\bvalue=[\"'](?P<value>[^\"']+)[\"'][^<>]{0,300}?\b(?:name|type|id)=[\"'](?P<name>[\w-]{1,60})"
        ),
    ),
]
"""Applied one after the other, in this order."""


# Functions that read the tables of names.

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")
_MAX_NAME = 200
_MAX_NAME_WORDS = 3
_NON_LETTERS = {code: None for code in range(128) if not chr(code).isalpha()}

_AUTH_SCHEME = re.compile(
    r"(?:basic|bearer|token|digest|negotiate|apikey|aws4-hmac-sha256|ssws)\s+\S", re.IGNORECASE
)
_MIN_AUTHORIZATION = 16  # the numbers of prior authorizations are shorter
_MIN_AMBIGUOUS_VALUE = 4

_MAX_LABEL = 60
_MAX_VALUE_WORDS = 2  # `parameterValue`, but not `bannerHelpText`
_NUMBER = re.compile(r"[\d\s.,:+-]*", re.ASCII)


def words_of(name: str) -> tuple[str, ...]:
    """Split a field's name into lower-case words: `x-api-key` and `xApiKey` give `x`, `api`, `key`."""
    return _words_of(name[:_MAX_NAME])


@lru_cache(maxsize=4096)
def _words_of(name: str) -> tuple[str, ...]:
    without_brackets = re.sub(r"\([^()]*\)", " ", unicodedata.normalize("NFKC", name))
    return tuple(word.lower() for word in _WORD.findall(without_brackets))


def is_credential_name(name: str, *, exclude_ambiguous: bool = False) -> bool:
    """Whether a field of this name, in any case or style, holds a credential.

    Whole words count: `newPassword2` and `x-api-key` are credentials; `tokenCount`, `passwordless`, `secretary`
    and `pinned` are not.

    Args:
        name: the field's name.
        exclude_ambiguous: return False for names with other meanings too, see `AMBIGUOUS_NAMES`.
    """
    credential = _find_credential_name(name[:_MAX_NAME])
    return credential != "" and not (exclude_ambiguous and credential in AMBIGUOUS_NAMES)


def is_credential(name: str, value: object) -> bool:
    """Whether a field of this name and value holds a credential. The value decides for an ambiguous name."""
    credential = _find_credential_name(name[:_MAX_NAME])
    if credential not in AMBIGUOUS_NAMES:
        is_token_count = isinstance(value, int | float) and name.lower().endswith("tokens")
        return credential != "" and not is_token_count
    if not isinstance(value, str):
        return False
    has_spaces = re.search(r"\s", value) is not None
    if credential == "authorization":
        is_key = not has_spaces and len(value) >= _MIN_AUTHORIZATION and _has_letters_and_digits(value)
        return is_key or _AUTH_SCHEME.match(value) is not None
    return not has_spaces and len(value) >= _MIN_AMBIGUOUS_VALUE and not is_flag(value)


def is_flag(value: str) -> bool:
    """Whether this is a yes, a no or nothing, as in `forgotPassword=1`. Such a value is never a secret."""
    return value.lower() in {"0", "1", "true", "false", "yes", "no", "on", "off", "null", "none", "undefined"}


@lru_cache(maxsize=4096)
def _find_credential_name(name: str) -> str:
    """Return the credential name or ending that a field's name contains, or an empty string."""
    if name.isascii() and "(" not in name:  # text in brackets is ignored, and may split a stem
        letters = name.lower().translate(_NON_LETTERS)
        if not any(stem in letters for stem in CREDENTIAL_STEMS):
            return ""
    words = [*words_of(name)]
    while len(words) > 1 and (words[-1].isdigit() or words[-1] in TRAILING_WORDS):
        words.pop()
    if not words or not NON_CREDENTIAL_WORDS.isdisjoint(words):
        return ""
    if len(words) > 1 and words[0] in NON_CREDENTIAL_FIRST_WORDS:
        return ""
    for count in range(1, _MAX_NAME_WORDS + 1):
        ending = "".join(words[-count:])
        for singular in (ending, ending.removesuffix("s")):
            if singular in CREDENTIAL_NAMES:
                return singular
    return next((ending for ending in CREDENTIAL_ENDINGS if words[-1].endswith(ending)), "")


def has_credential_label(fields: JsonObject) -> bool:
    """Whether a field such as `name`, `label` or `locator` labels the value beside it as a credential."""
    locator = fields.get(LOCATOR)
    if isinstance(locator, dict) and any(map(is_credential_label, cast("JsonObject", locator).values())):
        return True
    return any(_is_label_field(key) and is_credential_label(value) for key, value in fields.items())


def _is_label_field(key: str) -> bool:
    return not LABEL_WORDS.isdisjoint(words_of(key)[-1:])


def is_credential_label(value: object) -> bool:
    """Whether a value is the name of a credential, short enough for a label and without another meaning."""
    if not isinstance(value, str) or len(value) > _MAX_LABEL or _NUMBER.fullmatch(value):
        return False
    return is_credential_name(value, exclude_ambiguous=True)


def is_value_field(key: str, value: object) -> bool:
    """Whether a field is the value of a split key-value pair."""
    words = words_of(key)
    if isinstance(value, dict) and words != ("value",):
        return False  # an execution named "Rotate the secret" has an `input` too, which is not the secret
    return len(words) <= _MAX_VALUE_WORDS and not VALUE_WORDS.isdisjoint(words[-1:])
