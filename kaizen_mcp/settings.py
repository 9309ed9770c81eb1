"""Settings of the server, read once from environment variables."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import SecretStr

from kaizen_mcp.errors import NotConfiguredError

DEFAULT_BASE_URL = "https://api.kaizenautomation.com"
DEFAULT_CALL_TIMEOUT = 45.0
MAX_CALL_TIMEOUT = 3600.0
DEFAULT_MAX_RETRIES = 2
DEFAULT_MAX_BODY_BYTES = 32 * 1024 * 1024
DEFAULT_MAX_CONCURRENCY = 8
DEFAULT_MAX_CALLS_PER_MINUTE = 1200
DEFAULT_MAX_RESULT_CHARS = 24_000
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
    "KAIZEN_RAW": "safe masks credentials and escapes hidden characters; exact leaves the raw object as it is.",
    "KAIZEN_LOG_LEVEL": "Log level: DEBUG, INFO, WARNING or ERROR. Logs go to stderr.",
    "KAIZEN_SANDBOX": "1 answers from the built-in sandbox: no key, no network.",
}
"""Description of each variable. Tests hold the README and server.json to the same words."""

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"", "0", "false", "no", "off"}
_LOOPBACK_HOSTS = {"localhost", "127.0.0.1", "::1"}
# A reference to a variable that the client has not expanded: ${NAME}, $NAME or %NAME%.
_UNEXPANDED_VARIABLE = re.compile(r"\$\{.*\}|\$[A-Za-z_]\w*|%\w+%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of the server; what each means stands in `VARIABLES`.

    Attributes:
        api_key: bearer token; `repr` does not show it.
        base_url: scheme, host and optional path prefix, without a slash at the end.
        call_timeout: seconds.
        max_retries: retries of one request, its first attempt not counted.
        max_body_bytes: bytes after decompression.
        max_concurrency: requests at the same time.
        max_calls_per_minute: tool calls.
        max_result_chars: characters of each half of a result.
        raw: `safe` or `exact`.
        log_level: name of a level of `logging`.
        sandbox: whether the built-in sandbox answers.
        problem: what is wrong with the environment; None if it could be read.
    """

    api_key: SecretStr | None = None
    base_url: str = DEFAULT_BASE_URL
    call_timeout: float = DEFAULT_CALL_TIMEOUT
    max_retries: int = DEFAULT_MAX_RETRIES
    max_body_bytes: int = DEFAULT_MAX_BODY_BYTES
    max_concurrency: int = DEFAULT_MAX_CONCURRENCY
    max_calls_per_minute: int = DEFAULT_MAX_CALLS_PER_MINUTE
    max_result_chars: int = DEFAULT_MAX_RESULT_CHARS
    raw: Literal["safe", "exact"] = "safe"
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
        for field, read in _READERS.items():
            if values.get("sandbox") and field in {"api_key", "base_url"}:
                continue  # the sandbox uses neither
            try:
                value = read(environ)
            except NotConfiguredError as error:
                problems.append(str(error))
                continue
            if value is not None:
                values[field] = value
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
        _check_key(self.api_key.get_secret_value(), "KAIZEN_API_KEY")


def _text(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name, "").strip()


def _read_key(environ: Mapping[str, str]) -> SecretStr | None:
    key, path = _text(environ, "KAIZEN_API_KEY"), _text(environ, "KAIZEN_API_KEY_FILE")
    if key or not path:
        return SecretStr(key) if key else None
    source = "The file named by KAIZEN_API_KEY_FILE"
    try:
        key = Path(path).expanduser().read_text(encoding="utf-8-sig").strip()
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "it is not a readable text file"
        raise NotConfiguredError(f"{source} can't be read: {reason}.") from None
    if not key:
        raise NotConfiguredError(f"{source} is empty.")
    _check_key(key, source)
    return SecretStr(key)


def _read_base_url(environ: Mapping[str, str]) -> str | None:
    return _text(environ, "KAIZEN_BASE_URL").rstrip("/") or None


def _read_call_timeout(environ: Mapping[str, str]) -> float | None:
    text = _text(environ, "KAIZEN_CALL_TIMEOUT")
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= MAX_CALL_TIMEOUT:  # false for NaN too
        raise NotConfiguredError(
            f"KAIZEN_CALL_TIMEOUT must be a number of seconds above 0 and at most {MAX_CALL_TIMEOUT:.0f}."
        )
    return seconds


def _integer_reader(name: str, lowest: int, highest: int) -> Callable[[Mapping[str, str]], int | None]:
    def read(environ: Mapping[str, str]) -> int | None:
        text = _text(environ, name)
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{1,12}", text) or not lowest <= int(text) <= highest:
            raise NotConfiguredError(f"{name} must be a whole number from {lowest} to {highest}.")
        return int(text)

    return read


def _read_raw(environ: Mapping[str, str]) -> str | None:
    mode = _text(environ, "KAIZEN_RAW").lower()
    if mode not in {"", "safe", "exact"}:
        raise NotConfiguredError("KAIZEN_RAW must be safe or exact.")
    return mode or None


def _read_log_level(environ: Mapping[str, str]) -> str | None:
    """Any word: an invalid level must not make lookups fail, so `logs` handles it."""
    return _text(environ, "KAIZEN_LOG_LEVEL").upper() or None


def _read_sandbox(environ: Mapping[str, str]) -> bool:
    word = _text(environ, "KAIZEN_SANDBOX").lower()
    if word not in _TRUE | _FALSE:
        raise NotConfiguredError("KAIZEN_SANDBOX must be 1 (use the built-in sandbox) or 0.")
    return word in _TRUE


_READERS: dict[str, Callable[[Mapping[str, str]], Any]] = {
    "sandbox": _read_sandbox,  # first: in the sandbox the next two are not read
    "api_key": _read_key,
    "base_url": _read_base_url,
    "call_timeout": _read_call_timeout,
    "max_retries": _integer_reader("KAIZEN_MAX_RETRIES", 0, 10),
    "max_body_bytes": _integer_reader("KAIZEN_MAX_BODY_BYTES", 1024, 2**30),
    "max_concurrency": _integer_reader("KAIZEN_MAX_CONCURRENCY", 1, 100),
    "max_calls_per_minute": _integer_reader("KAIZEN_MAX_CALLS_PER_MINUTE", 1, 1_000_000),
    "max_result_chars": _integer_reader("KAIZEN_MAX_RESULT_CHARS", 8_000, 1_000_000),
    "raw": _read_raw,
    "log_level": _read_log_level,
}


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
    if parts.scheme == "http" and host not in _LOOPBACK_HOSTS:
        raise NotConfiguredError(
            "KAIZEN_BASE_URL starts with http://, which would send the key unencrypted. "
            "Use https:// (http:// is accepted for localhost only)."
        )


def _check_key(key: str, source: str) -> None:
    if _UNEXPANDED_VARIABLE.fullmatch(key):
        raise NotConfiguredError(
            f"{source} holds the name of a variable instead of its value: the client that starts this server "
            "did not expand it."
        )
    if not re.fullmatch(r"[!-~]+", key) or "'" in key or '"' in key:
        raise NotConfiguredError(
            f"{source} has a space, a quotation mark or another character that no key has; paste the key alone."
        )
