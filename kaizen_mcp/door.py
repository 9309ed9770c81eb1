"""The one door to HTTP: the key, the deadline, trying again, the size of answers, each failure by its name."""

import ssl
import zlib
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing, asynccontextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast
from urllib.request import getproxies, proxy_bypass

import anyio
import anyio.to_thread
from pydantic_core import PydanticSerializationError, to_json

from kaizen_mcp import __version__
from kaizen_mcp.body import JsonObject
from kaizen_mcp.credentials import Masker
from kaizen_mcp.errors import (
    BadResponseError,
    CallTimeoutError,
    InvalidInputError,
    KaizenError,
    NotConfiguredError,
    UnavailableError,
)
from kaizen_mcp.humanize import format_size
from kaizen_mcp.refusals import RETRIED, is_web_page, refusal
from kaizen_mcp.settings import Settings
from kaizen_mcp.tls import explain, trusted_context

if TYPE_CHECKING:
    import httpx
    from tenacity import AsyncRetrying, RetryCallState

T = TypeVar("T")

FIRST_WAIT = 0.15
"""Seconds before the second try, doubled at most by chance: some agents give a whole call only 5 s."""

_WAIT_GROWTH = 3
_LONGEST_WAIT = 10.0
_VARIABLES = "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE, SSL_CERT_DIR"
_LARGE = 131_072
"""Bytes of a body from which on it is read in a thread."""

_MAX_REFUSAL_BYTES = 65_536
_REFUSAL_SECONDS = 2.0
_PASSING_SECONDS = 0.2
"""How much of a refusal's body is read, how long for, and how long before another try: its status says enough."""

_KEPT = 5.0
"""Seconds for which a connection that is not used is kept, as httpx does."""

_MOST_MEMBERS = 100
"""Pieces that a gzip file is put together from; more are a trick to keep us busy."""


class Door:
    """Sends requests to the API and returns the bodies of its answers.

    Args:
        settings: how to reach the API, and the limits.
        masker: takes secrets out of what the API says in a refusal.
        transport: stands where the network would.
    """

    def __init__(
        self, settings: Settings, masker: Masker, *, transport: "httpx.AsyncBaseTransport | None" = None
    ) -> None:
        self._settings = settings
        self._masker = masker
        self._transport = transport
        self._lines: _Lines | None = None
        self._turns = anyio.Semaphore(settings.max_concurrency, fast_acquire=True)

    async def aclose(self) -> None:
        """Close the pooled connections; calling it twice is harmless."""
        lines, self._lines = self._lines, None
        if lines is not None:
            await lines.aclose()

    async def post(
        self, path: str, payload: JsonObject, *, missing: str, read: Callable[[bytes], T], deadline: float
    ) -> T:
        """Send a request that reads, so that it can be sent again, and return what its answer is read as.

        Args:
            path: below the base URL.
            payload: sent as JSON.
            missing: what to say if the API has no such object.
            read: makes something of the body of the answer, unpacked; part of the call, so within its deadline.
            deadline: when the call ends, by the event loop's clock.

        Raises:
            KaizenError: whatever went wrong; nothing of httpx is chained to it, for a request holds the key.
        """
        turn = _Turn()
        try:
            with anyio.CancelScope(deadline=deadline):
                body = await self._persist(lambda: self._try(path, payload, missing, turn))
                turn.over = True
                if len(body.packed) < _LARGE and not body.packing:
                    return read(body.packed)
                # Seconds of work, maybe: other calls, signals and the deadline must not wait for it.
                return await anyio.to_thread.run_sync(lambda: read(self._unpacked(body)), abandon_on_cancel=True)
            failure = self._out_of_time(turn)
        except KaizenError as error:
            failure = error
        failure.tries = max(1, turn.tries)
        raise failure.with_traceback(None)

    def _out_of_time(self, turn: "_Turn") -> KaizenError:
        limit = f"{self._settings.call_timeout:g} s"
        if turn.over:
            return CallTimeoutError(f"Kaizen's answer is so large that it could not be read within {limit}.")
        if turn.refused is not None:
            return turn.refused  # it has answered, though not well, before it fell silent
        if turn.came:
            return CallTimeoutError(f"Kaizen did not answer within {limit}.")
        return CallTimeoutError(f"Too many lookups were under way for this one to get its turn within {limit}.")

    async def _persist(self, once: "Callable[[], Coroutine[Any, Any, _Body]]") -> "_Body":
        """Try, and try again what can succeed later, with growing pauses and as often as the settings allow."""
        try:
            return await once()
        except KaizenError as error:
            if not _can_succeed_later(error):
                raise
            failures = [error]

        async def again() -> "_Body":
            if failures:  # the try above was the first
                raise failures.pop()
            return await once()

        return await self._tries()(again)

    def _tries(self) -> "AsyncRetrying":
        from tenacity import (  # noqa: PLC0415 - 30 ms, and some of each call: only for what went wrong
            AsyncRetrying,
            retry_if_exception,
            wait_exponential,
            wait_random_exponential,
        )

        grows = {"multiplier": FIRST_WAIT, "exp_base": _WAIT_GROWTH, "max": _LONGEST_WAIT}
        backoff = wait_exponential(**grows) + wait_random_exponential(**grows)

        def wait(state: "RetryCallState") -> float:
            asked = getattr(state.outcome and state.outcome.exception(), "retry_after_seconds", None)
            return max(asked or 0.0, backoff(state))

        def stop(state: "RetryCallState") -> bool:
            left = anyio.current_effective_deadline() - anyio.current_time()
            return state.attempt_number > self._settings.max_retries or state.upcoming_sleep >= left

        return AsyncRetrying(
            retry=retry_if_exception(_can_succeed_later),
            wait=wait,
            stop=stop,
            sleep=anyio.sleep,
            reraise=True,
        )

    async def _try(self, path: str, payload: JsonObject, missing: str, turn: "_Turn") -> "_Body":
        import httpx  # noqa: PLC0415 - 60 to 90 ms, so not before the first call needs it

        if self._lines is None:
            self._lines = _Lines(self._settings, self._transport, patience=self._patience)
        failure: KaizenError
        try:
            async with self._turns:
                turn.came = True
                turn.tries += 1
                async with self._lines.post(path, payload) as response:
                    if response.is_success:
                        return await self._body(response)
                    start = await _start_of(response)
                    turn.refused = refusal(response, start, missing=missing, masker=self._masker)
                    raise turn.refused
        except httpx.ConnectTimeout:
            failure = UnavailableError("Kaizen could not be reached: nothing answered.")
        except httpx.TimeoutException:
            failure = CallTimeoutError(f"Kaizen did not answer within {self._patience:g} s.")
        except httpx.ProxyError as error:
            failure = _refused_by_proxy(str(error)[:3])
        except httpx.ConnectError as error:
            failure = explain(error) or UnavailableError("Kaizen could not be reached.")
        except httpx.HTTPError:
            failure = UnavailableError("The connection to Kaizen broke before it had answered.")
        except PydanticSerializationError:
            failure = InvalidInputError("The id has characters in it that can't be sent.")
        # Raised out here so that it carries no httpx exception, whose request holds the key.
        raise failure

    @property
    def _patience(self) -> float:
        """Seconds without a sign of life after which a try is given up, so that all tries fit the deadline."""
        return round(self._settings.call_timeout / (self._settings.max_retries + 1), 3)

    async def _body(self, response: "httpx.Response") -> "_Body":
        """Read the body of an answer, no more of it than the limit."""
        if is_web_page(response):
            raise BadResponseError(f"A web page answered with HTTP {response.status_code}, not Kaizen's API.")
        body = await _packed(response, self._settings.max_body_bytes)
        if len(body.packed) > self._settings.max_body_bytes:
            raise self._too_large()
        return body

    def _unpacked(self, body: "_Body") -> bytes:
        unpacked = _unpack(body, self._settings.max_body_bytes)
        if len(unpacked) > self._settings.max_body_bytes:
            raise self._too_large()
        return unpacked

    def _too_large(self) -> BadResponseError:
        limit = format_size(self._settings.max_body_bytes)
        return BadResponseError(f"Kaizen's answer is larger than {limit}, the limit set by KAIZEN_MAX_BODY_BYTES.")


class _Lines:
    """Connections to the API, kept open; as many as there were lookups under way at one time.

    What is used of httpx is its transport. There is one address and one kind of request, and nothing is to be
    followed, remembered or negotiated, which is what a client around it is for, and what took a tenth of a call.
    Each connection has a transport of its own: a pool asks all of its connections how they are, several times for
    each request, which took a sixth of a call with eight of them.
    """

    def __init__(
        self, settings: Settings, transport: "httpx.AsyncBaseTransport | None", *, patience: float
    ) -> None:
        import httpx  # noqa: PLC0415 - as in _try

        key = settings.api_key
        self._headers = httpx.Headers(
            {
                "Authorization": f"Bearer {key.get_secret_value() if key else ''}",
                "User-Agent": f"kaizen-mcp/{__version__}",
                "Accept": "application/json",
                "Accept-Encoding": "gzip",  # what _unpack can stop in the middle of
                "Content-Type": "application/json",
            }
        )
        self._extensions = {"timeout": httpx.Timeout(patience, pool=None).as_dict()}
        self._request = httpx.Request
        self._urls: dict[str, httpx.URL] = {}
        self._given = transport
        self._closed = False
        self._idle: deque[tuple[httpx.AsyncBaseTransport, float]] = deque()
        problem = "KAIZEN_BASE_URL is not a valid address."
        try:
            self._base = httpx.URL(settings.base_url.rstrip("/") + "/")
            _ = self._base.host  # decodes it
            problem = f"One of these variables can't be used: {_VARIABLES}."
            if transport is None:
                self._open = _opener(self._base)
                self._idle.append((self._open(), monotonic()))
        except (ImportError, OSError, ValueError, httpx.InvalidURL):
            pass  # told below, without what these exceptions quote
        else:
            return
        raise NotConfiguredError(problem)

    @asynccontextmanager
    async def post(self, path: str, payload: JsonObject) -> "AsyncGenerator[httpx.Response]":
        """Send a request and give its answer, whose body is still to be read."""
        url = self._urls.get(path)
        if url is None:
            url = self._urls[path] = self._base.join(path.lstrip("/"))
        request = self._request(
            "POST", url, headers=self._headers, content=to_json(payload), extensions=self._extensions
        )
        line = await self._take() if self._given is None else self._given
        try:
            response = await line.handle_async_request(request)
        except BaseException:
            # A connection that is cancelled at a bad moment counts as busy ever after, and the line has no other.
            if line is not self._given:
                with anyio.move_on_after(_PASSING_SECONDS, shield=True):
                    await line.aclose()
            raise
        try:
            async with aclosing(response):
                yield response
        finally:
            if line is not self._given:
                self._idle.append((line, monotonic()))
                if self._closed:  # while this one was under way
                    await self.aclose()

    async def _take(self) -> "httpx.AsyncBaseTransport":
        """The line that was used last; those that have not been used for long are closed on the occasion."""
        while self._idle and monotonic() - self._idle[0][1] > _KEPT:
            await self._idle.popleft()[0].aclose()
        return self._idle.pop()[0] if self._idle else self._open()

    async def aclose(self) -> None:
        self._closed = True
        with anyio.CancelScope(shield=True):
            if self._given is not None:
                await self._given.aclose()
            while self._idle:
                await self._idle.pop()[0].aclose()


def _opener(url: "httpx.URL") -> "Callable[[], httpx.AsyncBaseTransport]":
    """What makes a transport with one connection to an address."""
    import httpx  # noqa: PLC0415 - as in _try

    limits = httpx.Limits(max_connections=1, keepalive_expiry=_KEPT)
    if url.scheme != "https":
        # Plain http is for this machine alone; a proxy would carry the key off it, unencrypted. The context is
        # never used, but httpx would load a list of authorities for one, which takes longer than the first call.
        unused = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return lambda: httpx.AsyncHTTPTransport(verify=unused, limits=limits)
    proxies = getproxies()
    address = proxies.get("https") or proxies.get("all")
    proxy = None
    if address and not needs_no_proxy(url, proxies.get("no", "")):
        proxy = httpx.Proxy(address if "://" in address else f"http://{address}")
    context = trusted_context()
    return lambda: httpx.AsyncHTTPTransport(verify=context, limits=limits, proxy=proxy)


def needs_no_proxy(url: "httpx.URL", listed: str) -> bool:
    """Whether NO_PROXY lists an address: as the standard library reads it, and as httpx does beside that."""
    entries = {entry.strip().lower() for entry in listed.split(",")}
    named = {"*", url.host, f"{url.scheme}://", f"{url.scheme}://{url.host}", str(url).rstrip("/").lower()}
    return not named.isdisjoint(entries) or bool(proxy_bypass(url.netloc.decode("ascii")))


class _Body(NamedTuple):
    packed: bytes
    packing: str


class _Turn:
    """How far a lookup is, where only so many may be under way: its turn, its tries, its last refusal, its end."""

    came = False
    tries = 0
    over = False
    refused: KaizenError | None = None


def _can_succeed_later(error: BaseException) -> bool:
    status = getattr(error, "http_status", None)
    return isinstance(error, KaizenError) and error.retryable and (status is None or status in RETRIED)


async def _start_of(response: "httpx.Response") -> bytes:
    """The body of a refusal, unpacked; empty if it is long, slow or broken."""
    import httpx  # noqa: PLC0415 - as in _try

    try:
        with anyio.fail_after(_PASSING_SECONDS if response.status_code in RETRIED else _REFUSAL_SECONDS):
            return _unpack(await _packed(response, _MAX_REFUSAL_BYTES), _MAX_REFUSAL_BYTES)
    except (httpx.HTTPError, TimeoutError, BadResponseError):
        return b""


async def _packed(response: "httpx.Response", limit: int) -> _Body:
    """The body as it comes over the wire; reading stops with the first chunk beyond `limit` bytes."""
    body = bytearray()
    # The stream itself: httpx's own readers decompress without a limit.
    async for chunk in cast("httpx.AsyncByteStream", response.stream):
        body += chunk
        if len(body) > limit:
            break
    packing = response.headers.get("Content-Encoding", "").strip().lower()
    return _Body(bytes(body), "" if packing == "identity" else packing)


def _unpack(body: _Body, limit: int) -> bytes:
    """Decompress up to one byte over `limit`, so that what would be larger can be told and is never held."""
    if not body.packing:
        return body.packed
    if body.packing not in {"gzip", "x-gzip"}:
        raise BadResponseError("Kaizen answered, but the answer is compressed in a way that was not asked for.")
    unpacked, rest = bytearray(), body.packed
    for _ in range(_MOST_MEMBERS):
        member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        with suppress(zlib.error):
            unpacked += member.decompress(rest, limit + 1 - len(unpacked))
        if len(unpacked) > limit or (member.eof and not member.unused_data):
            return bytes(unpacked)
        if not member.eof:
            break
        rest = member.unused_data
    raise BadResponseError("Kaizen answered, but the answer's compression is broken.")


def _refused_by_proxy(status: str) -> KaizenError:
    if status == "407":
        return NotConfiguredError(
            "The proxy on the way to Kaizen wants a user name and password: put them into HTTPS_PROXY."
        )
    told = f" (HTTP {status})" if status.isdigit() else ""
    return UnavailableError(
        f"The proxy on the way to Kaizen refused the connection{told}.",
        http_status=int(status) if status.isdigit() else None,
    )
