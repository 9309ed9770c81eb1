"""Find credentials without a name by the rules in `text_rules`."""

import re
from collections.abc import Iterable
from functools import partial

from kaizen_mcp.sanitize.secret_values import is_state
from kaizen_mcp.sanitize.text import MASK, Span, Text, compiled, find_places
from kaizen_mcp.sanitize.text_rules import TEXT_RULES
from kaizen_mcp.sanitize.text_rules.rule import LOOK_BEHIND, Rule

_RULES: dict[bytes, list[Rule]] = {}
for _rule in TEXT_RULES:
    _RULES.setdefault(_rule.literal, []).append(_rule)


def find_by_rules(text: Text, literals: Iterable[bytes]) -> list[Span]:
    """Find what the rules for these literals describe."""
    spans: list[Span] = []
    for literal in literals:
        if rules := _RULES.get(literal):
            judges = [(compiled(rule.after), partial(_judge_match, text, rule)) for rule in rules]
            spans += find_places(text, literal, judges)
    return spans


def _judge_match(text: Text, rule: Rule, match: re.Match[bytes]) -> tuple[list[Span], int]:
    """Return what a rule masks where its pattern matches, and where the search goes on."""
    next_start = match.start() + 1
    window = max(match.start() - LOOK_BEHIND, 0)
    before = compiled(rule.before).search(text.lower, window, match.start())
    if not before:
        return [], next_start
    values = [found.span("value") for found in (before, match) if "value" in found.re.groupindex]
    start, end = values[0][0], values[-1][1]
    if rule.until:
        found = compiled(rule.until + rb"|(?=\0)").search(text.lower, end)
        end = found.end() if found else len(text.lower)
        next_start = end
    value = text.data[start:end].decode(errors="replace")
    preceding = text.lower[window : match.start()].decode(errors="replace")
    if (
        MASK in value
        or is_state(value)
        or not value.strip("*\u2022. \n")
        or (rule.check and not rule.check(value, preceding))
    ):
        return [], next_start
    parts = rule.parts(text.data[start:end]) if rule.parts else [(0, end - start)]
    return [(start + first, start + last) for first, last in parts], max(end, next_start)
