"""Who makes a call."""

from dataclasses import dataclass

from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a call. A server on stdio has one caller, over HTTP each request has its own.

    Attributes:
        id: tells callers apart; what is remembered and what is limited is kept apart by it. It is not the key.
        key: the caller's API key, sent with its requests and masked in its answers.
        request_id: id of this call, sent to the API and shown in errors; None for none.
    """

    id: bytes = b""
    key: SecretStr | None = None
    request_id: str | None = None
