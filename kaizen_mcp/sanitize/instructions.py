"""Recognises text from a web page that is written to an AI, so that an answer can say what it is."""

import re
from functools import cache

_MODELS = "ai", "a.i.", "llm", "language model", "chatgpt", "claude", "gpt", "copilot", "gemini"
_MODEL = f"(?:{'|'.join(map(re.escape, _MODELS))})"
_CONFIDENTIAL = r"(?:api[ -]?keys?|prompt|credentials|secrets?|instructions)"
_PATTERNS: list[tuple[tuple[str, ...], str]] = [
    (
        ("ignore", "disregard", "forget", "override", "bypass"),
        r"\b.{0,40}\b(?:instructions?|prompts?|rules|guidelines|guardrails|context|directives?|told)\b",
    ),
    (
        ("you are ",),
        rf"(?:now )?(?:an? )?(?:{_MODEL}\b|(?:helpful )?(?:assistant|agent)\b|in .{{0,20}} mode)",
    ),
    (_MODELS, r"\b.{0,40}\b(?:must|should|please|have to|need to|do not)\b"),
    (("system prompt", "developer message", "new instruction:", "new instructions:", "jailbreak"), ""),
    (("do not tell", "do not inform", "do not mention"), r".{0,20}\b(?:user|person|human|anyone)\b"),
    (("reveal", "print", "send", "show", "paste", "repeat", "leak"), rf"\b.{{0,40}}\b{_CONFIDENTIAL}\b"),
    (
        ("attention", "note", "message", "instruction", "instructions"),
        r" (?:to|for) (?:the |all |any )?(?:assistants?|agents?|models?)\b",
    ),
]
"""Words that such text starts with, and a pattern of what follows them. To search for a word first is fast."""


def addresses_a_model(text: str) -> bool:
    """Whether a text has words in it that look like instructions to an AI."""
    lower = text.lower()
    return any(
        word in lower and _pattern(word, rest).search(lower) is not None
        for words, rest in _PATTERNS
        for word in words
    )


@cache
def _pattern(word: str, rest: str) -> re.Pattern[str]:
    literal = re.escape(word)
    return re.compile(rf"{literal}(?<!\w{literal}){rest}")
