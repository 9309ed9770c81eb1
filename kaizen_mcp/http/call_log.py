"""The log of the HTTP server: JSON lines on stderr, and one of them for each call."""

import json
import logging
import time
from datetime import UTC, datetime
from typing import Any

from mcp.server import ServerRequestContext
from mcp.server.context import CallNext, HandlerResult
from opentelemetry.metrics import get_meter

from kaizen_mcp import __version__
from kaizen_mcp.api.tracing import attempt_seconds
from kaizen_mcp.caller import Caller
from kaizen_mcp.errors import KaizenError
from kaizen_mcp.http.callers import REQUEST_ID_STATE, Identify
from kaizen_mcp.logs import MaskingFormatter, masked_key, set_up_logging
from kaizen_mcp.server import TOOLS
from kaizen_mcp.settings import Settings

_Context = ServerRequestContext[Any, Any]

_TOOL_NAMES = frozenset(tool.name for tool in TOOLS)

_duration = get_meter("kaizen-mcp", __version__).create_histogram(
    "mcp.server.operation.duration",
    unit="s",
    description="Time to answer a call of a tool",
    # As OpenTelemetry's conventions for MCP say; its default boundaries are for milliseconds.
    explicit_bucket_boundaries_advisory=[0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300],
)

logger = logging.getLogger(__name__)


def set_up_json_logging(settings: Settings) -> None:
    """Log to stderr in JSON lines, from the level of the settings on; calls are logged unless that is ERROR."""
    set_up_logging(settings, JsonFormatter)
    for library in ("mcp", "sse_starlette", "uvicorn"):
        # Below WARNING these log ids and bodies.
        logging.getLogger(library).setLevel(logging.WARNING)
    logger.setLevel(logging.ERROR if settings.log_level == "ERROR" else logging.INFO)


class JsonFormatter(MaskingFormatter):
    """Formats a record as one line of JSON: time, level, logger and message, or the fields of a call."""

    pattern = "%(message)s"

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        fields: dict[str, Any] | None = getattr(record, "call", None)
        if fields is None:  # what a call has are words of this server and ids that it made
            fields = {"logger": record.name, "message": super().format(record)}
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return json.dumps({"time": moment, "level": record.levelname, **fields})


class CallLog:
    """Middleware of the server: logs each call of a tool, and measures it for OpenTelemetry.

    Args:
        identify: returns the caller of a request.
    """

    def __init__(self, identify: Identify) -> None:
        self._identify = identify

    async def __call__(self, ctx: _Context, call_next: CallNext) -> HandlerResult:
        """Pass a request on; if it calls a tool, log what became of it."""
        if ctx.method != "tools/call":
            return await call_next(ctx)
        request: Any = ctx.request
        try:
            caller = self._identify(request)
        except KaizenError:  # whose answer the handler gives
            caller = Caller(request_id=request.scope["state"][REQUEST_ID_STATE])
        masked = masked_key.set(caller.key)
        timed = attempt_seconds.set([])
        start = time.perf_counter()
        outcome: dict[str, Any] = {"result": "cancelled"}
        try:
            result = await call_next(ctx)
            outcome = _outcome(result, caller)
        except Exception:
            outcome = {"result": "protocol_error"}
            raise
        else:
            return result
        finally:
            self._log(ctx, caller, outcome, time.perf_counter() - start)
            attempt_seconds.reset(timed)
            masked_key.reset(masked)

    def _log(self, ctx: _Context, caller: Caller, outcome: dict[str, Any], seconds: float) -> None:
        name = (ctx.params or {}).get("name")
        tool = name if name in _TOOL_NAMES else "unknown"
        fields = {
            "event": "call",
            "tool": tool,
            **outcome,
            "seconds": round(seconds, 4),
            "api_seconds": round(sum(attempt_seconds.get() or ()), 4),
            "request_id": caller.request_id,
            "caller": caller.id.hex()[:12],
        }
        logger.info("call", extra={"call": fields})
        attributes = {"mcp.method.name": ctx.method, "gen_ai.tool.name": tool, "kaizen.result": outcome["result"]}
        _duration.record(seconds, attributes)


def _outcome(result: HandlerResult, caller: Caller) -> dict[str, Any]:
    """`ok`, or the code of the error, the HTTP status, and the API's own id of the request."""
    fields: dict[str, Any] = result if isinstance(result, dict) else {}
    if not fields.get("isError"):
        return {"result": "ok"}
    error = fields["_meta"]["kaizen/error"]
    api_id = error.get("request_id")
    outcome = {"http_status": error.get("http_status"), "api_request_id": api_id}
    if api_id == caller.request_id:
        del outcome["api_request_id"]
    return {"result": error["code"], **{name: value for name, value in outcome.items() if value is not None}}
