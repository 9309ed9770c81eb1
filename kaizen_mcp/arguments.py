"""What the tools accept: forgiving about how an id is written, strict about everything else."""

import difflib
import re
import unicodedata
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from kaizen_mcp.errors import InvalidInputError
from kaizen_mcp.text import quote, visible

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
_REFUSED_CATEGORIES = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def read_id(value: object) -> str:
    """Read an id as people and models write it.

    Spaces and quotes around it are dropped, an integer becomes its text, and a pasted URL yields the id in it.

    Raises:
        PydanticCustomError: it is no id; the message says why and what is expected.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) >= 10**MAX_ID:  # also more digits than Python converts
            raise _refused(f"has more than {MAX_ID} digits")
        value = str(value)
    if not isinstance(value, str):
        raise _refused("must be text")
    text = value.strip().strip(_WRAPPING).strip()
    if link := _LINK.search(text) or _BARE_LINK.fullmatch(text):
        text = _id_in_link(link[0].rstrip(".,;:!"))
    if not text:
        raise _refused("is empty")
    if len(text) > MAX_ID:
        raise _refused(f"is longer than {MAX_ID} characters")
    if visible(text) != text or any(unicodedata.category(c) in _REFUSED_CATEGORIES for c in text):
        raise _refused("has control or invisible characters in it")
    return text


def _refused(why: str) -> PydanticCustomError:
    return PydanticCustomError("id", "{why}", {"why": why})


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


def read_path(value: object) -> object:
    """Read a JSON Pointer as models write it: with or without the slash it begins with."""
    if not isinstance(value, str):
        return value
    text = value.strip().removeprefix("#")
    return f"/{text}" if text and not text.startswith("/") else text


Path = Annotated[
    str,
    BeforeValidator(read_path),
    Field(max_length=2000, description="JSON Pointer into the object: read that part.", examples=["/response"]),
]
Offset = Annotated[
    int, Field(ge=0, le=2**53, description="First character, item or field to read at path.", examples=[40])
]
DetailChoice = Annotated[
    Detail, Field(description="full: facts and raw object; summary: facts only.", examples=["summary"])
]


class GetExecutionArguments(BaseModel):
    """Arguments of get_execution."""

    model_config = ConfigDict(extra="forbid")

    id: ExecutionId = Field(description="Id of the execution, or a Kaizen link to it.", examples=["exec_abc123"])
    detail: DetailChoice = "full"
    path: Path = ""
    offset: Offset = 0


class GetInstructorExecutionArguments(BaseModel):
    """Arguments of get_instructor_execution."""

    model_config = ConfigDict(extra="forbid")

    id: ExecutionId = Field(
        description="Id of the instructor execution, or a Kaizen link to it.",
        examples=["6f1d2c3b-4a59-4e0f-9b7a-2d8c1e5f0a94"],
    )
    detail: DetailChoice = "full"
    path: Path = ""
    offset: Offset = 0


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
        return f'Argument "{name}" {error["msg"]}; {_EXPECTED}.'
    return f'Argument "{name}" is not right: {error["msg"][0].lower()}{error["msg"][1:]}.'


def _nearest(name: str, known: list[str]) -> str:
    """The known name inside `name` (`executionId` has `id`), else the one spelled most alike."""
    return max(known, key=lambda k: (k in name.lower(), difflib.SequenceMatcher(a=name, b=k).ratio()))
