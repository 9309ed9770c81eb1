"""Make text from web pages safe to show. Names, messages and file names are data that anyone may have written."""

import re
from itertools import product
from typing import Any, cast

from pydantic_core import to_json

MAX_NAME, MAX_ID = 120, 256
"""Characters of a name and of an id that are shown."""

# Joiners and selectors are part of how some scripts and emoji are written. They stay where they can mean
# something, right behind a character of such a script, and are shown as escapes anywhere else.
_JOINING = (
    "\u0600-\u08ff\ufb50-\ufdff\ufe70-\ufefe"  # Arabic, Syriac, N'Ko and their like
    "\u0900-\u0dff\u1000-\u109f\u1780-\u18af\u1b00-\u1bff"  # Indic scripts, Burmese, Khmer, Mongolian
    "\ua840-\ua87f\ua980-\ua9df\U00010d00-\U00010d3f\U00011000-\U0001197f\U0001e900-\U0001e95f"  # and more
)
_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u2460-\u27bf\u2900-\u297f"
    "\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_IDEOGRAPHS = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_FLAGS = "\U0001f3f4(?:{})\U000e007f".format(
    "|".join("".join(chr(0xE0000 + ord(letter)) for letter in region) for region in ("gbeng", "gbsct", "gbwls"))
)
_UNSEEN = (
    "\x7f-\x9f\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2065\u3164\ufeff\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U00013430-\U0001343f"  # controls, and characters with no width
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # bidirectional and deprecated format controls
    "\u2028\u2029\ufff9-\ufffb"  # separators that break lines, interlinear annotation
    "\ud800-\udfff"  # halves of surrogate pairs, which no encoding can carry
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"  # Unicode tags
)
_HIDDEN = (
    f"(?P<flag>{_FLAGS})|[{_UNSEEN}{{controls}}]+"
    f"|(?<![{_JOINING}{_EMOJI}])(?<![{_EMOJI}]\ufe0f)(?:\u200d|\u200c(?![{_JOINING}]))"
    f"|(?<![{_EMOJI}])[\ufe0e\ufe0f](?!\u20e3)"
    f"|(?<![{_IDEOGRAPHS}\u2200-\u22ff\u2a00-\u2aff\u3000-\u30ff\uff00-\uffef\u1000-\u109f])[\ufe00-\ufe0d]"
    f"|(?<![{_IDEOGRAPHS}])[\U000e0100-\U000e010f]|[\U000e0110-\U000e01ef]"
    f"|(?<![\u1820-\u18aa])[\u180b-\u180d\u180f]"
)
_QUOTES = re.compile('["\u00ab\u00bb\u201c-\u201f\u2033\uff02]')

_LINK = re.compile(r"https?://[^\s<>|`\[\]\uff1c\uff5c]+")
_ROLES = "system|assistant|user|human|developer|tool|instructions?|prompt|response|input"
_DELIMITER = re.compile(
    r"(?P<tag>[<\uff1c](?=[|\uff5c/!?<A-Za-z_])(?:(?P<inside>[^<>\uff1c\uff1e]*)[>\uff1e])?)"
    r"|(?P<end>[|\uff5c][>\uff1e])"
    rf"|\[(?P<bracket>/?\s*(?:INST|SYS|{_ROLES}|TOOL_\w+|AVAILABLE_TOOLS|SYSTEM_\w+|END\w*"
    r"|gMASK|PREFIX|SUFFIX|MIDDLE|IMG)\s*)\]"
    r"|(?P<image>!(?=\[))"
    r"|(?P<fence>`{3,}|~{3,})"
    rf"|(?P<rule>[#=*-]{{2}}|#)(?=\s{{0,5}}(?:{_ROLES})\b)",
    re.IGNORECASE,
)


_SIGNS = [*"<>\uff1c\uff1e|\uff5c!`~#", *map("".join, product("=*-", repeat=2))]
_BRACKET = re.compile(r"\[[\s/a-z\\]", re.IGNORECASE)
"""One of these is in every delimiter; most texts have none, and looking for the delimiters takes its time."""


_HIDDEN_IN_LINE = re.compile(_HIDDEN.format(controls="\x00-\x1f"))
_HIDDEN_IN_LINES = re.compile(_HIDDEN.format(controls="\x00-\x08\x0b\x0c\x0e-\x1f") + "|\r(?!\n)")


def _escape(match: re.Match[str]) -> str:
    if match["flag"]:
        return match["flag"]
    return "".join(map(_escaped, match[0]))


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - the end of the BMP


def visible(text: str) -> str:
    r"""Return `text` with every character that can't be seen, or that rewrites the display, as `\uXXXX`.

    Joiners and variation selectors stay where Arabic, Persian, Hindi, Chinese, Japanese or emoji are written
    with them.
    """
    if text.isascii() and text.isprintable():
        return text
    return _HIDDEN_IN_LINE.sub(_escape, text)


def visible_lines(text: str) -> tuple[str, int]:
    """Like `visible`, for text of several lines: tabs and line breaks stay; also returns how many it escaped."""
    if text.isascii() and text.isprintable():
        return text, 0
    count = 0

    def escape(match: re.Match[str]) -> str:
        nonlocal count
        count += 0 if match["flag"] else len(match[0])
        return _escape(match)

    return _HIDDEN_IN_LINES.sub(escape, text), count


class FreeNames:
    """Names for the fields of a copy of an object in which some had to change, so that none hides another."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self._fields = fields
        self._given: set[str] = set()
        self._next: dict[str, int] = {}

    def free(self, name: str, key: str) -> str:
        """The name for the field `key`: `name`, or `name` with a number if another field has it."""
        wanted = name
        while name in self._given or (name != key and name in self._fields):
            number = self._next.get(wanted, 2)
            self._next[wanted] = number + 1
            name = f"{wanted}_{number}"
        self._given.add(name)
        return name


def one_line(text: str, limit: int) -> str:
    """Return `text` as one visible line of at most `limit` characters, cut with an ellipsis."""
    # Far more than can survive is cut first, so that a huge string costs no more than a long one.
    line = visible(" ".join(text[: limit * 4].split()))
    if len(line) > limit or len(text) > limit * 4:
        return line[: limit - 1] + "…"
    return line


def display_name(name: str | None) -> str | None:
    """Return a name as one visible line of at most `MAX_NAME` characters; None if there is none."""
    return one_line(name, MAX_NAME) if name else None


def display_id(identifier: str | None) -> str | None:
    """Return the first `MAX_ID` characters of an id, made visible; None if there is none."""
    return visible(identifier)[:MAX_ID] if identifier else None


def quote(text: str, limit: int = 80) -> str:
    """Return `text` in double quotes it can't break out of, as one visible line of at most `limit` characters."""
    line = one_line(text, limit)
    line = line.replace('"', "'") if line.isascii() else _QUOTES.sub("'", line)
    return f'"{line}"'


def _defused(match: re.Match[str]) -> str:
    kind = match.lastgroup
    if match["tag"]:
        inside = match["inside"]
        return "‹" if inside is None else f"‹{_DELIMITER.sub(_defused, inside)}›"
    if match["bracket"]:
        return f"({match['bracket']})"
    return {"end": "|›", "fence": "'''", "rule": "–", "image": "\uff01"}[kind or ""]


def _may_have_delimiters(text: str) -> bool:
    """Whether there may be delimiters in a text, or in JSON, where a blank behind a bracket may be an escape."""
    return any(sign in text for sign in _SIGNS) or _BRACKET.search(text) is not None


def defuse(value: Any) -> tuple[Any, int]:  # noqa: ANN401 - any JSON value in, the same shape out
    """Return a JSON value whose strings can't be taken for a model's or a chat's own delimiters, and their count.

    `<|im_start|>` becomes `‹|im_start|›`, `[INST]` becomes `(INST)`, a code fence loses its backquotes: still
    readable, no longer markup. Links stay as they are.
    """
    if isinstance(value, str):
        if _may_have_delimiters(value) and not _LINK.fullmatch(value):
            return _DELIMITER.subn(_defused, value)
        return value, 0
    if not _may_have_delimiters(to_json(value).decode()):
        return value, 0
    if isinstance(value, list):
        items = [defuse(item) for item in cast("list[Any]", value)]
        return [item for item, _ in items], sum(count for _, count in items)
    if isinstance(value, dict):
        fields = {key: defuse(item) for key, item in cast("dict[str, Any]", value).items()}
        return {key: item for key, (item, _) in fields.items()}, sum(count for _, count in fields.values())
    return value, 0
