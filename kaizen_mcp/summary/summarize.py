"""The summary of an execution: its headline, its next step and its facts. Pure; the clock is an argument."""

from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, cast

from kaizen_mcp.api.models import AnyExecution, read_execution, read_instructor_execution
from kaizen_mcp.humanize import local_time
from kaizen_mcp.json_types import JsonObject
from kaizen_mcp.summary.facts import Facts, execution_facts, instructor_execution_facts
from kaizen_mcp.summary.headline import headline
from kaizen_mcp.summary.next_step import LookupContext, next_step
from kaizen_mcp.summary.status import age_seconds, end_time, execution_notes


@dataclass(frozen=True, slots=True)
class Summary:
    """What happened, what to do, and the facts behind it.

    Attributes:
        headline: one sentence.
        next_step: one action.
        should_poll: whether looking again later makes sense without anyone doing anything.
        poll_after_seconds: when to look again.
        needs_person: whether nothing moves until a person acts; the next step asks for one exactly then.
        waited_seconds: how long this lookup waited; None without a wait.
        facts: the facts.
    """

    headline: str
    next_step: str
    should_poll: bool
    poll_after_seconds: int | None
    needs_person: bool
    waited_seconds: float | None
    facts: Facts

    @property
    def is_over(self) -> bool:
        """Whether there is nothing to wait for."""
        return self.facts.finished or self.needs_person

    def to_json(self) -> JsonObject:
        """The summary as one flat JSON object, without what is not known."""
        return _flatten(self)


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
    started, ended = execution.start_time, end_time(execution)
    facts = replace(
        facts,
        started_at_local=local_time(started, context.timezone) if started else None,
        ended_at_local=local_time(ended, context.timezone) if ended else None,
    )
    step = next_step(facts, age, context)
    summary = Summary(
        headline=headline(facts, age, context.id),
        next_step=step.text,
        should_poll=step.poll_after is not None,
        poll_after_seconds=step.poll_after,
        needs_person=step.needs_person,
        waited_seconds=None if context.waited is None else round(context.waited, 1),
        facts=facts,
    )
    return summary, [*execution_notes(execution, context.now), *notes]


def _flatten(item: object) -> JsonObject:
    """Fields that are not None; those of an object in it stand among them."""
    flat: JsonObject = {}
    for field in fields(cast("Any", item)):
        value = getattr(item, field.name)
        if is_dataclass(value):
            flat |= _flatten(value)
        elif isinstance(value, list):
            items = cast("list[Any]", value)
            flat[field.name] = [_flatten(each) if is_dataclass(each) else each for each in items]
        elif value is not None:
            flat[field.name] = value
    return flat
