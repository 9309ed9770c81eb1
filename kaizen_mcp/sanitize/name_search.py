"""Find the values beside the names of credentials in text. `notations` has how they are written."""

import re
from collections.abc import Iterable, Iterator
from functools import cache, partial

from kaizen_mcp.sanitize.cookies import secret_parts
from kaizen_mcp.sanitize.looks import looks_quoted, looks_strong
from kaizen_mcp.sanitize.name_tables import CREDENTIAL_STEMS, FOREIGN_STEMS, PARTS_OF_NAMES
from kaizen_mcp.sanitize.names import SENT_CODE, CredentialName, Kind, find_credential_name, words_of
from kaizen_mcp.sanitize.notations import ASSIGNMENTS, OTHER_NOTATIONS, VALUE_FIRST, Notation
from kaizen_mcp.sanitize.secret_values import MEASURE, is_secret
from kaizen_mcp.sanitize.text import MASK, Span, Text, compiled, find_places
from kaizen_mcp.sanitize.text_rules.rule import LOOK_BEHIND
from kaizen_mcp.sanitize.value_spans import value_spans

_STEMS = frozenset(map(str.encode, (*CREDENTIAL_STEMS, *FOREIGN_STEMS)))


def find_beside_names(text: Text, literals: Iterable[bytes]) -> list[Span]:
    """Find the values beside the names of credentials that have one of these literals in them."""
    spans: list[Span] = []
    for stem in _STEMS.intersection(literals):
        spans += find_places(text, stem, [(compiled(re.escape(stem)), partial(_find_by_name, text))])
    return spans


_NAME_CHARACTERS = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_-.") | frozenset(range(128, 256))
_NAME_REST = re.compile(rb"[\w\x80-\xff-]{0,40}(?:\.[\w\x80-\xff-]{1,40}){0,3}")
_LAST_WORDS = re.compile(rb"(?:\b([\w-]{1,20}) )?\b([\w-]{1,20}) $")
_PARTIAL_WORDS = frozenset({b"time", b"factor", b"step", b"security", b"word", b"de"})
_SIGN_AHEAD = re.compile(
    rb"(?: [\w.-]{1,16}+(?![\w.-])){0,2}?[\"'`\\\[\])*?%0-9a-f]{0,14}\s{0,3}(?:[:=!?+-]|(?<=3[ad]))"
)
_IN_CHOICE = re.compile(rb"\w\)? \? [\"'][\w :]{0,40}$")
"""What stands before a text that is one of two: `isNew ? "password" : "reset"`."""
_LINE_BREAK = re.compile(r"[ \t]{0,8}\r?\n[ \t]{0,40}")
_DENIALS = frozenset({b"no", b"forgot", b"forgotten", b"page", b"next", b"insurance", b"without", b"reset"})
_LONGEST_NAME = 60
_ESCAPES, _JOINERS = b"nrtbf", b"-_."


def _find_by_name(text: Text, stem: re.Match[bytes]) -> tuple[list[Span], int]:
    """Find the values beside the name around a stem, and return them and where the next name may start."""
    start, end = _name_span(text.lower, stem.start())
    if not _may_name(text.data[start:end]):
        return [], end
    spans = [*_find_values(text, start, end, _find_name(text, start, end))]
    return spans, max([end, *(last for _, last in spans)])


def _name_span(lower: bytes, position: int) -> Span:
    start, earliest = position, max(position - _LONGEST_NAME, 0)
    while start > earliest and lower[start - 1] in _NAME_CHARACTERS:
        start -= 1
    if start and lower[start - 1] == ord("%"):  # the code of an encoded character
        start = min(start + 2, position)
    elif start and lower[start - 1] == ord("\\") and lower[start] in _ESCAPES:
        start = min(start + 1, position)
    while start < position and lower[start] in _JOINERS:
        start += 1
    rest = _NAME_REST.match(lower, position)
    return start, rest.end() if rest else position


def _may_name(name: bytes) -> bool:
    """Whether this may be a credential's name, or a part of one."""
    text = name.decode(errors="replace")
    return not PARTS_OF_NAMES.isdisjoint(words_of(text)) or find_credential_name(text) is not None


def _find_name(text: Text, start: int, end: int) -> CredentialName | None:
    """Return what the name in the text holds, read alone or with the words before it."""
    # An annotation of Helm, `checksum/secret`, and the user of a link, which has rules of its own.
    if text.lower.endswith((b"checksum/", b"://"), 0, start):
        return None
    before = _words_before(text.data, start) if text.lower[start - 1 : start] == b" " else b""
    if before and before.split()[-1].lower() in _DENIALS:
        return None
    return _name_in(text.data[start:end]) or _name_in(before + text.data[start:end])


def _words_before(data: bytes, start: int) -> bytes:
    """The word before a name, or two if one says little."""
    words = _LAST_WORDS.search(data, max(start - 42, 0), start)
    if not words:
        return b""
    return words[0] if words[2].lower() in _PARTIAL_WORDS else words[2] + b" "


def _name_in(name: bytes) -> CredentialName | None:
    found = find_credential_name(name.decode(errors="replace"))
    return found if found and found.word != SENT_CODE else None  # in text, `one_time_codes` has rules for these


def _find_values(text: Text, start: int, end: int, name: CredentialName | None) -> Iterator[Span]:
    has_sign = _SIGN_AHEAD.match(text.lower, end) is not None
    takes_others = name is not None and (
        has_sign or name.kind is not Kind.AMBIGUOUS or _is_pass(text, start, name)
    )
    for notation in _notations_from(text.lower[end : end + 1], has_sign, takes_others):
        if after := _match_notation(notation, text.lower, start, end):
            more = after.end("more") if "more" in after.re.groupindex else end
            found = name if more == end else _find_name(text, start, more)
            spans = [*_secret_values(text, notation, after, found, text.data[start:end])]
            yield from spans
            if spans or (notation is ASSIGNMENTS[0] and more == end):  # in quotes, this is the whole value
                return
    if name:
        yield from _find_value_before(text, start, name)


@cache
def _notations_from(first: bytes, has_sign: bool, takes_others: bool) -> list[Notation]:  # noqa: FBT001 - for `cache`
    """The notations that may start with this byte."""
    notations = [*(ASSIGNMENTS if has_sign else ()), *(OTHER_NOTATIONS if takes_others else ())]
    return [notation for notation in notations if first and first in notation.starts]


_BEFORE_PASS = re.compile(rb"[<#>=]$|=[\"']$|--$|by\.\w{2,12}, ?[\"']$")


def _is_pass(text: Text, start: int, name: CredentialName) -> bool:
    """Whether `pass` or `clave` means a password here: `DB_PASS x`, `<pass>x</pass>`, `#pass`, `txtClave`."""
    before = text.lower[max(start - 20, 0) : start]
    return name.word in {"pass", "clave"} and (not name.bare or _BEFORE_PASS.search(before) is not None)


def _match_notation(notation: Notation, lower: bytes, start: int, end: int) -> re.Match[bytes] | None:
    if notation.previous and lower[max(start - 1, 0) : start] not in notation.previous:
        return None
    after = compiled(notation.between).match(lower, end)
    if (
        after
        and notation.before
        and not compiled(notation.before).search(lower, max(start - LOOK_BEHIND, 0), start)
    ):
        return None
    return after


def _secret_values(
    text: Text, notation: Notation, after: re.Match[bytes], name: CredentialName | None, written: bytes
) -> Iterator[Span]:
    """Yield where values stand that are secret. `written` is the name as it stands in the text."""
    if not name:
        return
    before = after[0].decode(errors="replace")
    name_start = after.start() - len(written)
    may_count = name.word == "tokens" and notation.value not in {"quoted", "list"}
    in_choice = _IN_CHOICE.search(text.lower, max(name_start - _LONGEST_NAME, 0), name_start)
    for start, end in value_spans(text, notation.value, after.end()):
        data = text.data[start:end]
        value = _in_one_line(data.decode(errors="replace"))
        if not value or MASK in value or _repeats(data, written) or (in_choice and not looks_strong(value)):
            continue
        if may_count and MEASURE.fullmatch(value):
            continue
        if is_secret(name, value) and (not notation.check or notation.check(value, before)):
            parts = secret_parts(data) if name.is_cookie else [(0, len(data))]
            yield from ((start + first, start + last) for first, last in parts)


def _in_one_line(value: str) -> str:
    """A value without its line breaks; an empty text if these are rather lines of prose."""
    joined = _LINE_BREAK.sub("", value)
    if joined != value and not any(map(str.isdigit, joined)):
        return ""
    return value if " " in joined else joined


def _repeats(value: bytes, name: bytes) -> bool:
    """Whether a value is the variable of the same name: `password=password`, `self._token = token`."""
    variable = name.rpartition(b".")[2].strip(b"_")
    return value.rstrip(b");,") == variable or b"%b " % variable in value


def _find_value_before(text: Text, start: int, name: CredentialName) -> Iterator[Span]:
    window = max(start - LOOK_BEHIND, 0)
    preceding = text.lower[window:start]
    if match := VALUE_FIRST.search(preceding):
        first, last = match.span("value" if match["value"] else "attribute")
        value = text.data[window + first : window + last].decode(errors="replace")
        if MASK not in value and is_secret(name, value) and looks_quoted(value):
            yield window + first, window + last
