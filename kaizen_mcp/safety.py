"""Make text from web pages safe to show. Names, messages and file names are data that anyone may have written."""

import re

_HIDDEN = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # C0 and C1 controls, so ANSI escapes too
    "\u00ad\u180e\u200b\u2060-\u2064\ufeff"  # characters with no width
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # bidirectional and deprecated format controls
    "\u2028\u2029\ufff9-\ufffb"  # separators that break lines, interlinear annotation
    "\ud800-\udfff"  # halves of surrogate pairs, which no encoding can carry
    "\U000e0000-\U000e0fff"  # Unicode tags and supplementary variation selectors
    "]"
)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - the end of the BMP


def visible(text: str) -> str:
    r"""Return `text` with every character that can't be seen, or that rewrites the display, as `\uXXXX`.

    Joiners (U+200C, U+200D) stay: Hindi, Persian and emoji need them.
    """
    return _HIDDEN.sub(_escape, text)


def encodable(text: str) -> str:
    r"""Return `text` with lone surrogates, which UTF-8 can't carry, as `\uXXXX`."""
    return _LONE_SURROGATE.sub(_escape, text)


def one_line(text: str, limit: int) -> str:
    """Return `text` as one visible line of at most `limit` characters, cut with an ellipsis."""
    # Far more than can survive is cut first, so that a huge string costs no more than a long one.
    line = visible(" ".join(text[: limit * 4].split()))
    if len(line) > limit or len(text) > limit * 4:
        return line[: limit - 1] + "…"
    return line


def quote(text: str, limit: int = 80) -> str:
    """Return `text` in double quotes it can't break out of, as one visible line of at most `limit` characters."""
    return '"' + one_line(text, limit).replace('"', "'") + '"'
