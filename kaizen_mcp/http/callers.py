"""Who sends a request over HTTP: the one place that turns a request into a key."""

import hashlib
import secrets
from collections.abc import Callable

from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.requests import Request

from kaizen_mcp.caller import Caller
from kaizen_mcp.errors import KEY_HEADER_MISSING, KEY_HEADER_REPEATED, CallerKeyError, NotConfiguredError
from kaizen_mcp.settings import Settings, check_key

KEY_HEADER = "X-Kaizen-Api-Key"
"""A header of its own. MCP forbids passing on a token that was issued for somebody else, and `Authorization` is
where OAuth will put one that was issued for this server."""

REQUEST_ID_STATE = "kaizen_request_id"
"""Where the state of a request has its id."""

Identify = Callable[[Request], Caller]


def caller_key(headers: Headers) -> SecretStr:
    """The API key of the caller that sent these headers.

    Raises:
        CallerKeyError: there is none, more than one, or it can't be a key.
    """
    keys = headers.getlist(KEY_HEADER)
    if len(keys) > 1:
        raise CallerKeyError(KEY_HEADER_REPEATED.format(header=KEY_HEADER))
    if not keys or not keys[0]:
        raise CallerKeyError(KEY_HEADER_MISSING.format(header=KEY_HEADER))
    try:
        check_key(keys[0], f"The header {KEY_HEADER}")
    except NotConfiguredError as error:
        raise CallerKeyError(str(error)) from None
    return SecretStr(keys[0])


def identify_by_key(*, is_required: bool = True) -> Identify:
    """Tell callers apart by a hash of their keys, salted anew in each process, so that it says nothing elsewhere.

    Args:
        is_required: whether a request without a key is refused; else all such requests are of one caller.
    """
    salt = secrets.token_bytes(16)

    def identify(request: Request) -> Caller:
        request_id = request.scope["state"][REQUEST_ID_STATE]
        if not is_required and KEY_HEADER not in request.headers:
            return Caller(request_id=request_id)
        try:
            key = caller_key(request.headers)
        except CallerKeyError as error:
            error.request_id = request_id
            raise
        digest = hashlib.blake2b(key.get_secret_value().encode(), key=salt, digest_size=16).digest()
        return Caller(digest, key, request_id)

    return identify


def identify_all_as_one(settings: Settings) -> Identify:
    """All requests are of one caller, who has the key of the settings."""
    return lambda request: Caller(key=settings.api_key, request_id=request.scope["state"][REQUEST_ID_STATE])
