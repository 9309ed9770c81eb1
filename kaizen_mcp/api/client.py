"""Client for the Kaizen API: one method per endpoint, with deadline, retries, size limit and typed errors."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Self, cast

import anyio
import anyio.to_thread
import httpx
from pydantic_core import to_json

from kaizen_mcp import errors
from kaizen_mcp.api.decoding import read_json
from kaizen_mcp.api.envelope import Place, find_executions
from kaizen_mcp.api.error_message import MAX_API_MESSAGE, find_message
from kaizen_mcp.api.error_response import is_web_page, read_error
from kaizen_mcp.api.nesting import MAX_DEPTH, convert_in_parts
from kaizen_mcp.api.retry import RETRYABLE_STATUSES, with_retries
from kaizen_mcp.api.shared import Shared
from kaizen_mcp.api.tracing import request_span
from kaizen_mcp.api.transport import SLOT, connection_error, read_body, starts_as_json
from kaizen_mcp.caller import Caller
from kaizen_mcp.errors import (
    BadResponseError,
    CallTimeoutError,
    InvalidInputError,
    KaizenError,
    NestingError,
    NoExecutionError,
)
from kaizen_mcp.humanize import join_list, pluralize
from kaizen_mcp.json_types import JsonObject
from kaizen_mcp.sanitize.display import one_line, quote
from kaizen_mcp.sanitize.safe_mode import SafeMode, SafeObject
from kaizen_mcp.sanitize.text_masker import TextMasker
from kaizen_mcp.settings import DEFAULT_BASE_URL, Settings

_THREAD_BYTES = 131_072
"""Bodies at least this large are decoded in a thread, so that other calls need not wait."""

_DOCUMENTED_PLACES = frozenset({"", "/execution"})
"""JSON Pointers to where the API documents an object in an answer."""

_MAX_ERROR_BYTES = 262_144
_MAX_ERROR_SECONDS = 2.0
_MAX_ERROR_SECONDS_BEFORE_RETRY = 0.2
"""Limits for the body of an error response: its status matters more."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An object of the API.

    Attributes:
        data: the object as the API sent it except for what `notes` and `redacted` report.
        notes: one sentence for each thing that could not be passed on as it was.
        redacted: JSON Pointers of the values that safe mode masked.
        deep_parts: what lies too deep for MCP clients and is not in `data`, by the JSON Pointer to it.
        size: bytes of the answer it came in.
        pointer: JSON Pointer to it in that answer, secrets masked.
        age: seconds since it was read, if it is a snapshot; None if it is fresh.
        memo: what its readers worked out of it, shared by all that get the same snapshot.
    """

    data: JsonObject
    notes: Sequence[str]
    redacted: Sequence[str]
    deep_parts: Mapping[str, JsonObject | list[Any]]
    size: int
    pointer: str
    age: float | None = None
    memo: dict[str, Any] = field(default_factory=dict[str, Any])


Decoder = Callable[[bytes], Reply]


class KaizenApi:
    """Client for the two lookups of the Kaizen API; use it as an async context manager.

    Args:
        settings: how to reach the API, and the limits.
        transport: replaces the network; tests and embedders pass one.
        caller: who makes the calls; by default whoever has the key of the settings.
        shared: what it shares with the clients of other callers.

    Every method raises a `KaizenError` (see `errors`) and nothing else of its own. Each fresh answer is kept,
    masked, for `snapshot_seconds`. A lookup returns it only with `allow_snapshot`, for calls that read on.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        caller: Caller | None = None,
        shared: Shared | None = None,
    ) -> None:
        self.settings = settings
        self.caller = caller or Caller(key=settings.api_key)
        self.shared = shared or Shared(settings, transport)
        self._masker = TextMasker([settings.api_key.get_secret_value()] if settings.api_key else [])
        self._safe_mode = SafeMode(self._masker)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections and free the snapshots, of all callers; calling it twice is harmless."""
        await self.shared.aclose()

    def for_caller(self, caller: Caller) -> "KaizenApi":
        """The client for a call of this caller: it sends and masks the caller's key, and no other."""
        return KaizenApi(replace(self.settings, api_key=caller.key), caller=caller, shared=self.shared)

    def mask(self, text: str) -> str:
        """Mask the caller's key in a text, such as an id that it gave."""
        return self._masker.mask_secrets(text)

    async def get_execution(self, execution_id: str, *, allow_snapshot: bool = False) -> Reply:
        """Look up an execution: `POST /executions/get`; the reply holds the object inside the wrapper."""
        decode = partial(self._decode, pointer="/execution", asked_id=execution_id, missing=errors.NO_EXECUTION)
        return await self._get(
            "/executions/get", execution_id, kind="execution", decode=decode, allow_snapshot=allow_snapshot
        )

    async def get_instructor_execution(self, execution_id: str, *, allow_snapshot: bool = False) -> Reply:
        """Look up an instructor execution: `POST /instructor/executions/get`; the body is the object."""
        path, kind = "/instructor/executions/get", "instructor execution"
        decode = partial(self._decode, pointer="", asked_id=execution_id, missing=errors.NO_INSTRUCTOR_EXECUTION)
        return await self._get(path, execution_id, kind=kind, decode=decode, allow_snapshot=allow_snapshot)

    def _decode(self, body: bytes, *, pointer: str, asked_id: str, missing: str) -> Reply:
        """Decode an answer; `pointer` is where the API documents the object, `missing` says that there is none."""
        read = partial(read_json, keep_integers=self.settings.raw == "exact")
        answer, notes = read(body)
        found = find_executions(answer, pointer, asked_id, read)
        if len(found) != 1:
            raise self._no_execution(answer, found, missing)
        place = found[0]
        notes += [*place.notes, *self._notes_on_place(place, answer, pointer)]
        return self._make_safe(place, notes, len(body))

    def _no_execution(self, answer: object, found: list[Place], missing: str) -> BadResponseError:
        if found:
            places = " and ".join(self._quote_pointer(place) for place in found)
            return BadResponseError(errors.SEVERAL_EXECUTIONS.format(places=places))
        said = find_message(answer)
        fields = cast("JsonObject", answer) if isinstance(answer, dict) else {}
        said = said or find_message(fields.get("execution"))
        said = one_line(self._masker.mask(said), MAX_API_MESSAGE) if said else None
        message = missing if isinstance(answer, dict) else errors.NOT_AN_OBJECT
        return NoExecutionError(message, api_message=said)

    def _notes_on_place(self, place: Place, answer: object, pointer: str) -> Iterator[str]:
        """Say where the object was found and what was beside it, where that is not as documented."""
        if place.pointer != pointer and not place.pointer:
            yield "the answer held the object without the wrapper 'execution'"
        elif place.pointer != pointer:
            where = self._quote_pointer(place)
            yield f"the object was found at {where} of the answer; nothing else of it is shown"
        elif pointer and isinstance(answer, dict) and len(cast("JsonObject", answer)) > 1:
            keys = (key for key in cast("JsonObject", answer) if key != pointer[1:])
            beside = [quote(self._masker.mask(key), 40) for key in keys]
            yield f"beside 'execution' the answer held {join_list(beside, 5)}, not shown here"

    def _quote_pointer(self, place: Place) -> str:
        return quote(self._masker.mask(place.pointer))

    def _make_safe(self, place: Place, notes: list[str], size: int) -> Reply:
        """Apply safe mode here, before anything reads the object, so that no channel can forget it."""
        if self.settings.sandbox:
            notes.append("this answer is made up: it comes from the built-in sandbox, not from Kaizen")
        redacted: list[str] = []
        escaped_count = 0

        def convert(part: Any, path: str) -> Any:  # noqa: ANN401 - an object or a list
            nonlocal escaped_count
            safe = self._safe_mode.apply(part)
            redacted.extend(path + pointer for pointer in safe.redacted)
            escaped_count += safe.escaped_count
            return safe.data

        exact = self.settings.raw == "exact"
        converted, deep_parts = convert_in_parts(place.value, (lambda part, _: part) if exact else convert)
        notes = [*SafeObject(converted, redacted, escaped_count).notes, *notes]
        if deep_parts:
            parts = pluralize(len(deep_parts), "part")
            notes.append(f"{parts} nested deeper than {MAX_DEPTH} levels left out; read with path")
        pointer = self._masker.mask(place.pointer) if place.pointer not in _DOCUMENTED_PLACES else place.pointer
        return Reply(converted, notes, redacted, deep_parts, size, pointer)

    async def _get(self, path: str, object_id: str, *, kind: str, decode: Decoder, allow_snapshot: bool) -> Reply:
        """Return the snapshot if it is allowed and there is one, else a fresh answer, which replaces it."""
        key = (self.caller.id, path, object_id)
        snapshots = self.shared.snapshots
        if allow_snapshot and (kept := snapshots.get(key)):
            snapshot, age = kept
            return replace(snapshot, age=age)
        try:
            reply = await self._request(path, object_id, kind=kind, decode=decode)
        except KaizenError:
            snapshots.drop(key)
            raise
        snapshots.put(key, reply, reply.size)
        return reply

    async def _request(self, path: str, object_id: str, *, kind: str, decode: Decoder) -> Reply:
        deadline = anyio.current_time() + self.settings.call_timeout
        self.settings.require_usable()
        client = self.shared.client(self.settings)
        not_found = errors.NOT_FOUND_IN_SANDBOX if self.settings.sandbox else errors.NOT_FOUND
        not_found = not_found.format(kind=kind, id=quote(object_id, 256))
        try:
            content = to_json({"id": object_id})
        except ValueError:
            raise InvalidInputError(errors.ID_UNSENDABLE) from None
        request = client.build_request("POST", path, content=content, headers=self._headers())
        return await with_retries(
            lambda: self._attempt(client, request, not_found, decode, deadline),
            max_retries=self.settings.max_retries,
            deadline=deadline,
        )

    def _headers(self) -> dict[str, str]:
        key = self.settings.api_key.get_secret_value() if self.settings.api_key else "sandbox"
        headers = {"Authorization": f"Bearer {key}"}
        if self.caller.request_id:
            headers["X-Request-Id"] = self.caller.request_id
        return headers

    async def _attempt(
        self, client: httpx.AsyncClient, request: httpx.Request, not_found: str, decode: Decoder, deadline: float
    ) -> Reply:
        """Send the request and decode the answer, within the deadline; `timeout_message` follows the steps."""
        timeout_message = errors.NO_FREE_SLOT
        with anyio.CancelScope(deadline=deadline):
            async with self.shared.slots.slot(self.caller.id) as request.extensions[SLOT]:
                timeout_message = errors.NO_ANSWER
                with request_span(request):
                    body = await self._send(client, request, not_found)
            timeout_message = errors.TOO_LARGE_TO_READ
            if len(body) < _THREAD_BYTES:
                with suppress(NestingError):  # a deep body may need the fresh stack of a thread
                    return decode(body)
            return await anyio.to_thread.run_sync(decode, body, abandon_on_cancel=True)
        raise CallTimeoutError(timeout_message.format(seconds=self.settings.call_timeout))

    async def _send(self, client: httpx.AsyncClient, request: httpx.Request, not_found: str) -> bytes:
        """Send the request and return the decoded body of a successful response."""
        error: KaizenError
        try:
            async with aclosing(await client.send(request, stream=True)) as response:
                if not response.is_success:
                    body = await _read_error_body(response)
                    error = read_error(
                        response,
                        body,
                        not_found=not_found,
                        own_address=not self.settings.sandbox and client.base_url != httpx.URL(DEFAULT_BASE_URL),
                        masker=self._masker,
                    )
                else:
                    body = await read_body(response, self.settings.max_body_bytes)
                    if not is_web_page(response) or starts_as_json(body):
                        return body
                    error = BadResponseError(errors.WEB_PAGE.format(status=response.status_code))
        except httpx.HTTPError as failure:
            error = connection_error(failure, timeout=self.shared.attempt_timeout)
        # Raised outside of `except`, so that no httpx exception is chained: its request holds the key.
        raise error


async def _read_error_body(response: httpx.Response) -> bytes:
    """Body of an error response; empty if it is long, slow or broken."""
    will_retry = response.status_code in RETRYABLE_STATUSES
    try:
        with anyio.fail_after(_MAX_ERROR_SECONDS_BEFORE_RETRY if will_retry else _MAX_ERROR_SECONDS):
            return await read_body(response, _MAX_ERROR_BYTES)
    except (httpx.HTTPError, TimeoutError, BadResponseError):
        return b""
