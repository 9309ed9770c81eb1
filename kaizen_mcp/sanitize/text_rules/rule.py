"""What a rule is, and what several tables of rules have in common."""

from collections.abc import Callable
from typing import NamedTuple

from kaizen_mcp.sanitize.looks import Check
from kaizen_mcp.sanitize.text import Span

LOOK_BEHIND = 120
"""Bytes before a literal that its rules may look at."""

TAGS = rb"(?:<[^<>\0]{0,80}>\s{0,4}){0,3}"
"""HTML between a name and its value."""


class Rule(NamedTuple):
    """How a credential without a name is written.

    Attributes:
        literal: lower-case text that is searched for. One that many texts have needs a row in `prefilter` too.
        before: what stands before it, at the end of the `LOOK_BEHIND` bytes there.
        after: what follows, the literal included. The group `value`, here or in `before`, is what is masked.
        check: what else must be true of the value, given the value and the text before the literal.
        until: if given, what ends a value of any length; where it does not occur, the text ends it.
        parts: if given, finds what is masked of the value; otherwise that is all of it.
    """

    literal: bytes
    before: bytes
    after: bytes
    check: Check | None = None
    until: bytes = b""
    parts: Callable[[bytes], list[Span]] | None = None
