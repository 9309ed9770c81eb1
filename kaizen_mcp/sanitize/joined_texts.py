"""Search texts that are read together: a command and its arguments in a list, a subject and its mail."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from kaizen_mcp.json_types import JsonObject, exact_type
from kaizen_mcp.sanitize.prefilter import keep_suspects
from kaizen_mcp.sanitize.text import ZERO_IN_TEXT, Span, join_texts, spans_by_text
from kaizen_mcp.sanitize.text_masker import TextMasker

_OPTION = re.compile(r"--?[A-Za-z]|/[a-z]{1,4}:")
_MOST_ARGUMENTS, _LONGEST_COMMAND = 40, 500  # items, characters
_SUBJECTS = ("subject", "title", "name")
_BODIES = ("body", "text", "content", "message", "notes")
_LONGEST_SUBJECT, _START_OF_BODY = 200, 300  # characters
_LINE_WITH_CODE = re.compile(r"(?:^|\n)[ \t]*(?=[\w -]*\d)[\w-]{3,14}(?: [\w-]{3,14}){0,3}[ \t]*\r?(?:\n|$)")
"""A line that has only a code: up to four groups of letters and digits, such as `7fk2-99xq`."""
_SEARCHABLE = {0: ZERO_IN_TEXT.decode()} | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
"""In place of characters that can't be searched, others that take as many bytes."""


class ReadTogether(NamedTuple):
    """Texts that are searched as one.

    Attributes:
        parts: the texts, in order.
        whole: the searched text: the parts, the last perhaps truncated, joined by one character.
        accepts: given `parts`, the index of one and a span in it in UTF-8 bytes, tells whether that may be masked.
    """

    parts: list[str]
    whole: str
    accepts: Callable[[list[str], int, Span], bool]


def as_command(items: list[Any]) -> ReadTogether | None:
    """Return a list as a command and its arguments, or None if it has no option such as `-p`."""
    if len(items) > _MOST_ARGUMENTS or not all(exact_type(item) is str for item in items):
        return None
    if not any(map(_OPTION.match, items)) or sum(map(len, items)) > _LONGEST_COMMAND:
        return None
    return ReadTogether(items, " ".join(items).translate(_SEARCHABLE), _is_option)


def as_mail(fields: JsonObject) -> ReadTogether | None:
    """Return the subject and the text of a mail or note, or None if no line of the text is only a code."""
    subject: Any = next((fields[key] for key in _SUBJECTS if key in fields), "")
    body: Any = next((fields[key] for key in _BODIES if key in fields), "") if subject else ""
    if exact_type(subject) is not str or exact_type(body) is not str or len(subject) > _LONGEST_SUBJECT:
        return None
    start = body[:_START_OF_BODY]
    if not _LINE_WITH_CODE.search(start):
        return None
    return ReadTogether([subject, body], f"{subject}\n{start}".translate(_SEARCHABLE), _is_whole_line)


def search_joined(masker: TextMasker, groups: Iterable[ReadTogether]) -> Iterator[tuple[str, list[Span]]]:
    """Yield each text in which something is found when it is read with the others, and where."""
    groups_by_text: defaultdict[str, list[ReadTogether]] = defaultdict(list)
    for group in groups:
        groups_by_text[group.whole].append(group)
    suspects = keep_suspects([*groups_by_text])[0] if groups_by_text else []
    joined = join_texts(suspects)
    for position, spans in spans_by_text(joined, masker.find(joined)) if suspects else ():
        for group in groups_by_text[suspects[position]]:
            yield from _split(group, spans)


def _split(group: ReadTogether, spans: list[Span]) -> Iterator[tuple[str, list[Span]]]:
    start = 0
    for index, part in enumerate(group.parts):
        length = len(part.encode("utf-8", "surrogatepass"))
        found = [
            (max(first - start, 0), min(last - start, length))
            for first, last in spans
            if first < start + length and last > start
        ]
        if accepted := [span for span in found if group.accepts(group.parts, index, span)]:
            yield part, accepted
        start += length + 1


def _is_option(arguments: list[str], index: int, _span: Span) -> bool:
    """Whether an argument is an option, such as `-p` or `/p:x`, or follows one that starts with `-`."""
    # Texts are masked by their `id()`, and Python shares strings of one character between fields.
    is_value = index > 0 and arguments[index - 1].startswith("-")
    return len(arguments[index]) > 1 and (is_value or arguments[index].startswith(("-", "/")))


def _is_whole_line(parts: list[str], index: int, span: Span) -> bool:
    """Whether this is whole lines of the text below the subject."""
    body = parts[index].encode("utf-8", "surrogatepass")
    before, after = body[: span[0]].rstrip(b" \t"), body[span[1] :].lstrip(b" \t\r")
    return index > 0 and (not before or before.endswith(b"\n")) and (not after or after.startswith(b"\n"))
