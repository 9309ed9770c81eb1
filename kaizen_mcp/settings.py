"""Settings of the server, read once from environment variables."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import SecretStr

from kaizen_mcp.errors import NotConfiguredError

DEFAULT_BASE_URL = "https://api.kaizenautomation.com"
DEFAULT_LOG_LEVEL = "WARNING"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

VARIABLES = {
    "KAIZEN_API_KEY": "API key, from your organisation's settings in Kaizen.",
    "KAIZEN_API_KEY_FILE": "File that contains the key; used when KAIZEN_API_KEY is not set.",
    "KAIZEN_BASE_URL": "Base URL of the API. http:// is accepted only for this computer.",
    "KAIZEN_CALL_TIMEOUT": "Time limit for each call, in seconds.",
    "KAIZEN_MAX_RETRIES": "How often a request is sent again after a temporary failure.",
    "KAIZEN_MAX_BODY_BYTES": "Largest response accepted from the API, in bytes after decompression.",
    "KAIZEN_MAX_CONCURRENCY": "Requests to the API at the same time.",
    "KAIZEN_MAX_CALLS_PER_MINUTE": "Tool calls answered per minute; beyond that, the error says how long to wait.",
    "KAIZEN_MAX_RESULT_CHARS": "Characters of each half of a result; the rest can be read in parts.",
    "KAIZEN_SNAPSHOT_SECONDS": "How long an object is kept in memory to be read on, in seconds; 0 keeps none.",
    "KAIZEN_RAW": "safe masks credentials and escapes hidden characters; exact leaves the raw object as it is.",
    "KAIZEN_TIMEZONE": "Time zone shown beside UTC, such as Europe/Berlin; this computer's by default.",
    "KAIZEN_LOG_LEVEL": "Log level: DEBUG, INFO, WARNING or ERROR. Logs go to stderr.",
    "KAIZEN_SANDBOX": "1 answers from the built-in sandbox: no key, no network.",
}
"""Description of each variable. Tests hold the README and server.json to the same words."""

NOT_EXPANDED = (
    "{name} holds the name of a variable instead of its value: "
    "the client that starts this server did not expand it."
)

_UNEXPANDED_VARIABLE = re.compile(r"\$\{.*\}|\$[A-Za-z_]\w*|%\w+%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of the server; `VARIABLES` explains each.

    Attributes:
        api_key: bearer token; `repr` does not show it.
        base_url: scheme, host and optional path prefix, without a slash at the end.
        call_timeout: seconds.
        max_retries: retries of one request, its first attempt not counted.
        max_body_bytes: bytes after decompression.
        max_concurrency: requests at the same time.
        max_calls_per_minute: tool calls.
        max_result_chars: characters of each half of a result.
        snapshot_seconds: how long an object is kept for calls that read on in it; 0 for not at all.
        raw: `safe` or `exact`.
        timezone: zone of the times shown beside UTC; None for this computer's.
        log_level: name of a level of `logging`.
        sandbox: whether the built-in sandbox answers.
        problem: what is wrong with the environment; None if it could be read.
    """

    api_key: SecretStr | None = None
    base_url: str = DEFAULT_BASE_URL
    call_timeout: float = 45.0
    max_retries: int = 2
    max_body_bytes: int = 32 * 1024 * 1024
    max_concurrency: int = 8
    max_calls_per_minute: int = 1200
    max_result_chars: int = 24_000
    snapshot_seconds: float = 120.0
    raw: Literal["safe", "exact"] = "safe"
    timezone: ZoneInfo | None = None
    log_level: str = DEFAULT_LOG_LEVEL
    sandbox: bool = False
    problem: str | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the settings; never raises.

        A desktop client does not show why a server failed to start. So an invalid variable does not stop the
        server: `problem` describes it, and every call answers with that.
        """
        values: dict[str, Any] = {}
        problems: list[str] = []
        for name, read in _READERS.items():
            field = name.removeprefix("KAIZEN_").removesuffix("_FILE").lower()
            text = environ.get(name, "").strip()
            if not text or field in values or (values.get("sandbox") and field in {"api_key", "base_url"}):
                continue  # a key comes before its file, and the sandbox uses neither key nor address
            try:
                values[field] = read(name, text)
            except NotConfiguredError as error:
                problems.append(str(error))
        return cls(**values, problem=" ".join(problems) or None)

    def require_usable(self) -> None:
        """Check that calls can be made with these settings.

        Raises:
            NotConfiguredError: a variable is missing or invalid; the message names it.
        """
        if self.problem:
            raise NotConfiguredError(self.problem)
        if self.sandbox:
            return
        _check_base_url(self.base_url)
        if not self.api_key:
            raise NotConfiguredError(
                "KAIZEN_API_KEY is not set. (KAIZEN_SANDBOX=1 tries the server without a key.)"
            )
        check_key(self.api_key.get_secret_value(), "KAIZEN_API_KEY")


def is_unexpanded(text: str) -> bool:
    """Whether a value refers to a variable that the client has not expanded: `${NAME}`, `$NAME` or `%NAME%`."""
    return _UNEXPANDED_VARIABLE.fullmatch(text) is not None


def _read_key_file(name: str, path: str) -> SecretStr:
    source = f"The file named by {name}"
    try:
        key = Path(path).expanduser().read_text(encoding="utf-8-sig").strip()
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "it is not a readable text file"
        raise NotConfiguredError(f"{source} can't be read: {reason}.") from None
    if not key:
        raise NotConfiguredError(f"{source} is empty.")
    check_key(key, source)
    return SecretStr(key)


def _read_seconds(name: str, text: str, *, may_be_0: bool = False) -> float:
    with suppress(ValueError):
        if 0 < (seconds := float(text)) <= 3600 or (may_be_0 and seconds == 0):  # noqa: PLR2004 - false for NaN too
            return seconds
    limits = "from 0 to 3600" if may_be_0 else "above 0 and at most 3600"
    raise NotConfiguredError(f"{name} must be a number of seconds {limits}.")


def read_integer(lowest: int, highest: int, name: str, text: str) -> int:
    """Read a variable that is a whole number.

    Raises:
        NotConfiguredError: it is none, or out of these bounds.
    """
    if not re.fullmatch(r"[0-9]{1,12}", text) or not lowest <= int(text) <= highest:
        raise NotConfiguredError(f"{name} must be a whole number from {lowest} to {highest}.")
    return int(text)


def _read_raw(name: str, text: str) -> str:
    if text.lower() not in {"safe", "exact"}:
        raise NotConfiguredError(f"{name} must be safe or exact.")
    return text.lower()


def _read_timezone(name: str, text: str) -> ZoneInfo:
    with suppress(ValueError, OSError, ZoneInfoNotFoundError):
        return ZoneInfo(text)
    known = (
        "such as Europe/Berlin" if available_timezones() else "but this Python has no list of them: install tzdata"
    )
    raise NotConfiguredError(f"{name} must be the name of a time zone, {known}.")


def _read_sandbox(name: str, text: str) -> bool:
    if text.lower() not in {"1", "true", "yes", "on", "0", "false", "no", "off"}:
        raise NotConfiguredError(f"{name} must be 1 (use the built-in sandbox) or 0.")
    return text.lower() in {"1", "true", "yes", "on"}


_READERS: dict[str, Callable[[str, str], object]] = {
    "KAIZEN_SANDBOX": _read_sandbox,  # first: decides on the next three
    "KAIZEN_API_KEY": lambda _, text: SecretStr(text),
    "KAIZEN_API_KEY_FILE": _read_key_file,
    "KAIZEN_BASE_URL": lambda _, text: text.rstrip("/") or DEFAULT_BASE_URL,
    "KAIZEN_CALL_TIMEOUT": _read_seconds,
    "KAIZEN_MAX_RETRIES": partial(read_integer, 0, 10),
    "KAIZEN_MAX_BODY_BYTES": partial(read_integer, 1024, 2**30),
    "KAIZEN_MAX_CONCURRENCY": partial(read_integer, 1, 100),
    "KAIZEN_MAX_CALLS_PER_MINUTE": partial(read_integer, 1, 1_000_000),
    "KAIZEN_MAX_RESULT_CHARS": partial(read_integer, 8_000, 1_000_000),
    "KAIZEN_SNAPSHOT_SECONDS": partial(_read_seconds, may_be_0=True),
    "KAIZEN_RAW": _read_raw,
    "KAIZEN_TIMEZONE": _read_timezone,
    "KAIZEN_LOG_LEVEL": lambda _, text: text.upper(),  # any: `logs` handles an invalid level, lookups still work
}
"""Read a variable that is not empty from its name and its text, or raise NotConfiguredError."""


def _check_base_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port  # reading the port checks it
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in {"https", "http"} or not host or not re.fullmatch(r"[^\s?#@]+", url):
        raise NotConfiguredError(
            f"KAIZEN_BASE_URL must be an address like {DEFAULT_BASE_URL}, "
            "without spaces, user name, query or fragment."
        )
    if parts.scheme == "http" and host not in {"localhost", "127.0.0.1", "::1"}:
        raise NotConfiguredError(
            "KAIZEN_BASE_URL starts with http://, which would send the key unencrypted. "
            "Use https:// (http:// is accepted for localhost only)."
        )


def check_key(key: str, source: str) -> None:
    """Check that a key can be one.

    Raises:
        NotConfiguredError: it has characters that no key has; the message names the source.
    """
    if is_unexpanded(key):
        raise NotConfiguredError(NOT_EXPANDED.format(name=source))
    if not re.fullmatch(r"[!-~]+", key) or "'" in key or '"' in key:
        raise NotConfiguredError(
            f"{source} has a space, a quotation mark or another character that no key has; paste the key alone."
        )
