"""Tell which of many texts may hold a secret, so that only those are searched.

pydantic's regular expressions are automata that look for the words of all tables in one pass over a text. They
only tell whether a text matches; those that are left are searched with Python's regular expressions.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Annotated

from pydantic import OnErrorOmit, StringConstraints, TypeAdapter

from kaizen_mcp.sanitize.key_formats import FORMATS, Format
from kaizen_mcp.sanitize.key_search import key_pattern
from kaizen_mcp.sanitize.name_tables import CREDENTIAL_STEMS, FOREIGN_STEMS
from kaizen_mcp.sanitize.names import STEM
from kaizen_mcp.sanitize.text_rules import TEXT_RULES
from kaizen_mcp.sanitize.vendors import VENDORS

_BLOCK = 64
"""Number of texts that are looked through at once."""

_MORE_THAN_A_WORD = r"[^A-Za-z0-9._!?-]|.{30}"
_MORE_THAN_PROSE = (
    r"[^a-zA-Z\x{80}-\x{10FFFF} .,;!?-]|[^ ][A-Z]|[.,;!?][^ ]|-[^ ]*-[^ ]*-| -"
    r"|\x{FF1A}|(?:^|[ (\x{FF1A}])[\x{2018}\x{2019}\x{201C}-\x{201E}\x{AB}\x{BB}]"
    r"|(?i-u:mnemonic|seed|phrase |words |requirepass |community |net user |(?:password|passcode|passphrase) is )"
    r"|^\P{Lu}.{0,39}$"  # a setting, such as `requirepass hunter`
)
_KEY_BOUNDARY = r"(?:^|[^A-Za-z0-9]|\\[nrtbf]|%[0-9A-Fa-f]{2}|\\u00[0-9A-Fa-f]{2}|\[m|[\[;][0-9]{1,3}m)"
_ENCODED_LOGIN = "[YZa-e][A-Za-z0-9+/]{15}"  # base64 of a small letter and more
_LOOKAROUND = re.compile(r"\(\?[=!][^()]*\)")
_COUNT = re.compile(r"\{(\d+)(?:,\d+)?\}")
_LONGEST_WORD = 6  # characters of a word to look for
_MOST_COUNTED = 8  # of the characters in a row that a key needs; more of both would take memory


_SHAPES = {
    "://": r"://[^/ \t-\r]*@",
    "@": r":[^ \t-\r\x00:@/]{1,100}@[a-z0-9._-]+:[0-9]{2}",
    ":": r":(?:[0-9]{2,5}|\*):(?:[a-z0-9_.@+*-]+:){1,2}[^ \t-\r\x00:]{3}",
    "]:": r"\]:[0-9]{2,5}\s",
    "$": r"\$(?:[1-9y]|2[abxy]|apr1|argon2|pbkdf2|scrypt|s|gy|krb5|bcrypt|md5|sha1|ml)[a-z0-9_-]*\$|\$[ph]\$",
    "{": r"\{(?:s?sha[0-9]*|s?md5|crypt|pbkdf2[a-z0-9_-]*|argon2)\}",
    "| ": r"(?:echo|printf) [^\n\x00]*\| ",
    "|": r"[0-9]{13}\|[a-z0-9_-]{25}",
    "-": "[0-9a-f]{32}-[0-9a-f]{8}-",
    "-us": "[0-9a-z]{32}-us[0-9]",
    "+a": r"\+a[a-z]{2}[a-z0-9_+/]{5,10}=",
    '"p': r'"p(?:w|wd|ass)?\\*" ?:',
    '"d': r'"[dk]\\*"\s*:',
    '"k': "",
    " / ": r"@[a-z0-9_.-]+[\"'`]? / ",
    "* ": r"\* [\"']?[^ \t-\r\x00\"'*]{2,60}[\"']? (?:\*|[0-9])",
    "sa": r"(?:sa|test|demo)[a-z0-9_]{0,10}[\"']?[ \t]{0,2}[;|,\t:/][ \t]{0,2}[\"']?[^ \t-\r\x00;,|:/\"'()<>=]{2}",
    "test": "",
    "demo": "",
    "log": r"log(?:in|[ -]in|on)?(?: [a-z0-9_]{1,12}){0,3}(?:\t|  )",
    "tan": r"(?:^|[\s\x00]|mobile|push|foto|photo|chip)tan(?:-?nummer)?(?:[ :=][^\n\x00]*[0-9]|:?(?:$|\x00))",
    "cod": r"[ck]od[^\n\x00]*[0-9]{6}",
    "kod": "",
    " with ": r"(?:log|sign)[a-z]* ?[io]n (?:as [^ \t-\r\x00]+ )?with ",
    # The rules for these ask for a word of `CREDENTIAL_STEMS` too, or for one of two others.
    "fill": "(?:^|[^a-z0-9])2fa|one-time|[4-8][- ]?(?:digit|chiffres|stellig|d\u00edgitos|cifre|cijfer)",
    **dict.fromkeys(("type", "text", "value", "keys", "input", "enter", "set", "send"), ""),
    **dict.fromkeys(("' ", " //", "/*", " # "), ""),
}
"""Patterns to look for instead of those literals of rules that many texts have; empty if another covers them."""


def keep_suspects(texts: list[str]) -> tuple[list[str], list[str]]:
    """Return the texts that may hold a secret, and others with a word for credentials, which may be labels.

    No text may have a lone surrogate. Blocks of texts are looked through first, so it is faster if texts
    that are alike stand together.
    """
    blocks = [texts[start : start + _BLOCK] for start in range(0, len(texts), _BLOCK)]
    joined = ["\0".join(block) for block in blocks]
    block_of = {id(text): block for text, block in zip(joined, blocks, strict=True)}

    def keep_matching(pattern: str) -> list[str]:
        matching = _matching(pattern)
        return matching([text for block in matching(joined) for text in block_of[id(block)]])

    telling = [text for pattern in (_words(), *_shapes(), _foreign_words()) for text in keep_matching(pattern)]
    suspects = _matching(_MORE_THAN_A_WORD)(_matching(_MORE_THAN_PROSE)(telling))
    suspects_by_id = {id(text): text for text in (*keep_matching(_keys()), *suspects)}
    return [*suspects_by_id.values()], [text for text in telling if id(text) not in suspects_by_id]


@cache
def _matching(pattern: str) -> Callable[[list[str]], list[str]]:
    """Return a filter that keeps the texts in which a pattern is found."""
    constraints = StringConstraints(pattern=f"(?s){pattern}")
    return TypeAdapter[list[str]](list[OnErrorOmit[Annotated[str, constraints]]]).validate_python


@cache
def _words() -> str:
    """Pattern of the ASCII words of rules and for credentials."""
    return f"(?i-u:{_any_of(filter(str.isascii, _all_words()))})"


@cache
def _foreign_words() -> str:
    """Pattern of the other words."""
    return f"(?i:{_any_of(word for word in _all_words() if not word.isascii())})"


@cache
def _shapes() -> list[str]:
    """Patterns for the rules that begin with a sign, or a word that many texts have."""
    shapes = [*filter(None, _SHAPES.values())]  # one automaton for all would take more memory than it gets
    return [f"(?i:{'|'.join(half)})" for half in (shapes[::2], shapes[1::2])]


@cache
def _all_words() -> list[str]:
    """The stems of names, and how the literals of rules and the vendors begin, unless a stem is in that."""
    literals = {rule.literal.decode() for rule in TEXT_RULES}.difference(_SHAPES)
    words = [*CREDENTIAL_STEMS, *FOREIGN_STEMS, *(word for word in literals | VENDORS if not STEM.search(word))]
    return [word[:_LONGEST_WORD] for word in words]


@cache
def _keys() -> str:
    """Pattern of all keys that are recognised by their first characters, and of encoded logins."""
    prefixes_by_rest: dict[str, list[str]] = {}  # in groups the automaton takes half of the memory
    for key in FORMATS:
        prefixes_by_rest.setdefault(_rest_of(key), []).extend(key.prefixes.split())
    keys = "|".join(f"(?:{_any_of(prefixes)}){rest}" for rest, prefixes in prefixes_by_rest.items())
    return f"{_KEY_BOUNDARY}(?:{keys}|{_ENCODED_LOGIN})"


def _rest_of(key: Format) -> str:
    """Pattern of what follows the prefix of a key, without what must stand around it."""
    rest = _LOOKAROUND.sub("", key_pattern(key)).replace(r"\w", "[0-9A-Za-z_]")
    return _COUNT.sub(lambda count: f"{{{min(int(count[1]), _MOST_COUNTED)},}}", rest)


def _any_of(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted({*words})))
