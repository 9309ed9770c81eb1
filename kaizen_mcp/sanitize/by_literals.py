"""Find credentials without a name by the rules in `text_rules`, and keys beside the name of their vendor."""

import re
from collections.abc import Iterable, Sequence
from functools import cache, partial

from kaizen_mcp.sanitize.forms import VENDOR_FORM
from kaizen_mcp.sanitize.keys import UUID
from kaizen_mcp.sanitize.looks import looks_like_vendor_key
from kaizen_mcp.sanitize.secret_values import is_state
from kaizen_mcp.sanitize.text import MASK, Span, Text, compiled, find_places
from kaizen_mcp.sanitize.text_rules import TEXT_RULES
from kaizen_mcp.sanitize.text_rules.rule import LOOK_BEHIND, Rule
from kaizen_mcp.sanitize.vendors import VENDORS

_RULES: dict[bytes, list[Rule]] = {}
for _rule in TEXT_RULES:
    _RULES.setdefault(_rule.literal, []).append(_rule)
_VENDORS = frozenset(VENDORS)
_COMMIT = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SAYS_KEY = re.compile(rb"key|secret|token|access|auth|private|pass|cred")


def find_by_literals(text: Text, literals: Iterable[bytes]) -> list[Span]:
    """Find what the rules for these literals describe."""
    spans: list[Span] = []
    for vendor in _VENDORS.intersection(text.lower_words.split()):
        pattern = _vendor_pattern(vendor)
        spans += find_places(text, vendor.encode(), [(pattern, partial(_judge_vendor, text))], pattern)
    for literal in literals:
        rules = _RULES.get(literal, ())
        judges = [(compiled(rule.after), partial(_judge_match, text, rule)) for rule in rules]
        spans += find_places(text, literal, judges, _screen(literal, rules)) if rules else ()
    return spans


def _screen(literal: bytes, rules: Sequence[Rule]) -> re.Pattern[bytes]:
    """Pattern that matches wherever one of these rules for a literal does."""
    if len(rules) == 1:
        return compiled(rules[0].after)
    if literal not in _screens:
        _screens[literal] = re.compile(b"|".join(rule.after.replace(b"(?P<value>", b"(?:") for rule in rules))
    return _screens[literal]


_screens: dict[bytes, re.Pattern[bytes]] = {}


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
    return [(start, end)], max(end, next_start)


@cache
def _vendor_pattern(vendor: str) -> re.Pattern[bytes]:
    return re.compile(re.escape(vendor.encode()) + VENDOR_FORM)


def _judge_vendor(text: Text, match: re.Match[bytes]) -> tuple[list[Span], int]:
    """Return the key beside the name of its vendor, if it looks random."""
    if not looks_like_vendor_key(text.data[slice(*match.span("value"))].decode(errors="replace")):
        return [], 0
    # After a colon or comma, a hash or a UUID is an id, unless a word calls it a key.
    is_id = match["sign"] in {b":", b","} and (_COMMIT.fullmatch(match["value"]) or UUID.match(match["value"]))
    is_key = not is_id or _SAYS_KEY.search(text.lower, match.start(), match.start("value"))
    return [match.span("value")] if is_key else [], 0
