"""Mask credentials in a text: the configured API key, and whatever matches the rules for keys and for text."""

import base64
import json
import re
from collections.abc import Sequence
from functools import partial
from urllib.parse import quote

from kaizen_mcp.sanitize.rules import (
    KEY_PATTERNS,
    MASK,
    SHORTEST_KEY,
    TEXT_RULES,
    TextRule,
    is_credential,
    is_flag,
)

_SHORTEST_MATCH = 6
"""No rule matches a shorter text."""

_UNBROKEN = re.compile(rf"[\w.:+/=-]{{{SHORTEST_KEY}}}")
"""Every vendor's key contains this."""

# Short words of common letters, without the punctuation that the text rules need and too short for a vendor's key;
# or a time; or a UUID.
_CLEAN = re.compile(
    r"(?:"
    r"(?:[A-Za-z0-9\u00c0-\u024f\u2013_./+]|-(?!-)){1,12}+(?![A-Za-z0-9\u00c0-\u024f\u2013_./+-])"
    r"|[ ,;()&!?\n]"
    r")*+"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::[\d.]{2,12})?(?:Z|[+-]\d\d:?\d\d)?"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
_UNCLEAN_WORDS = ("bearer", "basic", "code")
"""Words that text rules match without any punctuation."""


class TextMasker:
    """Masks credentials in text.

    Args:
        secrets: texts to mask wherever they appear, such as the configured API key; also as they are written in
            URLs, JSON and base64. A secret of fewer than eight characters could be any word, so it is masked only
            where it is the whole text.
    """

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        forms = {form for secret in secrets if secret for form in _encoded_forms(secret)}
        self._secrets = sorted(forms, key=len, reverse=True)

    def mask(self, text: str) -> str:
        """Return `text` with the configured secrets and everything that matches a rule masked."""
        text = self.mask_secrets(text)
        if len(text) < _SHORTEST_MATCH:
            return text
        text = _mask_vendor_keys(text)
        lower = text.lower()
        for rule in TEXT_RULES:
            if rule.literal in lower:
                text = rule.pattern.sub(partial(_mask_match, rule), text)
        return text

    def mask_secrets(self, text: str) -> str:
        """Return `text` with only the configured secrets masked."""
        for secret in self._secrets:
            if text == secret:
                return MASK
            if len(secret) >= 8 and secret in text:  # noqa: PLR2004 - see the class docstring
                text = text.replace(secret, MASK)
        return text

    def is_obviously_clean(self, text: str) -> bool:
        """Quick check whether there is nothing to mask and no hidden character in `text`.

        True is certain. False means that the text has to be scanned.
        """
        if not _CLEAN.fullmatch(text):
            return False
        lower = text.lower()
        return not any(word in lower for word in _UNCLEAN_WORDS) and self.mask_secrets(text) == text


def _encoded_forms(secret: str) -> list[str]:
    """A secret as it is written in plain text, in a URL, in JSON and in base64."""
    encoded = base64.b64encode(secret.encode()).decode()
    return [secret, quote(secret, safe=""), json.dumps(secret)[1:-1].replace("/", "\\/"), encoded.rstrip("=")]


def _mask_vendor_keys(text: str) -> str:
    if not _UNBROKEN.search(text):
        return text
    matches = [match for literal, pattern in KEY_PATTERNS if literal in text for match in pattern.finditer(text)]
    pieces: list[str] = []
    end = 0
    for match_start, match_end in sorted(match.span() for match in matches):
        if match_start >= end:  # otherwise it overlaps the previous match, and one mask covers both
            pieces += [text[end:match_start], MASK]
        end = max(end, match_end)
    return "".join([*pieces, text[end:]])


def _mask_match(rule: TextRule, match: re.Match[str]) -> str:
    """Return the text of a match with its value masked if the value is a credential."""
    fields = match.groupdict()
    value = fields["value"]
    if "name" in fields and (MASK in value or is_flag(value) or not is_credential(fields["name"], value)):
        return match[0]
    if rule.check and not rule.check(value):
        return match[0]
    start, end = match.span("value")
    return match[0][: start - match.start()] + MASK + match[0][end - match.start() :]
