"""Find the literals of rules, and the stems of names of credentials, that occur in a text."""

from functools import cache

from kaizen_mcp.sanitize.name_tables import CREDENTIAL_STEMS, FOREIGN_STEMS
from kaizen_mcp.sanitize.text import Text, index_word
from kaizen_mcp.sanitize.text_rules import TEXT_RULES


def find_literals(text: Text) -> list[bytes]:
    """The literals of rules and the stems of names in a text."""
    of_ascii, of_foreign = _literals_by_word()
    groups = [literals for word, literals in of_ascii.items() if word in text.lower_words]
    if text.foreign:
        groups += [literals for word, literals in of_foreign.items() if word in text.foreign]
    return [literal for literals in groups for literal in literals if literal in text.lower]


@cache
def _literals_by_word() -> tuple[dict[str, list[bytes]], dict[str, list[bytes]]]:
    """All literals by their longest word, ASCII or not: where that is not, the literal is not either."""
    of_ascii: dict[str, list[bytes]] = {}
    of_foreign: dict[str, list[bytes]] = {}
    stems = map(str.encode, (*CREDENTIAL_STEMS, *FOREIGN_STEMS))
    for literal in dict.fromkeys((*(rule.literal for rule in TEXT_RULES), *stems)):
        word = index_word(literal)
        (of_ascii if word.isascii() else of_foreign).setdefault(word, []).append(literal)
    return of_ascii, of_foreign
