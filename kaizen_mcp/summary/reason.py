"""Why a run failed or stopped: texts of its object, quoted with their places, never interpreted.

One function finds texts that may tell why, another chooses, and only what is chosen is shortened.
"""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple, cast

from kaizen_mcp.api.models import AnyExecution, Execution
from kaizen_mcp.json_types import child_pointer
from kaizen_mcp.sanitize.display import one_line
from kaizen_mcp.summary.embedded import read_text
from kaizen_mcp.summary.outcome import says_it_failed
from kaizen_mcp.summary.outcome_text import is_error_page
from kaizen_mcp.summary.outcome_words import NOT_BELOW
from kaizen_mcp.summary.pointers import MAX_POINTER
from kaizen_mcp.summary.shorten import clip, shorten
from kaizen_mcp.summary.status import MAX_LISTED, execution_state
from kaizen_mcp.summary.vague import is_vague

MAX_QUOTED = 300
"""Characters of a quoted text."""

_MAX_LEVELS, _MAX_FIELDS, _MAX_FIELDS_OF_ONE = 8, 10_000, 200
"""How deep and how many fields are searched, in all and of one object."""

_MAX_CODE, _MAX_CODE_NUMBER = 60, 10**9

_MAX_NUMBER = 10**300

_TRACE, _NO_REASON = 2, 3
"""Ranks of a trace, and of what is shown but is no reason."""

_ERROR_WORDS = ("error", "failure", "exception", "fault")
"""Parts of field names that are about an error: `lastError`, `failure_reason`, `faultstring`."""

_ERROR_ENDINGS = ("message", "reason", "cause", "detail", "details")
"""Endings of field names that are about an error where a run did not end well; else they may mean anything."""

_REASON_WORDS = frozenset(
    "message msg reason reasoning description detail details summary analysis cause explanation"
    " error errors exception exceptions failure failures fault".split()
)
_TRACE_WORDS = frozenset("stack trace stacktrace traceback backtrace log logs stderr stdout output".split())
_NO_REASON_WORDS = frozenset(
    "code type name id ids url uri link time timestamp date at count status level severity category class"
    " key mode policy strategy behavior behaviour line column file path selector locator screenshot version"
    " retryable attempt attempts method host port".split()
)
"""Last words of field names that say what went wrong, that hold a trace, and that can't be a reason."""

_SUGGESTION_WORDS = frozenset(
    "suggestion suggestions recommendation recommendations resolution remediation remedy hint fix solution"
    " workaround advice".split()
)
"""Last words of field names that say what to do."""

_NO_CODES = frozenset({"error", "exception", "failure"})

_CODE_WORDS = ("code", "error", "type", "name")
"""Last words of the fields beside a reason that may hold its code, the likeliest first."""

_NO_TEXT = re.compile(
    r"none|null|true|false|n/a|[\d.,:+e-]*|[a-z]+://\S*|\d{4}-\d\d-\d\d[T ][\d:.,+Z-]*"
    r"|debug|info|warn|warning|error|fatal|critical",
    re.IGNORECASE,
)
"""Texts that are a value and not words: a number, a flag, a level, a time, nothing but an address."""


_CAUSED = re.compile(
    r"(?:/(?:cause|innererror|innerException|inner_exception|causedBy|rootCause))+/message", re.IGNORECASE
)
"""Where Temporal, OData and .NET nest the error that one was caused by, from the object of that one."""


@dataclass(frozen=True, slots=True)
class QuotedField:
    """Text of a field that may tell why.

    Attributes:
        field: the JSON Pointer to it.
        text: the text.
        code: the error code beside it.
        suggestion: what to do about it, in the words of a field beside it.
    """

    field: str
    text: str
    code: str | None = None
    suggestion: str | None = None


class Candidate(NamedTuple):
    """A text that may tell why.

    Attributes:
        rank: 0 for a message, 1 for another text about an error, 2 for a trace, 3 for what is no reason.
        level: how far from the root it is.
        pointer: the JSON Pointer to it, or to the text that has it as JSON.
        text: the text.
        beside: the object that it is a field of.
    """

    rank: int
    level: int
    pointer: str
    text: str
    beside: dict[str, Any]


class _Node(NamedTuple):
    """An object, a list or a text that is searched; `is_open` objects have messages about the run itself."""

    value: Any
    pointer: str
    level: int
    name: str = ""
    is_error: bool = False
    is_open: bool = False
    beside: dict[str, Any] | None = None
    in_text: bool = False

    def child(self, token: str | int, value: Any, **changes: Any) -> "_Node":  # noqa: ANN401 - any JSON value
        """A field or an item of it. No pointer leads into a text, so the one to the text stands for all in it."""
        pointer = self.pointer if self.in_text else child_pointer(self.pointer, token)
        return self._replace(value=value, pointer=pointer, level=self.level + 1, **changes)


def find_reason(execution: AnyExecution) -> tuple[list[QuotedField], list[QuotedField]]:
    """The reason, in one or two texts, and other fields that look like an error; either may be empty."""
    candidates = list(islice(_candidates(execution), _MAX_FIELDS))
    chosen = choose_reason(candidates)
    codes = [_code_beside(c) for c in chosen]
    codes = [code if codes.index(code) == number else None for number, code in enumerate(codes)]
    reason = [_quote(c, code, _suggestion_beside(c)) for c, code in zip(chosen, codes, strict=True)]
    told = {text for c in chosen for text in (c.text, c.pointer)}
    told |= {text for quoted in reason for text in (quoted.code, quoted.suggestion) if text}
    # Beside a reason, levels and numbers are noise. Without one, they are all there is.
    shown = [c for c in candidates if not reason or c.rank < _NO_REASON]
    others = {c.pointer: c for c in reversed(shown) if told.isdisjoint((c.text, c.pointer))}
    room = MAX_LISTED - len(reason)
    return reason, [_quote(candidate) for candidate in [*reversed(others.values())][:room]]


def choose_reason(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The text that says best what went wrong, and the next one if it says nothing by itself.

    Messages come before other texts, and these before traces; within each, the nearest to the root, then the one
    that is a sentence. A chain of causes says most at its two ends.
    """
    reasons = [candidate for candidate in candidates if candidate.rank < _NO_REASON]
    ranked = sorted(reasons, key=lambda c: (c.rank, c.level, " " not in c.text.strip()))
    if not ranked:
        return []
    first, *others = ranked
    others = [c for c in others if c.rank < _TRACE and c.text.strip() not in first.text]
    parent = first.pointer.rpartition("/")[0]
    causes = [c for c in others if _CAUSED.fullmatch(c.pointer.removeprefix(parent))]
    innermost = max(causes, key=lambda c: c.level, default=None)
    if innermost is not None and not is_vague(innermost.text):
        return [first, innermost]
    pages = [c for c in others if is_error_page(c.text)]
    if pages or not is_vague(first.text):
        return [first, *pages[:1]]
    telling = [c for c in others if not is_vague(c.text)]
    return [first, *(telling or others)[:1]]


def _candidates(execution: AnyExecution) -> Iterator[Candidate]:
    """Texts and numbers of fields that are about an error, breadth first. The API documents none."""
    queue = deque(_places(execution))
    ended_well = execution_state(execution.status) == "finished"
    for _ in range(_MAX_FIELDS):
        if not queue:
            return
        node = queue.popleft()
        value = cast("object", node.value)
        if isinstance(value, dict | list):
            if node.level < _MAX_LEVELS:
                queue.extend(_children(node, ended_well=ended_well))
        elif not node.is_error or value is None or isinstance(value, bool):
            continue
        elif isinstance(value, str) and not node.in_text and (content := read_text(value)):
            queue.append(node._replace(value=content, level=node.level - 1, in_text=True))
        elif text := _as_text(value):
            yield _candidate(node, text)


def _as_text(value: object) -> str:
    if isinstance(value, str):
        return value if value.strip() else ""
    return f"{value:.15g}" if isinstance(value, int | float) and abs(value) < _MAX_NUMBER else ""


def _places(execution: AnyExecution) -> Iterator[_Node]:
    """Objects that may say why: the object itself, its logins, and what a run that did not end well returned."""
    is_open = execution_state(execution.status) != "finished"
    yield _Node(execution.model_extra or {}, "", 0, is_open=is_open)
    for i, authentication in enumerate(execution.authentications):
        yield _Node(authentication.model_extra or {}, f"/authentications/{i}", 2, is_open=is_open)
    for i, context in enumerate(execution.context_authentications):
        yield _Node(context.model_extra or {}, f"/contextAuthentications/{i}", 2, is_open=is_open)
    if isinstance(execution, Execution) and execution_state(execution.status) in {"failed", "unknown"}:
        for name in ("response", "truncated_response"):
            response = getattr(execution, name)
            content = read_text(response) if isinstance(response, str) else response
            pointer = "/response" if name == "response" else "/truncatedResponse"
            if isinstance(content, dict | list):
                yield _Node(content, pointer, 1, is_open=True, in_text=isinstance(response, str))


def _children(node: _Node, *, ended_well: bool) -> Iterator[_Node]:
    """Items of a list, or fields of an object, each with whether it is about an error."""
    if isinstance(node.value, list):
        for index, item in enumerate(cast("list[Any]", node.value)[:_MAX_FIELDS_OF_ONE]):
            yield node.child(index, item)
        return
    fields = cast("dict[str, Any]", node.value)
    is_open = node.is_open or (node.level > 0 and not ended_well and says_it_failed(fields))
    for name, value in islice(fields.items(), _MAX_FIELDS_OF_ONE):
        if len(name) > MAX_POINTER or name.lower() in NOT_BELOW:
            continue
        word = name.lower().replace("_", "").replace("-", "")
        is_about = any(part in word for part in _ERROR_WORDS) or (is_open and word.endswith(_ERROR_ENDINGS))
        is_error = node.is_error or is_about
        if is_error or isinstance(value, dict | list):
            yield node.child(name, value, name=name, is_error=is_error, is_open=False, beside=fields)


def _candidate(node: _Node, text: str) -> Candidate:
    word = _last_word(node.name)
    endings = node.name.lower().endswith(_ERROR_ENDINGS)
    is_value = _NO_TEXT.fullmatch(text.strip()[:_MAX_CODE]) is not None and len(text) <= MAX_QUOTED
    if word in _NO_REASON_WORDS or is_value:
        rank = _NO_REASON
    elif word in _TRACE_WORDS:
        rank = _TRACE
    else:
        rank = 0 if word in _REASON_WORDS or endings else 1
    return Candidate(rank, node.level, node.pointer, text, node.beside or {})


def _code_beside(candidate: Candidate) -> str | None:
    """The code in a field beside a reason: one word or a number that the reason does not have in it."""
    for word in _CODE_WORDS:
        for name, value in islice(candidate.beside.items(), _MAX_FIELDS_OF_ONE):
            is_value = isinstance(value, str | int) and not isinstance(value, bool)
            if not is_value or len(name) > MAX_POINTER or _last_word(name) != word:
                continue
            code = str(value).strip() if isinstance(value, str) or abs(value) < _MAX_CODE_NUMBER else ""
            is_telling = code.lower() not in _NO_CODES and code not in candidate.text
            if is_telling and re.fullmatch(r"[\w.:-]{2,60}", code):
                return code
    return None


def _suggestion_beside(candidate: Candidate) -> str | None:
    """The text of a field beside a reason that says what to do about it."""
    for name, value in islice(candidate.beside.items(), _MAX_FIELDS_OF_ONE):
        if isinstance(value, str) and len(name) <= MAX_POINTER and _last_word(name) in _SUGGESTION_WORDS:
            return one_line(value, MAX_QUOTED) or None
    return None


def _quote(candidate: Candidate, code: str | None = None, suggestion: str | None = None) -> QuotedField:
    text = clip(shorten(candidate.text) or candidate.text, MAX_QUOTED)
    return QuotedField(one_line(candidate.pointer, MAX_POINTER), one_line(text, MAX_QUOTED), code, suggestion)


def _last_word(name: str) -> str:
    """`trace` of `stackTrace`, `details` of `error_details`, `url` of `errorURL`."""
    words: list[str] = re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)
    return words[-1].lower() if words else ""
