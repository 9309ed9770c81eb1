"""Models of the API's objects: the fields that the summary reads, each read by itself.

A model never fails. A field that is missing, null or of another type reads as its default, with a note where that
is odd. The object itself is never touched, so no field can get lost. Field names are the API's, in snake case.
Sources: the API's two documents; fields marked "webhook" come from its webhook documentation.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator
from pydantic.alias_generators import to_camel
from pydantic_core import ValidationError

from kaizen_mcp.api.times import read_time
from kaizen_mcp.json_types import MAX_SAFE_INTEGER

_MAX_MILLISECONDS = 10 * 366 * 86_400_000  # ten years
_JSON_TYPES: dict[type, str] = {bool: "true or false", str: "text", list: "a list", dict: "an object"}


class ReadingNotes:
    """Notes on odd fields of one object, collected while it is read.

    Attributes:
        path: names of the fields being read, outermost first; `/*` follows the name of a list.
        sentences: one for each oddity, in the order found, without duplicates.
    """

    def __init__(self) -> None:
        self.path: list[str] = []
        self.sentences: dict[str, None] = {}

    def add(self, what: str) -> None:
        """Note something about the field being read."""
        in_items, _, name = f"/{'/'.join(self.path)}".rpartition("/*/")
        place = f"{name} of an item of {in_items}" if in_items else name
        self.sentences[f"{place} {what}"] = None


def _notes(info: ValidationInfo) -> ReadingNotes:
    return cast("ReadingNotes", info.context)


def _text(value: object) -> object:
    """Accept numbers as text (ids were once integers) and treat blank text as missing."""
    if isinstance(value, str):
        return value.strip() or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _number(value: object) -> object:
    """Accept numbers in a text, and whole numbers that are written as 3.0."""
    if isinstance(value, str) and re.fullmatch(r"\s*-?\d{1,16}(?:\.\d{1,9})?\s*", value):
        value = float(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _time(value: object, info: ValidationInfo) -> object:
    if isinstance(value, str) and not value.strip():
        return None
    try:
        time = read_time(value)
    except (ValueError, OverflowError):
        return value  # strict mode refuses it
    if time is None:
        _notes(info).add("is a date that stands for no time, read as not set")
    elif time.tzinfo is None:
        _notes(info).add("is a time without a zone, read as UTC")
        time = time.replace(tzinfo=UTC)
    return time


def _objects(value: object, info: ValidationInfo) -> object:
    """Read an item that is no object as an empty one, so that the list keeps its length."""
    if not isinstance(value, list):
        return value
    items: list[object] = [item if isinstance(item, dict) else {} for item in cast("list[object]", value)]
    if items != value:
        _notes(info).add("holds items that are not objects and were not understood")
    _notes(info).path[-1] += "/*"
    return items


T = TypeVar("T")
Text = Annotated[str | None, BeforeValidator(_text)]
Count = Annotated[int | None, BeforeValidator(_number), Field(ge=0, lt=MAX_SAFE_INTEGER)]
Milliseconds = Annotated[float | None, BeforeValidator(_number), Field(ge=0, lt=_MAX_MILLISECONDS)]
Time = Annotated[datetime | None, BeforeValidator(_time)]
_HttpUrl = Annotated[str, Field(pattern=r"^(?i:https?)://[^\x00-\x20\"<>\\^`{|}\x7f-\U0010ffff]+$")]
Link = Annotated[_HttpUrl | None, BeforeValidator(_text)]
Objects = Annotated[list[T], BeforeValidator(_objects)]


class ApiModel(BaseModel):
    """Tolerant, read-only model of one JSON object; validate it with `ReadingNotes` as the context."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, alias_generator=to_camel)

    @field_validator("*", mode="wrap")
    @classmethod
    def _tolerate(cls, value: object, read: Callable[[object], object], info: ValidationInfo) -> object:
        field = cls.__pydantic_fields__[cast("str", info.field_name)]
        if value is None:
            return field.get_default(call_default_factory=True)
        notes = _notes(info)
        notes.path.append(cast("str", field.alias))
        try:
            return read(value)
        except ValidationError:
            long_number = isinstance(value, str) and re.fullmatch(r"-?\d+", value)
            kind = "a number" if long_number else _JSON_TYPES.get(type(value), "a number")
            notes.add(f"holds {kind} that is not understood; the summary leaves it out")
            return field.get_default(call_default_factory=True)
        finally:
            notes.path.pop()


class Reference(ApiModel):
    """Anything that is named by its id: a workflow, a batch, a login, a response file."""

    id: Text = None
    name: Text = None


class Block(ApiModel):
    """A step of the workflow. `type` stays an open word: the API has many and documents none."""

    name: Text = None
    type: Text = None


class DownloadedFile(ApiModel):
    """A file that the execution downloaded; size in bytes."""

    name: Text = None
    size_bytes: Count = None
    download_url: Link = None


class Downloads(ApiModel):
    """The files of an execution. They may arrive after it has finished (webhook: `status`)."""

    files: Objects[DownloadedFile] | None = None
    message: Text = None
    status: Text = None


class LoginSummary(ApiModel):
    """A login that an execution uses; a manual one needs a person each time."""

    login_id: Text = None
    name: Text = None
    is_manual: bool | None = None


class ContextAuthentication(ApiModel):
    """A login with the state of its authentication. `Unauthenticated` is the one status seen."""

    login_summary: LoginSummary | None = None
    authentication_status: Text = None


class Authentication(ApiModel):
    """An authentication of an execution. While it is in progress, a person can log in at `live_view_url`."""

    status: Text = None
    live_view_url: Link = None


class AnyExecution(ApiModel):
    """Fields that executions and instructor executions share."""

    id: Text = None
    status: Text = None
    workflow: Reference | None = None
    logins: Objects[Reference] = []
    authentications: Objects[Authentication] = []
    context_authentications: Objects[ContextAuthentication] = []
    start_time: Time = None
    end_time: Time = None
    duration_ms: Milliseconds = None


class Execution(AnyExecution):
    """An execution. Which variant lacks which fields is documented nowhere, so all of them are optional."""

    name: Text = None
    batch: Reference | None = None
    attempts: Count = None
    total_attempts: Count = None
    is_last_attempt: bool | None = None
    is_test: bool | None = None
    live_view_url: Link = None
    start_block: Block | None = None
    downloads: Downloads | None = None
    parent_execution_id: Text = None
    response: Any = None  # webhook
    truncated_response: Any = None  # webhook
    response_file: Reference | None = None  # webhook


class InstructorExecution(AnyExecution):
    """An instructor execution. The document shows one variant of a union; the others have the same fields here."""

    is_recording: bool | None = None


def read_execution(data: dict[str, Any]) -> tuple[Execution, list[str]]:
    """Read the object inside the `execution` wrapper; also returns a note for each odd field."""
    notes = ReadingNotes()
    return Execution.model_validate(data, context=notes), list(notes.sentences)


def read_instructor_execution(data: dict[str, Any]) -> tuple[InstructorExecution, list[str]]:
    """Read an instructor execution; also returns a note for each odd field."""
    notes = ReadingNotes()
    return InstructorExecution.model_validate(data, context=notes), list(notes.sentences)
