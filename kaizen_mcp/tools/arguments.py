"""Arguments of the tools, as models and clients send them. What has one sensible reading is read, with a note."""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Annotated, Any, Literal, TypeVar, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from kaizen_mcp.errors import InvalidInputError
from kaizen_mcp.humanize import join_list
from kaizen_mcp.json_types import JsonObject, child_pointer
from kaizen_mcp.sanitize.display import quote
from kaizen_mcp.tools.execution_id import EXPECTED_ID, ExecutionId, is_id_name, read_id, read_json
from kaizen_mcp.tools.find import read_find

Detail = Literal["full", "summary"]

MAX_WAIT = 45
"""Seconds. Most clients end a call after 60."""

_MAX_PATH = 20_000
"""Characters. A path that leads 900 levels deep is long."""

_NOT_GIVEN = frozenset({"", "null", "none", "nil", "<nil>", "undefined", "n/a"})
"""Texts that gateways and models fill in for an optional argument that they do not mean to give."""

PLUMBING = frozenset(
    {
        *("toolCallId", "toolUseId", "callId", "tool", "toolName", "name", "method", "action", "chatInput"),
        *("sessionId", "sessionKey", "requestId", "messageId", "threadId", "conversationId", "traceId", "runId"),
        *("correlationId", "agentId", "userId", "explanation", "reasoning", "rationale", "thought", "thinking"),
        *("toolSummary", "toolAction", "waitForPreviousTools", "requiresApproval", "securityRisk", "taskProgress"),
        *("metadata", "config"),
    }
)
"""Arguments that agent hosts add to every call. docs/answers.md lists them."""

_MAX_WRAPPERS = 3
_MAX_NAME_COMPARED = 60


def read_path(value: object) -> object:
    """Return the path as text; a list of names and indexes becomes a JSON Pointer.

    Raises:
        ValueError: it is too long.
    """
    if isinstance(value, list):
        value = reduce(child_pointer, cast("list[str | int]", value), "")
    if isinstance(value, str) and len(value) > _MAX_PATH:
        raise ValueError(f"it is longer than {_MAX_PATH} characters; read a shorter one first, such as /response")
    return value


def _reject_boolean(value: object) -> object:
    if isinstance(value, bool):  # pydantic would read true as one second
        raise ValueError("it must be a number")  # noqa: TRY004 - pydantic reports only a ValueError as invalid
    return value


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


class Arguments(BaseModel):
    """Arguments of both tools."""

    model_config = ConfigDict(extra="forbid")

    id: ExecutionId
    detail: Annotated[Detail, BeforeValidator(_lower)] = Field(
        "full", description="full: facts and raw object; summary: facts only."
    )
    wait_seconds: Annotated[float, BeforeValidator(_reject_boolean)] = Field(
        0, ge=0, le=MAX_WAIT, description="Seconds to wait until it has ended or needs a person."
    )
    path: Annotated[str, BeforeValidator(read_path)] = Field(
        "", description="JSON Pointer into the object: read that part.", examples=["/response"]
    )
    offset: Annotated[int, BeforeValidator(_reject_boolean)] = Field(
        0, ge=0, description="First character, item or field to read at path; with find, first match."
    )
    find: Annotated[str, BeforeValidator(read_find)] = Field(
        "", description="Text to find in names and values, at path or below."
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


def read_arguments(
    model: type[ArgumentsT], arguments: Mapping[str, Any], mask: Callable[[str], str]
) -> tuple[ArgumentsT, list[str]]:
    """Read the arguments of a call; also returns a note for each thing that was not as it should be.

    Args:
        model: the arguments of the tool.
        arguments: what the client sent.
        mask: replaces the key in a text, before an error or a note can quote a part of it.

    Raises:
        InvalidInputError: an argument is invalid; the message names it and says how to change it.
    """
    reader = _Reader(list(model.model_fields), mask)
    values = reader.read(arguments)
    try:
        return model.model_validate(values), reader.notes
    except ValidationError as error:
        raise InvalidInputError(_message(error.errors()[0])) from None


@dataclass
class _Reader:
    """Finds the arguments that a tool has in what a client sent, and notes what was passed over or moved."""

    names: list[str]
    mask: Callable[[str], str]
    notes: list[str] = field(default_factory=list[str])

    def read(self, arguments: Mapping[str, Any], level: int = 0) -> JsonObject:
        """Return the known arguments.

        Raises:
            InvalidInputError: an argument is unknown, or two different ids are given.
        """
        own = {name: value for name, value in arguments.items() if name in self.names}
        ids = {name: value for name, value in arguments.items() if is_id_name(name) and not is_empty(value)}
        others = {name: value for name, value in arguments.items() if name not in {*own, *ids}}
        unknown = {name: value for name, value in others.items() if not (_is_plumbing(name) or is_empty(value))}
        known = {name: self._masked(value) for name, value in own.items() if not is_empty(value)}
        wrapper, inner = self._find_wrapped(ids, unknown or others) if level < _MAX_WRAPPERS else ("", {})
        self._note_passed_over([name for name in others if name not in {*unknown, wrapper}])
        if inner:
            self.notes.append(f"the arguments were found inside {self._quote(wrapper)}")
            found = self.read({**inner, **self._beside(known, inner)}, level + 1)
            if "id" in found:
                return found
        if unknown:
            raise InvalidInputError(_unknown([self.mask(name) for name in unknown], self.names, has_id=bool(ids)))
        given = {"id": self._one_id(ids)} if ids else {name: own[name] for name in own if name == "id"}
        return {**known, **given}

    def _find_wrapped(self, ids: JsonObject, others: JsonObject) -> tuple[str, JsonObject]:
        """The one object that holds the arguments: inside the id, or inside another argument if there is no id.

        Returns:
            Name and object; both empty if there is none.
        """
        for name, value in ids.items():
            inner = _object_in(value) or {}
            if len(ids) == 1 and len(inner) > 1 and all(n in self.names or is_id_name(n) for n in inner):
                return name, inner
        objects = [(name, inner) for name, value in others.items() if (inner := _object_in(value))]
        if not ids and len(objects) == 1 and (len(others) == 1 or any(map(is_id_name, objects[0][1]))):
            return objects[0]
        return "", {}

    def _beside(self, known: JsonObject, inner: JsonObject) -> JsonObject:
        """The arguments beside a wrapper.

        Raises:
            InvalidInputError: one of them has another value than inside.
        """
        beside = {name: value for name, value in known.items() if not is_id_name(name)}
        if differing := [name for name in beside if inner.get(name, beside[name]) != beside[name]]:
            raise InvalidInputError(
                f"{self._quote(differing[0])} was given twice, with different values; pass one."
            )
        return beside

    def _masked(self, value: object) -> object:
        return self.mask(value) if isinstance(value, str) else value

    def _quote(self, name: str) -> str:
        return quote(self.mask(name), 40)

    def _note_passed_over(self, names: list[str]) -> None:
        if names:
            is_no = (
                "is no argument of this tool and was"
                if len(names) == 1
                else "are no arguments of this tool and were"
            )
            self.notes.append(f"{join_list([self._quote(name) for name in names], 3)} {is_no} passed over")

    def _one_id(self, ids: JsonObject) -> object:
        (name, value), *more = ids.items()
        if another := next((n for n, v in more if _comparable(v) != _comparable(value)), None):
            first, second = (quote(self.mask(f"{n}: {ids[n]}"), 80) for n in (name, another))
            message = f"Two different ids were given, {first} and {second}; pass the one that is meant, as id."
            raise InvalidInputError(message)
        if "id" not in ids:
            self.notes.append(f"{self._quote(name)} was read as id")
        return value


def _comparable(value: object) -> str:
    try:
        return read_id(value)
    except PydanticCustomError:
        return str(value)


def _object_in(value: object) -> JsonObject | None:
    """The one object in an argument: the argument itself, JSON in a text, or the item of a list of one."""
    for _ in range(_MAX_WRAPPERS):
        if isinstance(value, str):
            value = read_json(value) or read_json(value.strip().strip('"').replace('\\"', '"'))
        elif isinstance(value, list) and len(items := cast("list[object]", value)) == 1:
            value = items[0]
    return cast("JsonObject", value) if isinstance(value, dict) else None


def is_empty(value: object) -> bool:
    """Whether a client that sends all arguments of a tool means that this one is not given."""
    if isinstance(value, str):
        return value.strip().strip("\"'").lower() in _NOT_GIVEN
    return value is None or value in ([], {})


def _normalize(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()


_NORMALIZED_PLUMBING = frozenset(map(_normalize, PLUMBING))


def _is_plumbing(name: str) -> bool:
    return name.startswith("_") or _normalize(name) in _NORMALIZED_PLUMBING


def _unknown(unknown: list[str], names: list[str], *, has_id: bool) -> str:
    """One sentence about unknown arguments, with the nearest one the tool has."""
    nearest = [_nearest(name, names) for name in unknown]
    hints = [
        f'{quote(name)} (nearest: "{n}")' if n else quote(name) for name, n in zip(unknown, nearest, strict=True)
    ]
    plural, takes = "s" if len(unknown) > 1 else "", join_list(names, len(names))
    if not has_id:
        shown = ", ".join(hints[:3])
        return f'An object like {{"id": "exec_abc123"}} is expected; this tool takes {takes}, but not {shown}.'
    return f"Unknown argument{plural} {', '.join(hints[:3])}; this tool takes {takes}."


def _nearest(name: str, names: list[str]) -> str | None:
    """The argument whose name is in `name` (`jsonPath` has `path`) or the other way round, or a similar one."""
    word = _normalize(name[:_MAX_NAME_COMPARED])
    normalized = {_normalize(n): n for n in names}
    related = (n for n in normalized if n != "id" and (n in word or (len(word) > 3 and word in n)))  # noqa: PLR2004
    found = next(related, None) or next(iter(difflib.get_close_matches(word, normalized)), None)
    return normalized[found] if found else None


def _message(error: ErrorDetails) -> str:
    """One sentence about an invalid argument."""
    name = error["loc"][0]
    argument = f'Argument "{name}"'
    if error["type"] == "missing":
        return f"{argument} is missing; {EXPECTED_ID}."
    if error["type"] == "literal_error":
        return f"{argument} must be {error.get('ctx', {})['expected']}.".replace("'", '"')
    if name == "id":
        return f"{argument} {error['msg']}."
    if name == "wait_seconds":
        return f"{argument} must be a number from 0 to {MAX_WAIT}; to wait longer, call again."
    reason = error["msg"].removeprefix("Value error, ")
    return f"{argument} is not valid: {reason[0].lower()}{reason[1:]}."
