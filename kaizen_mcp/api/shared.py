"""What the calls of all callers of a server share."""

from typing import Any

import anyio
import httpx

from kaizen_mcp.api.slots import Slots
from kaizen_mcp.api.snapshots import Snapshots
from kaizen_mcp.api.transport import build_client
from kaizen_mcp.settings import Settings


class Shared:
    """The connections of a server, and its slots and snapshots, both kept apart by caller.

    Args:
        settings: how to reach the API, and the limits.
        transport: replaces the network; tests and embedders pass one.
        max_concurrency: requests of all callers at the same time; by default as many as one caller may send.

    Attributes:
        attempt_timeout: seconds of silence after which an attempt is given up, so that all fit into the deadline.
        stopping: set when the server shuts down, so that waits end early.
    """

    def __init__(
        self,
        settings: Settings,
        transport: httpx.AsyncBaseTransport | None = None,
        max_concurrency: int | None = None,
    ) -> None:
        self.snapshots: Snapshots[Any] = Snapshots(settings.snapshot_seconds)
        self.slots = Slots(settings.max_concurrency, max_concurrency or settings.max_concurrency)
        self.stopping = anyio.Event()
        self.attempt_timeout = round(settings.call_timeout / (settings.max_retries + 1), 3)
        self._transport = transport
        self._client: httpx.AsyncClient | None = None

    def client(self, settings: Settings) -> httpx.AsyncClient:
        """The HTTP client, built for the first request. It holds no key.

        Raises:
            NotConfiguredError: it can't be built with these settings.
        """
        if self._client is None:
            self._client = build_client(settings, timeout=self.attempt_timeout, transport=self._transport)
        return self._client

    async def aclose(self) -> None:
        """Close the connections and free the snapshots; calling it twice is harmless."""
        self.snapshots.clear()
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()
