"""Search commands that are written as lists of arguments, such as `["redis-cli", "-a", "x"]`."""

import re
from collections.abc import Iterable
from typing import Any

from kaizen_mcp.json_types import exact_type
from kaizen_mcp.sanitize.prefilter import keep_suspects
from kaizen_mcp.sanitize.text import replace
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
    lines = {" ".join(arguments): arguments for arguments in commands}
    for line in keep_suspects([*lines])[0]:
        spans = masker.find(line.encode())
        position = 0
        for argument in lines[line]:
            data = argument.encode()
            inside = [(max(start - position, 0), min(end - position, len(data))) for start, end in spans]
            if masked := replace(data, inside):
                texts[id(argument)] = masked
            position += len(data) + 1
    return texts
