"""The sandbox as an ASGI app with the two endpoints that the API documents describe.

The documents do not describe error responses. Here these are JSON with a `message`.
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

from kaizen_mcp.sandbox.sample_runs import EXECUTIONS, INSTRUCTOR_EXECUTIONS, Clock, SampleRun, find_run


def _utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(*, now: Callable[[], datetime] = _utc_now, speed: float = 1.0) -> Starlette:
    """Build the app.

    Args:
        now: returns the current time. The times of the sample runs are relative to when the app was built.
        speed: how many times faster than usual `exec-live` goes through its states.
    """
    start = now()

    async def get_execution(request: Request) -> Response:
        return JSONResponse({"execution": await _look_up(request, EXECUTIONS, Clock(start, now(), speed))})

    async def get_instructor_execution(request: Request) -> Response:
        return JSONResponse(await _look_up(request, INSTRUCTOR_EXECUTIONS, Clock(start, now(), speed)))

    return Starlette(
        routes=[
            Route("/executions/get", get_execution, methods=["POST"]),
            Route("/instructor/executions/get", get_instructor_execution, methods=["POST"]),
        ],
        exception_handlers={HTTPException: _error_response},
    )


async def _look_up(request: Request, runs: Mapping[str, SampleRun], clock: Clock) -> dict[str, Any]:
    _require_key(request)
    run_id = _read_id(await request.body())
    run = find_run(runs, run_id, clock)
    if run is None:
        raise HTTPException(404, "No object with this id")
    return run


def _require_key(request: Request) -> None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise HTTPException(401, "An API key is required: Authorization: Bearer <key>")


def _read_id(body: bytes) -> str:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        raise HTTPException(400, "The body is not JSON") from None
    run_id = cast("dict[str, Any]", payload).get("id") if isinstance(payload, dict) else None
    if not isinstance(run_id, str):
        raise HTTPException(400, 'The body must be {"id": string}')
    return run_id


async def _error_response(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    return JSONResponse({"message": error.detail}, error.status_code, headers=error.headers)
