"""Find the values of cookies. Their names, domains and paths stay, and so do values that open nothing."""

import re

from kaizen_mcp.sanitize.text import MASK, Span, replace

_COOKIES = re.compile(rb"[\w.%-]{1,100}=[^;]*(?:;\s*[\w.%-]{1,100}(?:=[^;]*)?)*;?\s*")
_VALUE = re.compile(
    rb"(?i)(?:^|(?<=;))\s*(?!(?:path|domain|expires|max-age|samesite|priority|_ga\w*|_gid|_fbp|\w*consent\w*)=)"
    rb"[\w.%-]+=(?P<value>[^;]*)"
)
_OPENS_NOTHING = re.compile(r"[a-z]{0,10}(?:[_-][A-Za-z]{2})?|\d{1,3}")


def looks_like_cookie(value: str, _before: str = "") -> bool:
    """Whether the value of a cookie may open a session: it is no word such as `dark` and no small number."""
    return _OPENS_NOTHING.fullmatch(value.strip()) is None


def find_cookies(data: bytes) -> list[Span] | None:
    """Return where the values in `name=value; Path=/` are that may open a session; None for any other text."""
    if not _COOKIES.fullmatch(data):
        return None
    return [match.span("value") for match in _VALUE.finditer(data) if looks_like_cookie(match["value"].decode())]


def mask_cookies(text: str) -> str:
    """Mask the values in `name=value; Path=/`, and any other text as a whole."""
    data = text.encode("utf-8", "surrogatepass")
    spans = find_cookies(data)
    return MASK if spans is None else replace(data, spans) or text
