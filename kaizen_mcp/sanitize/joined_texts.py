"""Search texts that are read together: a command and its arguments in a list, a heading and the text below it."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Any, NamedTuple

from kaizen_mcp.json_types import JsonObject, exact_type
from kaizen_mcp.sanitize.prefilter import keep_suspects
from kaizen_mcp.sanitize.text import Span, join_texts, replace, spans_by_text
from kaizen_mcp.sanitize.text_masker import TextMasker

_OPTION = re.compile(r"--?[A-Za-z]|/[a-z]{1,4}:")
_HEADINGS = frozenset("subject title name label heading".split())
_BODIES = frozenset("body text note notes content message description".split())
_LONGEST_HEADING, _LONGEST = 200, 2_000  # characters
_UNSEARCHABLE = re.compile("[\0\ud800-\udfff]")


class ReadTogether(NamedTuple):
    """Texts that are read together, and the character between them."""

    parts: list[str]
    separator: str

    @property
    def whole(self) -> str:
        """All of it as one text."""
        return self.separator.join(self.parts)


def find_command(items: list[Any]) -> Iterator[ReadTogether]:
    """Yield a list if it may be a command and its arguments: texts in one line, with an option among them."""
    if all(exact_type(item) is str for item in items) and any(map(_OPTION.match, items)):
        command = ReadTogether(items, " ")
        if _can_be_searched(command.whole):
            yield command


def find_headings(fields: JsonObject) -> Iterator[ReadTogether]:
    """Yield each heading of an object with the text below it: `{"subject": "Your code", "body": "482913"}`."""
    if _HEADINGS.isdisjoint(fields) or _BODIES.isdisjoint(fields):
        return
    for heading in _HEADINGS.intersection(fields):
        for body in _BODIES.intersection(fields):
            parts = [fields[heading], fields[body]]
            if all(exact_type(part) is str for part in parts) and len(parts[0]) <= _LONGEST_HEADING:
                together = ReadTogether(parts, "\n")
                if _can_be_searched(together.whole):
                    yield together


def _can_be_searched(text: str) -> bool:
    return len(text) <= _LONGEST and not _UNSEARCHABLE.search(text)


def mask_joined(masker: TextMasker, groups: Iterable[ReadTogether]) -> dict[int, str]:
    """Return by its `id()` each text in which something is masked when it is read with the others of its group."""
    texts: dict[int, str] = {}
    group_of = {group.whole: group for group in groups}
    suspects = keep_suspects([*group_of])[0]
    joined = join_texts(suspects)
    for index, spans in spans_by_text(joined, masker.find(joined)) if suspects else ():
        group = group_of[suspects[index]]
        parts = [part.encode() for part in group.parts]
        starts = [*accumulate((len(part) + 1 for part in parts), initial=0)]
        inside: dict[int, list[Span]] = {}
        for start, end in spans:
            for number in range(bisect_right(starts, start) - 1, bisect_left(starts, end)):
                inside.setdefault(number, []).append((max(start - starts[number], 0), end - starts[number]))
        for number, found in inside.items():
            if masked := replace(parts[number], found):
                texts[id(group.parts[number])] = masked
    return texts
