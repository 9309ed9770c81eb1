"""Tell by its look whether a value is a secret, each check for one way to write it."""

import base64
import binascii
import re
from collections.abc import Callable

from kaizen_mcp.sanitize.secret_values import (
    APP_PASSWORD,
    FILLERS,
    has_letters_and_digits,
    is_state,
    looks_random,
)
from kaizen_mcp.sanitize.text import UUID

Check = Callable[[str, str], bool]
"""Tells whether a value is a secret, given also the text before it."""

_CODE_WORDS = (
    # Members, modules, calls, indexes: config.x, User::Name, a.b.c, f(x), x[0], value?.trim
    r"(?:self|this|os|process|request|config|settings|args|options|ctx|window|document|response|event|data)\.\w",
    r"(?:user|form|env|secrets|vars|params|local|module|output)\.\w",
    r"[A-Za-z_]\w*(?:::\w+)+",
    r"::[A-Z]\w+(?:[;,)(]*$|::|\.[a-z_]+\()",
    r"[a-z][A-Za-z_]*\d?\.[a-z_][A-Za-z_]*\d?\.[a-zA-Z]",
    r"[a-z]+(?:[A-Z][a-z]+)+\.[A-Za-z][a-z]+\d?[;,)(]*$",
    r"[A-Z]\w*\.(?:new|get|create|load|find|from)(?:[(;,)]|$)",
    r"[A-Z][a-z]+\.(?:[a-z]+_)+(?:token|key|secret|password)[;,)]*$",
    r"\w+\.[A-Z]{2,}(?:_[A-Z]{2,})+[;,)]*$",
    r"[A-Za-z_][\w.]*(?:::[\w.<>]+)*[!?]?[(\[]",
    r"[a-z]+\.(?:[A-Z][a-z]+){2,}(?:[(;,)<]|$)",
    r"[a-z_]\w*\?\.[a-zA-Z_]\w*(?:[.(\[;,)?]|$)",
    r"\[\]\w+\(",
    r"[A-Z][a-z]{2,}[A-Za-z]*\{(?!\w*\}\w)",
    # Variables and objects: $name.part, @name, @name[0], _field.part, Thing@1a2b3c4d, self.token
    r"\$\w+(?:\.\w+)+",
    r"@[a-z]+(?:_[a-z]+)*[)}\],;]+(?:\.\w+\(?.*)?$",
    r"\\{0,3}[$@%]\w+[{\[]",
    r"_[a-z]+\d?(?:[A-Z][a-z]+)*\d?(?:(?:\.\w+)+|[;,)]+)$",
    r"[\w.$]+@[0-9a-f]{5,8}$",
    r"[a-z]\w*(?:\.\w+)*\.\w*(?:[Tt]oken|TOKEN|[Kk]ey|[Ss]ecret|[Pp]ass\w*|[Tt]otp|[Cc]ode|[Cc]redential)s?[;,]?$",
)
"""How expressions of programs begin."""
_CODE_WORD = re.compile("|".join(_CODE_WORDS))
_NAMES_AND_VERSIONS = (
    r"[A-Z]{2,5}-\d{1,3}",
    r"[a-z][a-z0-9._-]*[-:@]v?\d+(?:\.\d+)+[\w.-]*",
    r"(?:oauth|sha|md|base|utf|aes|[rhep]s|tls|http|rsa|ed|ipv|x|win|amd|arm|[Aa]rgon)-?[\d.]+(?:\w|id)?",
    r"[\w.*+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,8}",
    r"[a-z\d-]+(?:\.[a-z\d-]+)+\.[a-z]{2,6}",
    r"[A-Za-z]?[a-z]+(?:[A-Z][a-z]+){2,}",
    r"[A-Z]?[a-z]+(?:[A-Z][a-z]+)*(?:Selector|Ref|Name|Key|Secret|Token|Manager)",
    r"(?:IX|PK|FK|UQ|AK|UX|IDX)_[A-Za-z]+_[A-Za-z_]+",
)
"""Packages with their versions, kinds of algorithms, addresses, names of types and indexes."""
_NAME_OR_VERSION = re.compile("|".join(_NAMES_AND_VERSIONS), re.ASCII)
_PACKAGE = re.compile(r"[a-z][a-z0-9._-]*-\d+(?:\.\d+){1,3}|\d\*\w+|\$\w+-?")
_VARIABLE = re.compile(r"(?:self\.)?[a-z]+(?:_[a-z0-9]+)+")
_REFERENCES_AND_CODE = (
    # Paths, places in files, in stores and in vaults: a:/b/c, a/b, a/b.txt, a.py:12, vault:x, kv/a#b
    r"[a-z][\w.-]*:/[a-z][\w.-]*/[\w./-]*",
    r"[a-z][a-z-]*(?:/[a-z][a-z-]*)+",
    r"[\w.-]*(?:/[\w.@-]+)+\.[a-z]{1,5}",
    r"[\w./-]+\.(?:py|[jt]sx?|go|rs|rb|php|java|kt|cs|c|h|cpp|sh|ya?ml|json|tf):\d+",
    r"(?:op|vault|ssm|kms|env|file|keyring|keychain|secret|secrets|secretsmanager|akv|awssm|gcpsm|kv|ref|data):[/\w].*",
    r"[\w-]+(?:/[\w.-]+)+#\w+",
    r"@[\w.-]+\.[a-z]{2,}(?:/\S*)?",
    # Attributes of cookies, styles, rules of a validator, `grant_type=password`, `mcp<2.0`, `5/m/ip`, `6-digit`
    r"(?:path|domain|expires|max-age|samesite)(?:=|: )\S*",
    r"#[0-9a-f]{3,8};?",
    r"\d[\d.]*(?:px|rem|em|vh|vw|pt|%);?",
    r"[a-z_]+(?:[:=][\w,.]+)?(?:\|[a-z_]+(?:[:=][\w,.]+)?)+\|?",
    r"(?-i:[a-z_]+)=\d+|grant_type=\w+",
    r"data ?source=[^;]*",
    r"[a-z][a-z-]*(?:[<>~^]=?|[!=]=)\d+\.[\d.*]+|\d{1,4}/(?:s|m|h|d|sec|min|hour|day)(?:/[a-z]{1,4})?",
    r"(?:type|id)=\w+,.*",
    r"\d{1,2}-(?:digit|char\w*|word|bit|stellig\w*|day)s?",
    # Commands of PowerShell, tags of templates, bindings, expressions
    r"\(?(?:Get|Read|New|ConvertTo|ConvertFrom|Import|Export|Set|Invoke|Select|Add|Out|Unprotect|Protect)-[A-Z]\w*(?:\).*)?",
    r"!(?:Ref|Sub|GetAtt|Join)\b.*",
    r"<?%[=-].*",
    r"[#@]\{.*|\{\w{1,12}:",
    r"(?:basic|bearer) #\{.*",
    r"&{1,2}[a-z]+(?:_[a-z]+)+",
    r":[a-z]+(?:_[a-z]+)*",
    r":[a-z]\w*\(.*",
    r".*(?:\\[sSwd][*+{]|\[:=).*",
    # Words in brackets
    r"[\[<({*]+(?:filtered|redacted|hidden|masked|removed|protected|omitted|secret|in vault|see )\b.*",
)
"""Paths, references to stores, options and code that stand where a value would."""
_REFERENCE_OR_CODE = re.compile("|".join(_REFERENCES_AND_CODE), re.IGNORECASE)
_NUMBER = re.compile(r"[\d-]{3,}", re.ASCII)
DATE_OR_LINK = re.compile(r"\d{4}-\d\d-\d\d(?:T|$)|\d\d:\d\d|[\w+.-]+://|[/.~]|\d+(?:\.\d+)+$|\d+[a-z]{1,5}$")
_SYMBOL = re.compile(r"\w[!@#$%^&*+=?~]|[!@#$%^&*+=?~]\w")
_INNER_CAPITAL = re.compile(r"[a-z][A-Z]")
_LONGEST_WORD = 20


def _is_state_or_code(value: str) -> bool:
    """Whether a value in text is a state, a placeholder, or an expression of a program."""
    return (
        is_state(value) or _CODE_WORD.match(value) is not None or _REFERENCE_OR_CODE.fullmatch(value) is not None
    )


def looks_written(value: str, _before: str = "") -> bool:
    """Whether an unquoted value in prose is a secret: a number, a mix with digits, symbols or capitals, or long."""
    value = value.strip("*_`").rstrip(".,!?:")
    if value.lower() in FILLERS or _is_state_or_code(value) or value.startswith("?"):
        return False
    if _NAME_OR_VERSION.fullmatch(value) or _NAME_OR_VERSION.fullmatch(value.lower()):
        return False
    if _NUMBER.fullmatch(value):
        return True
    if DATE_OR_LINK.match(value):
        return False
    is_mix = len(value) > 4 and has_letters_and_digits(value)  # noqa: PLR2004 - longer than `v2`
    return is_mix or bool(_SYMBOL.search(value) or _INNER_CAPITAL.search(value)) or len(value) >= _LONGEST_WORD


def looks_assigned(value: str, before: str = "") -> bool:
    """Whether an unquoted value after `=` is a secret: neither a state nor an expression of a program."""
    if not any(map(str.isalnum, value)) or (before.endswith(" ") and _VARIABLE.fullmatch(value)):
        return False
    if " = " in before and re.fullmatch(r"(?:[A-Z][A-Za-z]*\.){2,}[A-Z][A-Za-z]*", value):  # of a module
        return False
    if before.strip().endswith("->") and not looks_strong(value):
        return False
    if before.strip() == ">" or before.strip().endswith(("==", "!=", "<")):
        return False
    if value.lower() in {"0", "1", "password", "pass", "token", "secret", "key", "mot"}:
        return False
    return not (_is_state_or_code(value) or _PACKAGE.fullmatch(value))


_ARGUMENT = re.compile(r"[A-Za-z_$][A-Za-z_$.]*,")


def looks_like_setting(value: str, _before: str = "") -> bool:
    """Whether all that follows a name and a colon in a line is a secret, not a variable and a comma as in code."""
    return looks_assigned(value) and not _ARGUMENT.fullmatch(value)


def looks_like_last_word(value: str, before: str = "") -> bool:
    """Whether the only word after a name and a colon, at the end of a line, is a secret."""
    return (
        looks_quoted(value)
        and looks_assigned(value, before)
        and not _NAME_OR_VERSION.fullmatch(value)
        and re.fullmatch(r"[^\W\d_]{1,7}|.*[:,]|\w+://.*", value) is None
    )


def looks_like_key(value: str, _before: str = "") -> bool:
    """Whether a value that only follows a name is a key: long, without words, and with letters and digits."""
    return looks_random(value) or re.fullmatch(r"[\da-fA-F-]{32,}", value) is not None


_IN_CODE = re.compile(
    r"(?=[^A-Z_]*[A-Z_])(?:[a-z_]+\.){2,}[A-Za-z_]+"  # a path of a module
    r"|[^\d%]*(?<![A-Za-z])%[sdr](?![A-Za-z])[^\d%]*"  # a format
    r"|[\w-]+[:=] ?[\"'{].*"  # an assignment in quotes
    r"|\.[a-z_.]+|(?:\w{0,12} )?%s|\s?\.\s?\$.*|[\"']?\s*[+&.]\s*[\w$(].*[+&.]\s*[\"']?|\s*\+ ?new .*|\+[a-z]\w*[.(].*"  # between two texts
)


def looks_quoted(value: str, _before: str = "") -> bool:
    """Whether a quoted value beside a name is a secret, not a state and not another name."""
    return (
        any(map(str.isalnum, value))
        and value[0] not in ";,)]}"  # code between two strings
        and (value[0] != " " or " " not in value.strip())
        and value.lower() not in FILLERS
        and not is_state(value)
        and not _REFERENCE_OR_CODE.fullmatch(value)
        and not _IN_CODE.fullmatch(value)
    )


def looks_like_no_name(value: str, before: str = "") -> bool:
    """Whether the second of two quoted texts is a secret, not the next name in a list of names."""
    names = r"[A-Za-z_.: -]+" if "(" not in before else r"[A-Za-z]?[a-z]*(?:[_ -][a-z]+)*"
    return looks_quoted(value, before) and re.fullmatch(names, value) is None and not _CODE_WORD.match(value)


def looks_bold(value: str, _before: str = "") -> bool:
    """Whether a word in bold type or in code after a label is a password: one word, no state and no name."""
    return (
        looks_quoted(value) and re.fullmatch(r"[^\s/<>]{5,60}", value) is not None and not _CODE_WORD.match(value)
    )


def looks_like_argument(value: str, _before: str = "") -> bool:
    """Whether a quoted argument after a user's name is a password, not a word or a sentence."""
    if APP_PASSWORD.fullmatch(value):
        return True
    if value.startswith("-") or "anonymous" in value or _FILE_NAME.fullmatch(value):
        return False
    return " " not in value and (looks_written(value) or re.fullmatch(r"[a-z]{12,}", value) is not None)


_WORDS = re.compile(r"[A-Za-z]+(?:[_-][a-z]+)*|[A-Z]+(?:[_-][A-Z]+)*|\d[\d.,:/-]*\w{0,3}|[\w-]+=.*|/.*|\w+://.*")
_FILE_NAME = re.compile(
    r"[\w.-]+\.(?:pdf|csv|xlsx?|docx?|pptx?|txt|json|xml|x?html?|js|ts|[jt]sx|py|java|kt|go|rs|rb|php|cs|c|h|cpp|sh|ps1|ya?ml|toml|ini|cfg"
    r"|conf|log|zip|gz|tar|t[gx]z|7z|png|jpe?g|gif|svg|webp|md|sql|exe|dll|jar|pem|key|crt|cer|p12|pfx|env|lock|tf|css|scss"
    r"|bak|tmp|db|eml|ics)"
)
_ID_OR_NAME = re.compile(
    r"[\w.-]+-(?:[a-z]+ed|only|based|v\d+|\d)|[A-Z]{1,8}[-_]?\d+|v?\d[\d.]*|[\w.:-]*(?:[Pp]assw|PASSW|[Pp]wd|[Tt]oken|[Ss]ecret)[A-Za-z_.-]*"
    r"|[\w.-]+\.(?:local|internal|example|test|invalid|com|org|net|io|dev|app|cloud|ai|co|info|biz|eu|de|fr|es|it|pl|nl|uk"
    r"|ch|at|be|us|ca|br|pt|se|no|dk|fi|cz|jp)"
)


def looks_set(value: str, _before: str = "") -> bool:
    """Whether the last word of a line after a name is a password: a mix within the word, no name and no path."""
    value = value.strip("\"'`;").rstrip(".,!?:)")
    if not value.isascii() or re.search(r"[(){}\[\]<>|=/\\]", value) or not stands_out(value):
        return False
    return _WORDS.fullmatch(value) is None or re.fullmatch(r"[a-z]{2,}[A-Z][a-z]{3,}", value) is not None


def looks_listed(value: str, _before: str = "") -> bool:
    """Whether an item of a list below a name is a secret, not the name of one."""
    return looks_like_key(value) or looks_set(value)


def stands_out(value: str, _before: str = "") -> bool:
    """Whether a word stands out among others as a password: letters with digits, symbols, points or capitals within."""
    value = value.strip("\"'`*").rstrip(".,!?:;)")
    if (
        len(value) < 5  # noqa: PLR2004
        or _is_state_or_code(value)
        or _NAME_OR_VERSION.fullmatch(value)
        or DATE_OR_LINK.match(value)
        or _ID_OR_NAME.fullmatch(value)
        or _FILE_NAME.fullmatch(value)
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


_COMPOUND = re.compile(r"(?:[A-Z]\w*-)+[A-Z][^\W\d_]+|[^\W\d]+-/[^\W\d]+")  # `Online-Ausweis`


def stands_out_and_is_no_compound(value: str, _before: str = "") -> bool:
    """Whether a word in the midst of others is a password, and no compound of words as German has them."""
    return stands_out(value) and _COMPOUND.fullmatch(value.rstrip(".,!?:;)")) is None


def stands_out_or_is_joined(value: str, _before: str = "") -> bool:
    """Whether the second of a user's name and another word is a password: a mix, or words joined by signs."""
    joined = re.fullmatch(r"[A-Za-z0-9]+(?:[-_.!&][A-Za-z0-9]+)+", value.rstrip(".,")) is not None
    return stands_out(value) or (joined and not _REFERENCE_OR_CODE.fullmatch(value) and not is_state(value))


def stands_out_and_is_no_title(value: str, _before: str = "") -> bool:
    """Whether a word after a user's name is a password, and no title such as `Checking-01`."""
    return stands_out(value) and re.fullmatch(r"[A-Za-z]+(?:-[A-Za-z\d]+)+", value) is None


def follows_user(value: str, before: str) -> bool:
    """Whether the value of `-p` after a user's name is a password, not a port, and not the name of a database."""
    return looks_like_no_port(value) and re.search(r"mysql|maria|psql|pg_|docker run|podman run", before) is None


def looks_like_password_in_words(value: str, _before: str = "") -> bool:
    """Whether a word in a sentence about a document or a door can only be its password."""
    return stands_out(value) and re.search(r"\w[!@#$%^&*+?~]\w|[a-z]\d|\d[A-Za-z]{2}", value) is not None


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
        stands_out_or_is_joined(value) and not re.fullmatch(r"[a-z]+(?:[_-][a-z]+)*", value)
    )


def looks_like_cell(value: str, _before: str = "") -> bool:
    """Whether a cell of a table is a password: one word, and no link."""
    value = value.strip(" *`")
    return not re.search(r"\s|\]\(", value) and looks_written(value)


def looks_strong(value: str, _before: str = "") -> bool:
    """Whether a value in the midst of a sentence can only be a password: a mix of three kinds of characters."""
    value = value.rstrip(".,!?:)")
    kinds = sum(re.search(kind, value) is not None for kind in ("[a-z]", "[A-Z]", r"\d", r"[!@#$%^&*+?~=-]"))
    if UUID.fullmatch(value) or re.search(r"-[a-z]+ed$", value):  # `base64-encoded`
        return False
    return len(value) >= 6 and kinds >= 3 and looks_written(value)  # noqa: PLR2004 - shorter ones are ids


def looks_like_password(value: str, _before: str = "") -> bool:
    """Whether a value has letters, digits and symbols, as passwords have and expressions of programs have not."""
    return has_letters_and_digits(value) and re.search(r"[!@#$%^&*+?~]", value) is not None and not is_state(value)


_WORDS_FOR_IT = frozenset("password passwd pass pwd pw secret token key mypassword mypass passwort".split())


def is_no_reference(value: str, _before: str = "") -> bool:
    """Whether a value is written out, not the name of a variable or an option, and not the word for it."""
    return (
        any(map(str.isalnum, value))
        and value not in _WORDS_FOR_IT
        and not is_state(value)
        and not re.match(r"[$%][\w{(]+|-[a-z]|[\w-]+>", value)
    )


def looks_like_no_port(value: str, _before: str = "") -> bool:
    """Whether the value of an option is neither a number nor the name of a variable."""
    return re.fullmatch(r"[\d.:/-]+(?:tcp|udp)?", value) is None and is_no_reference(value)


def is_code_in_link(value: str, _before: str = "") -> bool:
    """Whether the code in a link is that of a login: long, with letters and digits, and no UUID."""
    return has_letters_and_digits(value) and not UUID.fullmatch(value)


def looks_mixed(value: str, _before: str = "") -> bool:
    """Whether a value could be a password beside a user's name: written as one, or in capitals and small letters."""
    return looks_written(value) or re.search(r"[A-Z].*[a-z]|[a-z].*[A-Z]", value) is not None


def looks_strong_or_mixed(value: str, _before: str = "") -> bool:
    """Whether a value is a mix of three kinds of characters, or has letters and digits and is no expression."""
    return looks_strong(value) or looks_written_and_mixed(value)


def looks_written_and_mixed(value: str, _before: str = "") -> bool:
    """Whether an unquoted value in prose has letters and digits, and is no word, name or expression."""
    return has_letters_and_digits(value) and looks_written(value)


def is_basic_credentials(value: str, _before: str = "") -> bool:
    """Whether this is base64 text of `user:password`, as in HTTP's Basic scheme."""
    try:
        login = base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except binascii.Error:
        return False
    return re.fullmatch(rb"[ -~]{1,64}:[^\0-\x1f\x7f]*", login) is not None


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
