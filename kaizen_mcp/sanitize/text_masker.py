"""Mask credentials in text: the configured API key, and whatever matches the tables of rules."""

import base64
import json
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from kaizen_mcp.sanitize.beside_names import find_beside_names
from kaizen_mcp.sanitize.by_literals import find_by_literals
from kaizen_mcp.sanitize.columns import find_in_columns
from kaizen_mcp.sanitize.keys import find_keys, key_pattern
from kaizen_mcp.sanitize.literals import find_literals
from kaizen_mcp.sanitize.text import MASK, Span, make_text, positions, replace

__all__ = ["MASK", "TextMasker", "key_pattern"]

_EDGES = (b"", b"\0")


def _encoded_forms(secret: str) -> list[str]:
    """A secret as it is written in plain text, in a URL, in JSON and in base64."""
    encoded = base64.b64encode(secret.encode()).decode()
    return [secret, quote(secret, safe=""), json.dumps(secret)[1:-1].replace("/", "\\/"), encoded.rstrip("=")]


class TextMasker:
    """Masks credentials in text.

    Args:
        secrets: texts to mask wherever they appear, such as the configured API key; also as they are written in
            URLs, JSON and base64. A secret of fewer than eight characters could be any word, so it is masked only
            where it is the whole text.
    """

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        forms = {form.encode() for secret in secrets if secret for form in _encoded_forms(secret)}
        self._secrets = sorted(forms, key=len, reverse=True)

    def mask(self, text: str) -> str:
        """Return `text` with the configured secrets and everything that matches a rule masked."""
        data = text.encode("utf-8", "surrogatepass")
        return replace(data, self.find(data.replace(b"\0", b"\1"))) or text

    def mask_secrets(self, text: str) -> str:
        """Return `text` with only the configured secrets masked."""
        data = text.encode("utf-8", "surrogatepass")
        return replace(data, self._find_secrets(data)) or text

    def find(self, data: bytes) -> list[Span]:
        """Find all credentials in UTF-8 text, which may be several texts joined by zero bytes.

        An empty span marks a short text that names a credential and has no value.
        """
        text = make_text(data)
        literals = find_literals(text)
        return [
            *self._find_secrets(data),
            *find_keys(data),
            *find_by_literals(text, literals),
            *find_beside_names(text, literals),
            *find_in_columns(text),
        ]

    def has_secret(self, data: bytes) -> bool:
        """Whether one of the configured secrets may be in the text."""
        return any(secret in data for secret in self._secrets)

    def _find_secrets(self, data: bytes) -> Iterator[Span]:
        for secret in self._secrets:
            for start in positions(data, secret):
                end = start + len(secret)
                is_whole_text = data[max(start - 1, 0) : start] in _EDGES and data[end : end + 1] in _EDGES
                if is_whole_text or len(secret) >= 8:  # noqa: PLR2004 - see the class docstring
                    yield start, end
