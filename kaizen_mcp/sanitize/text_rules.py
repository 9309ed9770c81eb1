r"""Tables of the ways to write a credential inside a longer text. `text_masker` applies them.

* how a name and its secret stand beside each other, such as `--password x`: a row in `FORMS`
* a secret that no name announces, such as the password in a link: a row in `TEXT_RULES`

Patterns are bytes, because text is searched as UTF-8 in lower case. Several texts are searched at once, joined by
zero bytes, so no pattern may match one: each class of excluded characters excludes `\0` too. Anyone may have
written the text, and it may be megabytes long. To keep the time linear, a pattern looks ahead only over a limited
number of characters, or starts with a literal among which no other match can start.
"""

import base64
import binascii
import re
from collections.abc import Callable
from typing import NamedTuple

from kaizen_mcp.sanitize.names import FILLERS, STATES, has_letters_and_digits, is_state, looks_random

Check = Callable[[str, str], bool]


class Form(NamedTuple):
    """What stands between the name of a credential and its value.

    Attributes:
        starts: the first characters after the name; no other texts are tried.
        before: what stands before the name, at the end of the `behind` bytes there.
        between: what stands after the name and before the value.
        value: how the value ends, see `VALUES`.
        check: what else must be true of the value.
        behind: number of bytes before the name to look at.
        previous: characters of which one stands directly before the name, unless the text starts there.
        needs: text without which `between` can't match; searched for first, because that is fast.
    """

    starts: bytes
    before: bytes
    between: bytes
    value: str
    check: Check | None = None
    behind: int = 0
    previous: bytes = b""
    needs: bytes = b""


class Rule(NamedTuple):
    """How a credential without a name is written.

    Attributes:
        literal: lower-case text that is searched for.
        before: what stands before it, at the end of the `LOOK_BEHIND` bytes there.
        after: what follows, the literal included. The group `value`, here or in `before`, is what is masked.
        check: what else must be true of the value, given the value and the text before the literal.
        until: what ends a value of any length, which goes on to the end of the text without it.
    """

    literal: bytes
    before: bytes
    after: bytes
    check: Check | None = None
    until: bytes = b""


LOOK_BEHIND = 120

NAMES_IN_SENTENCES = (
    "jelsz", "\u015fifre", "sifre", "parol", "salas", "kodeord", "passord", "lozink", "geslo",
    "slapta\u017eod", "kata sandi", "kata laluan", "m\u1eadt kh\u1ea9u", "contrasenya", "contrase\u00f1",
    "pasahitz", "lykilor", "nenosiri", "wagwoord", "wachtwoord", "heslo", "hesla", "has\u0142o", "has\u0142a",
    "haslo", "senha", "palavra-passe", "mot de passe", "kennwort", "passwort", "l\u00f6senord", "l\u00f6sen ", "adgangskod",
    "clave", "c\u00f3digo de acceso", "cyfrinair", "fjal\u00ebkalim", "\u015fifr\u0259", "m\u00e3 pin",
    "m\u00e3 otp", "\u0430\u0440\u043e\u043b", "\u043e\u0437\u0438\u043d\u043a",
    "\u049b\u04b1\u043f\u0438\u044f\u0441\u04e9\u0437", "\u043d\u0443\u0443\u0446 \u04af\u0433",
    "\u03c9\u03b4\u03b9\u03ba\u03cc", "\u05e1\u05d9\u05e1\u05de",
    "\u0643\u0644\u0645\u0629 \u0627\u0644\u0645\u0631\u0648\u0631",
    "\u0643\u0644\u0645\u0629 \u0627\u0644\u0633\u0631", "\u0643\u0644\u0645\u0629 \u0645\u0631\u0648\u0631",
    "\u0631\u0645\u0632 \u0627\u0644\u0645\u0631\u0648\u0631", "\u0631\u0645\u0632 \u0639\u0628\u0648\u0631",
    "\u06af\u0630\u0631\u0648\u0627\u0698\u0647", "\u067e\u0627\u0633 \u0648\u0631\u0688",
    "\u092a\u093e\u0938\u0935\u0930\u094d\u0921",
    "\u09aa\u09be\u09b8\u0993\u09af\u09bc\u09be\u09b0\u09cd\u09a1",
    "\u0b95\u0b9f\u0bb5\u0bc1\u0b9a\u0bcd\u0b9a\u0bca\u0bb2\u0bcd",
    "\u0e23\u0e2b\u0e31\u0e2a\u0e1c\u0e48\u0e32\u0e19", "\u10de\u10d0\u10e0\u10dd\u10da",
    "\u0563\u0561\u0572\u057f\u0576\u0561\u0562\u0561\u057c",
    "\u0c2a\u0c3e\u0c38\u0c4d\u0c35\u0c30\u0c4d\u0c21\u0c4d", "\u0a2a\u0a3e\u0a38\u0a35\u0a30\u0a21",
    "\u0aaa\u0abe\u0ab8\u0ab5\u0ab0\u0acd\u0aa1", "\u0caa\u0cbe\u0cb8\u0ccd\u0cb5\u0cb0\u0ccd\u0ca1\u0ccd",
    "\u30d1\u30b9\u30ef\u30fc\u30c9", "\u6697\u8a3c\u756a\u53f7", "\u5bc6\u7801", "\u5bc6\u78bc",
    "\u53e3\u4ee4", "\ube44\ubc00\ubc88\ud638", "\uc554\ud638",
)  # fmt: skip
"""Stems of the word for a password in other languages, as they stand in sentences."""

NAMES_OF_CODES = (
    "eng\u00e5ngskod", "engangskode", "kertak\u00e4ytt\u00f6kood", "vahvistuskood", "kod weryfikacyjn",
    "kod sms", "kod dost\u0119pu", "ov\u011b\u0159ovac\u00ed k\u00f3d", "overovac\u00ed k\u00f3d",
    "cod de verificare", "kod za potvrdu", "do\u011frulama kod", "onay kod", "giri\u015f kod",
    "m\u00e3 x\u00e1c", "kode verifikasi", "kode otp",
    "\u043a\u043e\u0434 \u043f\u043e\u0434\u0442\u0432\u0435\u0440\u0436\u0434\u0435\u043d\u0438\u044f",
    "\u043a\u043e\u0434 \u043f\u0456\u0434\u0442\u0432\u0435\u0440\u0434\u0436\u0435\u043d\u043d\u044f",
    "\u043a\u043e\u0434 \u0437\u0430 \u043f\u043e\u0442\u0432\u044a\u0440\u0436\u0434\u0435\u043d\u0438\u0435",
    "\u03ba\u03c9\u03b4\u03b9\u03ba\u03cc\u03c2 \u03b5\u03c0\u03b9\u03b2\u03b5\u03b2\u03b1\u03af\u03c9\u03c3\u03b7\u03c2",
    "\u05e7\u05d5\u05d3 \u05d0\u05d9\u05de\u05d5\u05ea",
    "\u05e7\u05d5\u05d3 \u05d4\u05d0\u05d9\u05de\u05d5\u05ea",
    "\u0631\u0645\u0632 \u0627\u0644\u062a\u062d\u0642\u0642",
    "\u0643\u0648\u062f \u0627\u0644\u062a\u062d\u0642\u0642",
    "\u0631\u0645\u0632 \u062a\u0627\u06cc\u06cc\u062f",
    "\u0938\u0924\u094d\u092f\u093e\u092a\u0928 \u0915\u094b\u0921", "\u0913\u091f\u0940\u092a\u0940",
    "\u0e23\u0e2b\u0e31\u0e2a\u0e22\u0e37\u0e19\u0e22\u0e31\u0e19", "\u0e23\u0e2b\u0e31\u0e2a otp",
    "bekr\u00e6ftelseskode", "verifiseringskode", "verifieringskod", "meger\u0151s\u00edt\u0151 k\u00f3d",
    "ellen\u0151rz\u0151 k\u00f3d", "kinnituskood", "code d'acc\u00e8s", "code pin", "codul", "pin-kode",
    "pinkod", "pin-\u043a\u043e\u0434", "\u043f\u0438\u043d-\u043a\u043e\u0434",
)  # fmt: skip
"""Words for the code of a login in other languages."""


# Checks of values

_CODE_WORD = re.compile(
    r"(?:self|this|os|process|request|config|settings|args|options|ctx|window|document|response|event|data|user|form"
    r"|env|secrets|vars|params|local|module|output)\.\w|[A-Za-z_][\w.]*(?:::[\w.<>]+)*[!?]?[(\[]|[$@%]\w+[{\[]|[A-Za-z_]\w*(?:::\w+)+|[a-z]\w*\.[a-z]\w*\.[a-zA-Z]|\w+\("
    r"|\[\]\w+\(|[\w.$]+@[0-9a-f]{5,8}$|[a-z]\w*\.\w*(?:[Tt]oken|[Kk]ey|[Ss]ecret|[Pp]ass\w*)s?$"
)
_NO_SECRET = re.compile(
    # Names and versions of packages, kinds of algorithms, addresses
    r"[A-Z]{2,5}-\d{1,3}|[a-z][a-z0-9._-]*[-:@]v?\d+(?:\.\d+)+[\w.-]*|(?:oauth|sha|md|base|utf|aes|[rhep]s|tls|http|rsa|ed|ipv|x|win|amd|arm)-?[\d.]+\w?"
    r"|[\w.*+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,8}|[A-Za-z]?[a-z]+(?:[A-Z][a-z]+){2,}|[A-Z]?[a-z]+(?:[A-Z][a-z]+)*(?:Selector|Ref|Name|Key|Secret|Token|Manager)",
    re.ASCII,
)
_PACKAGE = re.compile(r"[a-z][a-z0-9._-]*-\d+(?:\.\d+){1,3}|\d\*\w+|\$\w+-?")
_VARIABLE = re.compile(r"(?:self\.)?[a-z]+(?:_[a-z0-9]+)+")
_NO_VALUE = re.compile(
    # A path after a name, rules of a validator, commands of a shell, words in brackets, tags of templates, stores
    r"[a-z][\w.-]*:/[a-z][\w.-]*/[\w./-]*|[a-z_]+(?:[:=][\w,.]+)?(?:\|[a-z_]+(?:[:=][\w,.]+)?)+\|?"
    r"|\(?(?:Get|Read|New|ConvertTo|ConvertFrom|Import|Export|Set|Invoke|Select|Add|Out|Unprotect|Protect)-[A-Z]\w*"
    r"|@[\w.-]+\.[a-z]{2,}(?:/\S*)?|[\[<({*]+(?:filtered|redacted|hidden|masked|removed|protected|omitted|secret|in vault|see )\b.*|!(?:Ref|Sub|GetAtt|Join)\b.*"
    r"|(?:op|vault|ssm|kms|env|file|keyring|keychain|secret|secrets|secretsmanager|akv|awssm|gcpsm|kv|ref|data):[/\w].*"
    r"|[\w.-]*(?:/[\w.@-]+)+\.[a-z]{1,5}|&{1,2}[a-z]+(?:_[a-z]+)+|<?%[=-].*|.*(?:\\[sSwd][*+]|\[:=).*|#\{.*|@\{.*|:[a-z]+(?:_[a-z]+)*",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[\d-]{3,}", re.ASCII)
_DATE_OR_LINK = re.compile(r"\d{4}-\d\d-\d\d(?:T|$)|\d\d:\d\d|[\w+.-]+://|[/.~]|\d+(?:\.\d+)+$|\d+[a-z]{1,5}$")
_SYMBOL = re.compile(r"\w[!@#$%^&*+=?~]|[!@#$%^&*+=?~]\w")
_INNER_CAPITAL = re.compile(r"[a-z][A-Z]")
_LONGEST_WORD = 20


def looks_written(value: str, _before: str = "") -> bool:
    """Whether an unquoted value in prose is a secret: a number, a mix with digits, symbols or capitals, or long."""
    value = value.strip("*_`").rstrip(".,!?:")
    if value.lower() in FILLERS or is_state(value) or _CODE_WORD.match(value) or _NO_VALUE.fullmatch(value):
        return False
    if value.startswith("?") or _NO_SECRET.fullmatch(value) or _NO_SECRET.fullmatch(value.lower()):
        return False
    if _NUMBER.fullmatch(value):
        return True
    if _DATE_OR_LINK.match(value):
        return False
    is_mix = len(value) > 4 and has_letters_and_digits(value)  # noqa: PLR2004 - longer than `v2`
    return is_mix or bool(_SYMBOL.search(value) or _INNER_CAPITAL.search(value)) or len(value) >= _LONGEST_WORD


def looks_assigned(value: str, before: str = "") -> bool:
    """Whether an unquoted value after `=` is a secret: neither a state nor an expression of a program."""
    if (
        not any(map(str.isalnum, value))
        or value in {"0", "1"}
        or (before.endswith(" ") and _VARIABLE.fullmatch(value))
    ):
        return False
    if before.strip().endswith("->") and not looks_strong(value):
        return False
    if (
        before.strip() == ">"
        or before.strip().endswith(("==", "!=", "<"))
        or value.lower()
        in STATES
        | {
            "password",
            "token",
            "secret",
        }
    ):
        return False
    return not (
        is_state(value) or _CODE_WORD.match(value) or _PACKAGE.fullmatch(value) or _NO_VALUE.fullmatch(value)
    )


def looks_like_last_word(value: str, before: str = "") -> bool:
    """Whether the only word after a name and a colon, at the end of a line, is a secret."""
    return (
        looks_quoted(value)
        and looks_assigned(value, before)
        and re.fullmatch(r"[^\W\d_]{1,7}|.*[:,]", value) is None
    )


def looks_like_key(value: str, _before: str = "") -> bool:
    """Whether a value that only follows a name is a key: long, without words, and with letters and digits."""
    return looks_random(value) or re.fullmatch(r"[\da-fA-F-]{32,}", value) is not None


_VENDOR_KEY = re.compile(
    r"(?=(?:[^\d]*\d){3})(?=[^A-Za-z]*[A-Za-z])(?!.*[a-z]{16})(?!.*\w[/.][a-z]+\.[a-z]+)[^\s]{14,}"
)


def looks_like_vendor_key(value: str) -> bool:
    """Whether a value beside the name of a vendor is a key: long, with letters and several digits, no words."""
    return _VENDOR_KEY.fullmatch(value) is not None and not _DATE_OR_LINK.match(value)


def looks_quoted(value: str, _before: str = "") -> bool:
    """Whether a quoted value beside a name is a secret, not a state and not another name."""
    return (
        any(map(str.isalnum, value))
        and value[0] not in ";,)]}"  # code between two strings
        and value.lower() not in FILLERS
        and not is_state(value)
        and not _NO_VALUE.fullmatch(value)
        and re.fullmatch(r"\.[a-z_.]+|(?:\w{0,12} )?%s", value) is None
    )


def looks_like_no_name(value: str, before: str = "") -> bool:
    """Whether the second of two quoted texts is a secret, not the next name in a list of names."""
    names = r"[A-Za-z_ -]+" if "(" not in before else r"[A-Za-z]?[a-z]*(?:[_ -][a-z]+)*"
    return looks_quoted(value, before) and re.fullmatch(names, value) is None and not _CODE_WORD.match(value)


_APP_PASSWORD = re.compile(r"[a-z]{4}([ -])[a-z]{4}\1[a-z]{4}\1[a-z]{4}")


def looks_bold(value: str, _before: str = "") -> bool:
    """Whether a word in bold type or in code after a label is a password: one word, no state and no name."""
    return (
        looks_quoted(value) and re.fullmatch(r"[^\s/<>]{5,60}", value) is not None and not _CODE_WORD.match(value)
    )


def looks_like_argument(value: str, _before: str = "") -> bool:
    """Whether a quoted argument after a user's name is a password, not a word or a sentence."""
    if _APP_PASSWORD.fullmatch(value):  # as Google writes them
        return True
    if value.startswith("-") or "anonymous" in value:
        return False
    return " " not in value and (looks_written(value) or re.fullmatch(r"[a-z]{12,}", value) is not None)


_WORDS = re.compile(r"[A-Za-z]+(?:[_-][a-z]+)*|[A-Z]+(?:[_-][A-Z]+)*|\d[\d.,:/-]*\w{0,3}|[\w-]+=.*|/.*|\w+://.*")


_ID_OR_NAME = re.compile(
    r"[\w.-]+-(?:[a-z]+ed|only|based|v\d+|\d)|[A-Z]{1,8}[-_]?\d+|v?\d[\d.]*|[\w.:-]*(?:[Pp]assw|PASSW|[Pp]wd|[Tt]oken|[Ss]ecret)[A-Za-z_.-]*|[\w.-]+\.[a-z]{2,5}\d?"
)


def looks_set(value: str, _before: str = "") -> bool:
    """Whether the last word of a line after a name is a password: a mix within the word, no name and no path."""
    value = value.strip("\"'`;").rstrip(".,!?:)")
    if not value.isascii() or re.search(r"[(){}\[\]<>|=/\\]", value) or not looks_like_pasted(value):
        return False
    return _WORDS.fullmatch(value) is None or re.fullmatch(r"[a-z]{2,}[A-Z][a-z]{3,}", value) is not None


def looks_like_pasted(value: str, _before: str = "") -> bool:
    """Whether a word in the midst of others is a password: letters with digits, symbols, points or capitals within."""
    value = value.strip("\"'`*").rstrip(".,!?:;)")
    if len(value) < 5 or is_state(value) or _NO_VALUE.fullmatch(value) or _CODE_WORD.match(value):  # noqa: PLR2004
        return False
    if (
        _NO_SECRET.fullmatch(value)
        or re.match(r"\d{4}-\d\d-\d\d(?:T|$)|\w+://|[/~]|\d+[a-z]{1,5}$", value)
        or _ID_OR_NAME.fullmatch(value)
    ):
        return False
    return (
        has_letters_and_digits(value)
        or re.search(
            r"[A-Za-z][!@#$%^&*+?~][A-Za-z]|[a-z]\.[A-Z]|[A-Z]\w*[._-]?[a-z]+[._-]\w|[a-z][._-][A-Z]|[a-z][A-Z]|[a-z]_[a-z]",
            value,
        )
        is not None
    )


def looks_like_pasted_or_joined(value: str, _before: str = "") -> bool:
    """Whether the second of a user's name and another word is a password: a mix, or words joined by signs."""
    joined = re.fullmatch(r"[A-Za-z0-9]+(?:[-_.!&][A-Za-z0-9]+)+", value.rstrip(".,")) is not None
    return looks_like_pasted(value) or (joined and not _NO_VALUE.fullmatch(value) and not is_state(value))


def looks_strong_with_no_title(value: str, _before: str = "") -> bool:
    """Whether a word after a user's name is a password, and no title such as `Checking-01`."""
    return looks_like_pasted(value) and re.fullmatch(r"[A-Za-z]+(?:-[A-Za-z\d]+)+", value) is None


def follows_user(value: str, before: str) -> bool:
    """Whether the value of `-p` after a user's name is a password, not a port, and not the name of a database."""
    return looks_like_no_port(value) and re.search(r"mysql|maria|psql|pg_|docker run|podman run", before) is None


def looks_like_password_in_words(value: str, _before: str = "") -> bool:
    """Whether a word in a sentence about a document or a door can only be its password."""
    return looks_like_pasted(value) and re.search(r"\w[!@#$%^&*+?~]\w|[a-z]\d|\d[A-Za-z]{2}", value) is not None


_ADJECTIVE = re.compile(
    r".*(?:ed|ing|ly|able|ible|ful|less|ive|al|ous|ent|ant|ic|ory|ary|ate|er|en|lich|ert|elt|haft|sch|los|bar)"
)


def looks_like_no_adjective(value: str, _before: str = "") -> bool:
    """Whether a small word after `password is` can only be the password: it has no ending of an adjective."""
    return _ADJECTIVE.fullmatch(value) is None and value not in FILLERS


def looks_like_second(value: str, _before: str = "") -> bool:
    """Whether the second argument of a login is a password: no word, sentence, path, link or selector."""
    if " " in value or re.match(r"[/#~{<%]|\w+://|\.{1,2}/|[\w-]+=", value):
        return False
    return looks_like_argument(value) or (
        looks_like_pasted_or_joined(value) and not re.fullmatch(r"[a-z]+(?:[_-][a-z]+)*", value)
    )


def looks_like_cell(value: str, _before: str = "") -> bool:
    """Whether a cell of a table is a password: one word, and no link."""
    value = value.strip(" *`")
    return not re.search(r"\s|\]\(", value) and looks_written(value)


def looks_like_cookie(value: str, _before: str = "") -> bool:
    """Whether the value of a cookie may open a session: it is no word such as `dark`."""
    return not re.fullmatch(r"[a-z]{3,10}(?:[_-][A-Za-z]{2})?", value)


def looks_strong(value: str, _before: str = "") -> bool:
    """Whether a value in the midst of a sentence can only be a password: a mix of three kinds of characters."""
    value = value.rstrip(".,!?:)")
    kinds = sum(re.search(kind, value) is not None for kind in ("[a-z]", "[A-Z]", r"\d", r"[!@#$%^&*+?~=-]"))
    return len(value) >= 6 and kinds >= 3 and looks_written(value)  # noqa: PLR2004 - shorter ones are ids


def looks_like_password(value: str, _before: str = "") -> bool:
    """Whether a value has letters, digits and symbols, as passwords have and expressions of programs have not."""
    return has_letters_and_digits(value) and re.search(r"[!@#$%^&*+?~]", value) is not None and not is_state(value)


def is_no_reference(value: str, _before: str = "") -> bool:
    """Whether a value is written out, not the name of a variable or an option."""
    return any(map(str.isalnum, value)) and not is_state(value) and not re.match(r"[$%][\w{(]+|-[a-z]", value)


def looks_like_no_port(value: str, _before: str = "") -> bool:
    """Whether the value of an option is neither a number nor the name of a variable."""
    return re.fullmatch(r"[\d.:/-]+(?:tcp|udp)?", value) is None and is_no_reference(value)


def is_one_time_code(value: str, _before: str = "") -> bool:
    """Whether the code in a link is that of a login: long, with letters and digits, and no UUID."""
    return (
        has_letters_and_digits(value) and re.fullmatch(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4,12}){4}", value) is None
    )


def is_word_with_digit(value: str, _before: str = "") -> bool:
    """Whether a value could be a password beside a user's name in a document."""
    return looks_written(value) or re.search(r"[A-Z].*[a-z]|[a-z].*[A-Z]", value) is not None


def has_both(value: str, _before: str = "") -> bool:
    """Whether a value has letters and digits."""
    return has_letters_and_digits(value)


def is_basic_credentials(value: str, _before: str = "") -> bool:
    """Whether this is base64 text of `user:password`, as in HTTP's Basic scheme."""
    try:
        return b":" in base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except binascii.Error:
        return False


def is_no_word(value: str, _before: str = "") -> bool:
    """Whether a value has a digit, or is longer than words of prose."""
    return any(map(str.isdigit, value)) or len(value) >= _LONGEST_WORD


_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.(?!(?:py|js|ts|go|rs|rb|php|java|c|cpp|cs|kt|html?)$)\w+$")


def follows_host(value: str, before: str) -> bool:
    """Whether a value after `host:port:user:` is a password."""
    return bool(_HOST.search(before)) and looks_written(value)


_OTHER_CODES = re.compile(
    r"\b(?:zip|postal|post|procedure|cpt|icd|diagnosis|error|status|country|area|tax|billing|promo|coupon|discount"
    r"|reason|denial|remark|revenue|plan|group|source|colou?r|dress|tracking|qr|bar|product|item|reference|booking"
    r"|http|exit|response|return|result|currency|language|state|city|dialing|sort|branch|bank|swift|class|cdt|hcpcs"
    r"|modifier|taxonomy|place|service|type|claim|adjustment|carc|rarc|drug|ndc|event|vendor|department|cost|dial"
    r"|referral|gift|voucher|offer|invite|building|course|flight|confirmation) ?\Z"
)


def is_login_code(value: str, before: str) -> bool:
    """Whether a code has no other known meaning by the word before it, and is no year."""
    return not _OTHER_CODES.search(before) and re.fullmatch(r"(?:19|20)\d\d", value) is None


# Values: how each ends, by the name used in `FORMS`. `quoted` is parsed by `text_masker`.

VALUES = {
    "word": rb"[^\s\"',;<>&\0]{3,4000}",
    "query": rb"[^\s&\"';,<>\0]{1,4000}",
    "token": rb"[^\s\"'\0]{1,4000}",
    "encoded": rb"(?:[^%&\s\"'\0]|%(?!(?:25){0,2}(?:26|22|2c|7d|3b|0a|0d))[0-9a-f]{2}){1,2000}",
    "content": rb"[^<>\0]{1,4000}(?=</|<br|<!|>)|[^\s<>`\0]{1,400}(?=\s{0,3}(?:\Z|\0))",
    "entity": rb"(?:[^&<>\r\n\0]|&(?!quot|#3|apos)){1,300}",
    "line": rb"[^\r\n\0]{1,1000}",
    "cell": rb"[^|\r\n\0]{1,200}",
    "bracketed": rb"[^\s()\"',;=\[\]\0]{4,60}",
}

_QUOTE = rb"\\{0,7}[\"'`]"
_CLOSE = rb"(?:" + _QUOTE + rb"|%(?:25){0,2}22)?(?:%5d|[\])*?]){0,3}(?:" + _QUOTE + rb")?"
_MORE = rb"(?P<more>(?: [\w.-]{1,16}+(?![\w.-])){0,2}?)"
_ELEMENT = rb"(?:locator|get_?by\w*|cy\.get|find_?test_?object|find_?by\w*|<input|find_?elements?|selector|by\.\w+|get_?by_?role|with_?(?:id|hint|text)|fields?|\$|element|using|xpath|css)"
_VERB = rb"(?:(?:fill|type|press_?sequentially|send_?keys|set_?value|set_?text|input_?text|type_?text|enter_?text|replace_?text|clear_?and_?type|type_?secret)(?:_?async)?|/value \{\"text\":)"

_FOR = "(?: (?:for|of|f\u00fcr|vom?|zum?|para|del?|du|des|pour|per|voor|van|di|do|da) [^\n\0]{1,60}?)?".encode()
_TAGS = rb"(?:<[^<>\0]{0,80}>\s{0,4}){0,3}"
_IS = (
    "(?:is|was|are|ist|lautet|es|est|\u00e9|\u00e8|era|luidt|wordt)(?: now| set to| still| nu| jetzt| ahora| ora| agora| maintenant|:)?[:\\s]\\s{0,3}".encode()
    + _TAGS
)
_IS_SET = _FOR + rb"[\"'`]?\s{1,2}" + _IS
_SET_TO = rb"[\"'`]?\s{1,2}(?:(?:is|was|has been|been)? ?(?:set|changed|reset|updated) )?to:?\s{1,3}"
_ASSIGNMENTS = [
    # JSON and source code: "password": "x", password => 'x', PASSWORD:="x", ("password") = "x"
    Form(
        b" \"'`])*?\\:=!-%\t\n", b"",
        _MORE + _CLOSE + rb"\s{0,3}(?::=|=>|={1,3}|!={1,2}|\?=|->|:{1,2})\s{0,3}[a-z@$]{0,2}(?=" + _QUOTE + rb")",
        "quoted", looks_quoted,
    ),
    # Changes: "Password" = "****" -> "x"
    Form(b" \"':=", b"", _CLOSE + rb"\s{0,3}[=:]\s{0,3}[\"'][^\"'\r\n\0]{0,100}[\"']\s{0,3}(?:->|=>)\s{0,3}(?=[\"'])", "quoted", looks_quoted),
    # Defaults and conversions before the value: $password = shift || 'x', password = bytes("x")
    Form(b" =:", b"", rb"\s?:?=\s?[\w.$()\[\]>-]{1,40} (?:\|\||\?\?|or|//) (?=[\"'])", "quoted", looks_quoted),
    Form(
        b" =:", b"",
        rb"\s?:?=\s?(?:new )?(?:secure|secret)?(?:string|str|bytes|bytearray|\[\]byte|getbytes|encode|encrypt|hash|password|md5|sha\d{1,3})\(\s?[bn]?(?=[\"'])",
        "quoted", looks_quoted,
    ),
    # YAML with tags, anchors and blocks: password: !vault "x", password: |
    Form(
        b":", b"", rb":[ \t]{1,4}(?:![\w/!-]{1,20}|&\w{1,20}|[|>][+-]?\d?)[ \t]{0,4}(?:\r?\n[ \t]{1,20})?(?=[^\s\0])",
        "quoted or token", looks_written,
    ),
    # The value on the next line: Password:, an end of line, x
    Form(
        b":", rb"(?:^|[\n\0])[^\r\n\0:]{0,24}$",
        rb":[*_]{0,2}[ \t]{0,4}\r?\n(?:[ \t]{0,8}\r?\n)?[ \t]{0,12}(?=[^\s\0]{4,80}[ \t]{0,8}(?:$|[\r\n\0]))(?![^\s\0]{0,80}:)",
        "token", looks_strong, 26,
    ),
    # Markdown: **Password:** `x`
    Form(b":", b"", rb":[*_]{1,2}[ \t]{1,3}`?(?=[^\s`\0])", "word", looks_written),
    # Types before the value: passwd: str = "x", val password: String = "x"
    Form(b": ?", b"", rb"[?!]? ?:[ \t]{0,3}[\w.<>\[\]?|& ]{1,40}?[ \t]{0,3}=[ \t]{0,3}[a-z@$]{0,2}(?=" + _QUOTE + rb")", "quoted", looks_quoted),
    # Text within an attribute: "Your password: &quot;x&quot;"
    Form(b" :=", b"", rb"[ \t]{0,3}[:=][ \t]{0,3}&(?:quot|apos|#3[49]);", "entity", looks_quoted),
    # HTML within a line: Password: <b>x</b>
    Form(b" :<", b"", rb"(?:</\w{1,10}>)?[ \t]{0,3}:\s{0,3}(?:<[^<>\0]{0,80}>\s{0,4}){1,3}", "content", looks_written),
    # Typed into 'password': x
    Form(b"\"'", rb"(?:into|in) [\"'][\w ]{0,30}$", rb"[\"'] ?: ?(?=[^\s\"'])", "word", looks_written, 36),
    # Quoted names before the colon of a log: 'password' : x
    Form(b"\"'", b"", rb"[\"'] : (?=[^\s\"'])", "word", looks_written),
    # Lists: "passwords": ["x", "y"]
    Form(b"\"'`]\\:= ", b"", _MORE + _CLOSE + rb"\s{0,3}(?:=>|=|:)\s{0,3}(?=[\[{(])", "list", looks_quoted),
    # Numbers: "pin": 1234
    Form(b"\"'\\", b"", _CLOSE + rb"\s{0,3}:\s{0,3}(?=-?\d)", "word"),
    # Queries, forms and settings: password=x, user[password]=x, password := x
    Form(
        b" ])*\"'=:?!+\t%", b"", _CLOSE + rb"[ \t]{0,3}(?::=|=>|->|\?=|\+=|={1,3})[ \t]{0,3}(?![=\"'>])",
        "query", looks_assigned,
    ),
    # The same, percent-encoded once or more often: password%3Dx
    Form(b"%", b"", _CLOSE + rb"%(?:25){0,2}3[ad](?:%(?:25){0,2}2[02])?", "encoded", looks_assigned),
    # Headers, logs and YAML: x-api-key: x
    Form(b" ])*:", rb"(?<!\d{12}:)$", _MORE + _CLOSE + rb"[ \t]{0,3}:[ \t]*(?![\[{(])", "word", looks_written, 13),
    Form(b" ", b"", rb" (?:-{1,2}|\xe2\x80\x93) (?=\S)", "word", looks_written),
    # The same at the end of a line: Please use this password: x
    Form(
        b":*", rb"(?:^|[\n\0])[^\n:=\0]{0,40}$", rb"[*_]{0,2}:{1,2}[*_]{0,2}[ \t]{1,8}`?(?=[^\s\0`]{5,80}`?[ \t]*(?:$|[\r\n\0]))(?![\[{(|>&*])",
        "word", looks_like_last_word, 42,
    ),
    # The same in a line of its own
    Form(
        b":", rb"(?:^|[\n\0])[ \t]*(?:- )?$", rb":[ \t]{1,8}(?=[^\s\0]+[ \t]*(?:$|[\r\n\0]))(?![\[{(|>&*])",
        "token", looks_assigned, 24,
    ),
]  # fmt: skip
"""Forms with a sign such as `:` or `=` after the name."""

_ROLE = rb"- \w{3,20} [\"'][^\"'\r\n\0]{0,40}$"
_REST_OF_ROLE = rb"[^\"'\r\n\0]{0,20}[\"'](?: \[[^\]\r\n\0]{1,30}\]){0,4}:"
_KEY_OF_VALUE = (
    _QUOTE
    + rb"?(?:\w{0,10}value|text|answer|input|default|content|typed)"
    + _QUOTE
    + rb"?\s{0,3}(?::|=>|=)\s{0,3}"
)

OTHER_FORMS = [
    # ARIA snapshots: - textbox "Password" [active]: x, also with the value on a later line
    Form(b"\"' *", _ROLE, _REST_OF_ROLE + rb" ", "line", looks_quoted, 68),
    Form(b"\"' *", _ROLE, _REST_OF_ROLE + rb"\r?\n(?:[ \t]{1,60}- /\w{1,20}:[^\n\0]{0,80}\n){0,4}[ \t]{1,60}- text: ?", "line", looks_quoted, 68),
    # Aligned columns: password        => 'x'
    Form(b" \t\"'", b"", rb"[\"']?[ \t]{4,40}(?::=|=>|=|:)\s{0,8}(?=" + _QUOTE + rb")", "quoted", looks_quoted),
    Form(b" \t", b"", rb"[ \t]{4,40}(?::=|=>|=|:)[ \t]{0,8}(?![=\"'>\s])", "query", looks_assigned),
    # Defaults: os.environ.get("PASSWORD") or "x", process.env.PASSWORD || "x"
    Form(b"\"') ", b"", rb"[\"']?[\])]{0,2}\s{1,3}(?:or|\|\||\?\?)\s{1,3}(?=[\"'])", "quoted", looks_quoted),
    Form(b" |?/", b"", rb" ?(?:\|\||\?\?|//)= ?(?=[\"'])", "quoted", looks_quoted),
    Form(b"\"'", b"", rb"[\"']\s?\)\s?\{\s?(?=[\"'])", "quoted", looks_quoted),
    # Comparisons in calls: strcmp(password, "x")
    Form(b",", rb"(?:str(?:n?|case)cmp|compare_digest|equals|assert_?equals?)\(\s?$", rb",\s{0,3}(?=[\"'])", "quoted", looks_quoted, 20),
    # Lists of variables in YAML: name, and the value on the next line
    Form(b"\r\n\"' ", rb"(?:name|key):[ \t]{1,8}[\"']?$", rb"[\"']?[ \t]{0,4}\r?\n[ \t]{0,20}(?:- )?value:[ \t]{1,8}", "quoted or token", is_no_reference, 16),
    # Settings of devices: username bob password 7 x, enable secret 5 x
    Form(b" ", rb"(?:^|[\n\0])[^\r\n\0]{0,80}$", rb" (?:\d|encrypted|plain-text|plaintext|sha512) (?=[^\s\0]{4,200}[ \t]*(?:[\r\n\0]|$))", "token", looks_bold, 84),
    Form(b" ", rb"(?:^|[\n\0])[^\r\n\0]{0,80}$", rb" (?:\d|encrypted|plain-text|plaintext|sha512) (?=[^\s\0]{4})", "token", looks_written, 84),
    # Commands that set something: npm config set //r/:_authToken x
    Form(
        b" \t", rb"(?:^|[\n\0])[ \t]{0,8}(?:[$>#] )?(?:sudo )?(?:set|username|nmcli|npm|git|aws|netsh|vault|kubectl|gcloud|heroku|gh|firebase|user|user|ppp|enable|yarn|pnpm|pip|poetry|composer)\s[^\r\n\0]{0,90}$",
        rb"[ \t]{1,3}(?![-|&><=])(?=[^\s\0])", "quoted or token", looks_written, 112,
    ),
    # Sentences: log in with password x
    Form(
        b" ", rb"(?:^|[\s\0])(?:with|using|use|enter(?:ed)?|typed?|and|/|,) (?:(?:the|this|your|my|new|temporary) ){0,2}$",
        rb" {1,2}(?=[^\s\"'\0])", "word", looks_strong, 40,
    ),
    Form(b'"', rb"variable\s{1,3}\"$", rb"\"\s{0,3}\{[^{}\0]{0,200}?\bdefault\s{0,12}=\s{0,3}(?=\")", "quoted", looks_quoted, 14),
    # Calls by name: "method": "login_with_api_key", "params": ["x"]
    Form(b"\"'\\", b"", _QUOTE + rb"\s{0,3},\s{0,3}" + _QUOTE + rb"(?:params|args|arguments)" + _QUOTE + rb"\s{0,3}:\s{0,3}(?=\[)", "list", looks_written),
    # Here strings of shells: read PW <<< "x"
    Form(b" ", b"", rb" ?<<<\s?", "quoted or token", is_no_reference),
    # Functions of databases: PASSWORD('x')
    Form(b"(", rb"(?:^|[\s=(,.\0>])$", rb"\(\s{0,2}(?=" + _QUOTE + rb")", "quoted", looks_like_argument, 1),
    Form(b"(", rb"(?:^|[\s\0,;/])$", rb"\((?=[^\s()]{4,60}\))", "bracketed", looks_like_password, 1),
    # Steps of browser drivers: {"element": "Password textbox", "ref": "e1", "text": "x"}, selector="#password", value="x"
    Form(
        b"\"' *:]\\", b"",
        rb"[ *:\]\w]{0,20}" + _QUOTE + rb"(?:i?" + _QUOTE + rb")?\]?(?:\s{0,3},\s{0,3}" + _QUOTE + rb"?\w{1,20}" + _QUOTE + rb"?\s{0,3}[:=]\s{0,3}(?:"
        + _QUOTE + rb"[^\"'\r\n\0]{0,60}" + _QUOTE + rb"|[\w.-]{1,20})){0,3}?[\s}]{0,3},\s{0,3}" + _KEY_OF_VALUE + rb"(?=" + _QUOTE + rb")",
        "quoted", looks_like_no_name,
    ),
    # Keywords in columns: Input Text    id=password    x
    Form(b" \t\"'])", rb"(?:^|[\s\0])(?:input|type|fill|set|enter)[ _](?:text|secret|password|value)(?: \w{1,10})?(?:\t|[ ]{2})[^\r\n\0]{0,60}$", rb"[\"'\])]{0,3}(?:\t|[ ]{2})[ \t]{0,8}", "token", is_no_reference, 90),
    # Scripts of browsers: getElementById('password').value = 'x'
    Form(b"\"'`", b"", rb"[\"'`]\s?\)\.(?:value|val|innertext|text)\s?=\s?(?=" + _QUOTE + rb")", "quoted", looks_quoted),
    # Statements: SET PASSWORD FOR bob = 'x'
    Form(b" ", b"", rb" for [^=\r\n\0]{1,60}?\s{0,3}:?=\s{0,3}(?=" + _QUOTE + rb")", "quoted", looks_quoted),
    # Two texts in a row: ("password", "x"), "password" "x", fill('#password', 'x'), "PIN" with "x"
    Form(
        b"\"'`\\", b"",
        _QUOTE + rb"(?:\]" + _QUOTE + rb")?(?:\s{0,2}[)}]{0,2}\s{0,3},\s{0,3}|\s{1,3}|\s{0,2}\)\s{0,3}\.\s{0,3}\w{1,24}\(\s{0,3}|,? (?:with|to|value) )(?=" + _QUOTE + rb")",
        "quoted", looks_like_no_name,
    ),
    # Pairs of fields: {"name": "password", "value": "x"}
    Form(
        b"\"'\\", b"",
        _QUOTE + rb"\s{0,3},\s{0,3}" + _QUOTE + rb"(?:\w{0,10}value|text|answer|input|default|content|typed)" + _QUOTE
        + rb"\s{0,3}(?::|=>)\s{0,3}(?=" + _QUOTE + rb")", "quoted", looks_quoted,
    ),
    # Browser drivers: locator('#password') ... fill("x"), <input type="password"/> ... fill("x")
    Form(
        b"\"'`]/>) -.#", _ELEMENT + rb"[^\n\0]{0,80}$",
        rb"(?:(?!" + _ELEMENT + rb"[(\s])[^\0]){0,500}?\b" + _VERB + rb"[( ]\s{0,3}(?=" + _QUOTE + rb")",
        "quoted", looks_quoted, 90, b"\"'`#.=[-(",
    ),
    # XML: <password>x</password>
    Form(b" >", rb"<(?:[\w-]{1,20}:)?$", rb"(?:\s[^<>\0]{0,300})?(?<!/)>(?:\s{0,20}<(?:value|string|text|\w{1,20}:value)(?:\s[^<>\0]{0,80})?>\s{0,20})?(?:<!\[cdata\[)?", "content", looks_quoted, 22),
    # XML and HTML attributes: <add key="password" value="x">, <input type='password' value='x'>
    Form(
        b"\"'-_]", rb"(?:name|type|id|key)\s?=\s?[\"'][\w.:\[-]{0,40}$",
        rb"[\w.\]-]{0,20}[\"'][^<>\0]{0,300}?\bvalue\s?=\s?(?=[\"'])", "quoted", looks_quoted, 48, b"", b"value",
    ),
    Form(b"\"'", rb"(?:name|key)\s?=\s?[\"'][\w.:-]{0,40}$", rb"[\"'][^<>\0]{0,200}>", "content", looks_written, 48),
    # Elements in a row: <key>password</key><string>x</string>, <td>Password</td><td>x</td>
    Form(b"<", rb"<key>[\w.-]{0,40}$", rb"</key>\s{0,40}<string>", "content", looks_quoted, 45),
    Form(
        b" <:*", rb">[^<>\0]{0,60}$", rb"[ *:]{0,3}</\w{1,10}>\s{0,40}(?:<[^<>\0]{0,200}>\s{0,40}){1,3}",
        "content", looks_written, 61,
    ),
    # Tables: | Password | x |
    Form(b" |*`", rb"\|[^|\n\0]{0,60}$", rb"[ *`]{0,4}\|[ *`]{0,4}(?=[^\s|])", "cell", looks_like_cell, 61),
    # Multipart forms: name="password", an empty line, x
    Form(b'"', rb"name=\"[\w.\[\]-]{0,40}$", rb"\"\r?\n(?:content-[^\n\0]{1,80}\n)?\r?\n", "line", None, 46),
    # Command lines: --password x, -Password x
    Form(b" \t", rb"(?:^|[\s\"'\0])--?$", rb"[ \t]{1,3}(?![-|&><])", "quoted or token", looks_assigned, 3, b"-"),
    # Lines of their own, and netrc: password x
    Form(b" \t", rb"(?:^|[\n\0])[ \t]*$", rb"[ \t]{1,4}(?=[^\s\0]+[ \t]*(?:$|[\r\n\0]))", "token", looks_written, 24),
    Form(
        b" \t", rb"(?:^|[\n\0])[ \t]*(?:env|arg|setx|set|export) $", rb"[ \t]{1,4}(?=[\"']|[^\s\0]+[ \t]*(?:$|[\r\n\0]))",
        "quoted or token", looks_assigned, 24,
    ),
    # Names and keys in a row: token 9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b
    Form(b" \t", b"", rb"[ \t]{1,4}(?=[\w.~+/=-]{16,}(?![\w.~+/=-]))", "token", looks_like_key),
    Form(b" \t", rb"(?:(?:^|[\n\0])[ \t]*|(?:machine[ \t]+[^\s\0]{1,60}|default)\s+)login[ \t]+[^\s\0:]{1,80}\s+$", rb"[ \t]{1,4}", "token", looks_quoted, 90),
    # Assignments in other languages: password <- "x", Dim pwd As String = "x", DECLARE @pw NVARCHAR(20) = N'x'
    Form(b" $", b"", rb"\$?(?:\s{1,3}(?:as )?(?:string|str|text|bytes|securestring|n?(?:var)?char2?)(?:\(\w{1,5}\))?)?\s{0,3}(?:<-|:?=)\s{0,3}n?(?=[\"'])", "quoted", looks_quoted),
    Form(b" ", rb"\(\s?(?:def\w{0,10}|set[qf]?|let)[ (]{1,3}[\w-]{0,30}$", rb"\s{1,3}(?=\")", "quoted", looks_quoted, 48),
    # Words in bold or in code: Password: <b>x</b>
    Form(b" :<", b"", rb"(?:</\w{1,10}>)?[ \t]{0,3}:?\s{0,3}(?:<[^<>\0]{0,80}>\s{0,4}){0,3}<(?:b|code|strong|kbd|tt|samp|em|i|mark)(?: [^<>\0]{0,60})?>", "content", looks_bold),
    # Arguments by name: fill_in 'Password', with: 'x', fields['Password'] Text: 'x'
    Form(b"\"'])", b"", rb"[\"'][\])]{0,2}[,:]? (?:with|to|text|value|input)(?:=|:? (?:=> )?)[$@]?[\"']{0,2}(?=[\"'])", "quoted", looks_quoted),
    # Settings in a line: SetEnv DB_PASS x, password x, the value last or before an option
    Form(
        b" \t", rb"(?:^|[\n\0])[^\r\n\0]{0,80}$",
        rb"[ \t]{1,8}(?:-{1,2}[\w-]{1,20}[ \t]{1,4}|\d[ \t]|[a-z][\w.]{1,20}[ \t])?(?=[^\s\0]{6,80}(?:[ \t]{0,4}(?:$|[\r\n\0;#\"'])|[ \t](?:address|privilege|role|group|level|hostname|port|timeout|priv|sha|aes|des|md5|vrf)\b))(?![-|&><(])",
        "token", looks_set, 84,
    ),
    # Prose: the password is 'x', password for user "u" is "x", with password 'x', changed the password to x
    Form(b" \"'\n", b"", _IS_SET + rb"(?=[\"'`])", "quoted", looks_quoted),
    Form(b" \"'\n", b"", _IS_SET + rb"(?![\"'`])", "word", looks_written),
    Form(b" \"'\n", b"", _SET_TO + rb"(?=[\"'`])", "quoted", looks_like_no_name),
    Form(b" \"'\n", b"", _SET_TO + rb"(?![\"'`])", "word", looks_written),
    Form(b" ", b"", rb" {1,2}(?=[\"'`])", "quoted", looks_like_no_name),
    Form(b" ", b"", rb" {0,2}\((?=[\"'`]?\w[^()\s\0]{3,60}[\"'`]?\))", "quoted or bracketed", looks_written),
]  # fmt: skip
"""Forms without such a sign."""

FORMS = [*_ASSIGNMENTS, *OTHER_FORMS]
"""Tried one after the other, in this order, after each name."""

VENDOR_FORM = rb"[ \t\w.-]{0,24}?[\"'`\s\\)\]]{0,5}(?P<sign>=>|:=|={1,3}|:{1,3}=?|>|\|\||,|\?=)[\"'`=\s]{0,5}(?P<value>[\w+/=.~:-]{14,300}+)"
"""A key beside the name of its vendor: DEEPGRAM = "x"."""

VALUE_FIRST = re.compile(
    # typed "x" into the "Password", "x" == password, <input value="x" type="password">
    rb"(?:[\"'](?P<value>[^\"'\r\n\0]{1,200})[\"'] (?:(?:into|in|for|on|to) (?:the )?(?:\w{1,20} ){0,2}(?:[\"'][^\"'\r\n\0]{0,60})?|[!=]={1,2} ?(?:\w{1,20}\.){0,2})"
    rb"|\bvalue=[\"'](?P<attribute>[^\"'\0]{1,200})[\"'][^<>\0]{0,300}?\b(?:name|type|id)=[\"'][\w.-]{0,40})$"
)
"""The value before the name, at the end of the text before the name."""


# Codes of one-time logins: 482913, 482-913, G-482913, DBS-553021, 4417-902815, K7XQ2M

_CODE = rb"(?<![*\xa2] )(?P<value>(?:[a-z]{1,5}-)?\d{3}[- ]?\d{1,3}(?:[- ]?\d{1,6})?(?![\w/%]|[-.:]\d)|\d\d(?:[ -]\d\d){2}(?![\w/%]|[-.:]\d)|(?=[a-z-]{0,9}\d)(?=[\d-]{0,9}[a-z])(?:[a-z0-9]{6,8}|[a-z0-9]{3,5}-[a-z0-9]{3,5})(?![\w-]))"
_SURE = (
    rb"(?:temporary|single-use|unlock|recovery|backup|device|verification|security|one[- ]?time|log-?in|log in|access|sms|authenti\w{1,8}|2fa|mfa|two[- ]?factor|two[- ]?step"
    rb"|sign[- ]?in|activation|passw?\w{0,4}|auth|login) "
)
_CODE_IS = rb"(?: (?:for|to|on) [^.\r\n\0]{1,60}?)?(?:\s{0,4}(?:is|:|=|-|was|are)){0,2}\s{0,12}(?:<[^<>\0]{0,200}>\s{0,20}){0,6}[\"'*]{0,3}"
_CODE_WORDS = (
    " ?(?:(?:lautet|ist|is|es|est|\u00e9|\u00e8|\u306f|\u4e3a|\u662f|\u70ba|\ub294|\uc740)?[:\\s]{0,4}|-|\u2014)[\"'\\[\u300c\u3010]{0,6}".encode()
    + _TAGS
)
_NO_SHARE = rb"(?=[^\0]{0,160}?\b(?:expire|valid|share|minute|verify|log ?in|sign ?in|one-time))"

_GO_ON = rb"to (?:verify|sign|log|confirm|complete|continue|finish|access|authenticate|reset)"
_AUTHORIZATION = rb"authorization[\"'\\]{0,4}\s{0,3}[:=]\s{0,3}[\"'\\]{0,4}"
_USER_AND_PASSWORD = rb"[\"']?[^\s:/\"'\0]{0,100}[\"']?:[\"']?(?P<value>[^\s\"'\0]{1,300})"
_TEXT = rb"\\{0,3}[\"'`]"
_ARGUMENT = rb"(?:" + _TEXT + rb"[^\"'`\r\n\0]{0,120}" + _TEXT + rb"|[\w.$>-]{1,40})\s{0,3},\s{0,40}"
_SECOND = _ARGUMENT + _TEXT + rb"(?P<value>[^\"'`\\\r\n\0]{1,200})" + _TEXT
_THIRD = _ARGUMENT + rb"(?:\d{2,5}\s?,\s?)?" + _SECOND
_LATER = rb"(?:[\w.$>-]{1,40}\s{0,3},\s{0,40})?" + _SECOND
_NON_ENGLISH = "(?:(?:\u306f|\u304c|\u4e3a|\u662f|\u70ba|\ub294|\uc740|\uac00|\uc774|:|=| ){1,4}|(?=\u300c|\u300e|\u3010))(?:\u300c|\u300e|\u3010|[\"' \\[(]){0,3}(?P<value>[!-&*-~]{4,60})".encode()
_COMMAND_VALUE = rb"[\"']?(?P<value>[^\s\"'\0]{1,300})"

_CALL = rb"\w{0,24}(?:\[[\w.]{1,12}\])?!?\(\s{0,9}"
_WRAPPED = rb"(?:\w{1,12}\()?(?:[a-z]{1,2}(?=[\"']))?"  # Some("x"), b"x"
_TWO = (
    rb"[\"'][^\"'\r\n\0]{1,80}[\"']\)?\s{0,3},\s{0,9}" + _WRAPPED + rb"[\"'](?P<value>[^\"'\\\r\n\0]{3,200})[\"']"
)
_LAST = (
    rb"(?:(?:\w{1,12}\()?[^\"'(),\r\n\0]{0,40}(?:[\"'][^\"'\r\n\0]{0,120}[\"'])?\)?\s{0,3},\s{0,9}){0,4}"
    + _WRAPPED
    + rb"[\"'](?P<value>[^\"'\\\r\n\0]{3,200})[\"']\)?\s{0,3}\)"
)
_PASSWORD_WORD = (
    rb"(?:passw\w{0,12}|passphrase|passcode|pwd?|pin|otp|2fa|secret|one-time|verification code|\d-digit code)"
)

_ID_BEFORE = "(?:id|user|username|user ?name|login|account|\uc544\uc774\ub514|\uacc4\uc815)$".encode()
_PAIR = rb"\s{0,2}(?:->|=>|:|=|-|\s)\s{0,2}(?:[^\s/\0]{1,60} ?/ ?){1,2}(?P<value>[^\s/,;\0]{3,60})(?![/\w])"
_PAIR_IN_BRACKETS = rb"\s?[:=-]?>?\s?[^\s()\0]{1,60}\((?P<value>[^\s()\0]{3,60})\)"

_NO_PREPOSITION = b"".join(
    rb"(?<! %b )" % word.encode()
    for word in "for f\u00fcr pour para per pro dla till til zu von van voor om de di da do od \u0434\u043b\u044f \u043e\u0442 \u043a".split()
)
_SIGN_IN_SENTENCE = rb"(?: [^\s:=!-/\0]{1,30}){0,6}?(?: ?(?::|=|->|\xef\xbc\x9a|\xe3\x80\x8c) {0,2}| (?:-|\xe2\x80\x94|\xe2\x80\x93) )"
_WORDS_IN_SENTENCE = (
    rb"(?: [^\s\d!-,./:-?\0]{1,30}){0,7}?(?: {1,3}|(?<=[\xe3-\xed][\x80-\xbf][\x80-\xbf]))" + _NO_PREPOSITION
)
_LETTER = rb"[\xc3-\xc5][\x80-\xbf]"
_ANY_SHAPE = rb"(?:[!#-&(-+\--:=-_a-z|~]|" + _LETTER + rb"){4,60}"
_MIXED_SHAPE = rb"(?=(?:[!-~]|" + _LETTER + rb"){0,40}?(?:\d|[a-z][!#$%&*+@^_~.-][a-z0-9]))" + _ANY_SHAPE
_SHAPE = rb"(?=[!-~]{0,40}?(?:\d|[a-z][!#$%&*+@^_~.-][a-z0-9])|[!-~]{5})[!#-&(-+\--:=-_a-z|~]{4,60}"
_USER_GIVEN = (
    "\\b(?:user(?:name)?|login|account|benutzer(?:name)?|usuario|utilisateur|identifiant|utente)"
    "(?:(?: is| ist| es| est| \u00e8|:|=) ?[\"'`]?[^\\s\"',;\\0]{2,40}| [\"'`]?[^\\s\"',;\\0]{0,39}[\\d._@-][^\\s\"',;\\0]{0,39})[\"'`]?[,;.]? ?"
    "(?:and|und|y|et|e|with|mit|con|avec|/|-)? ?(?:the |its |das |la |le |default |initial ){0,2}$"
).encode()

TEXT_RULES = [
    # Private keys: -----BEGIN PRIVATE KEY----- ..., with or without line breaks
    Rule(
        b"begin ", rb"-{4,5} ?$",
        rb"(?P<value>begin [a-z0-9 ]{0,40}private key(?: block)?(?: ?-{4,5})(?=[\\nrt\s\"'+.,]{0,40}[\w+/=:-]{8}))",
        None, rb"-{4,5} ?end [a-z0-9 ]{0,40}-{4,5}",
    ),
    Rule(b"private-lines", b"", rb"private-lines: \d{1,6}(?P<value>[\s\w+/=]{40,20000})"),
    # HTTP authentication: Bearer x, Basic x, Authorization: token x
    Rule(b"bearer", b"", rb"bearer(?:[\s:=+\"'\\]|%20){1,6}(?P<value>[\w.~+/=|-]{8,4000})", is_no_word),
    Rule(b"basic", b"", rb"basic(?:[\s+]|%20){1,4}(?P<value>[a-z0-9+/]{6,2000}={0,2})(?![\w+/=])", is_basic_credentials),
    Rule(
        b"authorization", b"",
        _AUTHORIZATION + rb"(?:token|apikey|api-key|ssws|digest|hawk|hoba|negotiate|ntlm|key|genie_?key|pat)[\s=]{1,3}"
        rb"(?P<value>[^\s\"'\0]{8,4000})",
    ),
    Rule(b"authorization", b"", _AUTHORIZATION + rb"(?:[\w-]{1,30}\s{1,3})?(?P<value>[^\s\"'\0]{16,4000})", has_both),
    Rule(b"aws4-hmac", b"", rb"aws4-hmac-sha256 [^\r\n\0]{0,400}?signature=(?P<value>[0-9a-f]{32,128})"),
    # Passwords in links and connection strings: https://user:x@host, several hosts, user:x@host:port
    Rule(b"://", b"", rb"://[^/\s:@?#\"'<>\0]{0,200}:(?P<value>[^/\s?\"'<>\0]{1,300})@(?=[\w\[-])"),
    Rule(b"://", b"", rb"://(?P<value>[a-z0-9_-]{20,200})@(?=[\w\[-])", has_both),
    Rule(b"@", rb"(?<=[\w.+-]):(?P<value>[^\s:@/\"'<>,\0]{3,100})$", rb"@(?=[\w-]{1,60}(?:\.[\w-]{1,60}){1,5}:\d{2,5}\b)"),
    Rule(b"@tcp(", rb":(?P<value>[^\s\"'\0]{1,100})$", rb"@tcp\("),
    Rule(b"jdbc:oracle", b"", rb"jdbc:oracle:\w{1,10}:[^/\s\0]{1,60}/(?P<value>[^@\s\0]{1,200})@"),
    Rule(b":", rb"\w$", rb":(?:\d{2,5}|\*):(?:[\w.*-]{1,60}:)?[\w.@+-]{2,120}:(?P<value>[^\s:\"',;<>\0]{4,100})(?![:\w])", follows_host),
    Rule(b"@//", rb"[\w$#]/(?P<value>[^\s/@\"'\0]{2,100})$", rb"@//[\w.-]"),
    Rule(b"sqlplus ", b"", rb"sqlplus (?:-\w{1,6} ){0,3}[\"']?[\w$#.]{1,60}/(?P<value>[^\s@\"'/\0]{1,100})", is_no_reference),
    # Signed links lose the value of the signature and nothing else
    Rule(b"signature=", rb"(?:[?&;](?:x-amz-|x-goog-|x-oss-|q-|x-cos-)?|cloudfront-)$", rb"signature=(?P<value>[^&\s\"'<>\0]{8,2000})"),
    Rule(b"sig=", rb"[?&;]$", rb"sig=(?P<value>[^&\s\"'<>\0]{16,300})"),
    Rule(b"code=", rb"[?&]$", rb"code=(?P<value>[\w.~+/%-]{20,2000}={0,2})(?![\w])", is_one_time_code),
    # Command lines: curl -u user:x, mysql -px, sshpass -p x
    Rule(b" -u", b"", rb" -u[\s=]?" + _USER_AND_PASSWORD, is_no_reference),
    Rule(b"--user", b"", rb"--user[\s=]" + _USER_AND_PASSWORD, is_no_reference),
    Rule(b"--proxy-user", b"", rb"--proxy-user[\s=]" + _USER_AND_PASSWORD, is_no_reference),
    Rule(b"curl ", b"", rb"curl [^\r\n\0]{0,300}?(?:-b|--cookie)[\s=][\"']?(?P<value>[^\s=\"'\0]{1,80}=[^\"'\r\n\0]{1,2000})"),
    Rule(b"mysql", b"", rb"mysql\w{0,10} [^\r\n\0]{0,120}?-p(?P<value>[^\s\"'\0-][^\s\"'\0]{2,100})"),
    Rule(b"ssh -p ", rb"(?:^|[^\w-])$", rb"ssh -p (?P<value>[^\s\0]{3,100})", looks_like_no_port),
    Rule(b" /p:", rb"(?:freerdp|rdesktop|/u:)[^\r\n\0]{0,100}$", rb" /p:[\"']?(?P<value>[^\s=\"'\0]{1,100})", is_no_reference),
    Rule(b"/p:", rb"^$|\0$", rb"/p:(?P<value>[^\s=\0]{4,100})(?=\0|\Z)", is_no_reference),
    Rule(b"convertto-securestring", b"", rb"convertto-securestring(?:\s{1,3}-(?:string|asplaintext|force)){0,3}\s{1,3}(?:\\{0,3}[\"'](?P<value>[^\"'\\\r\n\0]{1,200}))", is_no_reference),
    Rule(b"convertto-securestring", b"", rb"convertto-securestring(?:\s{1,3}-(?:string|asplaintext|force)){0,3}\s{1,3}(?P<value>[^\s\"'\\\0-][^\s\"'\\\0]{2,200})", is_no_reference),
    Rule(b"chpasswd", rb"\b(?:echo|printf) (?:-\w{1,2} )?[\"']?[\w.-]{1,40}:(?P<value>[^\s\"'|\0]{1,80})[\"']? ?\|[^\r\n\0]{0,20}$", rb"chpasswd\b", is_no_reference),
    Rule(b"$(echo ", rb"(?:token|pass|secret|key|pw|pwd|auth)\w{0,12}=[\"']?$", rb"\$\(echo (?:-\w{1,2} )?[\"']?(?P<value>[^\s\"'|)\0]{4,300})", is_no_reference),
    Rule(b"sshpass", b"", rb"sshpass\s{1,3}-p\s{0,3}" + _COMMAND_VALUE, looks_like_no_port),
    Rule(b" -p ", rb"(?:docker|podman|helm|\baz|\boc|psexec|smbclient|sqlcmd|bcp|isql|osql|mongo\w{0,8}|influx|cqlsh|htpasswd|zip|unzip|7z)\b[^\r\n\0]{0,110}$", rb" -p " + _COMMAND_VALUE, looks_like_no_port),
    Rule(b" -a ", rb"\bhttps?(?:ie)?\b[^\r\n\0]{0,60}$", rb" -a " + _USER_AND_PASSWORD, is_no_reference),
    Rule(b"net user ", b"", rb"net user [\w.\\-]{1,60} (?P<value>[^\s/*\0][^\s\0]{2,60})", is_no_reference),
    Rule(b" -w ", rb"\bldap\w{1,10} [^\r\n\0]{0,100}$", rb" -w " + _COMMAND_VALUE, is_no_reference),
    Rule(b" /rp ", b"", rb" /rp " + _COMMAND_VALUE, is_no_reference),
    Rule(b" -u", rb"\bsmbclient [^\r\n\0]{0,80}$", rb" -u[ =]?[\"']?[^\s%\0]{1,60}%(?P<value>[^\s\"'\0]{1,100})", is_no_reference),
    Rule(b" -u", rb"\blftp\b[^\r\n\0]{0,80}$", rb" -u[ =]?[\"']?[^\s,\0]{1,60},(?P<value>[^\s\"'\0]{1,100})", is_no_reference),
    Rule(b"wpa_passphrase ", b"", rb"wpa_passphrase [^\s\0]{1,40} (?P<value>[^\s\0]{8,64})", is_no_reference),
    Rule(b"snmp-server community ", b"", rb"snmp-server community (?P<value>[^\s\0]{3,64})"),
    Rule(b"<<<", rb"\b(?:kinit|sudo -s|\w{0,8}passwd|cryptsetup)\b[^\r\n\0]{0,80}$", rb"<<<\s?" + _COMMAND_VALUE, is_no_reference),
    Rule(b" -k ", rb"\bopenssl enc\b[^\r\n\0]{0,110}$", rb" -k " + _COMMAND_VALUE, is_no_reference),
    Rule(b" -p", rb"\b(?:7za?|7zz|rar|unrar)(?:\.exe)? [^\r\n\0]{0,80}$", rb" -p(?P<value>[^\s\"'\0-][^\s\"'\0]{2,100})", is_no_reference),
    Rule(b" -a ", rb"redis-cli\b[^\r\n\0]{0,110}$", rb" -a " + _COMMAND_VALUE),
    Rule(b"identified ", b"", rb"identified (?:by|with [\w\"']{1,40} (?:by|as)) (?:password )?\\{0,3}[\"'](?![0-9a-f]{8}-[0-9a-f]{4}-)(?P<value>[^\"'\\\0]{1,200})", is_no_reference),
    Rule(b"identified by ", rb"\b(?:user|grant|role|account|connect to)\b[^\r\n\0]{0,110}$", rb"identified by (?:password )?(?P<value>[^\s\"'\\;,<>()\0]{3,200})", is_word_with_digit),
    Rule(b"requirepass ", b"", rb"requirepass (?P<value>[^\s\0]{1,200})"),
    Rule(b"/user:", b"", rb"/user:[^\s\0]{1,60} (?P<value>[^\s/\0][^\s\0]{2,100})", looks_written),
    Rule(b" /user:", rb"\bnet use [^\r\n\0]{0,60}\\[^\s\0]{1,60} (?P<value>[^\s/*\0]{3,60})$", rb" /user:", is_no_reference),
    # Users and passwords as arguments: NetworkCredential("bob", "x"), connect("host", "bob", "x")
    Rule(b"credential(", b"", rb"credential\(\s{0,9}" + _SECOND, is_no_reference),
    Rule(b"credentials(", b"", rb"credentials\(\s{0,9}" + _SECOND, is_no_reference),
    Rule(b"auth(", b"", rb"auth\(\s{0,9}" + _SECOND, looks_like_argument),
    Rule(b"login(", b"", rb"login\(\s{0,9}" + _LATER, looks_like_argument),
    Rule(b"authenticate(", b"", rb"authenticate\(\s{0,9}" + _SECOND, looks_like_argument),
    Rule(b"directoryentry(", b"", rb"directoryentry\(\s{0,9}" + _THIRD, is_no_reference),
    Rule(b"connect(", b"", rb"connect\(\s{0,9}" + rb"(?:\$\w{1,20}\s?,\s?)?" + _THIRD, looks_like_argument),
    Rule(b"connect(", rb"oracle(?:db)?\.$", rb"connect\(\s{0,9}" + _SECOND, looks_like_argument),
    Rule(b"connect(", b"", rb"connect\(\s{0,3}[\"'][\w$#.]{1,60}/(?P<value>[^\s/@\"'\0]{2,100})@", is_no_reference),
    Rule(b"create_user(", b"", rb"create_user\(\s{0,9}(?:" + _ARGUMENT + rb")?" + _SECOND, looks_like_argument),
    Rule(b"create_superuser(", b"", rb"create_superuser\(\s{0,9}(?:" + _ARGUMENT + rb")?" + _SECOND, looks_like_argument),
    Rule(b"bind", b"", rb"bind(?:_s)?\(\s{0,3}(?:[\w.$]{1,40}\s?,\s?)?[\"'][^\"'\0]{0,60}(?:cn|uid|dc|ou)=[^\"'\0]{0,80}[\"']\s?,\s?[\"'](?P<value>[^\"'\0]{1,100})[\"']", is_no_reference),
    Rule(b"sp_addlogin ", b"", rb"sp_addlogin n?'[^'\0]{1,60}'\s?,\s?n?'(?P<value>[^'\0]{1,100})'"),
    Rule(b"sp_password ", b"", rb"sp_password (?:n?'[^'\0]{1,60}'|null)\s?,\s?n?'(?P<value>[^'\0]{1,100})'"),
    Rule(b"assertequal", b"", rb"assertequals?\(\s?[\"'](?P<value>[^\"'\0]{1,100})[\"'],\s?[\w.]{0,40}(?:password|passwd|secret|token)", is_no_reference),
    Rule(b"connection(", b"", rb"connection\(\s{0,9}" + _THIRD, looks_like_argument),
    *(
        Rule(name, before, re.escape(name) + _CALL + arguments, check)
        for name, before in (
            (b"login", b""), (b"log_in", b""), (b"logon", b""), (b"log_on", b""), (b"signin", b""), (b"sign_in", b""), (b"auth", b""), (b"credential", b""),
            (b"authenticat", b""), (b"drivermanager", b""), (b"userpw", b""), (b"username_pw", b""), (b"username_password", b""), (b"userpass", b""),
        )
        for arguments, check in ((_TWO, looks_like_second), (_LAST, looks_like_argument))
    ),
    *(
        Rule(name, b"", re.escape(name) + _CALL + arguments, looks_like_argument)
        for name in (b"connect", b"connection", b"database", b"datasource", b"open_session", b"create_user", b"createuser", b"add_user", b"adduser", b"session", b"bind", b"newinstance")
        for arguments in (
            rb"(?:[^\"'(),\r\n\0]{1,40},\s{0,3})?[\"'][^\"'\r\n\0]{0,120}[\"']\s{0,3},\s{0,9}" + _TWO, _LAST,
        )
    ),
    Rule(b"basic", b"", rb"basic_?(?:auth)?" + _CALL + _TWO, looks_bold),
    Rule(b"pw_set(", b"", rb"pw_set\(\s{0,9}(?:[\w.&>-]{1,40}\s{0,3},\s{0,9})?" + _TWO, looks_quoted),
    Rule(b"auth", rb"(?:^|[^a-z])(?:basic|http|digest|proxy)?_?$", rb"auth[\"']?\]?\s{0,3}(?:=>|=|:|,)\s{0,3}[\[({]\s{0,3}" + _TWO, looks_quoted),
    Rule(b"auth", rb"[.:>]$", rb"auth\(\s{0,3}[\"'](?P<value>[^\"'\\\r\n\0]{4,200})[\"']", looks_like_argument),
    *(
        Rule(name, rb"(?:set|with|update|change|reset|new|create|use|add)_?(?:user|db|database|admin|login)?_?$", name.replace(b"(", rb"\w{0,10}\(") + rb"\s{0,9}(?:[\w.&>*-]{1,40}\s{0,3},\s{0,9}){0,2}[\"'](?P<value>[^\"'\\\r\n\0]{4,200})[\"']", looks_bold)
        for name in (b"password(", b"passwd(", b"passphrase(", b"pwd(", b"secret(", b"pin(")
    ),
    *(
        Rule(verb, b"", re.escape(verb) + rb"(?!\w{0,14}(?:err|label|hint|title|name|visib))\w{0,16}\(\s{0,3}[\"'`][^\"'`\r\n\0]{0,50}(?:passw|pwd|#pass|kennwort|senha|contrase)[^\"'`\r\n\0]{0,24}[\"'`]{1,3}\)?\s?,\s{0,3}[\"'`](?P<value>[^\"'`\r\n\0]{3,100})[\"'`]", looks_bold)
        for verb in (b"fill", b"type", b"set", b"send", b"enter")
    ),
    *(
        Rule(name, b"", re.escape(name) + rb"(?:\d )?[\"']?(?P<value>[^\s\"'\0]{5,80})", looks_like_pasted)
        for name in (b"authentication-key ", b"pre-shared-key ascii-text ", b"auth sha ", b"auth md5 ", b"priv aes ", b"priv des ", b"aes 128 ", b"key-string ", b"message-digest-key 1 md5 ")
    ),
    Rule(b"]:", b"", rb"\]:\d{2,5}\s{1,4}[\w.@+-]{1,60}:(?P<value>[^\s:\0]{4,100})(?=\s|\0|\Z)", is_no_reference),
    Rule(b":pserver:", b"", rb":pserver:[\w.-]{1,40}:(?P<value>[^\s@\0]{3,100})@"),
    Rule(b"send ", rb"(?:^|[^\w-])$", rb"send (?:-- )?[\"'](?P<value>[^\s\"'\\\0]{4,80})\\{1,2}[rn]", looks_like_pasted),
    Rule(b" key ", rb"\b(?:server|radius|tacacs|isakmp|wlan\d|ike|wep|wpa|psk|ntp|ospf|bgp|snmp|vpn|tunnel|peer)\b[^\r\n\0]{0,80}$", rb" key (?:\d |s:)?[\"']?(?P<value>[^\s\"'\0]{5,80})", looks_like_pasted),
    *(
        Rule(option, rb" -(?:u|user|username|login|l) [^\s\0]{1,40}(?: -\w [^\s\0]{1,30}){0,2}$", re.escape(option) + _COMMAND_VALUE, follows_user)
        for option in (b" -p ", b" -a ", b" -x ", b" -w ")
    ),
    Rule(b"useradd ", b"", rb"useradd [^\r\n\0]{0,80}?-p " + _COMMAND_VALUE, is_no_reference),
    *(
        Rule(name, rb"(?:^|[^a-z])$", re.escape(name) + rb"(?: for [^:\r\n\0]{1,40})?: {1,2}(?P<value>[^\s\"',;<>\0]{5,60})(?=[ \t]{0,3}(?:\Z|[\r\n\0,;]))", looks_set)
        for name in (b"password", b"passphrase", b"passwd", b"pwd", b"pw")
    ),
    *(
        Rule(
            word, rb"\b(?:input|typed?|typing|enter(?:ed|ing)?|fill(?:ed)?|used?|using)(?: text)? [\"']?(?P<value>[^\s\"'\0]{3,60})[\"']? (?:in|as|for|on) (?:the |a |your )?(?:[^.,;\r\n\0]{0,19}[^\w.,;\r\n\0])?$",
            word + rb"\b", looks_like_pasted,
        )
        for word in (b"password", b"passwd", b"passcode", b"pin", b"otp", b"secret")
    ),
    # Typed by a driver, with the field after it on the same line: fill("x") locator('#password'), "text": "x" ... password
    *(
        Rule(verb, b"", re.escape(verb) + rb"\w{0,12}[\"']?(?:\(|:|\s)\s{0,2}[\"'](?P<value>[^\s\"'\\\0]{4,100})[\"'][^;\r\n\0]{0,100}?(?<![a-z])" + _PASSWORD_WORD + rb"(?![a-z])", looks_like_pasted)
        for verb in (b"fill", b"type", b"sendkeys", b"send_keys", b"text", b"value", b"keys", b"input", b"enter")
    ),
    Rule(b"password", rb"\b(?:name|label|placeholder|text)\b[^\r\n\0]{0,60}$", rb"password[\w ]{0,20}[\"'][^;\r\n\0]{0,20}\)\.\w{3,24}\(\s{0,2}[\"'](?P<value>[^\"'\r\n\0]{3,100})[\"']", looks_like_argument),
    Rule(b"password", rb"[\"'=\[]$", rb"password\]?[\"']\)\.(?:fill|type|add|set|send|enter|input|press)\w{0,16}\(\s{0,2}[\"'](?P<value>[^\"'\r\n\0]{3,100})[\"']", looks_bold),
    Rule(b"pin", rb"[\"'][\w ]{0,20}$", rb"pin[\w ]{0,20}[\"'][\s)\]}]{0,6}\.(?:fill|type|send|set|enter|input|press)\w{0,16}\(\s{0,2}[\"'](?P<value>\d{4,8})[\"']"),
    Rule(b"wifi.begin(", b"", rb"wifi\.begin\(\s{0,9}" + _SECOND, is_no_reference),
    Rule(b".equals", rb"[\"'](?P<value>[^\"'\r\n\0]{1,100})[\"']$", rb"\.equals(?:ignorecase)?\([\w.]{0,40}(?:password|passwd|passphrase|secret|token|pwd)\b", is_no_reference),
    Rule(b".equals", rb"(?:password|passwd|passphrase|secret|token|pwd)(?:\(\))?$", rb"\.equals(?:ignorecase)?\(" + _TEXT + rb"(?P<value>[^\"'\\\r\n\0]{1,100})", is_no_reference),
    Rule(b"mysqli(", b"", rb"mysqli\(\s{0,9}" + _THIRD, looks_like_argument),
    Rule(b"pdo(", b"", rb"\bpdo\(\s{0,9}" + _THIRD, looks_like_argument),
    Rule(b"curlopt_", b"", rb"curlopt_\w{0,20}(?:password|passwd|pass|bearer|keypasswd)\w{0,10}\s{0,3}(?:,|=>)\s{0,3}" + _TEXT + rb"(?P<value>[^\"'`\\\r\n\0]{1,300})", is_no_reference),
    Rule(b"curlopt_", b"", rb"curlopt_\w{0,10}userpwd\s{0,3}(?:,|=>)\s{0,3}" + _TEXT + rb"[^:\"'`\r\n\0]{0,100}:(?P<value>[^\"'`\\\r\n\0]{1,300})", is_no_reference),
    # Pairs in documents: ID/PW: bob/x, ID(PW): bob(x)
    Rule(b"/pw", _ID_BEFORE, rb"/pw" + _PAIR, is_word_with_digit),
    Rule(b"/pass", _ID_BEFORE, rb"/pass(?:word|wd|phrase|code)?" + _PAIR, is_word_with_digit),
    Rule("/\ud328\uc2a4\uc6cc\ub4dc".encode(), _ID_BEFORE, "/\ud328\uc2a4\uc6cc\ub4dc".encode() + _PAIR, is_word_with_digit),
    Rule("/\ube44\ubc00\ubc88\ud638".encode(), _ID_BEFORE, "/\ube44\ubc00\ubc88\ud638".encode() + _PAIR, is_word_with_digit),
    Rule(b"l/p", rb"(?:^|[\s\0])$", rb"l/p" + _PAIR, is_word_with_digit),
    Rule(b"(pw", b"", rb"\(pwd?\)" + _PAIR_IN_BRACKETS, is_word_with_digit),
    Rule(b"(pass", b"", rb"\(pass(?:word|wd)?\)" + _PAIR_IN_BRACKETS, is_word_with_digit),
    # Sentences in other languages: the name, up to four words, and a word that is none
    *(
        Rule(
            name.encode(), rb"(?:^|[^a-z])$" if name.isascii() else b"",
            re.escape(name).encode() + rb"(?:[a-z\x80-\xdf]{0,7}|[\x80-\xff]{0,24})" + words + rb"[\"'`(\[]{0,2}(?P<value>" + shape + rb")", check,
        )
        for name in NAMES_IN_SENTENCES
        for words, shape, check in (
            (_SIGN_IN_SENTENCE, _ANY_SHAPE, looks_like_pasted),
            (_WORDS_IN_SENTENCE, _MIXED_SHAPE, looks_like_pasted),
            (rb"(?: [^\s!-?\0]{1,30}){0,2}?(?:\s{0,2}(?::|=|-|\xe2\x80\x94|\xe2\x80\x93))?\s{1,2}", rb"\d{4,8}(?![\w%/:-]|[.,]\d| [a-z\x80-\xff])", is_login_code),
        )
    ),
    *(
        Rule(
            name.encode(), b"",
            re.escape(name).encode() + rb"[^\s\d:=!-/\0]{0,12}(?: [^\s!-?\0]{1,30}){0,2}?(?:\s{0,2}(?::|=|-|\xe2\x80\x94|\xe2\x80\x93))?\s{1,2}" + _CODE, is_login_code,
        )
        for name in NAMES_OF_CODES
    ),
    # Your code, in other languages
    *(
        Rule(
            name.encode(), "(?:^|[\\n\\0]|\\b(?:tu|seu|sua|su|din|ditt|dit|je|uw|jouw|ihr|dein|votre|ton|vostro|tuo|anda|jou)|\u0432\u0430\u0448|\u0412\u0430\u0448|\u0442\u0432\u043e\u0439|tw\u00f3j|v\u00e1\u0161|tv\u016fj) ?$".encode(),
            re.escape(name).encode() + "(?: (?:er|\u00e4r|es|\u00e9|\u00e8|est|is|ist|lautet|to|je|on|adalah|este))?:? {1,2}(?P<value>\\d{6})(?![\\w/%]|[-.:]\\d)".encode(), is_login_code,
        )
        for name in ("c\u00f3digo", "codigo", "codice", "kode", "kod", "k\u00f3d", "code", "\u043a\u043e\u0434", "\u041a\u043e\u0434", "cod")
    ),
    # The same in English: the wifi password is now x
    *(
        Rule(name, rb"(?:^|[^a-z])$", re.escape(name) + rb"s?(?: [a-z'-]{1,16}){0,4}? (?:is|was|are|were|becomes|remains|stays|now|filled with|set to|changed to|->|=>|~|-|\xe2\x80\x94|\xe2\x80\x93|//)(?: (?:still|now|currently|just|again|set to))? {1,2}[\"'`*(]{0,2}(?P<value>" + _SHAPE + rb")", looks_like_pasted)
        for name in (b"password", b"passwd", b"passphrase", b"passcode", b"pw", b"pwd", b"passkey", b"wifi key", b"wpa key", b"login", b"cred", b"credential")
    ),
    *(
        Rule(
            verb + b" with ", b"",
            verb + rb" with (?:the )?(?:(?:password|passphrase|pw|key|code) )?[\"'`]?(?P<value>" + _SHAPE + rb")", looks_like_password_in_words,
        )
        for verb in (b"locked", b"protected", b"encrypted", b"secured", b"opened", b"unlock", b"unlocks", b"opens")
    ),
    Rule(b"password", rb"(?:\b(?:with|using|and|mit|con|avec|verbal|phone|as|the)|[\"'`],?)(?: the)? ?$", rb"password:? (?:of |is )?[\"'`](?P<value>[^\"'`\r\n\0]{4,60})[\"'`]", looks_quoted),
    Rule(b"answer", rb"(?:security|secret|recovery|challenge) (?:question|q)\b[^\r\n\0]{0,90}$", rb"answer:? {1,3}[\"']?(?P<value>[^\"'\r\n\0]{3,60})", looks_quoted),
    Rule(b"comb", rb"(?:^|\W)$", rb"comb(?:o|ination)(?: code)?(?: is|:| =)? {1,3}(?P<value>\d{1,2}(?:[- /]\d{1,2}){2,3})(?![\w-])"),
    # Pairs in sentences: log in with `admin` / `x`, creds for the box are demo // x
    *(
        Rule(name, rb"(?:^|[^\w.])$", re.escape(name) + rb"(?:s|ential|entials|ged|ging)?(?: in| on)?(?: [a-z'-]{1,16}){0,5}?[:=]? {1,2}" + pair, check)
        for name in (b"login", b"log in", b"log on", b"logon", b"logged in", b"sign in", b"cred", b"account", b"acct", b"user")
        for pair, check in (
            (rb"[\"'`*]{1,2}[\w.@+-]{2,40}[\"'`*]{1,2} ?(?:/{1,2}|:|\||,|and|with|\+) ?(?:password )?[\"'`*]{1,2}(?P<value>[^\s\"'`*\0]{4,60})[\"'`*]", looks_quoted),
            (rb"[\w.@+-]{2,40} (?:/{1,2}|:|\||\+|>) (?P<value>[^\s\"'`,;/\0]{4,60})(?=[\s,;.)\0]|\Z)", looks_like_pasted_or_joined if name == b"cred" else looks_strong_with_no_title),
            (rb"[\w.@+-]{2,40}(?:/{1,2}|:|\|)(?P<value>[^\s\"'`,;/\0]{5,60})(?=[\s,;)\0]|\Z)", looks_strong),
        )
    ),
    # Users with their passwords in a row: admin;x, admin,x
    *(
        Rule(user, rb"(?:^|[\s;,|:\"'(\0])$", re.escape(user) + rb"\w{0,10}[\"']?[ \t]{0,2}(?:;|\||,|\t|:|/)[ \t]{0,2}[\"']?(?P<value>[^\s;,|:/\"'()<>=\[\]{}\0]{6,60})(?=[\s;,|\"')\0]|\Z)", looks_strong)
        for user in (b"admin", b"root", b"guest", b"user", b"operator", b"sysadmin", b"sa", b"demo", b"test", b"ubuntu", b"deploy")
    ),
    Rule(b"* ", rb"[\"'\w.@-] $", rb"\* [\"']?(?P<value>[^\s\"'*\0]{5,60})[\"']? (?:\*|\d)", looks_like_pasted),
    # Sentences in other languages
    *(
        Rule(name.encode(), b"", re.escape(name).encode() + _NON_ENGLISH, looks_written)
        for name in ("\u30d1\u30b9\u30ef\u30fc\u30c9", "\u6697\u8a3c\u756a\u53f7", "\u5bc6\u7801", "\u5bc6\u78bc", "\u53e3\u4ee4", "\u5bc6\u94a5", "\u79d8\u94a5", "API\u30ad\u30fc".lower(), "api \ud0a4", "api\ud0a4", "\ube44\ubc00\ubc88\ud638", "\ud328\uc2a4\uc6cc\ub4dc", "\uc554\ud638")
    ),
    *(
        Rule(name.encode(), b"", re.escape(name).encode() + " ?(?:est|es|\u00e9|lautet|ist)? ?[:=]? ?[\"']?(?P<value>[!-~]{8,200})".encode(), looks_written)
        for name in ("-schl\u00fcssel", "cl\u00e9 api", "clave api", "clave de api", "chave api", "chave de api")
    ),
    Rule(
        "\u0430\u0440\u043e\u043b\u044c ".encode(), b"",
        "\u0430\u0440\u043e\u043b\u044c (?:[^\r\n\0:=]{1,50}? ?)?(?::|=|-|\u2014|\u2013) {0,3}[\"']?(?P<value>[!-~]{4,60})".encode(),
        looks_written,
    ),
    *(
        Rule(name.encode(), b"", f"{name}[^.!?\\r\\n\\0]{{0,60}}?{verb} {{0,2}}:? {{0,2}}[\"']?(?P<value>[^\\s\"',;<>\\0]{{4,60}})".encode(), looks_written)
        for verb, names in (
            (" is now", "password|passphrase|passcode|pwd|api key"),
            (" lautet", "passwort|kennwort|passphrase|pin|schl\u00fcssel"),
            (" ist", "passwort|kennwort|passphrase"),
            (" est", "mot de passe|mdp|code pin|phrase secr\u00e8te"),
            (" es", "contrase\u00f1a|contrasena|clave"),
            (" \u00e9", "senha|palavra-passe"),
            (" \u00e8", "password|parola d'ordine|passphrase"),
            (" is", "wachtwoord"),
            (" luidt", "wachtwoord"),
            (" to", "has\u0142o|heslo"),
            (" \u00e4r", "l\u00f6senord"),
            (" er", "adgangskode|passord"),
            (" on", "salasana"),
        )
        for name in names.split("|")
    ),
    # Browser drivers, with the value first, and their keywords
    Rule(
        b" into ", rb"\b(?:input|typed?|typing|enter(?:ed|ing)?|fill(?:ed)?|wrote|write)(?: text)? [\"']?(?P<value>[^\s\"'\0]{3,100})[\"']?$",
        rb" into (?:the )?[^\r\n\0]{0,40}?\b(?:password|passwd|passcode|pin|otp|secret|token|api key|one-time)\b", looks_written,
    ),
    Rule(
        b" on <input", rb"type\(\\{0,3}[\"'](?P<value>[^\"'\\\0]{1,100})\\{0,3}[\"']\)$",
        rb" on <input[^<>\0]{0,200}?\b(?:type|name|id)=\\{0,3}[\"']?[\w-]{0,20}(?:pass|pwd|pin|otp)",
    ),
    Rule(b"input password", b"", rb"input password(?:\t|  | \|)\s{0,8}[^\s|\0]{1,80}(?: [^\s|\0]{1,40}){0,2}\s{0,8}(?:\t|  |\|)[ \t]{0,8}(?P<value>[^\s|\0]{1,100})", is_no_reference),
    Rule(b"log", rb"(?:^|[\n\0|])[ \t]*$", rb"log(?:in|[ -]in|on)?(?: \w{1,12}){0,3}(?:\t| {2,8})[^\s\0]{1,60}(?:\t| {2,8})(?P<value>[^\s\0]{4,60})(?=[ \t]*(?:[\r\n\0]|\Z))", looks_like_pasted_or_joined),
    Rule(
        b"reasoning=", b"", rb"reasoning=[\"'][^\"'\r\n\0]{0,80}?\b(?:password|passcode|pin|otp|secret|one-time code)\b[^\"'\r\n\0]{0,80}[\"'][^\r\n\0]{0,80}?\btext=[\"'](?P<value>[^\"'\r\n\0]{1,100})",
        looks_quoted,
    ),
    Rule(b"echo ", rb"(?:pass|pwd?|secret|token|key|auth|askpass)[\w-]{0,14}[\s=:]{1,3}[\"'$(`]{0,3}$", rb"echo (?:-\w{1,2} )?[\"']?(?P<value>[^\s\"'|)\0]{4,300})", is_no_reference),
    Rule(b"pass ", rb"\buser [^\r\n\0]{1,60}\r?\n(?:[^\r\n\0]{0,50}\n)?(?:[>cs]:? ?)?$", rb"pass (?P<value>[^\s\0]{3,100})(?=\s|\0|\Z)", is_no_reference),
    Rule(b"334 ugfzc3dvcmq6", b"", rb"334 ugfzc3dvcmq6\s{1,4}(?:(?:c|client|[^\w\s\0]{1,4})[: ]{1,3})?(?P<value>[a-z0-9+/]{4,200}={0,2})"),
    Rule(b"auth ", rb"(?:> ?|^|[\n\0]\s{0,8})$", rb"auth (?:[\w.-]{1,40} )?[\"']?(?P<value>[^\s\"'\0]{5,200})[\"']?(?=[ \t]{0,3}(?:\Z|[\r\n\0]))", looks_set),
    Rule(b"isakmp key ", b"", rb"isakmp key (?:\d )?(?P<value>[^\s\0]{4,100})", is_no_reference),
    Rule(b"chpasswd:", b"", rb"chpasswd:\s{1,10}(?:[^\r\n\0]{0,40}\r?\n\s{0,10}){0,3}?(?:- )?[\w.-]{1,32}:(?P<value>[^\s\0]{4,100})", is_no_reference),
    # Users with their passwords in a sentence: user is pi and the password is x
    *(
        Rule(
            name.encode(), _USER_GIVEN,
            re.escape(name).encode() + "(?: is| ist| es| est| \u00e8|:|=):? {1,2}[\"'`]?(?P<value>[^\\s\"'`,;()\\0]{4,60})".encode(), looks_quoted,
        )
        for name in ("password", "passwort", "kennwort", "contrase\u00f1a", "mot de passe", "senha", "passphrase")
    ),
    *(
        Rule(name, _USER_GIVEN, name + rb" {1,2}[\"'`]?(?P<value>[^\s\"'`,;()\0]{5,60})", looks_like_pasted)
        for name in (b"password", b"passwort", b"kennwort", b"senha", b"mot de passe", b"pw ")
    ),
    Rule(b" / ", rb"[\w.+-]{1,60}@[\w-]{1,60}(?:\.[\w-]{1,30}){1,4}[\"'`]?$", rb" / [\"'`]?(?P<value>[^\s\"'`,;/()\0]{5,60})", looks_like_pasted),
    Rule(b"-type ", rb"(?:pass|pwd|pin|otp)[^\0]{0,40}$", rb"-type {1,6}(?P<value>[^\s\0]{3,80})", is_no_reference),
    Rule(b"wifi:", b"", rb"wifi:[^\r\n\0]{0,120}?\bp:(?P<value>[^;\r\n\0]{1,80})"),
    Rule(b"ssws ", b"", rb"ssws (?P<value>[\w-]{30,60})(?![\w-])", has_both),
    Rule(b'"p', rb"\"(?:u|user|username|login|email)\\{0,3}\" ?: ?\\{0,3}\"[^\"\r\n\0]{1,60}\", ?\\{0,3}$", rb"\"p(?:w|wd|ass)?\\{0,3}\" ?: ?\\{0,3}\"(?P<value>[^\"\\\r\n\0]{3,100})", looks_quoted),
    *(
        Rule(place + b" code", rb"(?:^|[^a-z])$", place + rb" code[^.\r\n\0]{0,60}? (?:is|to|stays|remains|now|=) (?P<value>\d{4,8}#?)(?![\w%/:-])")
        for place in (b"door", b"gate", b"alarm", b"entry", b"lock", b"safe", b"keypad")
    ),
    Rule(b" with ", rb"\b(?:log|sign|logged|signed)(?:ging|ing)? ?[io]n$", rb" with [\"'`]?[\w.@+-]{2,40}[\"'`]? (?:and|/) [\"'`]?(?P<value>[^\s\"'`,;\0]{4,60})", looks_strong_with_no_title),
    Rule(b" it to ", rb"\b(?:set|reset|changed|updated)$", rb" it to [\"'`]?(?P<value>[^\s\"'`,;\0]{6,60})", looks_strong),
    Rule(b"key is ", rb"(?:^|[^a-z])$", rb"key is [\"'`]?(?P<value>[^\s\"'`,;\0]{6,60})", looks_like_password_in_words),
    *(
        Rule(name, rb"(?:^|[^a-z])(?:default |keystore |wi-?fi |root |admin |initial |temporary |my |your |our ){1,2}$", name + rb" is [\"'`]?(?P<value>[a-z]{10,40})(?![\w-])(?! than| in | with| at )", looks_like_no_adjective)
        for name in (b"password", b"passphrase", b"passcode")
    ),
    # Code whose comment calls a text a password
    *(
        Rule(sign, rb"[\"'](?P<value>[^\s\"'\0]{4,60})[\"'][^\"'\r\n\0]{0,60}$", re.escape(sign) + rb" ?[^\r\n\0]{0,40}?\b(?:password|passwd|passphrase|passcode)\b", looks_like_pasted)
        for sign in (b" //", b"/*", b"' ", b" # ")
    ),
    # Statements, command lines and settings of programs
    Rule(b" using ", rb"\buser [\w.-]{1,40}$", rb" using (?P<value>[^\s\"';\0]{4,60})", is_no_reference),
    Rule(b"connect ", rb"(?:^|[\s>\0])$", rb"connect [\w$#.]{1,40}/(?P<value>[^\s/@\"'\0]{2,100})(?=@|\s|\0|\Z)", is_no_reference),
    Rule(b"sp_addlinkedsrvlogin ", b"", rb"sp_addlinkedsrvlogin (?:n?'[^'\0]{0,60}',\s?|null,\s?|@?\w{1,20},\s?){2,4}n?'(?P<value>[^'\0]{1,100})'", is_no_reference),
    Rule(b"createuser ", b"", rb"createuser [\w.-]{1,40} (?:md5|sha\S{0,4}) [\"']?(?P<value>[^\s\"'\0]{4,80})", is_no_reference),
    Rule(b"htpasswd ", b"", rb"htpasswd (?:-\w{1,6} )*-\w*b\w* [^\s\0]{1,200} [^\s\0]{1,40} (?P<value>[^\s\0]{3,80})", is_no_reference),
    Rule(b"auth ", rb"\bstats $", rb"auth [\w.-]{1,40}:(?P<value>[^\s\0]{3,80})", is_no_reference),
    Rule(b"login=", rb"(?:^|\s)$", rb"login=[\w.*-]{1,40}:(?P<value>[^\s\0]{3,80})", is_no_reference),
    Rule(b"password(", rb"\buser(?:name)?\([\"']?[\w.-]{1,40}[\"']?\),? ?$", rb"password\([\"']?(?P<value>[^\s()\"'\0]{3,80})", is_no_reference),
    Rule(b"password", rb"\bnew (?:[\w]{1,40}\.){0,3}\w{0,12}$", rb"password\w{0,14}\(\s?[\"'](?P<value>[^\"'\r\n\0]{3,100})[\"']", looks_bold),
    Rule(b"storepassword ", rb"(?:^|[\n\0])[ \t]*$", rb"storepassword [\"'](?P<value>[^\"'\r\n\0]{3,100})[\"']", looks_quoted),
    Rule(b"keypassword ", rb"(?:^|[\n\0])[ \t]*$", rb"keypassword [\"'](?P<value>[^\"'\r\n\0]{3,100})[\"']", looks_quoted),
    Rule(b"--key ", rb"(?:cypress|--record|--api)[^\r\n\0]{0,100}$", rb"--key[ =](?P<value>[\w-]{20,100})"),
    *(
        Rule(name, b"", re.escape(name) + rb"\s?[\"'](?P<value>[^\"'\s\0]{20,200})[\"']", looks_like_key)
        for name in (b"client(", b"api(", b"sdk(", b"configure(", b"init(")
    ),
    Rule(b"plainauth(", b"", rb"plainauth\(\s{0,9}" + _THIRD, looks_like_argument),
    Rule(b":", rb"(?:^|[\n\0])[\w.*-]{1,100}$", rb":(?:\d{2,5}|\*):[\w.*-]{1,60}:[\w.@+*-]{1,60}:(?P<value>(?:[^\s:\\\0]|\\[^\s\0]){3,100})(?=[ \t]*(?:[\r\n\0]|\Z))", is_no_reference),
    # Arguments in traces of PHP: ->connect(Array, 'bob', 'x', Array)
    *(
        Rule(name, b"", name + rb"\((?:array|resource id #\d{1,6}|object\([^()\0]{1,60}\)|null|'[^'\r\n\0]{0,120}'), '[^'\r\n\0]{1,60}', '(?P<value>[^'\r\n\0]{1,100})'", looks_quoted)
        for name in (b"connect", b"__construct", b"_bind", b"->login", b"->bind")
    ),
    Rule(b"' / '", rb"(?:denied|login|tried|auth|password|credentials)[^\r\n\0]{0,60}'[\w.@-]{1,40}$", rb"' / '(?P<value>[^'\r\n\0]{3,60})'", looks_like_pasted),
    # Standard input of programs that ask for a password: echo x | sudo -S ls
    *(
        Rule(b"| ", rb"\b" + command + rb" (?:-\w{1,2} )?[\"']?(?P<value>[^\s\"'|\\\0]{1,80})(?:\\{1,2}n)?[\"']? ?$", rb"\| [^\r\n\0]{0,60}?(?:passw|--stdin|sudo -s|kinit|cryptsetup|passphrase)", is_no_reference)
        for command in (b"echo", b"printf")
    ),
    # Wireless networks: Key Content : x, WLAN ... Schl\u00fcssel: x
    Rule(b"key content", b"", rb"key content\s{0,20}: (?P<value>[^\r\n\0]{4,80})", is_no_reference),
    *(
        Rule(name.encode(), rb"(?:wlan|wi-?fi|ssid|netzwerk|wireless)[^\0]{0,110}$", name.encode() + rb"\s?[:=] {0,3}[\"']?(?P<value>[^\s\"'\0]{6,80})", looks_quoted)
        for name in ("schl\u00fcssel", "schluessel", "key", "clave", "cl\u00e9", "chiave", "sleutel")
    ),
    Rule(b"define(", b"", rb"define\(\s?[\"']\w{0,40}(?:pass|password|passwd|secret|_key|_salt)[\"']\s?,\s?[\"'](?P<value>[^\"'\r\n\0]{3,200})[\"']", looks_quoted),
    Rule(b"random_password", b"", rb"random_password\"[^\r\n\0]{0,300}?\"result\"\s?:\s?\"(?P<value>[^\"\r\n\0]{4,200})\""),
    *(
        Rule(kind, b"", kind + rb" \"(?P<value>[^\"\r\n\0]{3,200})\"", looks_quoted)
        for kind in (b": psk", b": eap", b": xauth")
    ),
    # Words of a wallet, and codes below each other
    *(
        Rule(name, rb"(?:^|\W)$", name + rb"(?: phrase)?(?: words)?\s?[:=]?\s{1,4}[\"']?(?P<value>(?:[a-z]{3,8} ){11,23}[a-z]{3,8})(?![\w-])")
        for name in (b"seed", b"mnemonic", b"recovery phrase")
    ),
    *(
        Rule(name, b"", name + rb" codes?[^\n\0]{0,80}\n\s{0,4}(?P<value>(?:[ \t]*(?:\d{1,2}[.)] ?|[*-] )?[a-z0-9]{4,8}(?:[- ][a-z0-9]{4,8}){1,3}[ \t]*\r?(?:\n|\0|\Z)){1,20})", has_both)
        for name in (b"recovery", b"backup")
    ),
    # Settings: secrets, and a key below
    Rule(b"secrets:", rb"(?:^|[\n\0])[ \t]*(?:- )?$", rb"secrets:[ \t]*\r?\n[ \t]{1,20}[\w.-]{1,60}:[ \t]{1,8}[\"']?(?P<value>[^\s\"'\0]{8,300})", looks_like_key),
    # Private parts of keys in JSON Web Key format
    Rule(b'"d', b"", rb"\"d\\{0,3}\"\s{0,3}:\s{0,3}\\{0,3}\"(?P<value>[\w-]{40,700})(?![\w-])", has_both),
    Rule(b'"k', b"", rb"\"k\\{0,3}\"\s{0,3}:\s{0,3}\\{0,3}\"(?P<value>[\w-]{40,700})(?![\w-])", has_both),
    Rule(b"auth=(", b"", rb"auth=\(\s{0,3}[\"'][^\"'\0]{1,80}[\"']\s{0,3},\s{0,3}[\"'](?P<value>[^\"'\0]{1,200})[\"']"),
    # Session cookies by their exact names
    Rule(b"sessionid=", rb"(?:^|[\s;,\"'\0])$", rb"sessionid=[\"']?(?P<value>[a-z0-9]{32}|[\w.:-]{40,400})(?![\w-])"),
    Rule(b"_session_id=", rb"(?:^|[^\w&?])$", rb"_session_id=(?P<value>[\w%-]{16,400})"),
    Rule(b"wordpress_", b"", rb"wordpress_(?:logged_in|sec)_[0-9a-f]{32}=(?P<value>[^\s;\"'\0]{16,400})"),
    Rule(b"sess", rb"(?:^|[\s;,\"'\0])s?$", rb"sess[0-9a-f]{32}=(?P<value>[\w%-]{16,400})"),
    Rule(b"estsauth", b"", rb"estsauth(?:persistent|light)?=(?P<value>[^\s;\"'\0]{16,4000})"),
    Rule(b"fedauth=", b"", rb"fedauth=(?P<value>[^\s;\"'\0]{16,4000})"),
    Rule(b"ltpatoken", b"", rb"ltpatoken2?=(?P<value>[^\s;\"'\0]{16,4000})"),
    Rule(b"keycloak_identity", b"", rb"keycloak_identity(?:_legacy)?=(?P<value>[^\s;\"'\0]{16,4000})"),
    Rule(b"li_at=", rb"(?:^|[^\w])$", rb"li_at=(?P<value>[\w-]{40,400})"),
    Rule(b"psid=", rb"(?:secure-[13])$", rb"psid=(?P<value>[^\s;\"'\0]{16,400})"),
    # Cookie headers: Cookie: name=x, Set-Cookie: name=x; Path=/
    Rule(b"set-cookie", b"", rb"set-cookie2?[\"'\\]{0,4}:\s{0,3}[\"'\\]{0,4}[^\s=;:\"'\0]{1,100}=(?P<value>[^;\r\n\0\"']{1,4000})", looks_like_cookie),
    Rule(b"cookie:", rb"(?:^|[^-])$", rb"cookie:\s{0,3}(?P<value>[^\s=;:\0]{1,100}=[^\r\n\0\"]{1,8000})"),
    # SAML assertions and seeds of one-time passwords
    Rule(b"assertion", rb"<(?:\w{1,20}:)?$", rb"assertion[\s>](?P<value>)", None, rb"(?=</(?:\w{1,20}:)?assertion>)"),
    Rule(b"otpauth", b"", rb"otpauth(?:-migration)?://[^\s\"'<>\0]{0,300}?(?:secret|data)=(?P<value>[^&\s\"'<>\0]{8,2000})"),
    # Hashes of passwords
    Rule(
        b"$", rb"(?:^|[^\w$])$",
        rb"(?P<value>\$(?:[1-9y]|2[abxy]|apr1|argon2(?:id|i|d)|pbkdf2[\w-]{0,16}|scrypt|s|gy|krb5\w{0,8}|bcrypt[\w-]{0,10}|md5|sha1|ml)"
        rb"\$[^\s\"'<>:\0]{16,400}|\$[ph]\$[./a-z0-9]{28,34})",
    ),
    Rule(b"scram-sha-", b"", rb"scram-sha-\d{1,3}\$\d{1,8}:(?P<value>[^\s\"'<>\0]{40,300})"),
    Rule(b"grub.pbkdf2", b"", rb"grub\.pbkdf2\.sha\d{1,3}\.\d{1,8}\.(?P<value>[0-9a-f.]{40,800})"),
    Rule(b"pbkdf2", b"", rb"pbkdf2[_:](?P<value>(?:hmac:)?sha\d{1,3}[:$]\d{1,8}\$[^\s\"'<>\0]{20,300})"),
    Rule(b"scrypt:", b"", rb"scrypt:(?P<value>\d{1,8}:\d{1,4}:\d{1,4}\$[^\s\"'<>\0]{20,400})"),
    Rule(b"{", b"", rb"\{(?:s?sha\d{0,3}|s?md5|crypt|pbkdf2[\w-]{0,12}|argon2)\}(?P<value>[^\s\"'<>\0]{16,400})"),
    Rule(b":::", rb":\d{1,8}:(?P<value>[0-9a-f]{32}:[0-9a-f]{32})$", rb":::"),
    # Interchange headers of X12 with a password: ISA*00*          *01*SECRET    *
    Rule(b"isa", rb"(?:^|\W)$", rb"isa([*|^~:+])\d\d\1[^*|\r\n\0]{10}\1(?!00)\d\d\1(?=[^*|]{0,9}\w)(?P<value>[^*|\r\n\0]{10})\1"),
    # Keys whose first characters are not known
    Rule(b":aa", rb"(?:^|[^a-z0-9])(?:bot)?\d{8,10}$", rb":(?P<value>aa[\w-]{32,36})"),
    Rule(b"|", rb"(?:^|\D)\d{13,17}$", rb"\|(?P<value>[\w-]{25,40})(?![\w-])"),
    Rule(b".atlasv1.", rb"(?:^|[^a-z0-9])[a-z0-9]{14}$", rb".(?P<value>atlasv1\.[\w=-]{60,80})"),
    Rule(b"q~", rb"(?:^|[^\w~.-])[\w~.]{3}\d$", rb"(?P<value>q~[\w~.-]{31,34})(?![\w~-])"),
    Rule(b"_mmk", rb"(?:^|[^a-z0-9])(?P<value>[a-z0-9]{6}_[a-z0-9]{29})$", rb"_mmk"),
    Rule(b"jqqj9", rb"(?:^|[^a-z0-9])(?P<value>[a-z0-9]{40,60})$", rb"jqqj9[a-z0-9+/=]{10,60}"),
    Rule(b"azdo", rb"(?:^|[^a-z0-9])(?P<value>[a-z0-9]{60,80})$", rb"azdo[a-z0-9]{4}(?![a-z0-9])"),
    Rule(b"+a", rb"(?:^|[^\w+/])(?P<value>[\w+/]{60,90})$", rb"\+(?:ast|aba|amc|aia|acr|acd|arm|aeh|asb|aeg|air)[\w+/]{5,10}={1,2}"),
    Rule(b"-", rb"(?:^|[^a-z0-9-])(?P<value>[0-9a-f]{32})$", rb"-[0-9a-f]{8}-[0-9a-f]{8}(?![\w-])"),
    Rule(b"nral", rb"(?:^|[^a-z0-9])(?P<value>(?:[a-z]{2}\d\dx{1,2})?[0-9a-f]{27,40})$", rb"nral(?![a-z0-9])"),
    Rule(b"-us", rb"(?:^|[^a-z0-9])(?P<value>[0-9a-z]{32})$", rb"-us\d{1,2}(?![a-z0-9])"),
    Rule(b"jsn", rb"(?:^|[^a-z0-9])(?P<value>[a-z0-9]{10}msh[a-z0-9]{15}p1[a-z0-9]{6})$", rb"jsn[a-z0-9]{12}"),
    Rule(b":apa91b", b"", rb":(?P<value>apa91b[\w-]{60,200})"),
    Rule(b"gcntfy-", b"", rb"(?P<value>gcntfy-\w{1,60}-[0-9a-f-]{70,75})"),
    # The value before the name, in prose: x is the password
    Rule(
        b" is ", rb"(?:^|[\s\0\"'])(?P<value>[^\s\0\"']{5,60})[\"']?$",
        rb" is (?:your|the|my|our|his|her|their) (?:\w{1,20} ){0,3}(?:password|passphrase)\b", looks_written,
    ),
    # One-time codes: your verification code is 482913, 482913 is your code, use DBS-553021 within 3 minutes
    Rule(b"code", _SURE + rb"$", rb"code" + _CODE_IS + _CODE, is_login_code),
    Rule(b"code", rb"\b(?:your|the|enter|use)(?: [\w.&'-]{1,30}){0,4} $", rb"code" + _CODE_IS + _CODE + _NO_SHARE, is_login_code),
    Rule(b"code", rb"(?:^|[\n\0.>(] ?)(?:[\w.&'-]{1,30} ){0,2}$", rb"code:? " + _CODE + _NO_SHARE, is_login_code),
    Rule(b"code", rb"(?:^|\W)$", rb"code to (?:log|sign|verify|confirm|continue|complete|finish|access|unlock|proceed)[^.\r\n\0]{0,40}?\s*(?:is|:)\s{0,4}" + _CODE),
    Rule(b"code", rb"\byour (?:[\w.&'-]{1,30} ){0,3}$", rb"code(?: is:?|:) {1,2}(?P<value>\d{6})(?![\w/%]|[-.:]\d)", is_login_code),
    Rule(b"code", "(?:best\u00e4tigungs|sicherheits|einmal|zugangs|verifizierungs|anmelde|freischalt|verificatie|beveiligings|inlog|toegangs)$".encode(), rb"-?code" + _CODE_WORDS + _CODE),
    Rule(b"digo de ", b"", rb"digo de (?:verifica|seguri?d?a|segura|ac{1,2}es|confirma|inicio|un solo uso|uso)\S{0,9}(?: [^\s\d:\0]{1,20}){0,2}?" + _CODE_WORDS + _CODE),
    Rule(b"ode de ", b"", "ode de (?:v\u00e9rifica|s\u00e9curit|confirma|connexion|validation)\\S{0,9}(?: [^\\s\\d:\\0]{1,20}){0,2}? ?".encode() + _CODE_WORDS + _CODE),
    Rule(b"ode lautet", b"c$", rb"ode" + _CODE_WORDS + _CODE),
    Rule(b"codice ", b"", rb"codice (?:di (?:verifica|sicurezza|accesso|conferma)|otp|monouso)" + _CODE_WORDS + _CODE),
    *(
        Rule(name.encode(), b"", re.escape(name).encode() + _CODE_WORDS + _CODE)
        for name in (
            "\u043a\u043e\u0434 \u043f\u043e\u0434\u0442\u0432\u0435\u0440\u0436\u0434\u0435\u043d\u0438\u044f", "\u043e\u0434 \u0434\u043b\u044f \u0432\u0445\u043e\u0434\u0430", "\u8a8d\u8a3c\u30b3\u30fc\u30c9", "\u78ba\u8a8d\u30b3\u30fc\u30c9",
            "\u8a8d\u8a3c\u756a\u53f7", "\u9a8c\u8bc1\u7801", "\u9a57\u8b49\u78bc", "\u6821\u9a8c\u7801", "\uc778\uc99d\ubc88\ud638", "\uc778\uc99d \ucf54\ub4dc", "\uc778\uc99d\ucf54\ub4dc",
        )
    ),
    Rule(b"code", rb"(?:door|gate|alarm|lock|entry|keypad|safe|pin|vault|garage|disarm|arm)\w{0,24}\b[^;\0]{0,80}?(?:^|[^a-z])$", rb"code[\"']?\s{0,3}(?::|=>|=)\s{0,3}[\"'](?P<value>\d{4,8})[\"']"),
    Rule(b"otp", rb"(?:^|[^a-z])$", rb"otp[\])\"':]{0,3} (?:[a-z]{2,14}:? ){1,3}?[\"']?(?P<value>\d{4,8})(?![\w%/:-]|[.,]\d| ?(?:s|ms|sec\w*|min\w*|h|hours?|times|users)\b)", is_login_code),
    Rule(b"pin", rb"(?:^|[^a-z](?<!gpio )(?<!india, ))$", rb"pin(?: (?:code|number))?(?: is| was|:|=|#)?[ \t]{1,3}[\"']?(?P<value>\d{4,5})(?![\w%/:-]|[.,]\d| ?(?:s|ms|mm|v|times|users)\b)", is_login_code),
    Rule(b" into ", rb"\b(?:input|typed?|typing|enter(?:ed|ing)?|fill(?:ed)?|put) [\"']?(?P<value>\d{4,8})[\"']?$", rb" into (?:the )?[^\r\n\0]{0,40}?\b(?:code|otp|pin|2fa|mfa|verification)\b"),
    Rule(b"<#>", b"", rb"<#>[^\0]{0,120}?(?<![\w-])(?P<value>\d{4,8})(?![\w-])"),
    Rule(b"code=", rb"(?:otp|sms|2fa|mfa|verif)[^\r\n\0]{0,100}$", rb"code=(?P<value>\d{4,8})(?![\w%/:-])"),
    Rule(b"enter th", rb"(?:^|\W)$", rb"enter th(?:is|e|e following) code[^\n\0]{0,110}\n\s{0,6}(?P<value>[a-z0-9]{3,6}[- ]?[a-z0-9]{3,6})(?=[ \t]*(?:[\r\n\0]|\Z))"),
    Rule(b"kod sms", b"", rb"kod sms[^:\r\n\0]{0,60}: {1,2}(?P<value>\d{5,9})(?![\w%/:-])"),
    Rule(b"backup code", b"", rb"backup codes?(?: \([^()\r\n\0]{0,40}\))?:? {1,2}" + _CODE, is_login_code),
    Rule(b"passcode", b"", rb"passcodes?(?: [a-z]{1,12}){1,2}: {1,2}" + _CODE, is_login_code),
    *(
        Rule(verb.encode(), rb"(?:^|[\s.,!:>(\0])$", verb.encode() + "(?: \\w{1,12}){0,3}? (?:code|c\u00f3digo|codigo|codice|kod|kode|koden|tan|pin|otp)(?: \\w{1,12})?:? {1,2}".encode() + _CODE, is_login_code)
        for verb in ("gebruik", "verwende", "verwenden sie", "nutzen sie", "utilisez", "utilise", "usa", "utilice", "utiliza", "use o", "u\u017cyj", "anv\u00e4nd", "brug", "bruk", "geben sie")
    ),
    *(
        Rule(tan, rb"(?:^|[\s\0])$", tan + rb"(?:-?nummer)?(?: lautet| ist|:|=){0,2} {1,2}" + _CODE, is_login_code)
        for tan in (b"tan", b"mtan", b"smstan", b"sms-tan")
    ),
    *(
        Rule(verb.encode(), rb"(?:^|[^\w-])" + _CODE + rb"[\"'*]{0,3}$", verb.encode() + rb"(?:[\w'-]{1,20} ){0,3}?(?:c\xc3\xb3dig|codig|codice|code|kod|pin|otp|tan|contrase|clave|passw|kennw|mot de passe|senha)", is_login_code)
        for verb in (" es tu ", " es su ", " ist ihr ", " ist dein ", " ist der ", " est votre ", " est ton ", " \u00e8 il tuo ", " \u00e8 il suo ", " \u00e9 o seu ", " \u00e9 seu ", " is uw ", " is je ", " to tw\u00f3j ", " \u00e4r din ", " er din ", " is jou ")
    ),
    Rule(b"passcode", b"", rb"passcodes?" + _CODE_IS + _CODE, is_login_code),
    Rule(b"otp", rb"(?:^|\W)$", rb"otp(?: code)?" + _CODE_IS + _CODE, is_login_code),
    Rule(b" pin", rb"\b(?:your|the|temporary|one-time|sms|login)$", rb" pin(?: (?:code|number))?" + _CODE_IS + rb"(?P<value>\d{4,8})\b"),
    Rule(
        b" is ", rb"(?:^|[^\w-])" + _CODE + rb"[\"'*]{0,3}(?:</?[^<>\0]{0,80}>){0,3}$",
        rb" is (?:your|the) (?:[\w.&'-]{1,30} ){0,5}(?:code|passcode|otp|pin|password)\b", is_login_code,
    ),
    Rule(b"use ", rb"(?:^|\W)$", rb"use (?:the code )?[\"'*]{0,3}" + _CODE + rb"[\"'*]{0,3} (?:within|" + _GO_ON + rb"|as your|for (?:login|verification))", is_login_code),
    Rule(b"enter ", rb"(?:^|\W)$", rb"enter (?:the code )?[\"'*]{0,3}" + _CODE + rb"[\"'*]{0,3} (?:within|" + _GO_ON + rb"|on the|when)", is_login_code),
]  # fmt: skip
"""Each is tried wherever its literal is found."""
