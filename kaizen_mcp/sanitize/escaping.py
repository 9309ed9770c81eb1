"""Escape hidden characters and chat markup in text from web pages. Anyone may have written that text."""

import re
from typing import Any, cast

from pydantic_core import to_json

MAX_NAME, MAX_ID = 120, 256
"""Longest name and longest id that are shown, in characters."""

# Hidden characters
#
# Some scripts and emoji are written with joiners and variation selectors. These characters are left alone directly
# after a character of such a script, and are escaped anywhere else.

_JOINING_SCRIPTS = (
    "\u0600-\u08ff\ufb50-\ufdff\ufe70-\ufefe"  # Arabic, Syriac, N'Ko and related scripts
    "\u0900-\u0dff\u1000-\u109f\u1780-\u18af\u1b00-\u1bff"  # Indic scripts, Burmese, Khmer, Mongolian
    "\ua840-\ua87f\ua980-\ua9df\U00010d00-\U00010d3f\U00011000-\U0001197f\U0001e900-\U0001e95f"  # and more
)
_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u2460-\u27bf\u2900-\u297f"
    "\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_IDEOGRAPHS = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_MATH_AND_WIDE_FORMS = "\u2200-\u22ff\u2a00-\u2aff\u3000-\u30ff\uff00-\uffef\u1000-\u109f"
_MONGOLIAN_LETTERS = "\u1820-\u18aa"
# England, Scotland and Wales: a black flag, and letters as tag characters
_TAGS = {letter: 0xE0000 + letter for letter in b"begnlstwc"}
_REGION_FLAGS = "\U0001f3f4(?:" + "gbeng|gbsct|gbwls".translate(_TAGS) + ")\U000e007f"
_INVISIBLE = (
    "\x7f-\x9f\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2065\u3164\ufeff\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U00013430-\U0001343f"  # controls, and characters without width
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # bidirectional and deprecated format controls
    "\u2028\u2029\ufff9-\ufffb"  # separators that break lines, interlinear annotation
    "\ud800-\udfff"  # lone surrogates, which no encoding can carry
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"  # Unicode tags
)
_MAY_HIDE_SET = f"{_INVISIBLE}\u200b-\u200f\u180b-\u180f\ufe00-\ufe0f\U000e0000-\U000e0fff"
_HIDDEN_PATTERN = (
    f"(?=[{{controls}}\U0001f3f4{_MAY_HIDE_SET}])(?:"
    + "|".join(
        (
            f"(?P<flag>{_REGION_FLAGS})",  # matched first, so that its tag characters stay
            f"[{_INVISIBLE}{{controls}}]+",
            # Joiners, unless after a joining script or an emoji; a non-joiner may also stand before one.
            f"(?<![{_JOINING_SCRIPTS}{_EMOJI}])(?<![{_EMOJI}]\ufe0f)(?:\u200d|\u200c(?![{_JOINING_SCRIPTS}]))",
            # Variation selectors, each kind unless after a character that has such variants.
            f"(?<![{_EMOJI}])[\ufe0e\ufe0f](?!\u20e3)",
            f"(?<![{_IDEOGRAPHS}{_MATH_AND_WIDE_FORMS}])[\ufe00-\ufe0d]",
            f"(?<![{_IDEOGRAPHS}])[\U000e0100-\U000e010f]",
            "[\U000e0110-\U000e01ef]",
            f"(?<![{_MONGOLIAN_LETTERS}])[\u180b-\u180d\u180f]",
        )
    )
    + ")"
)
_HIDDEN_IN_LINE = re.compile(_HIDDEN_PATTERN.format(controls="\x00-\x1f"))
_HIDDEN_IN_LINES = re.compile(_HIDDEN_PATTERN.format(controls="\x00-\x08\x0b\x0c\x0e-\x1f") + "|\r(?!\n)")


_HARMLESS = bytes([*range(0x20, 0x7F), *b"\t\n\0"])
_MAY_HIDE = re.compile(f"[\x01-\x1f{_MAY_HIDE_SET}]")


def may_hide(joined: bytes) -> bool:
    """Quick check whether texts in UTF-8, joined by zero bytes, may have hidden characters. False is certain."""
    unusual = joined.replace(b"\r\n", b"").translate(None, _HARMLESS)
    return bool(unusual) and _MAY_HIDE.search(unusual.decode("utf-8", "surrogatepass")) is not None


def escape_hidden(text: str) -> str:
    r"""Escape as `\uXXXX` each character that is invisible or changes how other text is displayed.

    Joiners and variation selectors stay where Arabic, Persian, Hindi, Chinese, Japanese or emoji need them.
    """
    if text.isascii() and text.isprintable():
        return text
    return _HIDDEN_IN_LINE.sub(_escape_match, text)


def escape_hidden_multiline(text: str) -> tuple[str, int]:
    """Like `escape_hidden`, but tabs and line breaks stay. Also returns the number of characters escaped."""
    if text.isascii() and text.isprintable():
        return text, 0
    count = 0

    def escape_and_count(match: re.Match[str]) -> str:
        nonlocal count
        count += 0 if match["flag"] else len(match[0])
        return _escape_match(match)

    return _HIDDEN_IN_LINES.sub(escape_and_count, text), count


def _escape_match(match: re.Match[str]) -> str:
    return match["flag"] or "".join(f"\\u{ord(c):04x}" if c <= "\uffff" else f"\\U{ord(c):08x}" for c in match[0])


# One line for display

_OTHER_QUOTES = re.compile("[\u00ab\u00bb\u201c-\u201f\u2033\uff02]")
"""Double quotes other than `"`, among them the two that `quote` may put around a text."""


def one_line(text: str, limit: int) -> str:
    """Return `text` as one line of at most `limit` characters, hidden ones escaped, truncated with an ellipsis."""
    # Only the first characters can be shown, so a huge string is truncated before it is escaped.
    line = escape_hidden(" ".join(text[: limit * 4].split()))
    return line[: limit - 1] + "…" if len(line) > limit or len(text) > limit * 4 else line


def display_name(name: str | None) -> str | None:
    """Return a name as one line of at most `MAX_NAME` characters; None if it is missing or empty."""
    return one_line(name, MAX_NAME) if name else None


def display_id(identifier: str | None) -> str | None:
    """Return the first `MAX_ID` characters of an id, hidden ones escaped; None if it is missing or empty."""
    return escape_hidden(identifier)[:MAX_ID] if identifier else None


def quote(text: str, limit: int = 80) -> str:
    """Return `text` as one line of at most `limit` characters in quotes that it can't end.

    These are `"`, or “ and ” for a text that has `"` in it, so that selectors and JSON can be copied. Other double
    quotes inside become single.
    """
    line = one_line(text, limit)
    if not line.isascii():
        line = _OTHER_QUOTES.sub("'", line)
    return f"“{line}”" if '"' in line else f'"{line}"'


# Chat markup: the delimiters of chat templates and of model APIs

_LINK = re.compile(r"https?://[^\s<>|`\[\]\uff1c\uff5c]+")
_ROLES = "system|assistant|user|human|developer|tool|instructions?|prompt|response|input"
_BRACKETED = r"INST|SYS|TOOL_\w+|AVAILABLE_TOOLS|SYSTEM_\w+|END\w*|gMASK|PREFIX|SUFFIX|MIDDLE|IMG"
_CHAT_MARKUP = re.compile(
    r"(?P<tag>[<\uff1c](?=[|\uff5c/!?<A-Za-z_])(?:(?P<inside>[^<>\uff1c\uff1e]*)[>\uff1e])?)"
    r"|(?P<closing>[|\uff5c][>\uff1e])"
    rf"|\[(?P<bracket>/?\s*(?:{_ROLES}|{_BRACKETED})\s*)\]"
    r"|(?P<image>!(?=\[))"
    r"|(?P<fence>`{3,}|~{3,})"
    rf"|(?<![\w/])(?P<heading>[#=*-]{{2}}|#)(?=\s{{0,5}}(?:{_ROLES})\b)",
    re.IGNORECASE,
)
_REPLACEMENTS = {"tag": "‹", "closing": "|›", "fence": "'''", "heading": "–", "image": "\uff01"}

# Of what is replaced, this is chat markup without doubt; the rest is mostly HTML, code and Markdown.
_CHAT_TAGS = (
    rf"{_ROLES}|SYS|s|bos|eos|think\w*|reasoning|invoke|parameters?|antml:\w+|function_\w+|functions?|tool_\w+"
    r"|tools|\w+_of_\w+|system[-_]\w+|im_\w+"
)
_CERTAIN_MARKUP = re.compile(
    r"[<\uff1c][|\uff5c](?:[^<>|\uff5c]*[|\uff5c][>\uff1e])?|[|\uff5c][>\uff1e]"
    rf"|[<\uff1c]/?(?:{_CHAT_TAGS})\s*[>\uff1e]|<(?:invoke|parameter|antml:\w+)\b"
    rf"|\[/?\s*(?:{_ROLES}|{_BRACKETED})\s*\]"
    rf"|(?<![\w/])(?:[#=*-]{{2}}|#)(?=\s{{0,5}}(?:{_ROLES})\b)",
    re.IGNORECASE,
)

# All chat markup contains one of these, written in classes of characters. Most texts contain none, and this check
# is faster than the full pattern.
_MARKUP_IN_CLASSES = (b"<", b"--", b"[a")
_CLASSES = {
    **dict.fromkeys(range(128, 256), "a"),  # letters and blanks of other scripts
    **dict.fromkeys(b"<>|!`~#\xef", "<"),  # 0xEF begins the wide forms in UTF-8
    **dict.fromkeys(b"=*-", "-"),
    **dict.fromkeys(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/ \t\n\r\f\v\x1c\x1d\x1e\x1f", "a"),
    ord("\\"): "a",  # in JSON a blank after the bracket is an escape
    ord("["): "[",
}
_TO_CLASSES = "".join(_CLASSES.get(code, ".") for code in range(256)).encode()


def escape_chat_markup(value: Any) -> tuple[Any, int]:  # noqa: ANN401 - any JSON value in, the same shape out
    """Replace chat markup in the strings of a JSON value. Returns the new value and how often that was needed.

    `<|im_start|>` becomes `‹|im_start|›`, `[INST]` becomes `(INST)`, and a code fence loses its backquotes: people
    can still read it, but no client or model takes it for markup. All that could be markup is replaced, HTML and
    code too, but only what is chat markup without doubt is counted. A string that is only a link stays unchanged.
    """
    if isinstance(value, str):
        if _may_contain_markup(value) and not _LINK.fullmatch(value):
            return _CHAT_MARKUP.sub(_replace_markup, value), sum(1 for _ in _CERTAIN_MARKUP.finditer(value))
        return value, 0
    if not _may_contain_markup(to_json(value).decode()):
        return value, 0
    if isinstance(value, list):
        items = [escape_chat_markup(item) for item in cast("list[Any]", value)]
        return [item for item, _ in items], sum(count for _, count in items)
    if isinstance(value, dict):
        fields = {key: escape_chat_markup(item) for key, item in cast("dict[str, Any]", value).items()}
        return {key: item for key, (item, _) in fields.items()}, sum(count for _, count in fields.values())
    return value, 0


def _replace_markup(match: re.Match[str]) -> str:
    if match["bracket"]:
        return f"({match['bracket']})"
    if match["inside"] is not None:
        return f"‹{_CHAT_MARKUP.sub(_replace_markup, match['inside'])}›"
    return _REPLACEMENTS[match.lastgroup or ""]


def _may_contain_markup(text: str) -> bool:
    """Whether a text, or a JSON document, may contain chat markup."""
    classes = text.encode("utf-8", "surrogatepass").translate(_TO_CLASSES)
    return any(markup in classes for markup in _MARKUP_IN_CLASSES)


# In JSON text, a character can be written as an escape that means the same. Too many escapes do no harm.
_BLANK_IN_JSON = r"(?:\s|\\[nrt])"
_MARKUP_IN_JSON = re.compile(
    r"[<\uff1c|\uff5c\[!`~#=*-]"  # first, because a search for one of a few characters is fast
    r"(?:(?<=[<\uff1c])(?=[|\uff5c/!?<A-Za-z_])|(?<=[<\uff1c][|\uff5c])|(?<=[|\uff5c])(?=[>\uff1e])"
    rf"|(?<=\[)(?=/?{_BLANK_IN_JSON}*(?:{_ROLES}|{_BRACKETED}){_BLANK_IN_JSON}*\])|(?<=!)(?=\[)"
    r"|(?<=`)`{2,}|(?<=~)~{2,}"
    rf"|(?<=[#=*-])(?:(?<![\w/].)|(?<=\\[nrt].))(?:[#=*-]|(?<=#))(?={_BLANK_IN_JSON}{{0,5}}(?:{_ROLES})\b))",
    re.IGNORECASE,
)


def escape_markup_in_json(text: str) -> str:
    """Write chat markup in compact JSON as JSON escapes: equal as JSON, and no markup to who reads the text."""
    if not _may_contain_markup(text):
        return text
    return _MARKUP_IN_JSON.sub(lambda match: "".join(f"\\u{ord(c):04x}" for c in match[0]), text)
