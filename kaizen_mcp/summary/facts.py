"""Facts about an execution: a model in, plain values out. Pure; the clock is an argument.

Text is escaped and truncated.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Literal

from kaizen_mcp.api.models import AnyExecution, Block, Execution, InstructorExecution, LoginSummary, Reference
from kaizen_mcp.sanitize.display import display_id, display_name
from kaizen_mcp.summary.output import OutputFacts, output_facts
from kaizen_mcp.summary.reason import QuotedField, find_reason
from kaizen_mcp.summary.status import (
    MAX_LISTED,
    State,
    authentication_state,
    contradicts_itself,
    duration_seconds,
    end_time,
    execution_state,
    has_attempts_left,
    is_over,
    is_unauthenticated,
    open_authentications,
)

Kind = Literal["execution", "instructor_execution"]


@dataclass(frozen=True, slots=True)
class NamedId:
    """A login by its id and name."""

    id: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class StatusCount:
    """How many authentications have one status."""

    status: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginFacts:
    """Whether a person must log in (`yes` or `maybe`), to what, and where; all None if nothing says so."""

    waits_for_login: Literal["yes", "maybe"] | None = None
    log_in_to: list[str] | None = None
    log_in_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Facts of either kind of execution. Times are RFC 3339, durations in seconds; what is not known is None.

    Attributes:
        contradicts_itself: true if its times say that it has ended and its status does not.
        finished: whether the run is over, well or not.
        live_view_url: the link to open, where it is not the one to log in at.
        started_at_local: the start in the reader's time zone, if that is not UTC; likewise the end.
        anyone_with_link_can_open: true if it has links that need no login.
        may_be_retried: whether another attempt may follow.
        reason: what says why it failed or stopped; the second text is there if the first says nothing by itself.
        error_fields: other fields that look like an error.
        batch_id: this and the following are known of an execution only.
        is_recording: known of an instructor execution only.
    """

    kind: Kind = "execution"
    id: str | None
    name: str | None = None
    status: str | None
    state: State
    finished: bool
    contradicts_itself: bool | None
    login: LoginFacts
    live_view_url: str | None
    anyone_with_link_can_open: bool | None
    workflow_id: str | None
    workflow_name: str | None
    started_at: str | None
    ended_at: str | None
    started_at_local: str | None = None
    ended_at_local: str | None = None
    duration_seconds: float | None
    logins: list[NamedId] | None
    authentications: list[StatusCount] | None
    failed_logins: int | None
    reason: list[QuotedField] | None
    error_fields: list[QuotedField] | None
    may_be_retried: bool | None = None
    batch_id: str | None = None
    batch_name: str | None = None
    parent_execution_id: str | None = None
    attempt: int | None = None
    total_attempts: int | None = None
    is_last_attempt: bool | None = None
    is_test: bool | None = None
    start_block_name: str | None = None
    start_block_type: str | None = None
    output: OutputFacts = field(default_factory=OutputFacts)
    is_recording: bool | None = None


def execution_facts(execution: Execution, now: datetime) -> Facts:
    """Facts about an execution; `now` is an aware time."""
    batch, block = execution.batch or Reference(), execution.start_block or Block()
    output = output_facts(execution)
    facts = _common_facts(execution, now, execution.live_view_url)
    return replace(
        facts,
        name=display_name(execution.name),
        anyone_with_link_can_open=facts.anyone_with_link_can_open or bool(output.downloads_with_link) or None,
        batch_id=display_id(batch.id),
        batch_name=display_name(batch.name),
        parent_execution_id=display_id(execution.parent_execution_id),
        attempt=execution.attempts,
        total_attempts=execution.total_attempts,
        is_last_attempt=execution.is_last_attempt,
        is_test=execution.is_test,
        start_block_name=display_name(block.name),
        start_block_type=display_name(block.type),
        output=output,
    )


def instructor_execution_facts(execution: InstructorExecution, now: datetime) -> Facts:
    """Facts about an instructor execution; `now` is an aware time."""
    facts = _common_facts(execution, now, None)
    return replace(facts, kind="instructor_execution", is_recording=execution.is_recording)


def _common_facts(execution: AnyExecution, now: datetime, own_live_view_url: str | None) -> Facts:
    workflow = execution.workflow or Reference()
    state = execution_state(execution.status)
    over = is_over(execution, now)
    login = LoginFacts() if over else _login_facts(execution, own_live_view_url)
    live_view_urls = [own_live_view_url, *(a.live_view_url for a in execution.authentications)]
    # Of a run that has ended, a live view is history; and of two links, only one is to be opened.
    live_view_url = None if over or login.log_in_url else next(filter(None, live_view_urls), None)
    logins = (NamedId(display_id(login.id), display_name(login.name)) for login in execution.logins)
    statuses = Counter(display_name(a.status) or "(none)" for a in execution.authentications)
    authentication_states = [authentication_state(a.status) for a in execution.authentications]
    reason, error_fields = find_reason(execution)
    return Facts(
        id=display_id(execution.id),
        status=display_name(execution.status),
        state=state,
        finished=over,
        contradicts_itself=contradicts_itself(execution, now) or None,
        login=login,
        live_view_url=live_view_url,
        anyone_with_link_can_open=bool(live_view_url or login.log_in_url) or None,
        workflow_id=display_id(workflow.id),
        workflow_name=display_name(workflow.name),
        started_at=_rfc3339(execution.start_time),
        ended_at=_rfc3339(end_time(execution)),
        duration_seconds=duration_seconds(execution, now),
        logins=list(islice((login for login in logins if login.id or login.name), MAX_LISTED)) or None,
        authentications=[StatusCount(*count) for count in statuses.most_common(MAX_LISTED)] or None,
        failed_logins=authentication_states.count("failed") or None,
        reason=reason or None,
        error_fields=error_fields or None,
        may_be_retried=(state == "failed" and has_attempts_left(execution)) or None,
    )


def _rfc3339(time: datetime | None) -> str | None:
    return time.isoformat().replace("+00:00", "Z") if time else None


def _login_facts(execution: AnyExecution, own_live_view_url: str | None) -> LoginFacts:
    """Whether a person must log in.

    A login that is in progress and manual is where a person must go and log in. But the API lists authentications
    and logins apart, with nothing to link them. So it is certain only while as many authentications are in
    progress as logins are not done, and all of these are manual; a `maybe` where another could be meant.
    """
    in_progress = open_authentications(execution)
    contexts = execution.context_authentications
    logins = [(c.login_summary, c.authentication_status) for c in contexts if c.login_summary]
    manual = [(login, status) for login, status in logins if login.is_manual]
    unauthenticated = any(is_unauthenticated(status) for _, status in manual)
    # Any status but `Unauthenticated` means that something has been done about the login.
    undone = [login for login, status in logins if status is None or is_unauthenticated(status)]
    undone += [LoginSummary()] * (len(contexts) - len(logins))
    undone_manual = [login for login in undone if login.is_manual]
    paused = execution_state(execution.status) == "paused"
    paused_for_login = paused and (unauthenticated or (in_progress and not contexts))
    if not (paused_for_login or (in_progress and manual)):
        return LoginFacts()
    certain = len(in_progress) == len(undone) == len(undone_manual) > 0
    to_do = undone_manual or [login for login, _ in manual]
    names = (display_name(login.name) or display_id(login.login_id) for login in to_do)
    return LoginFacts(
        waits_for_login="yes" if certain else "maybe",
        log_in_to=list(dict.fromkeys(filter(None, names)))[:MAX_LISTED] or None,
        log_in_url=next((a.live_view_url for a in in_progress if a.live_view_url), own_live_view_url),
    )
