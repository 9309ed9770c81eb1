"""How prose names a place in an object: by its JSON Pointer, only where the reader can copy it."""

import re

from kaizen_mcp.json_types import child_pointer
from kaizen_mcp.sanitize.chat_markup import escape_chat_markup
from kaizen_mcp.sanitize.display import one_line, quote

MAX_POINTER = 120
"""Longest JSON Pointer that prose names, in characters."""

_PLAIN = re.compile(r"[\w./~@$+-]+")


def name_pointer(pointer: str) -> str | None:
    """Return a JSON Pointer as prose names it, in quotes if it has blanks or signs in it.

    None if it is too long or would have to be escaped, so that it would lead nowhere.
    """
    if len(pointer) > MAX_POINTER:
        return None
    if _PLAIN.fullmatch(pointer) and "--" not in pointer:
        return pointer
    quoted = quote(pointer, MAX_POINTER)
    is_exact = quoted[1:-1] == pointer == escape_chat_markup(pointer)[0]
    return quoted if is_exact else None


def name_field(name: str) -> str:
    """Return the name of a field or a column as prose shows it, shortened, in quotes unless it is a plain word."""
    shown = one_line(name, 40)
    return shown if _PLAIN.fullmatch(shown) and not shown.startswith("/") else quote(shown, 40)


def child_name(pointer: str, token: str | int) -> str | None:
    """Return the pointer to a field or an item as prose names it; None as in `name_pointer`."""
    # A name of 100 KB is not copied only to find out that it is too long.
    too_long = isinstance(token, str) and len(token) > MAX_POINTER
    return None if too_long else name_pointer(child_pointer(pointer, token))
