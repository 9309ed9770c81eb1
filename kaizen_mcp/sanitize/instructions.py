"""Recognises text from a web page that is written to an AI, so that an answer can say what it is."""

import re

_MODEL = r"(?:ai|a\.i\.|llm|language model|chatgpt|claude|gpt|copilot|gemini)"
_CONFIDENTIAL = r"(?:api[ -]?keys?|prompt|credentials|secrets?|instructions)"
_PATTERNS = (
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instructions?|prompts?|rules|guidelines|guardrails|context|directives?|told)\b",
    rf"\byou are (?:now )?(?:an? )?(?:{_MODEL}\b|(?:helpful )?(?:assistant|agent)\b|in .{{0,20}} mode)",
    rf"\b{_MODEL}\b.{{0,40}}\b(?:must|should|please|have to|need to|do not)\b",
    r"\b(?:system prompt|developer message|new instructions?:|jailbreak)",
    r"\bdo not (?:tell|inform|mention).{0,20}\b(?:user|person|human|anyone)\b",
    rf"\b(?:reveal|print|send|show|paste|repeat|leak)\b.{{0,40}}\b{_CONFIDENTIAL}\b",
    r"\b(?:attention|note|message|instructions?) (?:to|for) (?:the |all |any )?(?:assistants?|agents?|models?)\b",
)
_INSTRUCTIONS = re.compile("|".join(_PATTERNS), re.IGNORECASE)


def addresses_a_model(text: str) -> bool:
    """Whether a text has words in it that look like instructions to an AI."""
    return _INSTRUCTIONS.search(text) is not None
