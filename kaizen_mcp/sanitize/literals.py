"""Find the literals of rules, and the stems of names of credentials, that occur in a text."""

from functools import cache

from kaizen_mcp.sanitize.name_tables import CREDENTIAL_STEMS, FOREIGN_STEMS
from kaizen_mcp.sanitize.text import TO_LETTERS, Text
from kaizen_mcp.sanitize.text_rules import TEXT_RULES


def find_literals(text: Text) -> list[bytes]:
    """The literals of rules and the stems of names in a text."""
    groups = [literals for word, literals in _literals_by_word().items() if word in text.lower_words]
    return [literal for literals in groups for literal in literals if literal in text.lower]


@cache
def _literals_by_word() -> dict[str, list[bytes]]:
    """All literals by their longest word: where that is not, the literal is not either."""
    by_word: dict[str, list[bytes]] = {}
    stems = map(str.encode, (*CREDENTIAL_STEMS, *FOREIGN_STEMS))
    for literal in dict.fromkeys((*(rule.literal for rule in TEXT_RULES), *stems)):
        word = max(literal.translate(TO_LETTERS).split(), key=len, default=b"").decode("latin-1")
        by_word.setdefault(word, []).append(literal)
    return by_word
