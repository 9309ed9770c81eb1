"""The Kaizen API: one method an endpoint."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self, cast

import anyio
from pydantic import SecretStr

from kaizen_mcp.body import JsonObject, read_object
from kaizen_mcp.credentials import Masker
from kaizen_mcp.door import Door
from kaizen_mcp.errors import BadResponseError, CallTimeoutError, KaizenError
from kaizen_mcp.safety import SafeMode
from kaizen_mcp.settings import Settings
from kaizen_mcp.text import quote

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True)
class Reply:
    """An object of the API.

    Attributes:
        data: the object as the API sent it but for what the other two tell.
        notes: one sentence for each thing that could not be passed on as it was.
        redacted: JSON Pointers into `data` of the values that safe mode masked.
        size: bytes of the answer it came in.
    """

    data: JsonObject
    notes: Sequence[str] = ()
    redacted: Sequence[str] = ()
    size: int = 0


class KaizenApi:
    """Client for the two lookups of the Kaizen API; use it as an async context manager.

    Args:
        settings: how to reach the API.
        transport: stands where the network would; tests and embedders pass one.

    Every method raises a `KaizenError` (see `errors`) and nothing else of its own.
    """

    def __init__(self, settings: Settings, *, transport: "httpx.AsyncBaseTransport | None" = None) -> None:
        self._settings = settings
        self._masker = Masker([settings.api_key.get_secret_value()] if settings.api_key else [])
        self._safe_mode = SafeMode(self._masker)
        self._transport = transport
        self._door: Door | None = None
        self._flights: dict[tuple[str, str], _Flight] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the pooled connections; calling it twice is harmless."""
        door, self._door = self._door, None
        if door is not None:
            await door.aclose()

    @property
    def settings(self) -> Settings:
        """How the API is reached, and the limits."""
        return self._settings

    def mask(self, text: str) -> str:
        """Take the configured key out of a text, such as an id that a caller gave."""
        return self._masker.known(text)

    async def get_execution(self, execution_id: str) -> Reply:
        """Look up an execution: `POST /executions/get`; the reply holds the object inside the wrapper."""
        return await self._post("/executions/get", execution_id, kind="execution", read=self._read_wrapped)

    async def get_instructor_execution(self, execution_id: str) -> Reply:
        """Look up an instructor execution: `POST /instructor/executions/get`; the body is the object."""
        path = "/instructor/executions/get"
        return await self._post(path, execution_id, kind="instructor execution", read=self._read)

    def _read_wrapped(self, body: bytes) -> Reply:
        data, notes = read_object(body, self._masker)
        wrapped = data.get("execution")
        if not isinstance(wrapped, dict):
            raise BadResponseError('Kaizen answered, but the answer has no "execution" object.')
        beside = [quote(self._masker.text(key), 40) for key in data if key != "execution"]
        if beside:
            notes.append(f"beside 'execution' the answer held {', '.join(beside[:5])}, not shown here")
        return self._made_safe(cast("JsonObject", wrapped), notes, len(body))

    def _read(self, body: bytes) -> Reply:
        return self._made_safe(*read_object(body, self._masker), len(body))

    def _made_safe(self, data: JsonObject, notes: list[str], size: int) -> Reply:
        """Safe mode stands here, before anything reads the object, so that no channel can forget it."""
        if self._settings.sandbox:
            notes.append("this answer is made up: it comes from the built-in sandbox, not from Kaizen")
        if self._settings.raw == "exact":
            return Reply(data, notes, size=size)
        safe = self._safe_mode.apply(data)
        return Reply(safe.data, [*safe.notes, *notes], safe.redacted, size)

    async def _post(self, path: str, object_id: str, *, kind: str, read: Callable[[bytes], Reply]) -> Reply:
        """Ask for one object by its id. Callers who ask for the same at one time share one request."""
        deadline = anyio.current_time() + self._settings.call_timeout
        while (flight := self._flights.get((path, object_id))) is not None:
            with anyio.move_on_after(deadline - anyio.current_time()) as patience:
                await flight.over.wait()
            if flight.outcome is not None:
                return flight.landed()
            if patience.cancelled_caught:
                raise CallTimeoutError(f"Kaizen did not answer within {self._settings.call_timeout:g} s.")
            # Whoever asked was cancelled; the first of those who waited asks instead, in the time it has left.
        flight = self._flights[path, object_id] = _Flight()
        asked_for = f"{kind} {quote(object_id, 256)}"
        missing = f"Kaizen has no {asked_for}"
        if self._settings.sandbox:
            missing = f"The built-in sandbox, which is not Kaizen, has no {asked_for}"
        try:
            door = self._open_door()
            flight.outcome = await door.post(
                path, {"id": object_id}, missing=missing, read=read, deadline=deadline
            )
        except KaizenError as error:
            flight.outcome = error
        finally:
            del self._flights[path, object_id]
            flight.over.set()
        return flight.landed()

    def _open_door(self) -> Door:
        if self._door is None:
            self._settings.require_usable()
            settings, transport = self._settings, self._transport
            if settings.sandbox:
                settings = replace(settings, base_url="http://sandbox.invalid", api_key=SecretStr("sandbox"))
                transport = transport or _sandbox_transport()
            self._door = Door(settings, self._masker, transport=transport)
        return self._door


class _Flight:
    """A request under way, and what came of it: an answer, an error, or nothing if it was cancelled."""

    def __init__(self) -> None:
        self.over = anyio.Event()
        self.outcome: Reply | KaizenError | None = None

    def landed(self) -> Reply:
        """The answer, or its error raised; not for a flight whose outcome is None."""
        if isinstance(self.outcome, Reply):
            return self.outcome
        raise cast("KaizenError", self.outcome)


def _sandbox_transport() -> "httpx.AsyncBaseTransport":
    import httpx  # noqa: PLC0415 - as in door

    from kaizen_mcp.sandbox.app import create_app  # noqa: PLC0415 - Starlette is for the sandbox alone

    return httpx.ASGITransport(create_app(), raise_app_exceptions=False)
