"""Reads error responses of the API: HTTP status, headers and message become a `KaizenError`."""

import json
import re
from http import HTTPStatus
from typing import Any

import httpx

from kaizen_mcp import errors
from kaizen_mcp.api.error_message import MAX_API_MESSAGE, ErrorBody, read_error_body
from kaizen_mcp.api.retry import retry_after
from kaizen_mcp.errors import (
    BadResponseError,
    BlockedError,
    ForbiddenError,
    KaizenError,
    NoSuchRouteError,
    NotFoundError,
    QuotaError,
    RateLimitedError,
    RejectedError,
    UnauthorizedError,
)
from kaizen_mcp.sanitize.display import one_line
from kaizen_mcp.sanitize.text_masker import TextMasker

_NO_ROUTE_AT_AWS = "Missing Authentication Token"
_ROUTER = re.compile(
    r"\bcannot (get|post|put|patch|delete) /|executions/get|not found:? /|\bdefault backend\b|\bbackend notfound\b"
    r"|\bno static resource\b|\bno such app\b|\bno \W?\w+\W{1,2}procedure\b|\bno healthy upstream\b|\berr_ngrok"
    r"|\b(api|method) (not found|does not exist)\b|\bcould not find the function\b|^error code: 1\d{3}$",
    re.IGNORECASE,
)
"""What only routers say."""

_NO_ROUTE = re.compile(
    r"\b(no|unknown|invalid|unmatched|unrecogni[sz]ed)( \w+){0,2} (routes?|endpoint|url|uri|path|handler|page)\b"
    r"|\b(route|endpoint|url|uri|page|path|handler)\b"
    r".{0,100}(\bnot( be)? (found|resolved)|n't found|\bnot exist|n't exist|\bis offline)",
    re.IGNORECASE | re.DOTALL,
)
"""What routers say about an address that they do not know, and APIs about an object."""

_NO_SITE = re.compile(
    r"\b(file|site|domain|tunnel|deployment|application|bucket|function)\b.{0,100}(\bnot( be)? found|\bnot exist)",
    re.IGNORECASE | re.DOTALL,
)
"""What hosts say in plain text about an address that they do not know. The API sends JSON."""

_OBJECT = re.compile(r"(?<![/\w.-])(executions?|sessions?|recordings?|runs?|ids?)\b(?![/\w-]|\.\w)", re.IGNORECASE)
"""What an API says about an object that it does not have."""

_FIREWALL = re.compile(
    r"(?<![a-z])(ip|waf|csrf|xsrf|vpn)(?![a-z])|firewall|cloudflare|captcha|\brbac: access denied"
    r"|\b(allow|white|black|deny)-?list|\berror( code)?:? ?1\d{3}\b|\b(support|incident|event|attack|ray) id\b"
    r"|\A\W*blocked\b|\byou have been blocked"
    r"|\b(requests?|requested|page|url|site|traffic|connection)( (is|are|was|were|has|have|been))* blocked"
    r"|\bblocked by\b.{0,30}(policy|security|network|proxy|filter)",
    re.IGNORECASE,
)
"""What firewalls and rules about networks say."""

_KEY = re.compile(
    r"\b(key|token|credential|permission|scope|jwt|session|account|role)s?\b|authori[sz]|authentic", re.IGNORECASE
)
"""What an API says about a key."""

_LIMIT_STATUSES = frozenset({400, 403, 429})
_QUOTA_NAME = (
    r"(quota|\bcredits?\b|\blimits? (of|for|on) (your|the|this)( \w+)? plan"
    r"|(daily|weekly|monthly|yearly|annual|billing|usage|spending|plan)('s)?"
    r"([ _]\w+){0,3}?[ _-]?(limit|cap\b|credit|allowance))"
)
_IS_USED_UP = r"(exceeded|exceeds|reached|exhausted|used up|depleted|too low)"
_QUOTA = re.compile(
    rf"{_QUOTA_NAME}.{{0,40}}{_IS_USED_UP}|{_IS_USED_UP}.{{0,40}}{_QUOTA_NAME}"
    r"|insufficient[ _-]?(quota|credits?|funds|balance)|(\bout of|\bover|\bno more)( \w+){0,3} (quota|credits)",
    re.IGNORECASE | re.DOTALL,
)
"""What APIs say when a quota is used up, with any status."""

_LONG_LIMIT = re.compile(
    r"\b(daily|weekly|monthly|yearly|annual)\b|(\b(per|a|each|this|the)|/) ?(day|week|month|year|billing)"
    r"|\b(usage|spending|plan|billing)('s)?[ _](limit|cap)\b|\Alimit exceeded",
    re.IGNORECASE,
)
"""What they say with 429. `Limit Exceeded` is AWS's for a usage plan."""

_SHORT_LIMIT = re.compile(
    r"(?<![a-z])(seconds?|secs?|minutes?|mins?|hours?|concurren\w+|simultaneous\w*)\b|\d ?s\b", re.IGNORECASE
)
_SHORT_WAIT = 3600.0
"""What passes by itself: a limit of hours or less, or one with a `Retry-After` of at most so many seconds."""

_RATE_LIMIT = re.compile(
    r"rate[ _-]?limit.{0,20}(exceed|reach)|(exceed|reach).{0,20}rate[ _-]?limit|\btoo many requests\b",
    re.IGNORECASE,
)
"""What some APIs, such as Google's and GitHub's, say with 403."""

_REFUSALS = (UnauthorizedError, ForbiddenError)

_PAGE_ERRORS: dict[type[KaizenError], type[KaizenError]] = {
    UnauthorizedError: BlockedError,
    ForbiddenError: BlockedError,
    NotFoundError: NoSuchRouteError,
}
"""What an error means if a web page says so. It says nothing about the key or the execution."""

Kind = tuple[type[KaizenError], str]
"""An error class, and its sentence."""


def read_error(
    response: httpx.Response, body: bytes, *, not_found: str, own_address: bool, masker: TextMasker
) -> KaizenError:
    """Return the error that a response other than 2xx stands for.

    Args:
        response: status, headers and the request.
        body: as much of the decoded body as was read.
        not_found: what to say if there is no such object.
        own_address: whether the address is another one than the default.
        masker: masks secrets in the API's own message.
    """
    status = response.status_code
    text = body.decode("utf-8-sig", errors="replace").strip()
    said = read_error_body(text, is_html=is_web_page(response))
    table = errors.STATUS_ERRORS
    kind = table.get(status) or table.get(status // 100) or (BadResponseError, errors.UNEXPECTED_STATUS)
    names_object = _names_object(said, response.request)
    if said.format == "xml" and not names_object and not (kind[0] in _REFUSALS and _KEY.search(said.words)):
        said = ErrorBody("page")  # the API sends JSON
    error, sentence = _kind_of(response, said, kind, names_object=names_object)
    details: dict[str, Any] = {"own_address": own_address} if error is NotFoundError else {}
    return error(
        sentence.format(status=status, not_found=not_found),
        http_status=status,
        retry_after_seconds=retry_after(response.headers, status),
        request_id=_request_id(response, masker),
        api_message=one_line(masker.mask(said.message), MAX_API_MESSAGE) if said.message else None,
        **details,
    )


def is_web_page(response: httpx.Response) -> bool:
    """Whether a response calls itself HTML, which the API never sends."""
    return "html" in response.headers.get("Content-Type", "").lower()


def _names_object(said: ErrorBody, request: httpx.Request) -> bool:
    """Whether a message has the id that the request asks for: no router knows it."""
    object_id = json.loads(request.content)["id"]
    return re.search(rf"(?<![\w-]){re.escape(object_id)}(?![\w-])", said.message or "") is not None


def _kind_of(response: httpx.Response, said: ErrorBody, kind: Kind, *, names_object: bool) -> Kind:
    """Class and sentence of an error: those of its status, or others if the body tells more."""
    error, _ = kind
    if said.format == "page":
        return _kind_of_page(response.status_code, kind)
    if limit := _limit(response, said.words):
        return limit
    if error is NotFoundError and not names_object and _names_route(said):
        return NoSuchRouteError, errors.NO_SUCH_ROUTE
    if error is ForbiddenError and said.message == _NO_ROUTE_AT_AWS:
        return NoSuchRouteError, errors.NO_SUCH_ROUTE
    asks_for_key = error is UnauthorizedError and "WWW-Authenticate" in response.headers
    if error in _REFUSALS and not asks_for_key and _FIREWALL.search(said.words):
        return BlockedError, errors.BLOCKED
    return kind


def _kind_of_page(status: int, kind: Kind) -> Kind:
    """What a web page says with a status: something that is not about the id or the key."""
    error, _ = kind
    is_unexplained = errors.REJECTED_ADVICE.get(status, errors.CHECK_ID) == errors.CHECK_ID
    page_error = BadResponseError if error is RejectedError and is_unexplained else _PAGE_ERRORS.get(error)
    return (page_error, errors.WEB_PAGE) if page_error else kind


def _limit(response: httpx.Response, words: str) -> Kind | None:
    """The limit that an error is about: one of days, months or money that is used up, or one that passes soon."""
    status = response.status_code
    if status not in _LIMIT_STATUSES:
        return None
    if _QUOTA.search(words) or (status == HTTPStatus.TOO_MANY_REQUESTS and _LONG_LIMIT.search(words)):
        wait = retry_after({"Retry-After": response.headers.get("Retry-After", "")}, status)
        if not _SHORT_LIMIT.search(words) and (wait is None or wait > _SHORT_WAIT):
            return QuotaError, errors.QUOTA_USED_UP
    elif status != HTTPStatus.FORBIDDEN or not _RATE_LIMIT.search(words):
        return None
    return RateLimitedError, errors.TOO_MANY_REQUESTS


def _names_route(said: ErrorBody) -> bool:
    """Whether a 404 is about an address that a router or a host does not know, not about an object."""
    message = said.message or ""
    is_missing = _NO_ROUTE.search(message) or (said.format == "text" and _NO_SITE.search(message))
    return bool(_ROUTER.search(message) or (is_missing and not _OBJECT.search(message)))


def _request_id(response: httpx.Response, masker: TextMasker) -> str | None:
    """`X-Request-Id`, the customary header; Kaizen documents none, so anything unusual in it is dropped."""
    text = response.headers.get("X-Request-Id", "")
    return text if re.fullmatch(r"[\w.+=-]{1,128}", text, re.ASCII) and masker.mask(text) == text else None
