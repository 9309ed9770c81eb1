"""OpenTelemetry span of a request to the API. Without an exporter it costs microseconds and goes nowhere."""

from collections.abc import Generator
from contextlib import contextmanager

import httpx
from opentelemetry.propagate import inject
from opentelemetry.trace import SpanKind, StatusCode, get_tracer

from kaizen_mcp import __version__
from kaizen_mcp.errors import KaizenError

_tracer = get_tracer("kaizen-mcp", __version__)


@contextmanager
def request_span(request: httpx.Request) -> Generator[None]:
    """Span of one attempt, a child of the tool call's; the request carries it in `traceparent`.

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
        try:
            yield
        except KaizenError as error:
            span.set_attribute("error.type", error.code)
            if error.http_status:
                span.set_attribute("http.response.status_code", error.http_status)
            span.set_status(StatusCode.ERROR)
            raise
