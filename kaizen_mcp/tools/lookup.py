"""The two tools: what they publish, and how a lookup becomes a result.

Errors become results here, once; their sentences and advice stand in `errors`.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import anyio
from mcp.types import CallToolResult, TextContent, Tool, ToolAnnotations

from kaizen_mcp.api.client import KaizenApi, Reply
from kaizen_mcp.api.error_response import MAX_API_MESSAGE
from kaizen_mcp.errors import Audience, KaizenError, NotFoundError, OtherKindError, error_text
from kaizen_mcp.humanize import format_duration
from kaizen_mcp.json_types import JsonObject
from kaizen_mcp.sanitize.escaping import escape_chat_markup, quote
from kaizen_mcp.summary.headline import progress
from kaizen_mcp.summary.next_step import LookupContext
from kaizen_mcp.summary.summarize import Summary
from kaizen_mcp.tools.arguments import GetExecutionArguments, GetInstructorExecutionArguments, read_arguments
from kaizen_mcp.tools.input_schema import input_schema
from kaizen_mcp.tools.polling import poll_until
from kaizen_mcp.tools.tool_result import Answer

Clock = Callable[[], datetime]
"""Returns the time now, with a zone."""

Report = Callable[[float, float, str], Awaitable[None]]
"""Is told during a wait: the seconds waited, the seconds to wait at most, and how the execution is doing."""

_PATIENCE_WITH_SIBLING = 5.0
"""Seconds for looking whether a missing id belongs to the other tool; a hint is worth no longer wait."""

_MOMENT = 0.1
"""Seconds that are left after that for saying that the id is nobody's."""

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
        fetch: asks the API for an id.
        summarize: turns an object into its summary and notes.
    """

    name: str
    title: str
    description: str
    kind: str
    sibling: tuple[str, str, Callable[[KaizenApi, str], Awaitable[Reply]]]
    arguments: type[GetExecutionArguments | GetInstructorExecutionArguments]
    output_schema: JsonObject
    fetch: Callable[[KaizenApi, str], Awaitable[Reply]]
    summarize: Callable[[JsonObject, LookupContext], tuple[Summary, list[str]]]

    def published(self, max_result_chars: int) -> Tool:
        """The tool as listed to clients; no half of its answers is longer than `max_result_chars`."""
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
        """Look up, wait if asked to, and answer; a lookup that fails is an answer too, with `isError`.

        Args:
            api: client for the API.
            arguments: arguments of the tool.
            clock: returns the time now.
            report: called while waiting.
            audience: who reads the text of an error; a model by default.
        """
        try:
            given = read_arguments(self.arguments, arguments)
            context = LookupContext(api.mask(given.id), clock(), given.wait_seconds)
            if given.wait_seconds:
                reply, context, notes = await self._wait(api, given.id, context, clock, report or _tell_nobody)
            else:
                reply, notes = await self._fetch(api, given.id), list[str]()
            context = replace(context, now=clock())
            summary, found = self.summarize(reply.data, context)
            if summary.facts.id is not None and summary.facts.id != context.id:
                notes.append(f"asked for id {quote(context.id)}, but the object's id is {quote(summary.facts.id)}")
            notes = [*notes, *found, *reply.notes]
            answer = Answer(summary, notes, reply, limit=api.settings.max_result_chars)
            if given.path or given.offset:
                return answer.part(given.path, given.offset)
            return answer.full() if given.detail == "full" else answer.brief()
        except KaizenError as error:
            return self.failed(error, api.mask, audience, id_from_link=_is_link(arguments.get("id")))

    async def _wait(
        self, api: KaizenApi, asked_id: str, context: LookupContext, clock: Clock, report: Report
    ) -> tuple[Reply, LookupContext, list[str]]:
        """Poll until the execution has ended or needs a person, or time is up; also returns notes on the wait."""

        async def poll() -> tuple[Reply, Summary]:
            reply = await self._fetch(api, asked_id)
            summary, _ = self.summarize(reply.data, replace(context, now=clock()))
            return reply, summary

        async def on_progress(seconds: float, total: float, latest: tuple[Reply, Summary] | None) -> None:
            message = progress(latest[1].facts) if latest else "Kaizen does not answer at the moment"
            await report(round(seconds, 1), round(max(seconds, total), 1), message)

        polled = await poll_until(
            poll,
            is_final=lambda result: result[1].is_over,
            on_progress=on_progress,
            seconds=context.wait_seconds,
            deadline=anyio.current_time() + api.settings.call_timeout,
        )
        reply, _ = polled.latest
        context = replace(context, waited=polled.seconds)
        if polled.last_error is None:
            return reply, context, []
        why = str(polled.last_error).removesuffix(".")
        note = f"the last look failed ({why}); this is as of {format_duration(polled.age)} before"
        return reply, replace(context, retry_after=polled.last_error.retry_after_seconds or 0), [note]

    async def _fetch(self, api: KaizenApi, asked_id: str) -> Reply:
        """Ask the API; if there is no such object, look once whether there is one of the other kind."""
        deadline = anyio.current_time() + api.settings.call_timeout
        try:
            return await self.fetch(api, asked_id)
        except NotFoundError as error:
            missing = error
        deadline = min(deadline, anyio.current_effective_deadline()) - _MOMENT
        left = deadline - anyio.current_time()
        _, other_kind, fetch = self.sibling
        with anyio.move_on_after(min(left, _PATIENCE_WITH_SIBLING)), suppress(KaizenError):
            await fetch(api, asked_id)
            missing = OtherKindError(self.kind, other_kind=other_kind)
        raise missing

    def failed(
        self,
        error: KaizenError,
        mask: Callable[[str], str],
        audience: Audience | None = None,
        *,
        id_from_link: bool = False,
    ) -> CallToolResult:
        """Result of a lookup that failed.

        Args:
            error: what happened.
            mask: replaces the key in a text.
            audience: who reads the text; a model by default.
            id_from_link: whether the id was taken from a link.
        """
        facts = {
            "code": error.code,
            "http_status": error.http_status,
            "retryable": error.retryable,
            "retry_after_seconds": error.retry_after_seconds,
            "request_id": error.request_id,
            "tries": error.attempts if error.attempts > 1 else None,
        }
        other_tool, other_kind, _ = self.sibling
        text = error_text(
            error,
            audience or Audience(f"call {other_tool} with the same id."),
            quote=lambda text: quote(text, MAX_API_MESSAGE),
            other_kind=other_kind,
            id_from_link=id_from_link,
        )
        return CallToolResult(
            content=[TextContent(text=mask(escape_chat_markup(text)[0]))],
            is_error=True,
            _meta={"kaizen/error": {name: value for name, value in facts.items() if value is not None}},
        )


def _is_link(given: object) -> bool:
    return isinstance(given, str) and "://" in given


async def _tell_nobody(*_: object) -> None:
    pass
