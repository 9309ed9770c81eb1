"""Reads error responses of the API: HTTP status, headers and message become a `KaizenError`."""

import json
import re
from collections.abc import Iterator
from http import HTTPStatus
from itertools import islice
from typing import Any, NamedTuple, cast

import httpx

from kaizen_mcp import errors
from kaizen_mcp.api.decoding import read_object
from kaizen_mcp.api.retry import parse_retry_after
from kaizen_mcp.errors import BadResponseError, ForbiddenError, KaizenError, NotFoundError, UnauthorizedError
from kaizen_mcp.sanitize.escaping import one_line
from kaizen_mcp.sanitize.text_masker import TextMasker

MAX_API_MESSAGE = 300
"""Characters of the API's own message that are passed on."""

# Kaizen documents no error body, so names that APIs commonly use are looked for. A name counts if it ends in one
# of these, without case, `_` and `-`; where several stand at the same depth, this is their order.
_TEXT_NAMES = (
    *("message", "messages", "msg", "detail", "details", "description", "reason", "faultstring"),
    *("error", "errors", "title"),
)
_LIST_NAMES = ("errors", "issues", "violations", "details", "invalidparams")
"""Ends of names of lists of what is wrong with single fields."""

_MAX_LEVELS = 10
_MAX_NODES = 500
"""How far a message is looked for."""

_STATUS_PHRASES = frozenset(status.phrase.lower() for status in HTTPStatus)
_MARKUP = re.compile(r"<[a-z!/]", re.IGNORECASE)


def read_error(response: httpx.Response, body: bytes, *, not_found: str, masker: TextMasker) -> KaizenError:
    """Return the error that a response other than 2xx stands for.

    Args:
        response: status and headers.
        body: as much of the decoded body as was read.
        not_found: what to say if there is no such object.
        masker: masks secrets in the API's own message.
    """
    status = response.status_code
    fields: dict[str, Any] = {"http_status": status, "request_id": _request_id(response, masker)}
    table = errors.STATUS_ERRORS
    error, message = table.get(status) or table.get(status // 100) or (None, "")
    if error is None:
        return BadResponseError(errors.UNEXPECTED_STATUS.format(status=status), **fields)
    if is_web_page(response) and error in {UnauthorizedError, ForbiddenError, NotFoundError}:
        # From a proxy or another site: it says nothing about the key or the execution.
        return BadResponseError(errors.WEB_PAGE.format(status=status), **fields)
    return error(
        message.format(status=status, not_found=not_found),
        retry_after_seconds=parse_retry_after(response.headers.get("Retry-After", "")),
        api_message=_api_message(body, masker),
        **fields,
    )


def is_web_page(response: httpx.Response) -> bool:
    """Whether a response is HTML, which the API never sends."""
    return "html" in response.headers.get("Content-Type", "").lower()


def _api_message(body: bytes, masker: TextMasker) -> str | None:
    """The API's own message, safe to show; None if there is none, or if it is markup."""
    try:
        data, _ = read_object(body)
    except BadResponseError:
        return None
    text = find_message(data)
    return one_line(masker.mask(text), MAX_API_MESSAGE) if text else None


def find_message(data: object) -> str | None:
    """Return what an answer that stands for an error says, as it was sent: mask it before it is shown.

    The text nearest the root comes first. It is often general ("Validation failed"), so the first text from a list
    of single errors follows it. Text with markup in it does not count.

    Args:
        data: decoded JSON, of any shape.
    """
    texts = [
        (node.value.strip(), node.in_list)
        for node in _walk(data)
        if isinstance(node.value, str) and _is_text_name(node.name) and not _MARKUP.search(node.value)
    ]
    texts = [(text, in_list) for text, in_list in texts if text]
    # A status in words, such as "Bad Request", says nothing more than its number.
    texts = [(text, in_list) for text, in_list in texts if text.lower() not in _STATUS_PHRASES] or texts
    if not texts:
        return None
    first, in_list = texts[0]
    second = next((text for text, listed in texts if listed and text != first), None)
    return f"{first}; {second}" if second and not in_list else first


class _Node(NamedTuple):
    """A value, the name it has, and whether it is in a list of single errors."""

    name: str
    value: object
    in_list: bool


def _walk(data: object) -> Iterator[_Node]:
    """Yield the values in `data`, nearest the root first, at each depth by the rank of their names."""
    level = [_Node("message", data, in_list=False)]
    for _ in range(_MAX_LEVELS):
        children: list[_Node] = []
        for node in sorted(level, key=lambda node: _rank(node.name)):
            inner = _children(node)
            if inner is None:
                yield node
            else:
                children += islice(inner, _MAX_NODES - len(children))
        level = children


def _children(node: _Node) -> Iterator[_Node] | None:
    """Values in an object or list, also one that was sent as JSON text; None if it is neither."""
    value = _read_json(node.value) if isinstance(node.value, str) else node.value
    in_list = node.in_list or node.name.endswith(_LIST_NAMES)
    if isinstance(value, list):
        items = cast("list[object]", value)
        return (_Node("" if isinstance(item, dict) else node.name, item, in_list) for item in items)
    if isinstance(value, dict):
        fields = cast("dict[str, object]", value)
        return (_Node(_name_in(node, key, item), item, in_list) for key, item in fields.items())
    return None


def _name_in(parent: _Node, key: str, value: object) -> str:
    """Name of a field without case, `_` and `-`; in `{"errors": {"id": ["is odd"]}}`, `id` too is `errors`."""
    name = re.sub(r"[_-]", "", key).lower()
    known = _is_text_name(name) or isinstance(value, dict)
    return parent.name if parent.name.endswith("errors") and not known else name


def _rank(name: str) -> int:
    return next((rank for rank, end in enumerate(_TEXT_NAMES) if name.endswith(end)), len(_TEXT_NAMES))


def _is_text_name(name: str) -> bool:
    return name.endswith(_TEXT_NAMES)


def _read_json(text: str) -> object:
    """An object or list in JSON; None if the text is anything else."""
    if text.lstrip()[:1] not in {"{", "["}:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _request_id(response: httpx.Response, masker: TextMasker) -> str | None:
    """`X-Request-Id`, the customary header; Kaizen documents none, so anything unusual in it is dropped."""
    text = response.headers.get("X-Request-Id", "")
    return text if re.fullmatch(r"[\w.+=-]{1,128}", text, re.ASCII) and masker.mask(text) == text else None
