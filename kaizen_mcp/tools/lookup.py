"""What both tools share: what they publish, and the way from arguments over the API to a result."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import anyio
from anyio.to_thread import run_sync
from mcp.types import CallToolResult, Tool, ToolAnnotations

from kaizen_mcp import errors
from kaizen_mcp.api.client import KaizenApi, Reply
from kaizen_mcp.api.error_message import MAX_API_MESSAGE
from kaizen_mcp.errors import KaizenError, NoExecutionError, NotFoundError, OtherKindError
from kaizen_mcp.humanize import format_duration
from kaizen_mcp.json_types import JsonObject
from kaizen_mcp.sanitize.display import display_id, quote
from kaizen_mcp.summary.headline import is_other_id, progress
from kaizen_mcp.summary.next_step import LookupContext
from kaizen_mcp.summary.summarize import Summary
from kaizen_mcp.tools.arguments import Arguments, read_arguments
from kaizen_mcp.tools.error_text import Audience, error_text
from kaizen_mcp.tools.input_schema import input_schema
from kaizen_mcp.tools.polling import poll_until
from kaizen_mcp.tools.tool_result import Answer, error_result

Clock = Callable[[], datetime]
"""Returns the time now, with a zone."""

Report = Callable[[float, float, str], Awaitable[None]]
"""Called while waiting, with the seconds waited, the seconds to wait at most, and what the execution is doing."""

_MAX_SIBLING_SECONDS = 5.0
"""Longest request that finds out whether a missing id belongs to the other tool."""

_RESERVED_SECONDS = 0.1
"""Seconds of the call that are kept after that request for building the result."""

_THREAD_BYTES = 131_072
"""Answers at least this large are searched in a thread, so that other calls need not wait."""

_AGE = "this is the object as it was {age} ago, so that all parts fit together; without offset, it is read anew"

_READS_ONLY = ToolAnnotations(read_only_hint=True, destructive_hint=False)


@dataclass(frozen=True, slots=True)
class Lookup:
    """A tool: one API call, read and summarised.

    Attributes:
        name: the tool's name.
        title: its name for people.
        description: when to use it, under 300 characters.
        kind: what it looks up, in words.
        sibling: the tool for the other kind, that kind, and how to fetch it.
        arguments: model of its input; the schema is published.
        output_schema: schema of its structured content.
        fetch: asks the API for an id; with `allow_snapshot`, the object that was read last will do.
        summarize: turns an object into its summary and notes.
    """

    name: str
    title: str
    description: str
    kind: str
    sibling: tuple[str, str, Callable[..., Awaitable[Reply]]]
    arguments: type[Arguments]
    output_schema: JsonObject
    fetch: Callable[..., Awaitable[Reply]]
    summarize: Callable[[JsonObject, LookupContext], tuple[Summary, list[str]]]

    def published(self, max_result_chars: int) -> Tool:
        """The tool as clients list it. Neither half of a result is longer than `max_result_chars`."""
        return Tool(
            name=self.name,
            title=self.title,
            description=self.description,
            input_schema=input_schema(self.arguments),
            output_schema=self.output_schema,
            annotations=_READS_ONLY,
            _meta={"anthropic/maxResultSizeChars": max_result_chars},
        )

    async def call(
        self,
        api: KaizenApi,
        arguments: Mapping[str, Any],
        *,
        clock: Clock,
        report: Report | None = None,
        audience: Audience | None = None,
    ) -> CallToolResult:
        """Look up an object, wait if asked to, and build the result; `isError` if the lookup fails.

        Args:
            api: client for the API.
            arguments: arguments of the tool.
            clock: returns the time now.
            report: called while waiting.
            audience: who reads the text of an error; a model by default.
        """
        try:
            valid, notes = read_arguments(self.arguments, arguments, api.mask)
            return await self._look_up(api, valid, notes, clock, report)
        except KaizenError as error:
            return self.failed(error, api, audience, id_from_link=_is_link(arguments.get("id")))

    async def _look_up(
        self, api: KaizenApi, arguments: Arguments, notes: list[str], clock: Clock, report: Report | None
    ) -> CallToolResult:
        context = LookupContext(
            api.mask(arguments.id), clock(), arguments.wait_seconds, timezone=api.settings.timezone
        )
        if arguments.wait_seconds:
            reply, context, wait_notes = await self._wait(api, arguments.id, context, clock, report)
            notes += wait_notes
        else:
            reply = await self._fetch(api, arguments.id, allow_snapshot=arguments.offset > 0)
        as_of, summary, summary_notes = self._summarize(reply, replace(context, now=clock()))
        if as_of and reply.age is not None:
            notes.append(_AGE.format(age=format_duration(reply.age)))
        if summary.facts.id is not None and summary.facts.id != display_id(context.id):
            notes.append(f"asked for id {quote(context.id)}, but the object's id is {quote(summary.facts.id)}")
        notes += [*summary_notes, *reply.notes]
        answer = Answer(summary, notes, reply, api.settings.max_result_chars, as_of)
        if arguments.find:
            find = partial(answer.matches, arguments.find, arguments.path, arguments.offset)
            return find() if reply.size < _THREAD_BYTES else await run_sync(find, abandon_on_cancel=True)
        if arguments.path or arguments.offset:
            return answer.part(arguments.path, arguments.offset)
        return answer.full() if arguments.detail == "full" else answer.brief()

    def _summarize(self, reply: Reply, context: LookupContext) -> tuple[datetime | None, Summary, Sequence[str]]:
        """Summarise a reply; a snapshot only once, as of when it was read, which comes first then."""
        if reply.age is None:
            return None, *self.summarize(reply.data, context)
        if "summary" not in reply.memo:
            as_of = context.now - timedelta(seconds=reply.age)
            reply.memo["summary"] = as_of, *self.summarize(reply.data, replace(context, now=as_of))
        return reply.memo["summary"]

    async def _wait(
        self, api: KaizenApi, asked_id: str, context: LookupContext, clock: Clock, report: Report | None
    ) -> tuple[Reply, LookupContext, list[str]]:
        """Poll until the execution has ended or needs a person, or time is up; also returns notes on the wait."""

        async def poll() -> tuple[Reply, Summary]:
            reply = await self._fetch(api, asked_id)
            summary, _ = self.summarize(reply.data, replace(context, now=clock()))
            return reply, summary

        async def on_progress(seconds: float, total: float, latest: tuple[Reply, Summary] | None) -> None:
            message = progress(latest[1].facts) if latest else "Kaizen does not answer at the moment"
            if report is not None:
                await report(round(seconds, 1), round(max(seconds, total), 1), message)

        polled = await poll_until(
            poll,
            is_final=lambda result: result[1].is_over,
            on_progress=on_progress,
            seconds=context.wait_seconds,
            deadline=anyio.current_time() + api.settings.call_timeout,
            stopping=api.shared.stopping,
        )
        reply, _ = polled.latest
        context = replace(context, waited=polled.seconds)
        if polled.last_error is None:
            return reply, context, []
        why = str(polled.last_error).removesuffix(".")
        note = f"the last request failed ({why}); this answer is {format_duration(polled.age)} old"
        return reply, replace(context, retry_after=polled.last_error.retry_after_seconds or 0), [note]

    async def _fetch(self, api: KaizenApi, asked_id: str, *, allow_snapshot: bool = False) -> Reply:
        """Ask the API for the object; if there is none, find out whether there is one of the other kind."""
        deadline = anyio.current_time() + api.settings.call_timeout
        try:
            return await self.fetch(api, asked_id, allow_snapshot=allow_snapshot)
        except NotFoundError as error:
            missing = error
        left = min(deadline, anyio.current_effective_deadline()) - anyio.current_time()
        with anyio.move_on_after(min(left - _RESERVED_SECONDS, _MAX_SIBLING_SECONDS)), suppress(KaizenError):
            missing.other_kind_missing = not await self._is_other_kind(api, asked_id)
            if not missing.other_kind_missing:
                message = errors.OTHER_KIND.format(kind=self.kind, other_kind=self.sibling[1])
                missing = OtherKindError(message, http_status=404)
        raise missing

    async def _is_other_kind(self, api: KaizenApi, asked_id: str) -> bool:
        """Ask whether there is an object of the other kind that has this very id."""
        try:
            reply = await self.sibling[2](api, asked_id)
        except (NotFoundError, NoExecutionError):
            return False
        found_id = display_id(str(reply.data.get("id", "")).strip())
        return found_id is not None and not is_other_id(found_id, api.mask(asked_id))

    def failed(
        self,
        error: KaizenError,
        api: KaizenApi,
        audience: Audience | None = None,
        *,
        id_from_link: bool = False,
    ) -> CallToolResult:
        """Result of a lookup that failed.

        Args:
            error: what happened.
            api: client for the API; it knows the caller.
            audience: who reads the text; a model by default.
            id_from_link: whether the id was taken from a link.
        """
        other_tool, other_kind, _ = self.sibling
        audience = audience or Audience()
        error.request_id = error.request_id or api.caller.request_id
        text = error_text(
            error,
            replace(audience, other_lookup=audience.other_lookup.replace("{tool}", other_tool)),
            quote=lambda text: quote(text, MAX_API_MESSAGE),
            other_kind=other_kind,
            id_from_link=id_from_link,
        )
        return error_result(error, api.mask(text))


def _is_link(value: object) -> bool:
    return isinstance(value, str) and "://" in value
