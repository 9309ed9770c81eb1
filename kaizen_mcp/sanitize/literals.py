"""Find the literals of rules, and the stems of names of credentials, that occur in a text."""

from collections.abc import Iterable
from functools import cache
from itertools import chain
from typing import NamedTuple

from kaizen_mcp.sanitize.name_tables import CREDENTIAL_STEMS, FOREIGN_STEMS
from kaizen_mcp.sanitize.text import Text, index_word
from kaizen_mcp.sanitize.text_rules import TEXT_RULES

_SIGNS = (" -", "@", "<", "|", "/", '"', "'", "*", "+", "#", "~", "$", "{")
"""Signs that are rare, and so are looked for instead of a short word."""
_SHORT = 2


class _Node(NamedTuple):
    """A literal, and those that contain it: they need not be looked for where it was not found."""

    literal: str
    longer: "list[_Node]"


def find_literals(text: Text) -> list[bytes]:
    """The literals of rules and the stems of names in a text; candidates are found by longest word, or a sign."""
    lower = text.lower.decode("latin-1")  # a character for each byte: a search in a `str` is faster
    index = _index()
    words = _found(index.words, text.lower_words)
    if text.foreign:
        words += _found(index.foreign_words, text.foreign)
    possible = [*chain.from_iterable(nodes for sign, nodes in index.by_sign.items() if sign in lower)]
    possible += chain.from_iterable(index.by_word[word] for word in words)
    return [literal.encode("latin-1") for literal in _found(possible, lower)]


def _found(nodes: list[_Node], text: str) -> list[str]:
    """The literals in a text."""
    found: list[_Node] = []
    while nodes := [node for node in nodes if node.literal in text]:
        found += nodes
        nodes = [*chain.from_iterable(node.longer for node in nodes)]
    return [node.literal for node in found]


def _tree(literals: Iterable[str]) -> list[_Node]:
    roots: list[_Node] = []
    for literal in sorted(literals, key=len):
        level = roots
        while parent := next((node for node in level if node.literal and node.literal in literal), None):
            level = parent.longer
        level.append(_Node(literal, []))
    return roots


class _Index(NamedTuple):
    """All literals, a character for each byte, by a sign or by their longest word; and these words."""

    by_sign: dict[str, list[_Node]]
    by_word: dict[str, list[_Node]]
    words: list[_Node]
    foreign_words: list[_Node]


@cache
def _index() -> _Index:
    by_sign: dict[str, list[str]] = {}
    by_word: dict[str, list[str]] = {}
    stems = map(str.encode, (*CREDENTIAL_STEMS, *FOREIGN_STEMS))
    for literal in dict.fromkeys([*(rule.literal for rule in TEXT_RULES), *stems]):
        word, characters = index_word(literal), literal.decode("latin-1")
        sign = next((sign for sign in _SIGNS if sign in characters), None)
        if sign and len(word) <= _SHORT:
            by_sign.setdefault(sign, []).append(characters)
        else:
            by_word.setdefault(word, []).append(characters)
    return _Index(
        {sign: _tree(group) for sign, group in by_sign.items()},
        {word: _tree(group) for word, group in by_word.items()},
        _tree(filter(str.isascii, by_word)),
        _tree(word for word in by_word if not word.isascii()),
    )
