"""The Kaizen API: one method an endpoint, one door to HTTP."""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Self, cast
from urllib.parse import urlsplit

import anyio
from pydantic import SecretStr

from kaizen_mcp import __version__
from kaizen_mcp.body import JsonObject, read_object
from kaizen_mcp.errors import (
    ApiError,
    BadResponseError,
    CallTimeoutError,
    ForbiddenError,
    InvalidInputError,
    KaizenError,
    NotConfiguredError,
    NotFoundError,
    RateLimitedError,
    RejectedError,
    UnauthorizedError,
    UnavailableError,
)
from kaizen_mcp.safety import quote
from kaizen_mcp.settings import Settings

if TYPE_CHECKING:
    import httpx

_REFUSALS: dict[int, tuple[type[ApiError], str]] = {
    401: (UnauthorizedError, "Kaizen did not accept the API key"),
    403: (ForbiddenError, "The API key may not read this"),
    404: (NotFoundError, "Kaizen has no {asked_for}"),
    408: (UnavailableError, "Kaizen gave up waiting for the request"),
    425: (UnavailableError, "Kaizen is not ready for the request yet"),
    429: (RateLimitedError, "Kaizen received too many requests"),
}
_OTHER_REFUSALS: dict[int, tuple[type[ApiError], str]] = {
    4: (RejectedError, "Kaizen refused the request"),
    5: (UnavailableError, "Kaizen has a problem of its own"),
}


_SANDBOX = Settings(base_url="http://sandbox.invalid", api_key=SecretStr("sandbox"))


@dataclass(frozen=True, slots=True)
class Reply:
    """An object as the API sent it, and notes on what JSON in a message can't carry as it was."""

    data: JsonObject
    notes: tuple[str, ...] = ()


class KaizenApi:
    """Client for the two lookups of the Kaizen API; use it as an async context manager.

    Args:
        settings: how to reach the API.
        transport: stands where the network would; tests and embedders pass one.

    Every method raises a `KaizenError` (see `errors`) and nothing else of its own.
    """

    def __init__(self, settings: Settings, *, transport: "httpx.AsyncBaseTransport | None" = None) -> None:
        self._settings = settings
        self._transport = transport
        self._client: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the pooled connections; calling it twice is harmless."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def get_execution(self, execution_id: str) -> Reply:
        """Look up an execution: `POST /executions/get`; the reply holds the object inside the wrapper."""
        body = await self._post("/executions/get", execution_id, kind="execution")
        wrapped = body.data.get("execution")
        if not isinstance(wrapped, dict):
            raise BadResponseError('Kaizen answered, but the answer has no "execution" object.')
        beside = [quote(key, 40) for key in body.data if key != "execution"]
        notes = [f"beside 'execution' the answer held {', '.join(beside[:5])}, not shown here"] if beside else []
        return Reply(cast("JsonObject", wrapped), (*body.notes, *notes))

    async def get_instructor_execution(self, execution_id: str) -> Reply:
        """Look up an instructor execution: `POST /instructor/executions/get`; the body is the object."""
        return await self._post("/instructor/executions/get", execution_id, kind="instructor execution")

    async def _post(self, path: str, object_id: str, *, kind: str) -> Reply:
        """Ask for one object by its id: the only way out to HTTP, and the place for retries."""
        self._settings.require_usable()
        response = await self._send(path, {"id": object_id})
        if not response.is_success:
            raise self._refusal(response, asked_for=f"{kind} {quote(object_id, 256)}")
        data, notes = read_object(response.content)
        if self._settings.sandbox:
            notes.append("this answer is made up: it comes from the built-in sandbox, not from Kaizen")
        return Reply(data, tuple(notes))

    async def _send(self, path: str, payload: JsonObject) -> "httpx.Response":
        import httpx  # noqa: PLC0415 - 60 to 90 ms, so not before the first call needs it

        client = self._open_client()
        failure: KaizenError
        try:
            with anyio.fail_after(self._settings.call_timeout):
                return await client.post(path, json=payload)
        except TimeoutError:
            failure = CallTimeoutError(f"Kaizen did not answer within {self._settings.call_timeout:g} s.")
        except httpx.ConnectError:
            failure = UnavailableError("Kaizen could not be reached.")
        except httpx.DecodingError:
            failure = BadResponseError("Kaizen answered, but the answer's compression is broken.")
        except httpx.HTTPError:
            failure = UnavailableError("The connection to Kaizen broke before it had answered.")
        except UnicodeEncodeError:
            failure = InvalidInputError("The id has characters in it that can't be sent.")
        # Raised out here so that it carries no httpx exception, whose request holds the key.
        raise failure

    def _open_client(self) -> "httpx.AsyncClient":
        if self._client is None:
            settings, transport = self._settings, self._transport
            if settings.sandbox:
                settings, transport = _SANDBOX, transport or _sandbox_transport()
            self._client = _build_client(settings, transport)
        return self._client

    def _refusal(self, response: "httpx.Response", *, asked_for: str) -> KaizenError:
        status = response.status_code
        facts: dict[str, Any] = {"http_status": status, "request_id": _request_id(response)}
        error, message = _REFUSALS.get(status) or _OTHER_REFUSALS.get(status // 100) or (None, "")
        if error is None:
            return BadResponseError(f"Kaizen answered with HTTP {status}, where an object was expected.", **facts)
        web_page = "html" in response.headers.get("Content-Type", "").lower()
        if web_page and error in {UnauthorizedError, ForbiddenError, NotFoundError}:
            # A proxy's or another site's word says nothing of the key or the execution.
            return BadResponseError(f"A web page answered with HTTP {status}, not Kaizen's API.", **facts)
        if error is NotFoundError and self._settings.sandbox:
            message = "The built-in sandbox has no {asked_for}, and Kaizen was not asked"
        return error(
            f"{message.format(asked_for=asked_for)} (HTTP {status}).",
            retry_after_seconds=_retry_after(response),
            **facts,
        )


def _build_client(settings: Settings, transport: "httpx.AsyncBaseTransport | None") -> "httpx.AsyncClient":
    import httpx  # noqa: PLC0415 - as in _send

    key = settings.api_key
    problem = "KAIZEN_BASE_URL is not a valid address."
    try:
        url = httpx.URL(settings.base_url)
        _ = url.host  # decodes it
        problem = "A proxy or certificate variable can't be used: HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE."
        return httpx.AsyncClient(
            base_url=url,
            transport=transport,
            headers={
                "Authorization": f"Bearer {key.get_secret_value() if key else ''}",
                "User-Agent": f"kaizen-mcp/{__version__}",
                "Accept": "application/json",
            },
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # one lookup leaves nothing for the next
            timeout=None,  # noqa: S113 - the deadline in _send is the one clock of a call
            follow_redirects=False,
            # Plain http is for this machine alone; a proxy would carry the key off it, unencrypted.
            trust_env=urlsplit(settings.base_url).scheme == "https",
        )
    except (ImportError, OSError, ValueError, httpx.InvalidURL):
        pass  # told below, without what these exceptions quote
    raise NotConfiguredError(problem)


def _sandbox_transport() -> "httpx.AsyncBaseTransport":
    import httpx  # noqa: PLC0415 - as in _send

    from kaizen_mcp.sandbox.app import create_app  # noqa: PLC0415 - Starlette is for the sandbox alone

    return httpx.ASGITransport(create_app(), raise_app_exceptions=False)


def _retry_after(response: "httpx.Response") -> float | None:
    """Seconds until the caller may come back: RFC 9110's Retry-After, as a number or as a date."""
    text = response.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return float(max(0, math.ceil((moment - datetime.now(UTC)).total_seconds())))


def _request_id(response: "httpx.Response") -> str | None:
    """The customary header; whether Kaizen sends it is unknown, and anything odd in it is dropped."""
    text = response.headers.get("X-Request-Id", "")
    return text if re.fullmatch(r"[\w.:/+=-]{1,128}", text, re.ASCII) else None
