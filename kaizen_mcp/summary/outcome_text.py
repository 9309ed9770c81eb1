"""What a long text in an output says: its rows, if it is JSON, CSV or an HTML table; what it counts as failed."""

import re
from typing import Any

from kaizen_mcp.summary.embedded import read_text
from kaizen_mcp.summary.outcome_words import NOUNS
from kaizen_mcp.summary.tables import Table, table_of_csv, tables_of_page
from kaizen_mcp.summary.vague import says_nothing
from kaizen_mcp.summary.web_page import MAX_HTML, TABLE_TAG, read_page, start_of_page

MAX_TEXT = 65_536
"""Characters of a text that are searched for counts: the first and the last half of them."""

_MIN_TEXT = 8
_MAX_TITLE = 8_192

_FAILED = re.compile(
    r"\b(?:fail(?:ed|ing|ures?)|error(?:s|ed)?|reject(?:ed|ions?)|denied|unsuccessful)\b", re.IGNORECASE
)
_NUMBER = r"[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,8}"
_COUNT_BEFORE = re.compile(
    rf"(?<![\w.,/:#$€£-])({_NUMBER})\s{{1,4}}(?:(?:out )?of (?:the )?\d[\d,]{{0,10}}\s{{1,4}})?"
    rf"(?:(?:{NOUNS})\s{{1,4}})?(?:(?:were|was|have|has)\s{{1,4}})?$",
    re.IGNORECASE,
)
_END = re.compile(
    rf"\s{{0,4}}(?:[^\w\s-]|\n|\d+\)|$|(?:and|or|of|out|in|but|with|so|while|found|occurred|detected|total|{NOUNS})\b)|\s*$",
    re.IGNORECASE,
)
_COUNT_AFTER = re.compile(rf"\s?[:=]\s?\"?({_NUMBER})\b(?![.:/-]\w|\s?%)\"?")
"""`2 failing`, `1 failed, 3 passed`, `3 of 40 claims were rejected`; `Failures: 2`, JUnit's `failures="2"`."""

_MAX_WORDS, _WINDOW = 100, 70
"""Words of a text that are looked at, first and last ones, and the characters before each that may count it."""

_UNDONE = frozenset(
    "fixed resolved corrected ignored retried previous previously handled recovered expected no".split()
)
"""Words before a count that take it back: `fixed 3 errors`."""

_NUMBERED = re.compile(rf"(?:{NOUNS}|page|attempt|phase|stage|part|version|level|no\.?)(?<!s)")
"""Words before a number that is no count: `step 4 failed`."""

_SINGULAR = frozenset({"error", "failure", "rejection"})
"""Words that only 1 counts: `500 error` is a page."""

_ERROR_LINE = re.compile(
    r"^[ \t]{0,40}((?:\w{1,40}\.){0,8}\w{0,60}(?:Error|Exception):[ \t].{1,200})", re.MULTILINE
)
_IS_ERROR = re.compile(
    r"\s{0,20}(?:(?:\w{1,40}\.){0,8}\w{0,60}(?:Error|Exception)\s?:\s|Traceback \(most recent"
    r"|(?:ERROR|FATAL|FAILED)\b[: -])"
)
"""Texts that begin as errors do."""

_ERROR_PAGE = re.compile(
    r"<title[^<>]{0,200}>\s*(?:attention required|just a moment|access (?:to this page has been )?denied"
    r"|[45]\d\d\s+(?:-\s*)?(?:forbidden|not found|bad gateway|service|internal|gateway|error|unauthorized|too)\b"
    r"|forbidden|(?:page )?not found|bad gateway|service (?:temporarily )?unavailable|internal server error"
    r"|error\s*(?:</|\d)|security check|are you (?:a )?(?:human|robot)|verify(?:ing)? you are|captcha"
    r"|session (?:expired|timed? ?out))"
    r"|<input\b[^<>]{0,200}\btype\s?=\s?[\"']?password\b|\bdata-sitekey\s?=",
    re.IGNORECASE,
)
"""Pages that stand in place of the one that was asked for: a refusal, a challenge or an error, by their titles
(from Cloudflare, Akamai, IIS, nginx), or a field for a password, because the session had ended, or a captcha."""


def read_rows(text: str) -> Any:  # noqa: ANN401 - any JSON value
    """The object or the rows that a text holds as JSON, CSV or HTML tables; None if it holds none."""
    if len(text) < _MIN_TEXT:
        return None
    if content := read_text(text):
        return content
    if TABLE_TAG.search(text, 0, MAX_HTML):
        tables = tables_of_page(read_page(text).tables)
        return [row for table in tables for row in _named_rows(table)] or None
    table = table_of_csv(text) if "\n" in text else None
    return _named_rows(table) if table else None


def _named_rows(table: Table) -> list[dict[str, Any]]:
    return [dict(zip(table.names, row, strict=False)) for row in table.rows] if table.names else []


def counted_failures(text: str) -> str | None:
    """The first count of what failed in a text, `2 failing`; None if it counts nothing, or zero."""
    if len(text) > MAX_TEXT:
        text = f"{text[: MAX_TEXT // 2]}\n{text[-MAX_TEXT // 2 :]}"
    matches = list(_FAILED.finditer(text))
    for match in [*matches[:_MAX_WORDS], *matches[_MAX_WORDS:][-_MAX_WORDS:]]:
        if after := _COUNT_AFTER.match(text, match.end()):
            return " ".join(text[match.start() : after.end()].split())
        window = text[max(0, match.start() - _WINDOW) : match.start()]
        before = _COUNT_BEFORE.search(window)
        if before is None or not _END.match(text, match.end()):
            continue
        word = next(reversed(window[: before.start()].lower().split()), "")
        if word in _UNDONE or _NUMBERED.fullmatch(word):
            continue
        if match[0].lower() not in _SINGULAR or before[1] == "1":
            return " ".join(f"{before[0]}{match[0]}".split())
    return None


def first_error(text: str) -> str | None:
    """The first line of a log that names an error: `AssertionError: expected 400 to equal 201`."""
    match = _ERROR_LINE.search(text, 0, MAX_TEXT)
    return match[1] if match else None


def says_error(text: str) -> bool:
    """Whether a text begins as an error does, and goes on with something else than "none"."""
    match = _IS_ERROR.match(text)
    return match is not None and not says_nothing(text) and not says_nothing(text[match.end() :])


def is_error_page(text: str) -> bool:
    """Whether a text is a web page that stands in place of another: a refusal, a challenge, an error."""
    start = start_of_page(text)
    return start is not None and _ERROR_PAGE.search(text, start, start + _MAX_TITLE) is not None
