"""Show text from web pages in one line, or in quotes."""

import re

from kaizen_mcp.sanitize.hidden_characters import escape_hidden

MAX_NAME, MAX_ID = 120, 256
"""Longest name and longest id that are shown, in characters."""

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
