"""All errors of a lookup, every sentence they say, and the advice that follows it.

    KaizenError
    ├── InvalidInputError      invalid_input    the caller's arguments
    ├── NotConfiguredError     not_configured   our own settings
    │   └── CallerKeyError                      over HTTP: the caller sent no usable key
    ├── ApiError               (the API answered with an error status, or could not be reached)
    │   ├── UnauthorizedError  unauthorized     401, 498, 499
    │   ├── ForbiddenError     forbidden        403
    │   ├── NotFoundError      not_found        404
    │   │   └── OtherKindError                  404, but an object of the other kind has this id
    │   ├── RejectedError      rejected         any other 4xx
    │   ├── RateLimitedError   rate_limited     429
    │   │   └── QuotaError                      a quota is used up
    │   └── UnavailableError   unavailable      408, 425, 5xx, or no connection at all
    │       └── ProxyUnreachableError           no connection through a proxy
    ├── TlsError               tls_failed       the encrypted connection could not be trusted or made
    ├── CallTimeoutError       timeout          no answer within KAIZEN_CALL_TIMEOUT
    └── BadResponseError       bad_response     an answer that is not what the API documents
        ├── NoSuchRouteError                    its address is not the API's
        ├── BlockedError                        something before the API refused the request
        ├── CutOffError                         it ends too early
        └── NestingError                        it is nested too deep

An error is raised where it happens and turned into text once, by `tools/error_text`. Messages are safe to show: no
key, no URL, no text from upstream; the API's own message is kept apart, in `api_message`. Errors about an argument
or a setting say what that may be, so those sentences stand beside the rules, in `arguments` and `settings`.
"""

from dataclasses import KW_ONLY, dataclass, field
from typing import ClassVar


@dataclass(eq=False, repr=False)
class KaizenError(Exception):
    """A lookup that failed.

    Attributes:
        message: what happened.
        code: stable, machine-readable word for the kind of failure.
        retryable: whether the same call can succeed later without anyone changing anything.
        max_retries: retries after which it will not pass by itself.
        advice: what to do about it; `{wait}` stands for how long to wait, `{where}`, `{restart}` and `{key}` for
            what the `Audience` has, `{newer}` for a last resort where the API said nothing.
        http_status: the API's HTTP status, where it answered at all.
        retry_after_seconds: how long the API asked callers to wait.
        request_id: the API's own id for the failed request, for its support.
        api_message: the API's own words, at most 300 characters, with nothing hidden or secret in them.
        attempts: how often the API was asked.
    """

    code: ClassVar[str]
    retryable: ClassVar[bool] = False
    max_retries: ClassVar[int] = 100
    advice: ClassVar[str] = ""

    message: str
    _: KW_ONLY
    http_status: int | None = None
    retry_after_seconds: float | None = None
    request_id: str | None = None
    api_message: str | None = None
    attempts: int = field(default=1, init=False)

    def __str__(self) -> str:
        return self.message


class InvalidInputError(KaizenError):
    """The arguments of the call can't be used; the message says which and why."""

    code = "invalid_input"


class NotConfiguredError(KaizenError):
    """The server's own settings don't allow a call; the message names the variable."""

    code = "not_configured"
    advice = "Set it {where}{restart}."


class CallerKeyError(NotConfiguredError):
    """The request over HTTP has no usable API key of its caller; the message names the header."""

    advice = (
        "Set it where this server is added to the client, to your API key from your organisation's settings in "
        "Kaizen."
    )


class ApiError(KaizenError):
    """The API answered with an error status, or could not be reached."""


class UnauthorizedError(ApiError):
    """HTTP 401, or 498 and 499, which some APIs send: the key is missing, wrong or expired."""

    code = "unauthorized"
    advice = "Set {key} to a current key from your organisation's settings in Kaizen{restart}."


class ForbiddenError(ApiError):
    """HTTP 403: the key is valid but may not read this."""

    code = "forbidden"
    advice = "Ask an administrator of your Kaizen organisation to let this key read executions."


@dataclass(eq=False, repr=False)
class NotFoundError(ApiError):
    """HTTP 404: the key's organisation has no such object.

    Attributes:
        own_address: whether KAIZEN_BASE_URL names another address than the default.
        other_kind_missing: whether there is no object of the other kind with this id either.
    """

    code = "not_found"
    advice = "Check the id."

    _: KW_ONLY
    own_address: bool = False
    other_kind_missing: bool = field(default=False, init=False)


class OtherKindError(NotFoundError):
    """HTTP 404, but the id belongs to an object of the other kind."""


class RejectedError(ApiError):
    """Any other HTTP 4xx: the request itself was refused. For some statuses there is other advice below."""

    code = "rejected"
    advice = "Check any proxy on the way and KAIZEN_BASE_URL{newer}."


class RateLimitedError(ApiError):
    """HTTP 429, or 400 or 403 with such words: too many requests."""

    code = "rate_limited"
    retryable = True
    advice = "Try again in {wait}."


class QuotaError(RateLimitedError):
    """HTTP 400, 403 or 429, and a quota of days or months, or the money for it, is used up."""

    retryable = False
    advice = "Ask an administrator of your Kaizen organisation about its plan and limits."


class UnavailableError(ApiError):
    """HTTP 408, 425, 5xx, or no connection."""

    code = "unavailable"
    retryable = True
    advice = "Try again in {wait}; if that fails too, check the network and whether Kaizen is up."


class ProxyUnreachableError(UnavailableError):
    """No connection through the proxy; the message names the setting that the proxy is from."""

    advice = "Try again in {wait}; if that fails too, check that setting and whether the proxy is up."


class TlsError(KaizenError):
    """The encrypted connection could not be made or trusted; the message says why and what to do."""

    code = "tls_failed"


class CallTimeoutError(KaizenError):
    """The call's deadline passed before the API had answered."""

    code = "timeout"
    retryable = True
    advice = "Try again in {wait}."


class BadResponseError(KaizenError):
    """The API answered, but not with the JSON object its documentation shows."""

    code = "bad_response"
    advice = "Check KAIZEN_BASE_URL and any proxy; if they are right, try again later."


class NoSuchRouteError(BadResponseError):
    """HTTP 404, and there is no such page or route: it says nothing about the id."""

    advice = "Check KAIZEN_BASE_URL and any proxy: the address looks wrong."


class BlockedError(BadResponseError):
    """A firewall, proxy or network refused the request; it says nothing about the key."""

    advice = "Check KAIZEN_BASE_URL and any proxy, VPN or firewall on the network."


class CutOffError(BadResponseError):
    """The answer ends too early, and the connection did not tell."""

    retryable = True
    max_retries = 1


class NoExecutionError(BadResponseError):
    """The answer is JSON, but nothing in it is an execution: most often an error with the HTTP status 200."""

    advice = "Check the id; if it is right, check KAIZEN_BASE_URL and any proxy."


class NestingError(BadResponseError):
    """The answer is nested deeper than it can be decoded."""

    advice = "This server can't read it: open it in Kaizen."


class BodySizeError(BadResponseError):
    """The answer is larger than KAIZEN_MAX_BODY_BYTES."""

    advice = "Set KAIZEN_MAX_BODY_BYTES higher {where}{restart}, or check that KAIZEN_BASE_URL is Kaizen's."


# The sentences, by error class. What stands in braces is filled in where the error is raised.

PROXY_WANTS_LOGIN = "The proxy on the way to Kaizen requires a user name and password: put them into HTTPS_PROXY."
TOO_MANY_REQUESTS = "Kaizen received too many requests (HTTP {status})."
# HTTP statuses. A status not listed falls under its first digit.
STATUS_ERRORS: dict[int, tuple[type[KaizenError], str]] = {
    **dict.fromkeys((401, 498, 499), (UnauthorizedError, "Kaizen did not accept the API key (HTTP {status}).")),
    403: (ForbiddenError, "The API key may not read this (HTTP 403)."),
    404: (NotFoundError, "{not_found} (HTTP 404)."),
    407: (NotConfiguredError, PROXY_WANTS_LOGIN),
    408: (UnavailableError, "Kaizen timed out waiting for the request (HTTP 408)."),
    425: (UnavailableError, "Kaizen is not ready for the request yet (HTTP 425)."),
    429: (RateLimitedError, TOO_MANY_REQUESTS),
    511: (BlockedError, "The network wants a login before it lets requests through (HTTP 511)."),
    4: (RejectedError, "Kaizen refused the request (HTTP {status})."),
    5: (UnavailableError, "Kaizen had an internal error (HTTP {status})."),
}
# What to do about a RejectedError, by HTTP status; others have its own advice.
CHECK_ID = "Check the id{newer}."
_TOO_LARGE = "A lookup is a small request: check {what}, and any proxy on the way."
REJECTED_ADVICE: dict[int, str] = {
    **dict.fromkeys((400, 409, 422), CHECK_ID),
    402: "Ask an administrator of your Kaizen organisation about its plan and billing.",
    410: "It may have been deleted. If not, the address is out of date: check KAIZEN_BASE_URL{newer}.",
    413: _TOO_LARGE.replace("{what}", "the id"),
    414: _TOO_LARGE.replace("{what}", "KAIZEN_BASE_URL"),
    **dict.fromkeys((423, 424), "Try again later."),
    **dict.fromkeys((431, 494), _TOO_LARGE.replace("{what}", "that {key} holds the key alone")),
    451: "It is blocked for legal reasons. Ask an administrator of your Kaizen organisation, or of the network.",
}
QUOTA_USED_UP = "Kaizen refused the request: a quota is used up (HTTP {status})."
NEWER_NEEDED = "; if it is right, a newer kaizen-mcp may be needed"
NOT_FOUND = "Kaizen has no {kind} {id}"
NOT_FOUND_IN_SANDBOX = "The built-in sandbox, which is not Kaizen, has no {kind} {id}"
OTHER_KIND = "This id belongs to an {other_kind}, not to an {kind}."
# RateLimitedError
TOO_MANY_CALLS = "This server answers {limit} calls per minute, and there were more."
# InvalidInputError
ID_UNSENDABLE = "The id has characters in it that can't be sent: copy it again, as plain text."
OFFSET_BEYOND_END = "Offset {offset} is beyond the end of path {path}, which is at {total}."
OFFSET_BEYOND_MATCHES = "Offset {offset} is beyond the last match: {text} has {total}; call without offset."
# Protocol errors
BUG = "kaizen-mcp has a bug; its log on stderr says more."
NOT_INITIALIZED = 'Send "initialize" and "notifications/initialized" before {method}.'
# CallerKeyError
KEY_HEADER_MISSING = "The request has no {header} header."
KEY_HEADER_REPEATED = "The request has more than one {header} header."
# NotConfiguredError
BASE_URL_INVALID = "KAIZEN_BASE_URL is not a valid address."
CERTIFICATE_FILE_UNUSABLE = "SSL_CERT_FILE can't be used: it must name a readable PEM file with certificates."
CERTIFICATE_DIR_UNUSABLE = "SSL_CERT_DIR can't be used: it must name a folder with certificates."
KEY_LOG_UNUSABLE = "SSLKEYLOGFILE can't be used: it must name a file that can be written, or not be set."
SYSTEM_PROXY = "This computer's proxy setting"
PROXY_INVALID = "{name} can't be used: it must be an address like http://proxy.example:3128."
PROXY_IS_SOCKS = "{name} can't be used: it names a SOCKS proxy; only http:// and https:// are supported."
# UnavailableError
CONNECT_FAILED = "Kaizen could not be reached."
CONNECT_TIMED_OUT = "Kaizen could not be reached: the connection timed out."
CONNECTION_BROKE = "The connection to Kaizen broke before it had answered."
PROXY_UNREACHABLE = "{name} names a proxy, and Kaizen could not be reached through it."
PROXY_REFUSED = "The proxy on the way to Kaizen refused the connection{status}."
# CallTimeoutError
NO_FREE_SLOT = "Too many lookups were running: this one got no free slot within {seconds:g} s."
NO_ANSWER = "Kaizen did not answer within {seconds:g} s."
NO_ANSWER_IN_TIME_LEFT = "Kaizen did not answer within the time that was left."
TOO_LARGE_TO_READ = "Kaizen's answer is too large to be read within {seconds:g} s."
# BadResponseError
UNEXPECTED_STATUS = "Kaizen answered with HTTP {status}, where an object was expected."
WEB_PAGE = "A web page answered with HTTP {status}, not Kaizen's API."
NO_SUCH_ROUTE = "KAIZEN_BASE_URL leads to an address that does not know this lookup (HTTP {status})."
BLOCKED = "A firewall, a proxy or a rule about networks refused the request (HTTP {status})."
BODY_TOO_LARGE = "Kaizen's answer is larger than {limit}, the limit set by KAIZEN_MAX_BODY_BYTES."
UNKNOWN_COMPRESSION = "Kaizen answered, but with a compression that was not asked for."
BROKEN_COMPRESSION = "Kaizen answered, but the answer's compression is broken."
EMPTY_BODY = "Kaizen answered, but the answer is empty."
NOT_UTF8 = "Kaizen answered, but the answer is not text in UTF-8."
NOT_JSON = "Kaizen answered, but the answer is not valid JSON."
CUT_OFF = f"{NOT_JSON} It ends too early."
NOT_AN_OBJECT = "Kaizen answered, but the answer is not a JSON object."
NESTED_TOO_DEEP = "Kaizen answered, but the answer is nested more than {levels} levels deep."
NO_EXECUTION = 'Kaizen answered, but the answer has no "execution" object.'
NO_INSTRUCTOR_EXECUTION = "Kaizen answered, but the answer is no instructor execution."
SEVERAL_EXECUTIONS = "Kaizen answered with more than one execution: at {places}."
# TlsError. These say themselves what to do.
NO_TLS = (
    "Kaizen's address did not speak TLS as expected, so the connection was given up. Check that "
    "KAIZEN_BASE_URL is an https address, and any proxy or inspection of traffic on the way."
)
CERTIFICATE_OUT_OF_DATE = (
    "The certificate at Kaizen's address {problem}, so the key was not sent. Check this computer's clock; "
    "if it is right, whoever runs that address has to renew the certificate."
)
CERTIFICATE_OF_ANOTHER_HOST = (
    "The certificate at Kaizen's address is for another host, so the key was not sent. Check "
    "KAIZEN_BASE_URL and any proxy on the way."
)
CERTIFICATE_UNTRUSTED = (
    "The certificate at Kaizen's address is signed by {issuer}, so the key was not sent. If your company "
    "inspects traffic, add its CA certificate to this computer's trust store, or set SSL_CERT_FILE to a "
    "PEM file that has it."
)
