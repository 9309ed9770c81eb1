"""The errors of a lookup: typed where they happen, answered once, in `tools`.

    KaizenError
    ├── InvalidInputError      invalid_input    the caller's arguments
    ├── NotConfiguredError     not_configured   our own settings
    ├── ApiError               (the API answered with an error status)
    │   ├── UnauthorizedError  unauthorized     401
    │   ├── ForbiddenError     forbidden        403
    │   ├── NotFoundError      not_found        404
    │   │   └── OtherKindError                  404, but an object of the other kind has this id
    │   ├── RejectedError      rejected         any other 4xx
    │   ├── RateLimitedError   rate_limited     429
    │   └── UnavailableError   unavailable      408, 425, 5xx, or no connection at all
    ├── TlsError               tls_failed       the encrypted connection could not be trusted or made
    ├── CallTimeoutError       timeout          no answer within KAIZEN_CALL_TIMEOUT
    └── BadResponseError       bad_response     an answer that is not what the API documents

Every message is safe to show: no key, no URL, no text from upstream. What the API itself said of a failure stands
apart, in `said`, quoted and made safe.
"""

from typing import ClassVar


class KaizenError(Exception):
    """A lookup that failed.

    Attributes:
        code: stable, machine-readable word for the kind of failure.
        retryable: whether the same call can succeed later without anyone changing anything.
        http_status: the API's HTTP status, where it answered at all.
        retry_after_seconds: how long the API asked callers to wait.
        request_id: the API's own id for the failed request, for its support.
        said: the API's own words, cut to 300 characters, with nothing hidden or secret in them; not ours.
        tries: how often the API was asked.
    """

    code: ClassVar[str]
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        http_status: int | None = None,
        retry_after_seconds: float | None = None,
        request_id: str | None = None,
        said: str | None = None,
    ) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.retry_after_seconds = retry_after_seconds
        self.request_id = request_id
        self.said = said
        self.tries = 1


class InvalidInputError(KaizenError):
    """The arguments of the call can't be used; the message says which and why."""

    code = "invalid_input"


class NotConfiguredError(KaizenError):
    """The server's own settings don't allow a call; the message names the variable."""

    code = "not_configured"


class ApiError(KaizenError):
    """The API answered with an error status, or could not be reached."""


class UnauthorizedError(ApiError):
    """HTTP 401: the key is missing, wrong or expired."""

    code = "unauthorized"


class ForbiddenError(ApiError):
    """HTTP 403: the key is valid but may not read this."""

    code = "forbidden"


class NotFoundError(ApiError):
    """HTTP 404: the key's organisation has no such object."""

    code = "not_found"


class OtherKindError(NotFoundError):
    """There is no such object of this kind, but one of the other.

    Attributes:
        tool: the tool that looks it up.
    """

    def __init__(self, message: str, *, tool: str) -> None:
        super().__init__(message, http_status=404)
        self.tool = tool


class RejectedError(ApiError):
    """Any other HTTP 4xx: the API refused the request itself."""

    code = "rejected"


class RateLimitedError(ApiError):
    """HTTP 429: too many requests."""

    code = "rate_limited"
    retryable = True


class UnavailableError(ApiError):
    """HTTP 408, 425, 5xx, or no connection."""

    code = "unavailable"
    retryable = True


class TlsError(KaizenError):
    """The encrypted connection could not be made or trusted; the message says why and what to do."""

    code = "tls_failed"


class CallTimeoutError(KaizenError):
    """The call's deadline passed before the API had answered."""

    code = "timeout"
    retryable = True


class BadResponseError(KaizenError):
    """The API answered, but not with the JSON object its documentation shows."""

    code = "bad_response"
