"""Views over what the API sends: what the summary reads, understood field by field.

A view never fails. A field that is missing, null or of another type than expected reads as None, and what was
odd is noted; the object itself is never touched, so nothing can get lost. Field names are the API's, in snake
case. Sources: the API's two documents; fields marked "webhook" come from its webhook documentation.
"""

import re
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, TypeVar, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
)
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

_MAX_COUNT = 2**53
_JSON_TYPES: dict[type, str] = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "an object",
}


class Oddities:
    """Collects what was odd while one object was read."""

    def __init__(self) -> None:
        self._found: list[tuple[list[str], str]] = []

    def __len__(self) -> int:
        return len(self._found)

    @property
    def notes(self) -> list[str]:
        """One sentence an oddity, in the order found; each once, however often it occurs."""
        notes = (f"field '{'.'.join(reversed(names))}' {what}" for names, what in self._found)
        return list(dict.fromkeys(notes))

    def add(self, what: str) -> None:
        """Note something about the field being read."""
        self._found.append(([], what))

    def place(self, since: int, name: str) -> None:
        """Say of each oddity but the first so many that it is in a field of this name."""
        for names, _ in self._found[since:]:
            names.append(name)


def _oddities(info: ValidationInfo) -> Oddities:
    return cast("Oddities", info.context)


def _text(value: object) -> object:
    """Accept numbers as text (ids were once integers) and treat blank text as missing."""
    if isinstance(value, str):
        return value.strip() or None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _count(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _moment(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, str) or not re.match(r"\d{4}-", value):
        return value  # strict mode refuses it
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        _oddities(info).add("is a time without a zone, read as UTC")
        moment = moment.replace(tzinfo=UTC)
    return moment


def _objects(value: object, info: ValidationInfo) -> object:
    """Read an item that is no object as an empty one, so that the list keeps its length."""
    if not isinstance(value, list):
        return value
    items = cast("list[object]", value)
    if all(isinstance(item, dict) for item in items):
        return items
    _oddities(info).add("holds items that are not objects and were not understood")
    nothing: dict[str, Any] = {}
    return [cast("dict[str, Any]", item) if isinstance(item, dict) else nothing for item in items]


State = Literal["queued", "running", "paused", "finished", "failed", "unknown"]
T = TypeVar("T")
Text = Annotated[str | None, BeforeValidator(_text)]
Count = Annotated[int | None, BeforeValidator(_count), Field(ge=0, lt=_MAX_COUNT)]
Milliseconds = Annotated[float | None, Field(ge=0, lt=_MAX_COUNT)]
Moment = Annotated[datetime | None, BeforeValidator(_moment)]
_HTTP_URL = Annotated[str, Field(pattern=r"^(?i:https?)://[^\x00-\x20\"<>\\^`{|}\x7f-\U0010ffff]+$")]
Link = Annotated[_HTTP_URL | None, BeforeValidator(_text)]
Objects = Annotated[list[T], BeforeValidator(_objects)]


class View(BaseModel):
    """A tolerant, read-only look at one JSON object."""

    # Built with the first look-up: a client waits for the tool list, and needs no views for that.
    model_config = ConfigDict(extra="allow", frozen=True, strict=True, alias_generator=to_camel, defer_build=True)
    fields: ClassVar[dict[str, FieldInfo]] = {}
    """By name; pydantic's own `model_fields` takes longer than to read most of them."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:  # noqa: ANN401 - pydantic's signature
        cls.fields = dict(cls.model_fields)

    @field_validator("*", mode="wrap")
    @classmethod
    def _tolerate(cls, value: object, read: ValidatorFunctionWrapHandler, info: ValidationInfo) -> object:
        oddities = _oddities(info)
        odd = len(oddities)
        try:
            seen = read(value) if value is not None else cls._nothing(info)
        except ValidationError:
            seen = cls._nothing(info)
            kind = _JSON_TYPES.get(type(value), "a value")
            oddities.add(f"holds {kind} that is not understood; the summary leaves it out")
        if len(oddities) > odd:
            oddities.place(odd, cls.fields[cast("str", info.field_name)].alias or "")
        return seen

    @classmethod
    def _nothing(cls, info: ValidationInfo) -> object:
        return cls.fields[cast("str", info.field_name)].get_default(call_default_factory=True)


class Reference(View):
    """Anything that is named by its id: a workflow, a batch, a login, a response file."""

    id: Text = None
    name: Text = None


class Block(View):
    """A step of the workflow. `type` stays an open word: the API has many and documents none."""

    name: Text = None
    type: Text = None


class DownloadedFile(View):
    """A file that the execution downloaded; size in bytes."""

    name: Text = None
    size_bytes: Count = None
    download_url: Link = None


class Downloads(View):
    """The files of an execution. They may arrive after it has finished (webhook: `status`)."""

    files: Objects[DownloadedFile] | None = None
    message: Text = None
    status: Text = None


class LoginSummary(View):
    """A login that an execution uses; a manual one needs a person each time."""

    login_id: Text = None
    name: Text = None
    is_manual: bool | None = None


class ContextAuthentication(View):
    """A login together with how far its authentication is. `Unauthenticated` is the one status seen."""

    login_summary: LoginSummary | None = None
    authentication_status: Text = None


# Authentications: four documented variants, named here as the document names them.


class _Authentication(View):
    status: Text = None
    live_view_url: Link = None


class EnqueuedAuthentication(_Authentication):
    """Not started yet."""


class InProgressAuthentication(_Authentication):
    """Logging in now, at `live_view_url` where a person can watch or take over."""


class FinishedAuthentication(_Authentication):
    """Logged in."""


class FailedAuthentication(_Authentication):
    """Could not log in."""


class UnknownAuthentication(_Authentication):
    """A status that is missing, or none of the above."""


def _discriminate(tags: dict[str, str]) -> Discriminator:
    """Choose a union's arm by the `status` word; anything not in `tags` is `unknown`."""

    def tag(value: dict[str, Any]) -> str:
        status = value.get("status")
        return tags.get(status.strip(), "unknown") if isinstance(status, str) else "unknown"

    return Discriminator(tag)


Authentication = Annotated[
    Annotated[EnqueuedAuthentication, Tag("enqueued")]
    | Annotated[InProgressAuthentication, Tag("in progress")]
    | Annotated[FinishedAuthentication, Tag("finished")]
    | Annotated[FailedAuthentication, Tag("failed")]
    | Annotated[UnknownAuthentication, Tag("unknown")],
    # The document names the variants but not their words, so the two likely spellings of each are read.
    _discriminate(
        {
            "Enqueued": "enqueued",
            "InProgress": "in progress",
            "In Progress": "in progress",
            "Finished": "finished",
            "Failed": "failed",
        }
    ),
]


class Recording(View):
    """What an execution and an instructor execution have in common."""

    state: ClassVar[State] = "unknown"

    id: Text = None
    status: Text = None
    workflow: Reference | None = None
    logins: Objects[Reference] = Field(default_factory=list[Reference])
    authentications: Objects[Authentication] = Field(default_factory=list[Authentication])
    context_authentications: Objects[ContextAuthentication] = Field(default_factory=list[ContextAuthentication])
    start_time: Moment = None
    end_time: Moment = None
    duration_ms: Milliseconds = None


class _Execution(Recording):
    """Fields of any execution. Which of them a variant lacks is documented nowhere, so each may have all."""

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


class EnqueuedExecution(_Execution):
    """Waiting to start."""

    state = "queued"


class InProgressExecution(_Execution):
    """The document's `Active Execution`, running."""

    state = "running"


class PausedExecution(_Execution):
    """The document's `Active Execution`, paused."""

    state = "paused"


class CompletedExecution(_Execution):
    """Ended well; its downloads may still be to come."""

    state = "finished"


class FailedExecution(_Execution):
    """Ended without doing its work."""

    state = "failed"


class UnknownExecution(_Execution):
    """A status this server does not know, or none."""


class _InstructorExecution(Recording):
    """Fields of any instructor execution.

    The document shows the `Enqueued` variant alone and calls it one of a union; the others are expected to be
    those of an execution.
    """

    is_recording: bool | None = None


class EnqueuedInstructorExecution(_InstructorExecution):
    """Waiting to start."""

    state = "queued"


class InProgressInstructorExecution(_InstructorExecution):
    """Running."""

    state = "running"


class PausedInstructorExecution(_InstructorExecution):
    """Paused."""

    state = "paused"


class CompletedInstructorExecution(_InstructorExecution):
    """Ended well."""

    state = "finished"


class FailedInstructorExecution(_InstructorExecution):
    """Ended badly."""

    state = "failed"


class UnknownInstructorExecution(_InstructorExecution):
    """A status this server does not know, or none."""


_STATES: dict[str, str] = {
    "Enqueued": "queued",
    "InProgress": "running",
    "Paused": "paused",
    "Completed": "finished",
    "Failed": "failed",
}

Execution = Annotated[
    Annotated[EnqueuedExecution, Tag("queued")]
    | Annotated[InProgressExecution, Tag("running")]
    | Annotated[PausedExecution, Tag("paused")]
    | Annotated[CompletedExecution, Tag("finished")]
    | Annotated[FailedExecution, Tag("failed")]
    | Annotated[UnknownExecution, Tag("unknown")],
    _discriminate(_STATES),
]
InstructorExecution = Annotated[
    Annotated[EnqueuedInstructorExecution, Tag("queued")]
    | Annotated[InProgressInstructorExecution, Tag("running")]
    | Annotated[PausedInstructorExecution, Tag("paused")]
    | Annotated[CompletedInstructorExecution, Tag("finished")]
    | Annotated[FailedInstructorExecution, Tag("failed")]
    | Annotated[UnknownInstructorExecution, Tag("unknown")],
    _discriminate(_STATES),
]


@cache
def _execution() -> TypeAdapter[Execution]:
    return TypeAdapter(Execution)


@cache
def _instructor_execution() -> TypeAdapter[InstructorExecution]:
    return TypeAdapter(InstructorExecution)


def view_execution(data: dict[str, Any]) -> tuple[Execution, list[str]]:
    """Read the object inside the `execution` wrapper; returns the view and a note for each oddity."""
    oddities = Oddities()
    return _execution().validate_python(data, context=oddities), oddities.notes


def view_instructor_execution(data: dict[str, Any]) -> tuple[InstructorExecution, list[str]]:
    """Read an instructor execution; returns the view and a note for each oddity."""
    oddities = Oddities()
    return _instructor_execution().validate_python(data, context=oddities), oddities.notes
