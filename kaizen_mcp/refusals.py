"""What an HTTP status from the API means: each refusal becomes an error of its own code."""

import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, cast

from kaizen_mcp.body import read_object
from kaizen_mcp.credentials import Masker
from kaizen_mcp.errors import (
    ApiError,
    BadResponseError,
    ForbiddenError,
    KaizenError,
    NotFoundError,
    RateLimitedError,
    RejectedError,
    UnauthorizedError,
    UnavailableError,
)
from kaizen_mcp.text import one_line

if TYPE_CHECKING:
    import httpx

RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which the same request can succeed a moment later."""

_LONGEST_PAUSE = 86_400.0
"""Seconds: who asks for more has lost the measure of time, or a caller's interest."""

MAX_SAID = 300
"""Characters of the API's own words that are handed on."""

_REFUSALS: dict[int, tuple[type[ApiError], str]] = {
    401: (UnauthorizedError, "Kaizen did not accept the API key"),
    403: (ForbiddenError, "The API key may not read this"),
    404: (NotFoundError, "{missing}"),
    408: (UnavailableError, "Kaizen gave up waiting for the request"),
    425: (UnavailableError, "Kaizen is not ready for the request yet"),
    429: (RateLimitedError, "Kaizen received too many requests"),
}
_OTHER_REFUSALS: dict[int, tuple[type[ApiError], str]] = {
    4: (RejectedError, "Kaizen refused the request"),
    5: (UnavailableError, "Kaizen has a problem of its own"),
}
# Where APIs put words for people. Kaizen documents no error body, so the likely places are read, in this order.
_SAYING = ("message", "error", "detail", "details", "error_description", "title", "reason", "errors", "msg")
_MARKUP = re.compile(r"<[a-z!/]", re.IGNORECASE)


def refusal(response: "httpx.Response", body: bytes, *, missing: str, masker: Masker) -> KaizenError:
    """The error that an answer other than 2xx means.

    Args:
        response: status and headers.
        body: as much of the body as was read, unpacked.
        missing: what to say if there is no such object.
        masker: takes secrets out of the API's own words.
    """
    status = response.status_code
    facts: dict[str, Any] = {"http_status": status, "request_id": _request_id(response, masker)}
    error, message = _REFUSALS.get(status) or _OTHER_REFUSALS.get(status // 100) or (None, "")
    if error is None:
        return BadResponseError(f"Kaizen answered with HTTP {status}, where an object was expected.", **facts)
    if is_web_page(response) and error in {UnauthorizedError, ForbiddenError, NotFoundError}:
        # A proxy's or another site's word says nothing of the key or the execution.
        return BadResponseError(f"A web page answered with HTTP {status}, not Kaizen's API.", **facts)
    return error(
        f"{message.replace('{missing}', missing)} (HTTP {status}).",
        retry_after_seconds=_retry_after(response),
        said=_said(body, masker),
        **facts,
    )


def is_web_page(response: "httpx.Response") -> bool:
    """Whether the answer calls itself HTML, which the API never sends."""
    return "html" in response.headers.get("Content-Type", "").lower()


def _said(body: bytes, masker: Masker) -> str | None:
    """The API's own words for people, safe to show; None if there are none, or if they are markup."""
    try:
        data, _ = read_object(body, masker)
    except BadResponseError:
        return None
    text = next(_words_for_people(data), None)
    if text is None or _MARKUP.search(text):
        return None
    return one_line(masker.text(text), MAX_SAID)


def _words_for_people(value: object, levels: int = 4) -> Iterator[str]:
    if isinstance(value, str) and value.strip():
        yield value
    elif isinstance(value, dict) and levels:
        fields = cast("dict[str, object]", value)
        for name in _SAYING:
            yield from _words_for_people(fields.get(name), levels - 1)
    elif isinstance(value, list) and levels:
        for item in cast("list[object]", value)[:1]:
            yield from _words_for_people(item, levels - 1)


def _retry_after(response: "httpx.Response") -> float | None:
    """Seconds until the caller may come back: RFC 9110's Retry-After, as a number or as a date; a day at most."""
    text = response.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return min(float(text), _LONGEST_PAUSE)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(float(max(0, math.ceil((moment - datetime.now(UTC)).total_seconds()))), _LONGEST_PAUSE)


def _request_id(response: "httpx.Response", masker: Masker) -> str | None:
    """The customary header; whether Kaizen sends it is unknown, and anything odd in it is dropped."""
    text = response.headers.get("X-Request-Id", "")
    return text if re.fullmatch(r"[\w.+=-]{1,128}", text, re.ASCII) and masker.text(text) == text else None
