"""Run nginx, three replicas and the sandbox on this computer, and ask through them as three callers.

python -m tests.http_trial.team [--stay]

With --stay it serves until Ctrl-C, for a client of your own.
"""

import argparse
import asyncio
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from httpx2 import AsyncClient
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from .stand import INSTALL_NGINX, KEY_HEADER, NGINX, Program, accepts, free_port, stand

QUESTIONS = {
    "auto": "exec-eligibility-login",
    "legacy": "exec-claim-failed",
    "2026-07-28": "exec-invoices-finished",
}
"""Mode of the SDK's client → what it asks for."""


async def ask(url: str, mode: Any, execution_id: str) -> None:
    """Look up an execution as a caller with a key of its own, and print what the answer says first."""
    http = AsyncClient(headers={KEY_HEADER: f"key-of-{mode}"}, timeout=60)
    async with http, Client(streamable_http_client(url, http_client=http), mode=mode) as client:
        result = await client.call_tool("get_execution", {"id": execution_id})
        assert not result.is_error, result.content
        print(f"{client.protocol_version}  {result.structured_content['summary']['headline']}")


async def main() -> int:
    """Start everything, ask, and end it all."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.http_trial.team", description="Run a team's server here."
    )
    parser.add_argument("--stay", action="store_true", help="serve until Ctrl-C")
    options = parser.parse_args()
    if not NGINX:
        sys.exit(f"There is no nginx here. On Debian and Ubuntu: {INSTALL_NGINX}")
    with TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        command = [sys.executable, "-m", "kaizen_mcp", "sandbox", "--port", str(port)]
        sandbox = Program(command, folder / "sandbox.log")
        await sandbox.start()
        try:
            while not await accepts(port):
                await asyncio.sleep(0.1)
            async with stand(folder, f"http://127.0.0.1:{port}") as running:
                print(f"{running.url} is nginx in front of three replicas; they ask the sandbox.")
                for mode, execution_id in QUESTIONS.items():
                    await ask(running.url, mode, execution_id)
                if options.stay:
                    print(f"Any key will do in the header {KEY_HEADER}. Ctrl-C ends it.", flush=True)
                    await asyncio.Event().wait()
        finally:
            await sandbox.stop()
    return 0


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(asyncio.run(main()))
