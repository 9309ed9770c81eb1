"""Shorten an error text where it says least: traces, call logs, chains of causes, web pages, colours."""

import re
from collections.abc import Iterable, Iterator

from kaizen_mcp.summary.web_page import describe_page, start_of_page

MAX_READ = 65_536
"""Characters of an error text that are read: the first and the last half of them."""

_MAX_WORD = 15

_COLOUR = re.compile(r"(?:\x1b|\\u001b|\\x1b|\\033)\[[\d;?]*[A-Za-z]")
"""Terminal colours and cursor moves, raw or as safe mode and JSON write the escape character."""

_FRAME = re.compile(
    r"""\s*(?:
        at\s.*(?:\)|:\d+|:line\s\d+|\])(?:\s\{)?          # Java, Node, .NET
      | at\s(?:async\s)?(?:<\w+>|[\w$]+(?:\.[\w$<>]+)+)
      | \.\.\.\s\d+\s(?:more|common\sframes\somitted).*
      | File\s".*",\sline\s\d+.*                         # Python
      | \#\d+\s+0x[0-9a-f]+.*                            # Selenium, native frames
      | \(Session\sinfo:.*|Stacktrace:|Backtrace:|Capabilities\s\{.*|Session\sID:.*
      | (?:Build|System|Driver)\sinfo:.*
      | Command:\s\[.* | For\sdocumentation\son\sthis\serror.*
      | [+|]?[-=*~_]{3,}(?!>).* | [{}\])]+              # === logs ===, --- End of inner exception stack trace ---
    )""",
    re.VERBOSE,
)
_CAUSE = re.compile(r"\s*(?:Caused by|\[cause\]|\[errors\]|Suppressed|Root cause)\s*:\s*(.+)|\s*--->\s*(.+)")
_INNER = re.compile(r"\s--->\s")
_TRACEBACK = re.compile(r"(?:Exception Group )?Traceback \(most recent call last\):?")
_GROUP_MARGIN = re.compile(r"^ *[|+][ -]?", re.MULTILINE)
_CHAINED = re.compile(r"(?:The above exception was|During handling of the above)")
_CALL_LOG = re.compile(r"^[ \t]*(?:Call [Ll]og:|=+ logs =+)", re.MULTILINE)
_LOCATOR = re.compile(r"waiting for (?:locator|selector|getBy|get_by|frame)|locator\(|getBy\w{1,20}\(")
_TELLING = re.compile(
    r"intercepts pointer events|not (?:visible|enabled|stable|editable|attached)|outside of the viewport"
    r"|detached|resolved to (?:hidden|\d+ elements)|strict mode|unexpected value|navigated to|disabled",
    re.IGNORECASE,
)
"""What the lines of a Playwright call log say that tell why it went on; the others count retries."""


def shorten(text: str) -> str:
    """Return the lines of an error text that tell something, joined by `; ` and `, caused by: `."""
    if len(text) > MAX_READ:
        text = f"{text[: MAX_READ // 2]}\n{text[-MAX_READ // 2 :]}"
    text = _COLOUR.sub("", text)
    page = start_of_page(text)
    if page is not None:
        return " ".join(f"{text[:page]} web page: {describe_page(text[page:]) or 'no text'}".split())
    if "\\n" in text and "\n" not in text:
        text = text.replace("\\r", "").replace("\\n", "\n").replace("\\t", "\t")
    if _TRACEBACK.search(text):
        text = _GROUP_MARGIN.sub("", text) if "Exception Group Traceback" in text else text
        return _join_causes(_python_exceptions(text))
    if log := _CALL_LOG.search(text):
        return _join_lines(_call_log(text[: log.start()], text[log.end() :]))
    return _join_causes(list(_causes(text)))


def clip(text: str, limit: int) -> str:
    """Truncate one line in its middle, so that it keeps the beginning and the end."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    head = limit * 3 // 5
    cut = len(line) + head + 3 - limit
    # Half an address leads nowhere.
    word = line.rfind(" ", 0, cut) + 1
    if "://" in line[word:].split(" ", 1)[0] and len(line) - word <= limit * 4 // 5:
        head, cut = limit - 3 - (len(line) - word), word
    start, end = line[:head], line[cut:]
    # Not in the middle of a word, if a blank is near.
    start = start[: start.rfind(" ", head - _MAX_WORD)] if " " in start[-_MAX_WORD:] else start
    end = end[end.find(" ") :] if " " in end[:_MAX_WORD] else end
    return f"{start.rstrip()} … {end.lstrip()}"


def _join_causes(causes: list[str]) -> str:
    """The outermost exception and the innermost: a chain says most at its two ends."""
    first, *others = list(dict.fromkeys(filter(None, causes))) or [""]
    return f"{first}, caused by: {others[-1]}" if others else first


def _join_lines(lines: Iterable[str]) -> str:
    return "; ".join(lines).replace(":; ", ": ").replace(".; ", ". ")


def _python_exceptions(text: str) -> list[str]:
    """Exceptions of a Python trace, the last raised first, after what stands before the trace."""
    before, *traces = _TRACEBACK.split(text)
    exceptions = [_exception_of(trace) for trace in traces]
    said = _lines(before)
    last = exceptions[-1]
    head = _join_lines([*said, last]) if last not in said else last
    return [head, *reversed(exceptions[:-1])]


def _exception_of(trace: str) -> str:
    """`ValueError: no member` of a trace: the first line that is not indented, and its following lines."""
    lines: list[str] = []
    for line in trace.splitlines():
        if not lines and (not line.strip() or line[0] in " \t|+"):
            continue
        if _CHAINED.match(line) or (lines and not line.strip()):
            break
        if not _FRAME.fullmatch(line):
            lines.append(line.strip())
    # A trace whose lines were joined, or one that was cut off, has its exception, if at all, at its end.
    text = "\n".join(lines) or next(reversed(_lines(trace)), "")
    log = _CALL_LOG.search(text)
    return _join_lines(_call_log(text[: log.start()], text[log.end() :]) if log else _lines(text))


def _call_log(before: str, log: str) -> Iterator[str]:
    """First line of a Playwright error, the locator it waited for, and the last line of its log that tells."""
    yield from _lines(before)[:1]
    lines = [line.strip(" -\t") for line in log.splitlines() if line.strip(" -\t=") and not _CAUSE.match(line)]
    lines = [line for line in lines if not _FRAME.fullmatch(line)]
    locator = next((line for line in lines if _LOCATOR.search(line)), None)
    telling = next((line for line in reversed(lines) if _TELLING.search(line)), None)
    yield from dict.fromkeys(filter(None, [locator, telling])) or lines[-1:]


def _causes(text: str) -> Iterator[str]:
    """The text of each exception in a chain, without frames, the outermost first."""
    parts: list[str] = []
    for line in _lines(_INNER.sub("\n ---> ", text)):
        cause = _CAUSE.fullmatch(line)
        if cause:
            yield _join_lines(parts)
            parts = [cause[1] or cause[2]]
        else:
            parts.append(line)
    yield _join_lines(parts)


def _lines(text: str) -> list[str]:
    """Lines without frames and separators; the first is kept if all are such."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [line for line in lines if not _FRAME.fullmatch(line)] or lines[:1]
