"""Tell whether the value beside the name of a credential is the secret, or stands in place of it."""

import re

from kaizen_mcp.sanitize.name_tables import NAMES_OF_CODES, SECRET_TEXTS, SECRETS_OF_ANY_KIND
from kaizen_mcp.sanitize.names import (
    OTHER_CODE,
    SENT_CODE,
    TYPED,
    CredentialName,
    Kind,
    find_credential_name,
    is_credential_name,
    words_of,
)

STATES = frozenset(
    "expired expires required missing invalid incorrect wrong valid accepted rejected refused denied changed reset"
    " updated unchanged unknown empty null nil none true false yes no on off ok okay failed failure success passed"
    " verified unverified pending sent set unset optional hidden masked redacted protected locked active"
    " inactive enabled disabled forgotten forgot supported unsupported present absent undefined revoked mismatch"
    " matched blocked confirmed unconfirmed needed available unavailable provided default created deleted unused"
    " read write admin owner readonly readwrite bearer basic digest negotiate sms email totp"
    " authenticator strong weak removed added generated rotated stored encrypted received notrequired"
    " manual automatic filled skipped complete completed error loading configured unconfigured rotating"
    " preferred discouraged visible found entered approved nan n/a include same-origin omit inherit allow"
    " deny allowed essential necessary string str number boolean int bool bytes varchar"
    " tokens passwords secrets credential credentials keys cookies codes username not placeholder"
    " get list on_create"
    # In other languages
    " pflichtfeld erforderlich ung\u00fcltig falsch abgelaufen gesetzt leer fehlt requerido requerida obligatorio"
    " obligatoria inv\u00e1lida inv\u00e1lido incorrecta caducada expirada obligatoire requis invalide incorrecte"
    " expir\u00e9 manquant obbligatorio obbligatoria richiesta errata scaduta verplicht ongeldig verlopen onjuist"
    " wymagane nieprawid\u0142owe b\u0142\u0119dne obrigat\u00f3rio obrigat\u00f3ria".split()
)
"""Words in place of a secret that say something about it."""

FILLERS = STATES | frozenset(
    (
        "is are was were be been has have had will would must should cannot could can may might please this"
        " that the a an your my our his her their its too and or for from with in at to of by as if when then"
        " than into only very also now here there we you they it i text integer object array password token"
        " secret key code pin otp field fields input value values page form box screen prompt user name length"
        " minimum maximum policy manager protection settings between contains least enter base64 utf8 utf-8"
        " hex ascii latin1 binary float char void dict tuple different same typed used using needs need does"
        " did do any all each every"
    ).split()
)
"""Words of prose after a credential's name, which are no secrets."""

_AUTH_SCHEME = re.compile(
    r"(?:basic|bearer|token|digest|negotiate|apikey|aws4-hmac-sha256|ssws|hawk|hoba|ntlm)\s+\S", re.IGNORECASE
)

_LONGEST_STATE, _LONGEST_PLACEHOLDER = 60, 1_000  # characters
_MIN_LONG_CODE = 16  # an authorization code of OAuth; that of a payment is shorter
_MIN_PRIVATE_PART = 40  # of the shortest private keys
_MIN_TOKEN = 6  # shorter ones are words and pieces of words
_FINGERPRINT = re.compile(r"(?:0x)?[0-9A-F]{8,40}")
_MUST_LOOK_LIKE = {
    "samlresponse": re.compile(r"^[^@]{16,}$"),  # encoded, or an attribute in it
    "samlassertion": re.compile(r"^[^@]{16,}$"),
    "connectionstring": re.compile(r"@|pass|pwd|key|sig|token|secret", re.IGNORECASE),
    "hmac": re.compile(r"^(?=.*\d)(?=.*[A-Za-z]).{16,}$"),
    "csrf": re.compile(r"^.{8,}$"),  # shorter ones are words about it
    **dict.fromkeys(
        "hubsignature stripesignature slacksignature twiliosignature webhooksignature svixsignature".split(),
        re.compile(r"^(?=.*\d)[\w=,+/-]{24,}$"),
    ),
    "magiclink": re.compile(r"[/?&=#](?=[\w-]{0,40}\d)[\w-]{16,}"),
    "magicurl": re.compile(r"[/?&=#](?=[\w-]{0,40}\d)[\w-]{16,}"),
    "secretid": re.compile(
        r"^(?:[\da-fA-F]{8}(?:-[\da-fA-F]{4}){3}-[\da-fA-F]{12}|[\w-]{32,})$"
    ),  # of an app role
}
"""What a value below these names looks like, by the word for the name."""

_MADE_KEYS = frozenset(
    "apikey appkey applicationkey clientkey devkey integrationkey servicekey sessionkey".split()
)
"""Names of keys that no person thinks up, so that words are none."""

_NEVER_SENTENCES = frozenset(
    "sentcode otp totp hotp smscode mfacode otpcode totpcode logincode verificationcode onetimecode".split()
)
"""Names of login codes. A sentence below one, such as `Sent to your phone`, is no code."""

_PLAIN_COOKIE = re.compile(r"[A-Za-z]+|[a-z]{2}[_-][A-Z]{2}|[\w.-]+=[a-z]{2,10}(?:[_-][A-Za-z]{2})?;?")
_POSTCODE = re.compile(r"\d{5,6}|\d{3} \d{3}")
_LINK = re.compile(r"https?://[^?#]*")
_NAMES_OF_LINKS = frozenset(
    {"magiclink", "magicurl", "connectionstring"}
)  # other links lose their signatures only

_WORDS_JOINED = re.compile(r"[A-Za-z]+(?:[/_-][A-Za-z]+)*")
_NAME_OF_SECRET = re.compile(
    r".*(?:/.*|[_-]key)|[a-z]+_(?:user(?:name)?|login|email)|[a-z]{1,4}|[a-z]+-(?:db|api|tls|cert|webhook|smtp|login|creds?|credentials|config|prod|dev|staging)"
)
_PREFIXED_ID = re.compile(r"[a-z]{2,8}_[A-Za-z0-9]{8,}")
_CONSTANT = re.compile(r"[A-Z]{2,12}(?:_[A-Z]{2,12})*|[A-Z][a-z]+(?:-[A-Z][a-z]+)+|[a-z]{3,}(?:[A-Z][a-z]+){2,}")
APP_PASSWORD = re.compile(r"[a-z]{4}([ -])[a-z]{4}\1[a-z]{4}\1[a-z]{4}")  # as Google writes them
_PASSWORD_OR_CODE = re.compile(
    r"(?!\w+:|.*[(/]|[A-Z]{2,6}-?\d{3}|v\d|[A-Za-z]+[!?.]+$)(?=.*[A-Za-z])(?=.*[\d!@#$%^&*+?~])\S{6,60}"
    r"|\d{6}|\d{3}[ -]\d{3}"
)
"""What a model types for a password or a code, and no link, call, number of a claim or version."""
_LICENCE = re.compile(r"[A-Z][A-Za-z.-]{0,7}")  # a provider's credential, such as MD or CRNA
MEASURE = re.compile(
    r"[\d\s.,:+-]*|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)?"
    r"|[\^~<>=]{1,2} ?v?\d+(?:\.[\dx*]+){0,3}(?:-[\w.]+)?",
    re.ASCII,
)

_PUBLIC = re.compile(
    r"(?:[0-9a-f]{2}:){15,31}[0-9a-f]{2}|(?:SHA256|MD5):.*|ssh-[\w-]+ .*|ecdsa-[\w-]+ .*|arn:.*"
    r"|[a-z-]+(?:\.[a-z-]+)+|pk[._](?:eyJ|live_|test_).*|(?=.*/[A-Za-z]{4,}(?:[/.]|$))(?:/[\w.-]+){3,}",
    re.ASCII,
)

_IDENTIFIER = re.compile(
    r"[A-Za-z]?[a-z]+(?:[ @_-][A-Za-z]?[a-z]+)?|(?:[a-z]+[_-])+creds|creds?(?:[_-][a-z]+)+|[A-Z]+(?:_[A-Z]+)*"
    r"|[A-Za-z]?[a-z\d]*(?:[A-Z][a-z]+){2,}|[A-Z]{2,}[a-z]+(?:[A-Z][a-z]+)*",
    re.ASCII,
)
_FOLDER = re.compile(r"[/~]\w+/|/\w+$|[A-Za-z]:\\|\.{1,2}/")  # `PWD=/home/bob`
_SMALL_NUMBER = re.compile(r"\d{1,2}", re.ASCII)
_DIGITS_OF_PIN = 3  # fewer are the number of a pin of a board
_PIN_OF_A_BOARD = re.compile(r"[A-Za-z]*|[A-Za-z]{0,5}[_ ]?\d{1,2}")  # or of a layout: `top`, `GPIO17`, `13`
_SPACED_CODE = re.compile(r"\d{2,3}[ -]?\d{2,3}(?:[ -]?\d{1,4})?", re.ASCII)
LOGIN_CODE = re.compile(r"\d{6,}", re.ASCII)
_PLACEHOLDERS = (
    # Dots, stars and runs of x: ****, xxxx-xxxx, sk-****1234, abc…, 64_xxxx
    r"[*\u2022\u25cf.\s_-]{3,}",
    r"[xX]{3,}(?:-[xX]{3,})*",
    r"[\w-]{0,12}(?:\*{3,}|\u2022{3,}|[xX]{6,})[\w-]{0,8}",
    r"[\w-]{0,12}[_-][xX]{4,}",
    r"[\w-]{1,12}\u2026.{0,12}",
    r"(?=[^.]*[\d_-])[\w.-]{1,16}\.{3}\w{0,6}",
    r"-----BEGIN [A-Z ]+-----(?:\\n|\s)*\.{3}[^\0]*",
    # Variables and templates: ${X}, {{ x }}, {user}:{password}, <x>, %X%, $x->y, [x], %1, @reset_token
    r"<[^<>]*>",
    r"\$[A-Za-z_](?:[\w.:/-]|\(\))*[})\]]*",
    r"\$\w+/.*",
    r"\$\d}?",
    r"\$[{(].*",
    r"[\w /:=-]*\{\{.*",
    r"=<[^<>]*>",
    r"(?:\{[\w.]+\}[^\w{}]{0,2}){2,}",
    r"(?:[a-z]+[_-])?\{[a-z_]\w*\}",
    r"\{\w+\.\w[\w.]*,?\}?",
    r"\{[A-Za-z_][\w.]*:[.,<>^+\d]*[a-z%]?\}",
    r"\{(?:[A-Za-z_][\w.]{0,23}|[^{}\d]*|\d)\}",
    r"%\w+%|%~\w+|%[\dsdr]|%\(\w+\)s",
    r"=?\[[\w ]+\]",
    r"cancellationToken",
    r"@[A-Z][A-Z_.]*@|@[a-z]+(?:[._-][a-z]+)+@",
    r"@(?:[a-z]+_)*(?:password|token|secret|key)(?:_[a-z]+)*",
    r"&{1,2}[a-z]+(?:_[a-z]+)+",
    r"(?:Bearer|Basic|Token) [<{$*].*",
    # What to put there: your-key, my_token, YOUR_KEY_HERE, KEY=value, DB_PASSWORD
    (
        r"(?i:your|my|the|enter|insert|some|process\.env|os\.environ|env|var|secrets|vault)[_. -]"
        r"(?!\S*(?=[^\W_]*\d)[^\W_]{20}).*"
    ),
    r"(?i:your)(?:password|token|secret|api_?key|key)",
    r"(?i:\S*[_\[-](?:your[_-]\S*|here\*{0,2}))",
    r"(?:[A-Z]+_)*(?:PASSWORD|PASSWD|PASSPHRASE|PASS|TOKEN|SECRET|KEY|PIN|OTP|CODE)",
    r"(?i:(?:change|replace)[_-]?(?:me|this|it)|replace[_-]with[_-].*)",
    r"VALUE_SPECIFIED_IN_NO_LOG_PARAMETER",
    r"(?:[a-z_.-]{2,30}|[A-Z_.-]{2,30}|[A-Z]?[a-z]+(?:[A-Z][a-z]+)*)=",
    r"(?:[\w-]+ )*[\w.-]{2,40}=(?:\.{3}|<.*>|\*+|(?i:value))",
    # Selectors and options: #loginForm, #pwd, input[name=x], .form-field, --password
    r"#(?:pwd|pass(?:word|wd|phrase|code)?|pin|otp|user(?:name)?|login|token)|#(?:otp|pin|code)[-_]\d",
    r"#[a-z]+(?:[A-Z][a-z]+)+",
    r"[a-z]*\[[a-z-]+[*^$~|]?=.*\]",
    r"[#.][a-z]+(?:[-_][a-z]+)+",
    r"--[a-z][a-z-]+",
    # Hashes and names of algorithms and resources: sha384-..., sha256, arn:aws:...
    r"(?i:sha-?\d{1,3}|md5|[ehr]s(?:256|384|512)|bcrypt)",
    r"sha\d{1,3}-[\w+/]{20,}={0,2}",
    r"arn:[\w-]*:.*",
    # Tags of YAML, annotations, types, keywords, operators, folders
    r"![a-z_]+|@[A-Z]\w+",
    r"(?:Secret)?(?:Str|String|Bytes|Text)(?:[!?)\]].*)?",
    r"(?i:new|await|yield|typeof|lambda:?|async|range)",
    r"\+ ?[a-z]\w*\)?;?|\d{1,3};",
    r"~?(?:/[a-z0-9._-]+){2,}/?",
    r"[a-z]+_[a-z]+: [A-Z].*",
    # Words in brackets, and the rest of a sentence: (optional), [redacted], is required
    r"\([a-z]+(?:[ ,.:)_-].*)?",
    r"[*_\[<({#-]+(?i:redacted|masked|hidden|removed|filtered|secret|sensitive)\b.*",
    r"(?i:is|are|must|should|has|does|doesn't|can't|cannot|needs|may|was|muss|darf|ist|doit|debe|deve|moet) .*",
)
"""Patterns of what stands in place of a secret."""

_PLACEHOLDER = re.compile("|".join(_PLACEHOLDERS))
_SENTENCE = re.compile(r"[\w']+,?(?: [\w'-]+,?){2,}[.!]?")
_WHOLE_SENTENCE = re.compile(
    r"[A-Z][\w'-]*,?(?: [\w'-]+[,.;:]?){4,}[.!]"
    r"|[A-Z][\w' -]* (?:is|are|was|must|should|cannot|has been) [\w' -]*[.!]"
)
_CAPITALIZED = re.compile(r"[A-Z][^\W\d_]+")
_HEADER = re.compile(r"X-(?:[A-Za-z]+-)*[A-Za-z]+")
_NEXT_CELL = re.compile(r"[;,]\d{0,6}$")  # of a row: `expired;11`
_BREAK_OR_CALL = re.compile(r"\\[nrt]|\)\.(?=[a-z]+(?:[_(.]|$))")  # in the source of a program
_ROLE = re.compile(r"_?(?:[Pp]rovider|[Tt]ypes?|[Ff]actory|[Ss]ource|[Gg]etter|[Ll]oader)(?:_?\d)?$")
"""What a name in a program ends in: `token_provider_1`, `SSHPrivateKeyTypes`."""
_VARIABLE = re.compile(
    r"[A-Za-z_]+\d?_[A-Za-z]+|[a-z]+(?:[A-Z]+[a-z]+)+|[A-Z]{2,}[a-z]+(?:[A-Z]+[a-z]+)+|(?:[A-Z][a-z]+){2,}|\w+: ?"
    r"|=?[A-Za-z-]+(?: [A-Za-z-]+){1,4}|(?:[a-z]+-)+(?:passwords?|tokens?|secrets?|keys?|hash)"
)


def is_secret(name: CredentialName, value: object) -> bool:
    """Whether the value of a field with a credential's name is the secret. A list or object counts as text."""
    if isinstance(value, bool) or value is None:
        return False
    if isinstance(value, int | float):
        return name.kind is Kind.ANY and (name.word != "pin" or abs(value) >= 10 ** (_DIGITS_OF_PIN - 1))
    if not isinstance(value, str):
        return name.kind in {Kind.ANY, Kind.TEXT}
    text = value.strip()
    if not text or is_state(text) or (_LINK.fullmatch(text) and name.word not in _NAMES_OF_LINKS):
        return False
    if name.kind is Kind.ANY:
        return not (
            _SMALL_NUMBER.fullmatch(text)
            or (name.word == SENT_CODE and re.fullmatch(r"[a-z]+|[A-Z][a-z]+", text))
            or (name.word in {"otp", "totp", "hotp"} and re.fullmatch(r"[A-Z][a-z]+\d{0,2}", text))
            or (name.word in _NEVER_SENTENCES and re.fullmatch(r"[A-Z][a-z]+(?: [a-z\d]+){2,}", text))
            or (name.word == "pin" and _PIN_OF_A_BOARD.fullmatch(text))
            or (name.word == "pwd" and _FOLDER.match(text))
        )
    if name.kind is Kind.TEXT:
        return _could_be_secret(name, text)
    if name.kind is Kind.AMBIGUOUS:
        return _is_ambiguous_secret(name.word, text)
    if name.word == "primarykey":
        return _BASE64.fullmatch(text) is not None
    return looks_random(text) and (name.word != "d" or len(text) >= _MIN_PRIVATE_PART)


def is_state(text: str) -> bool:
    """Whether a text stands in place of a secret: a state such as `expired`, a placeholder, or dots."""
    if len(text) > _LONGEST_PLACEHOLDER:
        return False
    text = _BREAK_OR_CALL.split(text.strip('`"'))[0].lstrip("\\")
    if text[:1] == text[-1:] == "'":
        text = text[1:-1]
    lower = _NEXT_CELL.sub("", text.strip(".!?\"'():;,* ")).lower()
    return (
        lower in STATES
        or (lower[:4] in {"not ", "not-", "not_"} and len(lower) < _LONGEST_STATE)
        or _PLACEHOLDER.fullmatch(text) is not None
        or _names_a_credential(text.rstrip(";,"))
    )


def _names_a_credential(text: str) -> bool:
    """Whether a text in place of a secret is a variable (`dbPassword`), a prompt, a label, or a sentence."""
    if _WHOLE_SENTENCE.fullmatch(text):
        return True
    if _HEADER.fullmatch(text):
        return find_credential_name(text) is not None
    if _ROLE.search(text) and find_credential_name(_ROLE.sub("", text)):
        return True
    if _CAPITALIZED.fullmatch(text):
        return "".join(words_of(text)) in SECRETS_OF_ANY_KIND | SECRET_TEXTS
    if _SENTENCE.fullmatch(text):
        return any(map(is_credential_name, text.split())) or (text[-1].isalpha() and is_credential_name(text))
    name = find_credential_name(text) if _VARIABLE.fullmatch(text.lstrip("#._=")) else None
    return name is not None and (" " not in text or name.kind in {Kind.ANY, Kind.TEXT})


def _could_be_secret(name: CredentialName, text: str) -> bool:
    if (MEASURE.fullmatch(text) and not LOGIN_CODE.fullmatch(text)) or _PUBLIC.fullmatch(text):
        return False
    if _CONSTANT.fullmatch(text) or (
        name.word in {"signingkey", "gpgkey", "pgpkey"} and _FINGERPRINT.fullmatch(text)
    ):
        return False
    if name.word == "rsakey" and re.fullmatch("[0-9A-F]{16}", text):  # as GnuPG names it
        return False
    if name.word in _MADE_KEYS and re.fullmatch("[a-z]{1,5}|[a-z]+(?:[_.-][a-z]+)+|(?:[A-Z][a-z]+){2,}", text):
        return False
    if name.word in _MUST_LOOK_LIKE:
        return _MUST_LOOK_LIKE[name.word].search(text) is not None
    if name.is_cookie and _PLAIN_COOKIE.fullmatch(text):
        return False
    if (
        name.word == "secret" and name.bare and _WORDS_JOINED.fullmatch(text)
    ):  # the name of one that is kept elsewhere
        return not _NAME_OF_SECRET.fullmatch(text) and find_credential_name(text) is None
    return name.word not in {"token", "tokens"} or not name.bare or _is_token(text)


_NUMBERED_WORD = re.compile(r"[A-Z][a-z]+\d{1,2}")


def _is_token(text: str) -> bool:
    """Whether a text under `token` is no word, as the tokens of a language model are."""
    is_mix = any(map(str.isdigit, text)) or _MIXED_CASE.search(text) is not None
    return (
        " " not in text
        and not _NUMBERED_WORD.fullmatch(text)
        and len(text) >= _MIN_TOKEN
        and (is_mix or len(text) >= _MIN_LONG_CODE)
    )


def _is_ambiguous_secret(word: str, text: str) -> bool:
    if word == TYPED:
        return _PASSWORD_OR_CODE.fullmatch(text) is not None
    if word == OTHER_CODE:
        return _SPACED_CODE.fullmatch(text) is not None and sum(map(str.isdigit, text)) >= 6  # noqa: PLR2004
    if word == "tan" or word in NAMES_OF_CODES:
        return _SPACED_CODE.fullmatch(text) is not None
    if word == "pincode":
        return not _POSTCODE.fullmatch(text)
    if MEASURE.fullmatch(text) and not text.isdigit():
        return False
    if (
        "://" in text
        or (text[:1] + text[-1:] == "{}" and '":' in text)
        or _PUBLIC.fullmatch(text)
        or (word == "authorization" and _PREFIXED_ID.fullmatch(text))
        or (word in {"cred", "credential"} and _IDENTIFIER.fullmatch(text))
    ):
        return False
    if re.search(r"\s", text):
        return (word == "pass" and APP_PASSWORD.fullmatch(text) is not None) or (
            word in {"authorization", "auth"}
            and _AUTH_SCHEME.match(text) is not None
            and (any(map(str.isdigit, text)) or not is_state(text.split(maxsplit=1)[1]))
        )
    if word in {"authorization", "auth", "authcode"}:
        return len(text) >= _MIN_LONG_CODE and has_letters_and_digits(text)
    return len(text) >= 4 and not _LICENCE.fullmatch(text)  # noqa: PLR2004 - the shortest password


def has_letters_and_digits(text: str, _before: str = "") -> bool:
    """Whether a text has a letter and a digit."""
    return any(map(str.isdigit, text)) and any(map(str.isalpha, text))


_BASE64 = re.compile(r"(?=.*\d)(?=.*[a-z])(?=.*[A-Z])[A-Za-z0-9+/]{40,}={1,2}")

_MIXED_CASE = re.compile(r"(?:[a-z]{1,3}[A-Z]{1,4}){3}")
_RANDOM = re.compile(r"[A-Za-z0-9_+=~-]{16,}", re.ASCII)
_RUN_OF_LETTERS = re.compile(
    r"[a-z]{12,}|[A-Z]{12,}|[A-Z]?[a-z]{4,}[_-][A-Za-z]{4,}|[a-z]{4,}[A-Z][a-z]{4,}[A-Z]", re.ASCII
)


_CAMEL_CASE = re.compile(
    r"[A-Z]?[a-z]{2,}(?:OAuth\d?|[A-Z][a-z]{2,}|(?:In|To|Up|Of|On|By)(?=[A-Z]))*(?:[A-Z]{1,4}\d{0,2}|\d{1,2})?"
)


def looks_random(text: str) -> bool:
    """Whether a text is one unbroken mix of letters and digits, without words, dates or the groups of a number."""
    groups = text.split("-")
    return _BASE64.fullmatch(text) is not None or (
        _RANDOM.fullmatch(text) is not None
        and (has_letters_and_digits(text) or _MIXED_CASE.search(text) is not None)
        and not _RUN_OF_LETTERS.search(text)
        and not _CAMEL_CASE.fullmatch(text)
        and max(map(len, groups)) >= 12  # noqa: PLR2004 - longer than the groups of claim numbers
    )
