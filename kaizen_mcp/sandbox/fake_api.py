"""The sandbox as an ASGI app: both endpoints, shaped as the API's two documents show them.

The documents say nothing of error answers; the sandbox's are JSON with a `message`.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kaizen_mcp.sandbox.sample_runs import EXECUTIONS, INSTRUCTOR_EXECUTIONS, Clock, Entry, look_up


def _utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(*, now: Callable[[], datetime] = _utc_now, speed: float = 1.0) -> Starlette:
    """Build the app.

    Args:
        now: the clock; the sandbox's times are counted from what it says here.
        speed: how many times faster than usual `exec-live` goes through its states.
    """
    start = now()

    async def get_execution(request: Request) -> Response:
        return JSONResponse({"execution": await _find(request, EXECUTIONS, Clock(start, now(), speed))})

    async def get_instructor_execution(request: Request) -> Response:
        return JSONResponse(await _find(request, INSTRUCTOR_EXECUTIONS, Clock(start, now(), speed)))

    return Starlette(
        routes=[
            Route("/executions/get", get_execution, methods=["POST"]),
            Route("/instructor/executions/get", get_instructor_execution, methods=["POST"]),
        ],
        exception_handlers={HTTPException: _as_json},
    )


async def _find(request: Request, entries: Mapping[str, Entry], clock: Clock) -> dict[str, Any]:
    _require_key(request)
    identifier = _read_id(await request.body())
    found = look_up(entries, identifier, clock)
    if found is None:
        raise HTTPException(404, "No object with this id")
    return found


def _require_key(request: Request) -> None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise HTTPException(401, "An API key is required: Authorization: Bearer <key>")


def _read_id(body: bytes) -> str:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        raise HTTPException(400, "The body is not JSON") from None
    identifier = cast("dict[str, Any]", payload).get("id") if isinstance(payload, dict) else None
    if not isinstance(identifier, str):
        raise HTTPException(400, 'The body must be {"id": string}')
    return identifier


async def _as_json(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    return JSONResponse({"message": error.detail}, error.status_code, headers=error.headers)
