"""Reads error responses of the API: HTTP status, headers and message become a `KaizenError`."""

import re
from collections.abc import Iterator
from typing import Any, cast

import httpx

from kaizen_mcp import errors
from kaizen_mcp.api.decoding import read_object
from kaizen_mcp.api.retry import parse_retry_after
from kaizen_mcp.errors import BadResponseError, ForbiddenError, KaizenError, NotFoundError, UnauthorizedError
from kaizen_mcp.sanitize.escaping import one_line
from kaizen_mcp.sanitize.text_masker import TextMasker

MAX_API_MESSAGE = 300
"""Characters of the API's own message that are passed on."""

# Kaizen documents no error body, so the fields that APIs commonly use are read, in this order.
_MESSAGE_FIELDS = tuple("message error detail details error_description title reason errors msg".split())
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
    text = next(_messages(data), None)
    if text is None or _MARKUP.search(text):
        return None
    return one_line(masker.mask(text), MAX_API_MESSAGE)


def _messages(value: object, levels: int = 4) -> Iterator[str]:
    if isinstance(value, str) and value.strip():
        yield value
    elif isinstance(value, dict) and levels:
        fields = cast("dict[str, object]", value)
        for name in _MESSAGE_FIELDS:
            yield from _messages(fields.get(name), levels - 1)
    elif isinstance(value, list) and levels:
        for item in cast("list[object]", value)[:1]:
            yield from _messages(item, levels - 1)


def _request_id(response: httpx.Response, masker: TextMasker) -> str | None:
    """`X-Request-Id`, the customary header; Kaizen documents none, so anything unusual in it is dropped."""
    text = response.headers.get("X-Request-Id", "")
    return text if re.fullmatch(r"[\w.+=-]{1,128}", text, re.ASCII) and masker.mask(text) == text else None
