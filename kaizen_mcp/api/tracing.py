"""Span and duration of a request to the API. Without an exporter a span costs microseconds and goes nowhere."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

import httpx
from opentelemetry.propagate import inject
from opentelemetry.trace import SpanKind, StatusCode, get_tracer

from kaizen_mcp import __version__
from kaizen_mcp.errors import KaizenError

attempt_seconds: ContextVar[list[float] | None] = ContextVar("attempt_seconds", default=None)
"""List to which the duration of each attempt of a call is added, in seconds, if there is one."""

_tracer = get_tracer("kaizen-mcp", __version__)


@contextmanager
def request_span(request: httpx.Request) -> Generator[None]:
    """Span of one attempt, a child of the tool call's; the request carries it in `traceparent`. Also times it.

    It has the path, which holds no id, and the code of an error, but not its message, which may hold one.
    """
    attributes = {"http.request.method": request.method, "server.address": request.url.host}
    with _tracer.start_as_current_span(
        f"{request.method} {request.url.path}",
        kind=SpanKind.CLIENT,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        inject(request.headers)
        start = time.perf_counter()
        try:
            yield
        except KaizenError as error:
            span.set_attribute("error.type", error.code)
            if error.http_status:
                span.set_attribute("http.response.status_code", error.http_status)
            span.set_status(StatusCode.ERROR)
            raise
        finally:
            if (seconds := attempt_seconds.get()) is not None:
                seconds.append(time.perf_counter() - start)
