"""`kaizen-mcp http`: one server for many callers over streamable HTTP."""

from argparse import Namespace
from collections.abc import Mapping
from dataclasses import replace

from pydantic import SecretStr

from kaizen_mcp.api.shared import Shared
from kaizen_mcp.cli.console import warn
from kaizen_mcp.errors import NotConfiguredError
from kaizen_mcp.http.app import create_app
from kaizen_mcp.http.call_log import set_up_json_logging
from kaizen_mcp.http.serve import bind, serve
from kaizen_mcp.http.settings import HttpSettings
from kaizen_mcp.settings import Settings


def run(options: Namespace, environ: Mapping[str, str]) -> int:
    """Serve until SIGTERM, and return the exit code: 0 stopped, 2 it can't start with these settings."""
    settings = Settings.from_env(environ)
    try:
        http = HttpSettings.from_env(environ)
        http.require_safe(options.host)
        _require_usable(settings, http)
    except NotConfiguredError as error:
        warn(f"kaizen-mcp: {error}")
        return 2
    try:
        listener = bind(options.host, options.port)
    except OSError as error:
        warn(f"kaizen-mcp: {options.host} port {options.port} can't be used ({error.strerror}).")
        return 2
    with listener:
        set_up_json_logging(settings)
        shared = Shared(settings, max_concurrency=http.max_concurrency)
        host, port = listener.getsockname()[:2]
        address = f"http://{f'[{host}]' if ':' in host else host}:{port}/mcp"
        print(f"kaizen-mcp answers on {address}. Ctrl-C or SIGTERM ends it.", flush=True)
        app = create_app(settings, http, shared)
        serve(app, listener, stopping=shared.stopping, call_timeout=settings.call_timeout)
    return 0


def _require_usable(settings: Settings, http: HttpSettings) -> None:
    """Check the settings now: nobody would see the error of a call before it serves a whole team."""
    stand_in = SecretStr("stands-for-a-callers-key")
    (settings if http.auth == "none" else replace(settings, api_key=stand_in)).require_usable()
