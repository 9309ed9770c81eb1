"""What the tools accept: forgiving about how an id is written, strict about everything else."""

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
_EXPECTED = 'pass the id as text, for example "exec_abc123"'
# What surrounds an id that was copied from a chat, a document or a log.
_WRAPPING = "\"'`\u201c\u201d\u2018\u2019\u00ab\u00bb\u200b\ufeff"
_LINK = re.compile(r"https?://[^\s<>\"'`)\]|*]+", re.IGNORECASE)
_BARE_LINK = re.compile(r"[\w.:-]+/(\S*/)?(instructor[-_]?)?executions?/\S+", re.IGNORECASE)
_ID_PARAMETER = re.compile(r"(instructor[-_]?)?execution[-_]?(id)?", re.IGNORECASE)
_ID_FOLLOWS = re.compile(r"(instructor[-_]?)?executions?", re.IGNORECASE)
# Words that may stand between `executions` and the id, in the API's own paths or in a dashboard's.
_NO_IDS = {"get", "getevents", "list", "retry", "view", "details", "history", "compare", "new", "all", "search"}
# What has ids of its own, which are not those of executions.
_OTHER_THINGS = {"workflow", "workflows", "batch", "batches", "session", "sessions", "file", "files"} | {
    "login", "logins", "org", "orgs", "organization", "organizations", "user", "users"
}  # fmt: skip
# In prose, only what can hardly be a word: `exec-claim-failed`, `exec_abc123`, a UUID.
_WRITTEN_LIKE_AN_ID = re.compile(
    r"\b(?:exec(?:ution)?[-_][\w-]*\w|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b", re.IGNORECASE
)
_PUNCTUATION = ".,;:()<>[]{}"
_IS_AN_ID = re.compile(r"((instructor[-_]?)?execution[-_]?)?id", re.IGNORECASE)
_FAR_ENOUGH = 10_000
_REFUSED_CATEGORIES = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def read_id(value: object) -> str:
    """Read an id as people and models write it.

    Spaces and quotes around it are dropped, an integer becomes its text, and a pasted URL yields the id in it.

    Raises:
        PydanticCustomError: it is no id; the message says why and what is expected.
    """
    text = _as_text(value).strip().strip(_WRAPPING).strip()
    bare = text.strip(_PUNCTUATION)
    if _WRITTEN_LIKE_AN_ID.fullmatch(bare):
        text = bare
    if link := _LINK.search(text) or _BARE_LINK.fullmatch(text):
        text = _id_in_link(link[0].rstrip(".,;:!"))
    if not text:
        raise _refused("is empty")
    if (text[0], text[-1]) in {("{", "}"), ("[", "]")}:
        raise _refused("is JSON in a text", _id_within(text))
    if re.search(r"[\s=(<\[,;]", text) and (within := _id_within(text)):
        raise _refused("has more in it than an id", within)
    if len(text) > MAX_ID:
        raise _refused(f"is longer than {MAX_ID} characters")
    if escape_hidden(text) != text or any(unicodedata.category(c) in _REFUSED_CATEGORIES for c in text):
        raise _refused("has control or invisible characters in it")
    return text


def _as_text(value: object) -> str:
    if isinstance(value, list | dict):
        kind = "a list" if isinstance(value, list) else "an object"
        raise _refused(f"is {kind}, not one id", _id_within(cast("object", value)))
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) >= 10**MAX_ID:  # also more digits than Python converts
            raise _refused(f"has more than {MAX_ID} digits")
        return str(value)
    if not isinstance(value, str):
        raise _refused("must be text")
    return value


def _refused(why: str, within: str | None = None) -> PydanticCustomError:
    """An error that says what is wrong with an id, and what to pass: the id found in it, if there is one."""
    expected = f"pass just {quote(within, MAX_ID)}, one id a call" if within else _EXPECTED
    return PydanticCustomError("id", "{why}; {expected}", {"why": why, "expected": expected})


def _id_within(value: object) -> str | None:
    """The first id in a list, an object, JSON or prose, if one can be told."""
    if isinstance(value, list):
        return next(filter(None, map(_id_within_one, cast("list[object]", value))), None)
    if isinstance(value, dict):
        fields = cast("dict[str, object]", value)
        return next((_id_within_one(fields[key]) for key in fields if _IS_AN_ID.fullmatch(key)), None)
    text = str(value)
    with suppress(ValueError, RecursionError):
        inner = json.loads(text)
        if isinstance(inner, list | dict):
            return _id_within(cast("object", inner))
    found = _WRITTEN_LIKE_AN_ID.search(text[:_FAR_ENOUGH])
    return found[0] if found else None


def _id_within_one(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**MAX_ID:
        return str(value)
    return value if isinstance(value, str) and 0 < len(value) <= MAX_ID else None


def _id_in_link(link: str) -> str:
    """Find the id in a link.

    How Kaizen's dashboard builds its links is not documented. So this looks, in this order, for a parameter
    named like an execution's id, for what follows `execution` or `executions` in the path, for a parameter
    `id`, and for a last part of the path that looks like an id and does not belong to something else.
    """
    try:
        parts = urlsplit(link if "://" in link else f"https://{link}")
        # Single-page dashboards keep a path of their own behind the `#`.
        inner = urlsplit(parts.fragment.lstrip("!")) if parts.fragment.startswith(("/", "!/")) else urlsplit("")
    except ValueError:
        raise _refused("has a link in it that is not valid") from None
    parameters = parse_qsl(parts.query) + parse_qsl(inner.query)
    segments = [unquote(segment).strip() for segment in f"{parts.path}/{inner.path}".split("/")]
    segments = [segment for segment in segments if segment and segment.lower() not in _NO_IDS]
    pairs = [(a, b) for a, b in pairwise(["", *segments]) if not _ID_FOLLOWS.fullmatch(b)]
    candidates = [
        *(value.strip() for name, value in parameters if _ID_PARAMETER.fullmatch(name)),
        *(b for a, b in pairs if _ID_FOLLOWS.fullmatch(a) and b.lower() not in _OTHER_THINGS),
        *(value.strip() for name, value in parameters if name.lower() == "id"),
        *(b for a, b in pairs[-1:] if a.lower() not in _OTHER_THINGS and re.search(r"[\d_-]", b)),
    ]
    if not candidates:
        raise _refused("has a link in it with no id that can be told")
    return candidates[0]


ExecutionId = Annotated[str, BeforeValidator(read_id)]


_LONGEST_PATH = 2000


def read_path(value: object) -> object:
    """Read a JSON Pointer as models write it: with or without the slash it begins with."""
    if not isinstance(value, str):
        return value
    text = value.strip().removeprefix("#")
    if len(text) > _LONGEST_PATH:
        raise ValueError(f"it is longer than {_LONGEST_PATH} characters")
    return f"/{text}" if text and not text.startswith("/") else text


MAX_WAIT = 45
"""Seconds: most clients give up on a call after 60."""


def _no_boolean(value: object) -> object:
    if isinstance(value, bool):  # "yes, wait" would be read as one second
        raise ValueError("it must be a number")  # noqa: TRY004 - pydantic answers this one in words
    return value


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: ExecutionId
    detail: Detail = Field("full", description="full: facts and raw object; summary: facts only.")
    wait_seconds: Annotated[float, BeforeValidator(_no_boolean)] = Field(
        0, ge=0, le=MAX_WAIT, description="Wait up to so long for it to end or to need a person."
    )
    path: Annotated[str, BeforeValidator(read_path)] = Field(
        "", description="JSON Pointer into the object: read that part.", examples=["/response"]
    )
    offset: int = Field(0, ge=0, description="First character, item or field to read at path.")


class GetExecutionArguments(_Arguments):
    """Arguments of get_execution."""

    id: ExecutionId = Field(description="Id of the execution, or a Kaizen link to it.", examples=["exec_abc123"])


class GetInstructorExecutionArguments(_Arguments):
    """Arguments of get_instructor_execution."""

    id: ExecutionId = Field(
        description="Id of the instructor execution, or a Kaizen link to it.", examples=["teach_abc123"]
    )


Arguments = TypeVar("Arguments", bound=BaseModel)


def read_arguments(model: type[Arguments], arguments: Mapping[str, Any]) -> Arguments:
    """Validate the arguments of a call.

    Null for an optional argument counts as not given: some clients send every argument they know.

    Raises:
        InvalidInputError: one sentence that says which argument to change, and how.
    """
    given = {
        name: value
        for name, value in arguments.items()
        if value is not None or name not in model.model_fields or model.model_fields[name].is_required()
    }
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise InvalidInputError(_sentence(error.errors(), list(model.model_fields))) from None


def _sentence(errors: list[ErrorDetails], known: list[str]) -> str:
    unknown = [str(error["loc"][0]) for error in errors if error["type"] == "extra_forbidden"]
    if unknown:
        names = ", ".join(f'{quote(name)} (nearest: "{_nearest(name, known)}")' for name in unknown[:3])
        plural = "s" if len(unknown) > 1 else ""
        return f"Unknown argument{plural} {names}; this tool takes {', '.join(known[:-1])} and {known[-1]}."
    error = errors[0]
    name = error["loc"][0]
    if error["type"] == "missing":
        return f'Argument "{name}" is missing; {_EXPECTED}.'
    if error["type"] == "literal_error":
        return f'Argument "{name}" must be {error.get("ctx", {})["expected"]}.'.replace("'", '"')
    if name == "id":
        return f'Argument "{name}" {error["msg"]}.'
    if name == "wait_seconds":
        return f'Argument "{name}" must be a number from 0 to {MAX_WAIT}; to wait longer, call again.'
    return f'Argument "{name}" is not right: {error["msg"][0].lower()}{error["msg"][1:]}.'


def _nearest(name: str, known: list[str]) -> str:
    """The known name inside `name` (`executionId` has `id`), else the one spelled most alike."""
    return max(known, key=lambda k: (k in name.lower(), difflib.SequenceMatcher(a=name, b=k).ratio()))
