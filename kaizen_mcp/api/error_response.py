"""Reads error responses of the API: HTTP status, headers and message become a `KaizenError`."""

import json
import re
from collections.abc import Iterator
from http import HTTPStatus
from itertools import islice
from typing import Any, NamedTuple, cast

import httpx

from kaizen_mcp import errors
from kaizen_mcp.api.retry import retry_after
from kaizen_mcp.errors import (
    BadResponseError,
    BlockedError,
    ForbiddenError,
    KaizenError,
    NoSuchRouteError,
    NotFoundError,
    QuotaError,
    RejectedError,
    UnauthorizedError,
)
from kaizen_mcp.sanitize.escaping import one_line
from kaizen_mcp.sanitize.text_masker import TextMasker

MAX_API_MESSAGE = 300
"""Characters of the API's own message that are passed on."""

# Kaizen documents no error body, so names that APIs commonly use are looked for. A name counts if it ends in one
# of these, without case, `_` and `-`; where several stand at the same depth, this is their order.
_TEXT_NAMES = (
    *("message", "messages", "msg", "detail", "details", "description", "reason", "faultstring"),
    *("error", "title", "errors"),
)
_LIST_NAMES = ("errors", "issues", "violations", "details", "invalidparams")
"""Ends of names of lists of what is wrong with single fields."""

_NO_TEXTS = frozenset({"code", "errorcode", "kind", "location", "name", "path", "status", "type", "value"})
"""Names beside a message that say nothing in words."""

_MAX_LEVELS = 10
_MAX_NODES = 500
"""How far a message is looked for."""

_STATUS_PHRASES = frozenset(status.phrase.lower() for status in HTTPStatus)
_MARKUP = re.compile(r"<[a-z!/]", re.IGNORECASE)

_NO_ROUTE_AT_AWS = "Missing Authentication Token"
_ROUTE = re.compile(
    r"\bcannot (get|post|put|patch|delete) /|\bdefault backend\b|\bno static resource\b"
    r"|executions/get|not found:? /"
    r"|\b(no|unknown|invalid|unmatched|unrecogni[sz]ed)( \w+){0,2} (routes?|endpoint|url|uri|path|handler|page)\b"
    r"|\b(route|endpoint|url|uri|page|path|handler|file|site|domain|tunnel|deployment|application|bucket|function)\b"
    r".{0,100}(\bnot( be)? found|n't found|\bnot exist|n't exist)",
    re.IGNORECASE | re.DOTALL,
)
"""What routers say about an address that they do not know."""

_OBJECT = re.compile(r"(?<![/\w-])(executions?|sessions?|recordings?|runs?|ids?)\b(?![/\w-])", re.IGNORECASE)
"""What an API says about an object that it does not have."""

_ABOUT_KEY = re.compile(
    r"\b(api|bearer)?[ _-]?(key|token|credential|permission|scope)|authori[sz]|authentic", re.IGNORECASE
)
"""What an API says about a key in plain text. Other plain text is from a firewall or proxy: the API sends JSON."""

_QUOTA_STATUSES = frozenset({400, 403, 429})
_QUOTA = re.compile(
    r"insufficient[ _](quota|credits?|funds|balance)|quota[ _]?(is |was |has been )?(exceeded|exhausted|reached)"
    r"|(exceeded|exhausted|reached|over)( \w+){0,4} quota"
    r"|(daily|weekly|monthly|yearly|annual)( \w+){0,3}[ _](limit|quota|cap|credits|allowance)"
    r"|(per|this|for the) (day|week|month|year|billing)"
    r"|billing[ _](hard[ _])?limit|(out of|no more) credits|credit balance|(usage|spending|plan)('s)? (limit|cap)",
    re.IGNORECASE,
)
_SHORT_QUOTA = re.compile(r"(per|a|/) ?(second|minute|min\b|hour)", re.IGNORECASE)

_PAGE_ERRORS: dict[type[KaizenError], type[KaizenError]] = {
    UnauthorizedError: BlockedError,
    ForbiddenError: BlockedError,
    NotFoundError: NoSuchRouteError,
}
"""What an error means if a web page says so. It says nothing about the key or the execution."""


def read_error(
    response: httpx.Response, body: bytes, *, not_found: str, own_address: bool, masker: TextMasker
) -> KaizenError:
    """Return the error that a response other than 2xx stands for.

    Args:
        response: status and headers.
        body: as much of the decoded body as was read.
        not_found: what to say if there is no such object.
        own_address: whether the address is another one than the default.
        masker: masks secrets in the API's own message.
    """
    status = response.status_code
    text = body.decode("utf-8-sig", errors="replace").strip()
    message = None if _is_page(response, text) else _message_in(text)
    error, sentence = _kind_of(response, text, message)
    details: dict[str, Any] = {"own_address": own_address} if error is NotFoundError else {}
    return error(
        sentence.format(status=status, not_found=not_found),
        http_status=status,
        retry_after_seconds=retry_after(response.headers, status),
        request_id=_request_id(response, masker),
        api_message=one_line(masker.mask(message), MAX_API_MESSAGE) if message else None,
        **details,
    )


def is_web_page(response: httpx.Response) -> bool:
    """Whether a response calls itself HTML, which the API never sends."""
    return "html" in response.headers.get("Content-Type", "").lower()


def _is_page(response: httpx.Response, text: str) -> bool:
    """Whether an error response is markup, whatever it calls itself, or calls itself HTML and is not JSON."""
    return text.startswith("<") or (is_web_page(response) and _read_json(text) is None)


def _kind_of(response: httpx.Response, text: str, message: str | None) -> tuple[type[KaizenError], str]:
    """Class and sentence of an error, by its status and by what the body tells about who answered."""
    status = response.status_code
    table = errors.STATUS_ERRORS
    error, sentence = table.get(status) or table.get(status // 100) or (BadResponseError, errors.UNEXPECTED_STATUS)
    if _is_page(response, text):
        is_unexplained = error is RejectedError and status not in errors.REJECTED_ADVICE
        page_error = BadResponseError if is_unexplained else _PAGE_ERRORS.get(error)
        return (page_error, errors.WEB_PAGE) if page_error else (error, sentence)
    if status in _QUOTA_STATUSES and _QUOTA.search(text) and not _SHORT_QUOTA.search(text):
        return QuotaError, errors.QUOTA_USED_UP
    if (error is NotFoundError and _names_route(message or "")) or message == _NO_ROUTE_AT_AWS:
        return NoSuchRouteError, errors.NO_SUCH_ROUTE
    is_plain = bool(message) and _read_json(text) is None
    if is_plain and error in {UnauthorizedError, ForbiddenError} and not _ABOUT_KEY.search(text):
        return BlockedError, errors.BLOCKED
    return error, sentence


def _names_route(message: str) -> bool:
    return _ROUTE.search(message) is not None and not _OBJECT.search(message)


def _message_in(text: str) -> str | None:
    """What the body of an error response says: in JSON, or as plain text; None if it says nothing."""
    data = _read_json(text)
    if data is None:
        plain = text.strip('"')
        is_text = 0 < len(plain) <= MAX_API_MESSAGE and plain[0] not in "{[" and not _MARKUP.search(plain)
        only_status = plain.lstrip("0123456789: ").lower() in {"", *_STATUS_PHRASES}
        return plain if is_text and "\ufffd" not in plain and not only_status else None
    return find_message(data) or find_message({"errors": _lists_in(data)}) or _error_word(data)


def _lists_in(data: object) -> dict[str, object]:
    """Lists of an object, which Django names by field: `{"id": ["is odd"]}`."""
    fields = cast("dict[str, object]", data) if isinstance(data, dict) else {}
    return {name: value for name, value in fields.items() if isinstance(value, list)}


def _error_word(data: object) -> str | None:
    """The name of an error, such as AWS's `__type`."""
    words = (str(node.value) for node in _walk(data) if node.name in {"code", "errorcode", "type"})
    return next((word for word in words if re.fullmatch(r"[A-Za-z][\w.#-]{2,99}", word)), None)


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
    level = [_Node("" if isinstance(data, dict) else "message", data, in_list=False)]
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
    if _is_text_name(name) or name in _NO_TEXTS:
        return name
    is_by_field = parent.name.endswith("errors")
    if parent.name.endswith(("message", "messages")):  # only sentences: an id of the request may stand there
        is_by_field = isinstance(value, list) or (isinstance(value, str) and " " in value)
    return "errors" if is_by_field else name


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
