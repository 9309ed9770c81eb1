"""What a run produced: its downloads and its response, as facts and in words."""

import re
from dataclasses import dataclass

from kaizen_mcp.api.models import Downloads, Execution, Reference
from kaizen_mcp.humanize import format_size, pluralize
from kaizen_mcp.sanitize.display import display_id, display_name, one_line, quote
from kaizen_mcp.sanitize.hidden_characters import escape_hidden
from kaizen_mcp.summary.digest import digest
from kaizen_mcp.summary.embedded import read_text
from kaizen_mcp.summary.outcome import Outcome, find_outcomes
from kaizen_mcp.summary.pointers import name_pointer
from kaizen_mcp.summary.status import MAX_LISTED, authentication_state, is_pending
from kaizen_mcp.summary.web_page import forget_pages

MAX_MESSAGE = 300
"""Characters of a download message."""

_ESCAPED = re.compile(r"\\u[0-9a-f]{4}|\\U[0-9a-f]{8}")
"""How `escape_hidden` writes a hidden character: `invoice\\u202efdp.exe` would read `invoiceexe.pdf`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFacts:
    """Facts about a run's downloads and response. Sizes are in bytes; what is not known is None.

    Attributes:
        output: lines that say what the response has in it.
        outcome: what the response says of something that went wrong, quoted.
        disguised_file: true if a file's name has hidden characters in it.
    """

    output: list[str] | None = None
    outcome: list[Outcome] | None = None

    downloads_count: int | None = None
    downloads_with_link: int | None = None
    downloads_total_bytes: int | None = None
    downloads_names: list[str] | None = None
    disguised_file: bool | None = None
    downloads_status: str | None = None
    downloads_message: str | None = None
    has_response: bool | None = None
    response_truncated: bool | None = None
    response_file_id: str | None = None
    response_file_name: str | None = None

    @property
    def downloads_pending(self) -> bool:
        """Whether files are still to come."""
        return is_pending(self.downloads_status)

    @property
    def downloads_failed(self) -> bool:
        """Whether the status of its downloads is the word that executions and logins use for it."""
        return authentication_state(self.downloads_status) == "failed"

    @property
    def is_empty(self) -> bool:
        """Whether a run's record has no output and no files, and says nothing of them."""
        if self.has_response is None:
            return False
        downloads = self.downloads_count or self.downloads_status or self.downloads_message
        return not (downloads or self.has_response or self.response_truncated or self.response_file)

    @property
    def response_file(self) -> str | None:
        """Name or id of the file that holds the response."""
        return self.response_file_name or self.response_file_id


def output_facts(execution: Execution) -> OutputFacts:
    """Facts about the output of an execution."""
    downloads = execution.downloads or Downloads()
    files = downloads.files or []
    sizes = [file.size_bytes for file in files if file.size_bytes is not None]
    names = filter(None, (display_name(file.name) for file in files[:MAX_LISTED]))
    response_file = execution.response_file or Reference()
    response, pointer = _response(execution)
    told, outcomes = digest(response, pointer), find_outcomes(response, pointer)
    forget_pages()
    return OutputFacts(
        output=told or None,
        outcome=outcomes or None,
        downloads_count=None if downloads.files is None else len(files),
        downloads_with_link=sum(1 for file in files if file.download_url) if files else None,
        downloads_total_bytes=sum(sizes) if files and len(sizes) == len(files) else None,
        downloads_names=list(names) or None,
        disguised_file=any(_ESCAPED.search(escape_hidden(file.name or "")) for file in files) or None,
        downloads_status=display_name(downloads.status),
        downloads_message=one_line(downloads.message, MAX_MESSAGE) if downloads.message else None,
        has_response=_has_content(execution.response),
        response_truncated=_has_content(execution.truncated_response) or None,
        response_file_id=display_id(response_file.id),
        response_file_name=display_name(response_file.name),
    )


def _response(execution: Execution) -> tuple[object, str]:
    """The response, or the truncated copy where that is JSON, with the JSON Pointer to it."""
    truncated = execution.truncated_response
    if _has_content(execution.response) or not _has_content(truncated):
        return execution.response if _has_content(execution.response) else None, "/response"
    is_json = not isinstance(truncated, str) or read_text(truncated) is not None
    return truncated if is_json else None, "/truncatedResponse"


def _has_content(value: object) -> bool:
    return bool(value.strip()) if isinstance(value, str) else value not in (None, False, [], {})


def describe_downloads(output: OutputFacts) -> str:
    """End of the headline of a finished run: `, with 2 downloads (1.2 MB); more are still to come`."""
    count, size = output.downloads_count, output.downloads_total_bytes
    downloads = f", with {pluralize(count, 'download')}" if count else ""
    downloads += f" ({format_size(size)})" if count and size is not None else ""
    if output.downloads_pending:
        return f"{downloads}; {'more' if count else 'its downloads'} are still to come"
    if output.is_empty:
        return ", with no output and no files"
    words = [output.downloads_status, None if count else output.downloads_message]
    quoted = ", ".join(map(quote, filter(None, words)))
    return f"{downloads}; downloads: {quoted}" if quoted else downloads


def outcomes_in_headline(output: OutputFacts) -> list[Outcome]:
    """The first outcome, and the second if it says more than a word or a number."""
    first, second = [*(output.outcome or []), None, None][:2]
    is_more = second is not None and (second.value is None or second.beside is not None)
    return [outcome for outcome in (first, second if is_more else None) if outcome]


def quote_outcome(output: OutputFacts) -> str:
    """End of the headline of a run whose output says that something went wrong; empty for others."""
    told = outcomes_in_headline(output)
    if not told:
        return ""
    says = "" if told[0].text.startswith("is ") else "says "
    more = len(output.outcome or []) - len(told)
    return f"; its output {says}{' and '.join(map(format_outcome, told))}{f' (and {more} more)' if more else ''}"


def format_outcome(outcome: Outcome) -> str:
    """An outcome with what stands beside it: `/response/status "ERROR" (message "No such payer")`."""
    return f"{outcome.text} ({outcome.beside})" if outcome.beside else outcome.text


def tell_outcome(output: OutputFacts) -> str:
    """First sentence of the next step of such a run, which repeats no free text; empty for others."""
    told = outcomes_in_headline(output)
    if not told:
        return ""
    first = told[0]
    if first.text.startswith("is "):
        return "Tell the person that its output is a web page. "
    places = [name_pointer(outcome.pointer) or "the place quoted above" for outcome in told]
    if not first.value:
        return f"Tell the person what its output says at {' and '.join(dict.fromkeys(places))}. "
    said = f"Tell the person that its output says {first.text}"
    if first.beside or places[1:] == places[:1]:
        said += ", with what is quoted beside it"
    return f"{said}, and what it says at {places[1]}. " if places[1:] not in ([], places[:1]) else f"{said}. "


def hand_over(output: OutputFacts) -> str:
    """Next step for a finished run: which output to hand to the person, and where it is."""
    failed = "Tell the person that Kaizen reports failed downloads. " if output.downloads_failed else ""
    return f"{failed}{_hand_over(output)}"


def _hand_over(output: OutputFacts) -> str:
    if output.downloads_count:
        hand = "Hand over the files"
        if output.disguised_file:
            hand = "Warn the person that a file's name has hidden characters in it, then hand over the files"
        links = f"/downloads/files has links to {output.downloads_with_link or 0} of {output.downloads_count}"
        if output.has_response:
            return f"{hand} and the output ({links}, /response the output; detail=full)."
        return f"{hand} ({links}; detail=full)."
    if output.has_response:
        where = "which is in /response (detail=full)"
        return f"Give the person its output, {where}; there is nothing more to wait for."
    if output.response_file:
        part = "; the response here is only a part of it" if output.response_truncated else ""
        return f"Tell the person that its output is the file {quote(output.response_file)} in Kaizen{part}."
    if output.response_truncated:
        return "Read the part of its output in /truncatedResponse (detail=full); the whole is in Kaizen."
    nothing = " with no output and no files" if output.is_empty else ""
    return f"Tell the person that it finished{nothing}; there is nothing to wait for."
