"""The checks of `kaizen-mcp doctor`: settings, network, API, the server itself."""

import os
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TextIO, cast

import anyio
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from pydantic import SecretStr

from kaizen_mcp import errors
from kaizen_mcp.api.client import KaizenApi
from kaizen_mcp.api.error_message import MAX_API_MESSAGE
from kaizen_mcp.api.probe import Route, find_route, probe
from kaizen_mcp.cli.client_files import check_clients
from kaizen_mcp.cli.doctor import Check, Finding
from kaizen_mcp.errors import (
    KaizenError,
    NotConfiguredError,
    NotFoundError,
    ProxyUnreachableError,
    RejectedError,
    UnavailableError,
)
from kaizen_mcp.humanize import format_duration, join_list
from kaizen_mcp.sanitize.display import quote
from kaizen_mcp.sanitize.hidden_characters import escape_hidden
from kaizen_mcp.sanitize.text_masker import TextMasker
from kaizen_mcp.settings import DEFAULT_BASE_URL, NOT_EXPANDED, VARIABLES, Settings, is_unexpanded
from kaizen_mcp.tools.error_text import Audience, error_text

UNKNOWN_ID = "00000000-0000-0000-0000-000000000000"
"""No execution has it, in whatever form ids are."""

MAX_CLOCK_OFFSET = 60.0
"""Seconds; with more, an answer's ages and waits would be wrong."""

_KEY_NAMES = ("KAIZEN_API_KEY", "KAIZEN_API_KEY_FILE")
_OTHER_NAMES = ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")
_SHORTEST_SHOWN_KEY = 16
"""Characters of a key whose last four are shown; of a shorter one they would tell too much."""

_AUDIENCE = Audience("", where="in the environment", restart="")


def list_checks(environ: Mapping[str, str], seconds: float) -> list[Check]:
    """List the checks in their order.

    Args:
        environ: environment variables to check, and to start the server with.
        seconds: time limit of each check.
    """
    checkup = _Checkup(environ, seconds)
    network = [
        Check("API key", checkup.check_key, ["Placeholders"]),
        Check("Base URL", checkup.check_base_url),
        Check("Proxy", checkup.check_proxy, ["Base URL"]),
        Check("DNS", checkup.check_dns, ["Proxy"]),
        Check("TCP", checkup.check_tcp, ["DNS"]),
        Check("TLS", checkup.check_tls, ["TCP"]),
        Check("Clock", checkup.check_clock, ["TLS"]),
    ]
    if checkup.settings.sandbox:
        network = [check._replace(run=_not_needed) for check in network]
    checks = [
        Check("Settings", checkup.check_settings),
        Check("Placeholders", checkup.check_placeholders),
        *network,
        Check("API", checkup.check_api, ["API key", "TLS"]),
        Check("Server", checkup.check_server),
        Check("Clients", lambda: check_clients(environ)),
    ]
    return [check._replace(run=checkup.reporting(check.run)) for check in checks]


class _Checkup:
    def __init__(self, environ: Mapping[str, str], seconds: float) -> None:
        self.environ = environ
        self.timeout = 0.9 * seconds  # so that a check can say itself what took too long
        # The key is read by its own check, because its file may be on a disk that hangs.
        self.settings = Settings.from_env({k: v for k, v in environ.items() if k not in _KEY_NAMES})
        self.key: SecretStr | None = None
        self.route = Route("", 0, None, is_encrypted=False)

    def reporting(self, run: Callable[[], list[Finding]]) -> Callable[[], list[Finding]]:
        """Wrap a check: errors become findings, and no finding has the key or a hidden character in it."""

        def run_and_mask() -> list[Finding]:
            try:
                findings = run()
            except KaizenError as error:
                findings = [Finding("failed", _explain(error))]
            key = self.environ.get("KAIZEN_API_KEY", "").strip()
            secrets = [key, self.key.get_secret_value() if self.key else ""]
            masker = TextMasker([secret for secret in secrets if secret])
            return [f._replace(text=escape_hidden(masker.mask_secrets(f.text))) for f in findings]

        return run_and_mask

    def check_settings(self) -> list[Finding]:
        names = [name for name in VARIABLES if self.environ.get(name, "").strip()]
        unknown = [name for name in self.environ if name.startswith("KAIZEN_") and name not in VARIABLES]
        if self.settings.problem:
            raise NotConfiguredError(self.settings.problem)
        source = f"{join_list(names, len(names))} from the environment, the others by default" if names else ""
        text = source or "no variable is set in this environment: all by default"
        if unknown:
            return [Finding("warning", f"{text}; unknown: {join_list(unknown, 5)}. Check the spelling.")]
        return _ok(text)

    def check_placeholders(self) -> list[Finding]:
        unused = {*_KEY_NAMES, "KAIZEN_BASE_URL"} if self.settings.sandbox else set[str]()
        values = {
            name: value.strip()
            for name, value in self.environ.items()
            if (name in VARIABLES or name.upper() in _OTHER_NAMES) and name not in unused
        }
        names = [name for name, value in values.items() if is_unexpanded(value) or "${" in value]
        if not names:
            return _ok("no setting holds the name of a variable, such as ${NAME}, instead of its value")
        text = _explain(NotConfiguredError(NOT_EXPANDED.format(name=join_list(names, len(names)))))
        use_file = " Write the value itself, or use KAIZEN_API_KEY_FILE." if "KAIZEN_API_KEY" in names else ""
        return [Finding("failed", text + use_file)]

    def check_key(self) -> list[Finding]:
        settings = Settings.from_env({name: self.environ.get(name, "") for name in _KEY_NAMES})
        if settings.problem is None and settings.api_key is None:
            hint = " To check a client's settings, run this command with the variables of its configuration."
            try:
                settings.require_usable()
            except NotConfiguredError as error:
                return [Finding("failed", _explain(error) + hint)]
        settings.require_usable()
        self.key = settings.api_key
        key = self.key.get_secret_value() if self.key else ""
        source = "KAIZEN_API_KEY"
        if not self.environ.get(source, "").strip():
            source = f"the file that KAIZEN_API_KEY_FILE names, {self.environ['KAIZEN_API_KEY_FILE'].strip()}"
        end = f", the last four are {key[-4:]}" if len(key) >= _SHORTEST_SHOWN_KEY else ""
        return _ok(f"{len(key)} characters{end}; from {source}")

    def check_base_url(self) -> list[Finding]:
        if "${" in self.settings.base_url:
            raise NotConfiguredError(NOT_EXPANDED.format(name="KAIZEN_BASE_URL"))
        Settings(base_url=self.settings.base_url, api_key=SecretStr("any")).require_usable()
        is_default = self.settings.base_url == DEFAULT_BASE_URL
        return _ok(f"{self.settings.base_url}, {'the default' if is_default else 'from KAIZEN_BASE_URL'}")

    def check_proxy(self) -> list[Finding]:
        self.route = route = find_route(self.settings)
        if route.proxy:
            return _ok(f"{route.proxy} names one at {route.host} port {route.port}")
        return _ok("none is used" if route.is_encrypted else "none is used for an http:// address")

    def check_dns(self) -> list[Finding]:
        host = self.route.host
        try:
            found = socket.getaddrinfo(host, self.route.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no valid name"
            source = self.route.proxy or "KAIZEN_BASE_URL"
            advice = f"Check the network, and the name in {source}; if this network has a proxy, set HTTPS_PROXY."
            return [Finding("failed", f"{quote(host)} has no address: {reason}. {advice}")]
        if host in {str(address[4][0]) for address in found}:
            return _ok(f"not needed: {host} is an address, not a name")
        addresses = list(dict.fromkeys(str(address[4][0]) for address in found))
        return _ok(f"{host} is at {join_list(addresses, 3)}")

    def check_tcp(self) -> list[Finding]:
        return anyio.run(self._connect)

    async def _connect(self) -> list[Finding]:
        place = f"{self.route.host} port {self.route.port}"
        try:
            with anyio.fail_after(self.timeout):
                stream = await anyio.connect_tcp(self.route.host, self.route.port)
                await stream.aclose()
        except OSError as error:  # TimeoutError is one
            reason = _reason(error)
        else:
            return _ok(f"{place} accepts connections")
        failure = UnavailableError(errors.CONNECT_FAILED)
        if self.route.proxy:
            failure = ProxyUnreachableError(errors.PROXY_UNREACHABLE.format(name=self.route.proxy))
        return [Finding("failed", f"{_explain(failure)} ({place}: {reason}.)")]

    def check_tls(self) -> list[Finding]:
        if not self.route.is_encrypted:
            return _ok("not used: the base URL starts with http://, which is for this computer only")
        connection = anyio.run(probe, self.settings, self.timeout)
        until = f", valid until {connection.valid_until}" if connection.valid_until else ""
        return _ok(f"{connection.tls or 'encrypted'}; the certificate is trusted here{until}")

    def check_clock(self) -> list[Finding]:
        offset = anyio.run(probe, self.settings, self.timeout).clock_offset
        if offset is None:
            return [Finding("skipped", "not compared: there was no answer with a date")]
        if abs(offset) < MAX_CLOCK_OFFSET:
            return _ok(f"within {format_duration(MAX_CLOCK_OFFSET)} of the date in the API's answer")
        direction = "ahead of" if offset > 0 else "behind"
        text = f"this computer's clock is {format_duration(abs(offset))} {direction} the date in the API's answer"
        return [Finding("failed", f"{text}. Set the clock, or let this computer set it from the network.")]

    def check_api(self) -> list[Finding]:
        return anyio.run(self._look_up_unknown_id)

    async def _look_up_unknown_id(self) -> list[Finding]:
        settings = replace(self.settings, api_key=self.key, problem=None, max_retries=0, call_timeout=self.timeout)
        async with KaizenApi(settings) as api:
            try:
                await api.get_execution(UNKNOWN_ID)
            except NotFoundError:
                pass
            except RejectedError as error:
                text = f"reached, but an unknown id was refused, so the key is not proven. {_explain(error)}"
                return [Finding("warning", text)]
        if self.settings.sandbox:
            return _ok("the built-in sandbox answers; Kaizen itself is not asked")
        return _ok("reached, and the key is not refused (asked for an id that does not exist)")

    def check_server(self) -> list[Finding]:
        # The server's log stays out of the report: other checks say what it would.
        with Path(os.devnull).open("w", encoding="utf-8") as log:
            return anyio.run(self._start_server, log)

    async def _start_server(self, log: TextIO) -> list[Finding]:
        arguments = ["-m", "kaizen_mcp"]
        server = StdioServerParameters(command=sys.executable, args=arguments, env=dict(self.environ))
        problem = f"did not list its tools to a client within {self.timeout:g} s"
        with anyio.move_on_after(self.timeout):
            try:
                async with Client(stdio_client(server, errlog=log)) as client:
                    tools = join_list([tool.name for tool in (await client.list_tools()).tools], 5)
                    return _ok(
                        f"started over stdio, and a client listed {tools} (protocol {client.protocol_version})"
                    )
            except Exception as error:  # noqa: BLE001 - the SDK's own, the system's, or a group of them
                problem = f"could not be started and listed by a client ({type(error).__name__})"
        return [Finding("failed", f"{problem}. To see why, run it by hand: {sys.executable} -m kaizen_mcp")]


def _not_needed() -> list[Finding]:
    return _ok("not needed: the built-in sandbox answers")


def _ok(text: str) -> list[Finding]:
    return [Finding("ok", text)]


def _explain(error: KaizenError) -> str:
    """What happened and what to do, as `kaizen-mcp get` says it."""
    return error_text(
        error, _AUDIENCE, quote=lambda text: quote(text, MAX_API_MESSAGE), other_kind="", id_from_link=False
    )


def _reason(error: BaseException) -> str:
    """The operating system's words for why a connection failed; anyio groups the errors of several addresses."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    cause = error.__cause__ or error
    while isinstance(cause, BaseExceptionGroup):
        cause = cast("BaseExceptionGroup[BaseException]", cause).exceptions[0]
    return os.strerror(cause.errno) if isinstance(cause, OSError) and cause.errno else str(error)
