"""Search commands that are written as lists of arguments, such as `["redis-cli", "-a", "x"]`."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import Any

from kaizen_mcp.json_types import exact_type
from kaizen_mcp.sanitize.prefilter import keep_suspects
from kaizen_mcp.sanitize.text import Span, join_texts, replace, spans_by_text
from kaizen_mcp.sanitize.text_masker import TextMasker

_OPTION = re.compile(r"--?[A-Za-z]|/[a-z]{1,4}:")
_LONGEST_COMMAND = 2_000  # characters


def is_command(items: list[Any]) -> bool:
    """Whether a list may be a command and its arguments: texts in one line, and an option among them."""
    return (
        all(exact_type(item) is str for item in items)
        and any(map(_OPTION.match, items))
        and len(line := " ".join(items)) <= _LONGEST_COMMAND
        and line.isprintable()
    )


def mask_arguments(masker: TextMasker, commands: Iterable[list[str]]) -> dict[int, str]:
    """Return by its `id()` each argument in which something is masked, if its command is read as one line."""
    texts: dict[int, str] = {}
    arguments_of = {" ".join(arguments): arguments for arguments in commands}
    lines = keep_suspects([*arguments_of])[0]
    joined = join_texts(lines)
    for index, spans in spans_by_text(joined, masker.find(joined)) if lines else ():
        arguments = [argument.encode() for argument in arguments_of[lines[index]]]
        starts = [*accumulate((len(argument) + 1 for argument in arguments), initial=0)]
        inside: dict[int, list[Span]] = {}
        for start, end in spans:
            for number in range(bisect_right(starts, start) - 1, bisect_left(starts, end)):
                first = starts[number]
                inside.setdefault(number, []).append((max(start - first, 0), end - first))
        for number, parts in inside.items():
            if masked := replace(arguments[number], parts):
                texts[id(arguments_of[lines[index]][number])] = masked
    return texts
