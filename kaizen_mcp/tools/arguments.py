"""Arguments of the tools. An id is accepted in many forms; everything else must be exact."""

import difflib
import json
import re
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from itertools import pairwise
from typing import Annotated, Any, Literal, TypeVar, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from kaizen_mcp.errors import InvalidInputError
from kaizen_mcp.sanitize.escaping import escape_hidden, quote

Detail = Literal["full", "summary"]

MAX_ID = 256
"""Characters of an id."""

_EXPECTED_ID = 'pass the id as text, for example "exec_abc123"'

# Quotes and invisible characters that are copied along with an id from a chat, a document or a log.
_QUOTES = "\"'`\u201c\u201d\u2018\u2019\u00ab\u00bb\u200b\ufeff"
_PUNCTUATION = ".,;:()<>[]{}"
_REFUSED_CATEGORIES = {"Cc", "Cf", "Cs", "Zl", "Zp"}

_LINK = re.compile(r"https?://[^\s<>\"'`)\]|*]+", re.IGNORECASE)
_LINK_WITHOUT_SCHEME = re.compile(r"[\w.:-]+/(\S*/)?(instructor[-_]?)?executions?/\S+", re.IGNORECASE)
_ID_PARAMETER = re.compile(r"(instructor[-_]?)?execution[-_]?(id)?", re.IGNORECASE)
_SEGMENT_BEFORE_ID = re.compile(r"(instructor[-_]?)?executions?", re.IGNORECASE)
# Segments that may stand between `executions` and the id, in paths of the API or of a dashboard.
_ACTIONS = {"get", "getevents", "list", "retry", "view", "details", "history", "compare", "new", "all", "search"}
# Segments that are followed by the id of something else.
_OTHER_RESOURCES = {"workflow", "workflows", "batch", "batches", "session", "sessions", "file", "files"} | {
    "login", "logins", "org", "orgs", "organization", "organizations", "user", "users"
}  # fmt: skip

# An id in prose must have a form that no word has: `exec-claim-failed`, `exec_abc123`, a UUID.
_ID_IN_PROSE = re.compile(r"(?i)\b(?:exec(?:ution)?[-_][\w-]*\w|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b")
_ID_KEY = re.compile(r"((instructor[-_]?)?execution[-_]?)?id", re.IGNORECASE)
_MAX_SEARCHED = 10_000
"""Characters of a text in which an id is searched for."""


def read_id(value: object) -> str:
    """Return the id in an argument, as people and models write it.

    Spaces, quotes and punctuation around it are removed, an integer becomes text, and a link yields the id in it.

    Raises:
        PydanticCustomError: no valid id; the message has the reason and what to pass instead.
    """
    text = _as_text(value).strip().strip(_QUOTES).strip()
    without_punctuation = text.strip(_PUNCTUATION)
    if _ID_IN_PROSE.fullmatch(without_punctuation):
        text = without_punctuation
    if link := _LINK.search(text) or _LINK_WITHOUT_SCHEME.fullmatch(text):
        text = _id_in_link(link[0].rstrip(".,;:!"))
    if not text:
        raise _invalid_id("is empty")
    if (text[0], text[-1]) in {("{", "}"), ("[", "]")}:
        raise _invalid_id("is JSON, not one id", _find_id(text))
    if re.search(r"[\s=(<\[,;]", text) and (found_id := _find_id(text)):
        raise _invalid_id("has more in it than an id", found_id)
    if len(text) > MAX_ID:
        raise _invalid_id(f"is longer than {MAX_ID} characters")
    if escape_hidden(text) != text or any(unicodedata.category(c) in _REFUSED_CATEGORIES for c in text):
        raise _invalid_id("has control or invisible characters in it")
    return text


def _as_text(value: object) -> str:
    if isinstance(value, list | dict):
        kind = "a list" if isinstance(value, list) else "an object"
        raise _invalid_id(f"is {kind}, not one id", _find_id(cast("object", value)))
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) >= 10**MAX_ID:  # Python refuses to convert integers of very many digits
            raise _invalid_id(f"has more than {MAX_ID} digits")
        return str(value)
    if not isinstance(value, str):
        raise _invalid_id("must be text")
    return value


def _invalid_id(reason: str, found_id: str | None = None) -> PydanticCustomError:
    """Error with the reason and what to pass instead: the id found in the argument, if there is one."""
    expected = f"pass just {quote(found_id, MAX_ID)}, one id a call" if found_id else _EXPECTED_ID
    return PydanticCustomError("id", "{reason}; {expected}", {"reason": reason, "expected": expected})


def _find_id(value: object) -> str | None:
    """The first id in a list, an object, JSON or prose; None if there is none."""
    if isinstance(value, list):
        return next(filter(None, map(_as_id, cast("list[object]", value))), None)
    if isinstance(value, dict):
        fields = cast("dict[str, object]", value)
        return next((_as_id(fields[key]) for key in fields if _ID_KEY.fullmatch(key)), None)
    text = str(value)
    with suppress(ValueError, RecursionError):
        decoded = json.loads(text)
        if isinstance(decoded, list | dict):
            return _find_id(cast("object", decoded))
    match = _ID_IN_PROSE.search(text[:_MAX_SEARCHED])
    return match[0] if match else None


def _as_id(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**MAX_ID:
        return str(value)
    return value if isinstance(value, str) and 0 < len(value) <= MAX_ID else None


def _id_in_link(link: str) -> str:
    """Return the id in a link.

    The form of Kaizen's links is not documented. Candidates are, in this order: a query parameter named like an
    execution's id, the path segment after `execution` or `executions`, a parameter `id`, and a last path segment
    that looks like an id and does not belong to another resource.
    """
    try:
        url = urlsplit(link if "://" in link else f"https://{link}")
        # Single-page applications have a second path after the `#`.
        inner = urlsplit(url.fragment.lstrip("!")) if url.fragment.startswith(("/", "!/")) else urlsplit("")
    except ValueError:
        raise _invalid_id("has a link in it that is not valid") from None
    parameters = [(name, value.strip()) for name, value in parse_qsl(url.query) + parse_qsl(inner.query)]
    segments = [unquote(segment).strip() for segment in f"{url.path}/{inner.path}".split("/")]
    segments = [segment for segment in segments if segment and segment.lower() not in _ACTIONS]
    pairs = [pair for pair in pairwise(["", *segments]) if not _SEGMENT_BEFORE_ID.fullmatch(pair[1])]
    candidates = [
        *(value for name, value in parameters if _ID_PARAMETER.fullmatch(name)),
        *(b for a, b in pairs if _SEGMENT_BEFORE_ID.fullmatch(a) and b.lower() not in _OTHER_RESOURCES),
        *(value for name, value in parameters if name.lower() == "id"),
        *(b for a, b in pairs[-1:] if a.lower() not in _OTHER_RESOURCES and re.search(r"[\d_-]", b)),
    ]
    if not candidates:
        raise _invalid_id("has a link in it that contains no id")
    return candidates[0]


ExecutionId = Annotated[str, BeforeValidator(read_id)]

_MAX_PATH = 20_000
"""Characters. A path that leads 900 levels deep is long."""


def read_path(value: object) -> object:
    """Return a JSON Pointer with the slash at its start, which models may omit.

    Raises:
        ValueError: it is no JSON Pointer, or too long.
    """
    if not isinstance(value, str):
        return value
    text = value if value.startswith("/") else value.strip().removeprefix("#")  # a name may end with a blank
    if len(text) > _MAX_PATH:
        raise ValueError(f"it is longer than {_MAX_PATH} characters")
    if re.search("~(?![01])", text):
        raise ValueError("a ~ in it must be written as ~0, and a / inside a name as ~1")
    return f"/{text}" if text and not text.startswith("/") else text


MAX_WAIT = 45
"""Seconds. Most clients end a call after 60."""


def _reject_boolean(value: object) -> object:
    if isinstance(value, bool):  # pydantic would read true as one second
        raise ValueError("it must be a number")  # noqa: TRY004 - pydantic reports only a ValueError as invalid
    return value


class Arguments(BaseModel):
    """Arguments of both tools."""

    model_config = ConfigDict(extra="forbid")

    id: ExecutionId
    detail: Detail = Field("full", description="full: facts and raw object; summary: facts only.")
    wait_seconds: Annotated[float, BeforeValidator(_reject_boolean)] = Field(
        0, ge=0, le=MAX_WAIT, description="Seconds to wait until it has ended or needs a person."
    )
    path: Annotated[str, BeforeValidator(read_path)] = Field(
        "", description="JSON Pointer into the object: read that part.", examples=["/response"]
    )
    offset: Annotated[int, BeforeValidator(_reject_boolean)] = Field(
        0, ge=0, description="First character, item or field to read at path."
    )


class GetExecutionArguments(Arguments):
    """Arguments of get_execution."""

    id: ExecutionId = Field(description="Id of the execution, or a Kaizen link to it.", examples=["exec_abc123"])


class GetInstructorExecutionArguments(Arguments):
    """Arguments of get_instructor_execution."""

    id: ExecutionId = Field(
        description="Id of the instructor execution, or a Kaizen link to it.", examples=["teach_abc123"]
    )


ArgumentsT = TypeVar("ArgumentsT", bound=Arguments)


def read_arguments(model: type[ArgumentsT], arguments: Mapping[str, Any]) -> ArgumentsT:
    """Validate the arguments of a call.

    An optional argument may be null: some clients send all arguments of a tool.

    Raises:
        InvalidInputError: an argument is invalid; the message names it and says how to change it.
    """
    optional = {name for name, field in model.model_fields.items() if not field.is_required()}
    values = {name: value for name, value in arguments.items() if value is not None or name not in optional}
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InvalidInputError(_message(error.errors(), list(model.model_fields))) from None


def _message(errors: list[ErrorDetails], names: list[str]) -> str:
    """One sentence about unknown arguments, or else about the first invalid one."""
    unknown = [str(error["loc"][0]) for error in errors if error["type"] == "extra_forbidden"]
    if unknown:
        hints = ", ".join(f'{quote(name)} (nearest: "{_nearest(name, names)}")' for name in unknown[:3])
        plural = "s" if len(unknown) > 1 else ""
        return f"Unknown argument{plural} {hints}; this tool takes {', '.join(names[:-1])} and {names[-1]}."
    error = errors[0]
    argument = f'Argument "{error["loc"][0]}"'
    if error["type"] == "missing":
        return f"{argument} is missing; {_EXPECTED_ID}."
    if error["type"] == "literal_error":
        return f"{argument} must be {error.get('ctx', {})['expected']}.".replace("'", '"')
    if error["loc"][0] == "id":
        return f"{argument} {error['msg']}."
    if error["loc"][0] == "wait_seconds":
        return f"{argument} must be a number from 0 to {MAX_WAIT}; to wait longer, call again."
    reason = error["msg"].removeprefix("Value error, ")
    return f"{argument} is not valid: {reason[0].lower()}{reason[1:]}."


def _nearest(name: str, names: list[str]) -> str:
    """The argument whose name is inside `name` (`executionId` has `id`), else the most similar one."""
    return max(names, key=lambda n: (n in name.lower(), difflib.SequenceMatcher(a=name, b=n).ratio()))
