"""The summary of an execution: its headline, its next step and its facts. Pure; the clock is an argument."""

from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, cast

from kaizen_mcp.api.models import AnyExecution, read_execution, read_instructor_execution
from kaizen_mcp.json_types import JsonObject
from kaizen_mcp.summary.facts import Facts, execution_facts, execution_notes, instructor_execution_facts
from kaizen_mcp.summary.headline import headline
from kaizen_mcp.summary.next_step import LookupContext, next_step
from kaizen_mcp.summary.status import age_seconds

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass(frozen=True, slots=True)
class Summary:
    """What happened, what to do, and the facts behind it.

    Attributes:
        headline: one sentence.
        next_step: one action.
        should_poll: whether looking again later makes sense without anyone doing anything.
        poll_after_seconds: when to look again.
        waited_seconds: how long this lookup waited; None without a wait.
        facts: the facts.
    """

    headline: str
    next_step: str
    should_poll: bool
    poll_after_seconds: int | None
    waited_seconds: float | None
    facts: Facts

    @property
    def is_over(self) -> bool:
        """Whether there is nothing to wait for: it has ended, needs a person, or has an end time.

        A run of unknown status without an end time may still be active, so it is waited for.
        """
        facts = self.facts
        ended = facts.contradicts_itself or (facts.state == "unknown" and facts.ended_at is not None)
        return facts.finished or facts.needs_person or bool(ended)

    def to_json(self) -> JsonObject:
        """The summary as one flat JSON object, without what is not known."""
        return _to_json(self)


def summarize_execution(data: JsonObject, context: LookupContext) -> tuple[Summary, list[str]]:
    """Summarise an execution; also returns one sentence for each oddity."""
    execution, notes = read_execution(data)
    return _summarize(execution, execution_facts(execution, context.now), notes, context)


def summarize_instructor_execution(data: JsonObject, context: LookupContext) -> tuple[Summary, list[str]]:
    """Summarise an instructor execution; also returns one sentence for each oddity."""
    execution, notes = read_instructor_execution(data)
    return _summarize(execution, instructor_execution_facts(execution, context.now), notes, context)


def _summarize(
    execution: AnyExecution, facts: Facts, notes: list[str], context: LookupContext
) -> tuple[Summary, list[str]]:
    age = age_seconds(execution, context.now)
    step = next_step(facts, age, context)
    summary = Summary(
        headline=headline(facts, age),
        next_step=step.text,
        should_poll=step.poll_after is not None,
        poll_after_seconds=step.poll_after,
        waited_seconds=None if context.waited is None else round(context.waited, 1),
        facts=facts,
    )
    return summary, [*execution_notes(execution, context.now), *notes]


def _to_json(part: "DataclassInstance") -> JsonObject:
    """Fields of a dataclass that are not None; those of a dataclass in it stand among them."""
    shown: JsonObject = {}
    for field in fields(part):
        value = getattr(part, field.name)
        if is_dataclass(value):
            shown.update(_to_json(cast("DataclassInstance", value)))
        elif isinstance(value, list):
            shown[field.name] = [_item_to_json(item) for item in cast("list[object]", value)]
        elif value is not None:
            shown[field.name] = value
    return shown


def _item_to_json(item: object) -> object:
    return _to_json(cast("DataclassInstance", item)) if is_dataclass(item) else item
