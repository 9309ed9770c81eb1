"""Find the values of cookies. Their names, domains and paths stay, and so do values that open nothing."""

import re

from kaizen_mcp.sanitize.text import Span, replace

_COOKIES = re.compile(rb"[\w.%-]{1,100}=[^;]*+(?:;\s*+[\w.%-]{1,100}+(?:=[^;]*+)?+)*+;?\s*+")
_PART = re.compile(rb"[^;\s=][^;=]{0,99}=(?P<value>[^;]*+)|[^;\s][^;]*+")
_PLAIN_NAME = re.compile(
    rb"(?i:path|domain|expires|max-age|samesite|priority|_gid|_fbp|\w*consent(?:_status)?)|_ga(?:_[A-Z0-9]{6,12})?"
)
_TELLING_NAME = re.compile(rb"(?i)sess|sid|token|auth|jwt|csrf|xsrf")
_OPENS_NOTHING = re.compile(rb"[a-z]{0,10}(?:[_-][A-Za-z]{2})?|\d{1,3}")
_PLACEHOLDER = re.compile(rb"\[[A-Za-z_ ]{1,30}\]|\*{3,}|<[A-Za-z_ .-]{1,30}>|\$?\{{1,2}[A-Za-z_. ]{1,30}\}{1,2}")
"""Narrower than for other secrets: a state may be the value of a cookie."""
_SHORTEST_RANDOM = 12  # characters


def secret_parts(data: bytes) -> list[Span]:
    """Return where the values in `name=value; Path=/` are that may open a session; all of any other text."""
    everything = [(0, len(data))]
    if not _COOKIES.fullmatch(data):
        return everything
    spans: list[Span] = []
    for part in _PART.finditer(data):
        if part["value"] is None:
            if len(part[0]) >= _SHORTEST_RANDOM:
                spans.append(part.span())
            continue
        name, value = part[0].partition(b"=")[0], part["value"].strip()
        if len(name) >= _SHORTEST_RANDOM and not value.strip(b"="):  # base64 that ends in `=`
            return everything
        is_plain = _PLAIN_NAME.fullmatch(name) and b"=" not in value
        opens_nothing = not value or (_OPENS_NOTHING.fullmatch(value) and not _TELLING_NAME.search(name))
        if not is_plain and not opens_nothing and not _PLACEHOLDER.fullmatch(value):
            spans.append(part.span("value"))
    return spans


def mask_cookies(text: str) -> str:
    """Mask the values in `name=value; Path=/`, and any other text as a whole."""
    data = text.encode("utf-8", "surrogatepass")
    return replace(data, secret_parts(data)) or text
