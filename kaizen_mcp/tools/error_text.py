"""Text of an error: what happened, what the API said, what to do."""

from collections.abc import Callable
from dataclasses import dataclass

from kaizen_mcp.errors import (
    NEWER_NEEDED,
    REJECTED_ADVICE,
    BadResponseError,
    KaizenError,
    NotFoundError,
    OtherKindError,
    RejectedError,
)
from kaizen_mcp.humanize import format_duration


@dataclass(frozen=True, slots=True)
class Audience:
    """How the reader of an error follows its advice: phrases that complete it. The defaults are for a model.

    Attributes:
        other_lookup: how to look up the same id as the other kind; `{tool}` stands for the other tool.
        where: where to set a variable.
        restart: what to do after a variable has changed.
        key: where the API key stands.
    """

    other_lookup: str = "call {tool} with the same id."
    where: str = 'where kaizen-mcp is configured (in Claude Desktop the "env" block)'
    restart: str = " and restart the client"
    key: str = "KAIZEN_API_KEY"


def error_text(
    error: KaizenError, audience: Audience, *, quote: Callable[[str], str], other_kind: str, id_from_link: bool
) -> str:
    """Text of an error: what happened, what the API said, what to do.

    Args:
        error: what happened.
        audience: who reads the text.
        quote: puts text from the API in quotes it can't break out of.
        other_kind: kind of object that the id may belong to instead.
        id_from_link: whether the id was taken from a link.
    """
    sender = "answer" if isinstance(error, BadResponseError) else "API"
    parts = [
        f"[{error.code}] {error}",
        f"The {sender} says: {quote(error.api_message)}." if error.api_message else "",
        f"Tried {error.attempts} times." if error.attempts > 1 else "",
        _advice(error, audience, other_kind, id_from_link=id_from_link),
        f"(Request id: {quote(error.request_id)}.)" if error.request_id else "",
    ]
    return " ".join(filter(None, parts))


def _advice(error: KaizenError, audience: Audience, other_kind: str, *, id_from_link: bool) -> str:
    if isinstance(error, OtherKindError):
        return f"{audience.other_lookup[0].upper()}{audience.other_lookup[1:]}"
    if isinstance(error, NotFoundError):
        source = " (it was taken from a link)" if id_from_link else ""
        address = " and KAIZEN_BASE_URL" if error.own_address else ""
        if error.other_kind_missing:
            return f"Check the id{source}{address}; no {other_kind} has it either."
        return f"Check the id{source}{address}; if it belongs to an {other_kind}, {audience.other_lookup}"
    seconds = error.retry_after_seconds
    wait = "a minute" if seconds is None else format_duration(max(1, seconds))
    advice = error.advice
    if isinstance(error, RejectedError):
        advice = REJECTED_ADVICE.get(error.http_status or 0, advice)
    newer = "" if error.api_message else NEWER_NEEDED
    return advice.format(wait=wait, where=audience.where, restart=audience.restart, key=audience.key, newer=newer)
