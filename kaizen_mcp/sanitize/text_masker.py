"""Mask credentials in text: the configured API key, and whatever matches the tables of rules."""

import base64
import json
import re
from collections.abc import Iterator, Sequence
from copy import copy
from urllib.parse import quote

from kaizen_mcp.sanitize.columns import find_in_columns
from kaizen_mcp.sanitize.key_search import find_keys
from kaizen_mcp.sanitize.literals import find_literals
from kaizen_mcp.sanitize.manifests import find_in_manifests
from kaizen_mcp.sanitize.name_search import find_beside_names
from kaizen_mcp.sanitize.rule_search import find_by_rules
from kaizen_mcp.sanitize.text import Span, make_text, replace, with_rests
from kaizen_mcp.sanitize.vendors import find_beside_vendors

_EDGES = (b"", b"\0")
_PERCENT_CODE = re.compile("%[0-9A-F]{2}")


def _all_forms(secrets: Sequence[str]) -> list[bytes]:
    forms = {form.encode() for secret in secrets if secret for form in _encoded_forms(secret)}
    return sorted(forms, key=len, reverse=True)


def _encoded_forms(secret: str) -> list[str]:
    """A secret as it is written in plain text, in a URL, in JSON and in base64."""
    encoded = base64.b64encode(secret.encode()).decode()
    in_url = quote(secret, safe="")
    in_json = [json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)]
    forms = [secret, in_url, _PERCENT_CODE.sub(lambda match: match[0].lower(), in_url), encoded.rstrip("=")]
    return [*forms, *in_json, *(form.replace("/", "\\/") for form in in_json)]


class TextMasker:
    """Masks credentials in text.

    Args:
        secrets: texts to mask wherever they appear, such as the configured API key; also as they are written in
            URLs, JSON and base64. A secret of fewer than eight characters could be any word, so it is masked only
            where it is the whole text.
    """

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        self._own = _all_forms(secrets)
        self.repeated: list[bytes] = []
        """Secrets of the object that is masked, in all forms. They stay in links that need them."""

    def with_repeated(self, secrets: Sequence[str]) -> "TextMasker":
        """Return a masker that also masks these secrets of the object that is masked."""
        masker = copy(self)
        masker.repeated = _all_forms(secrets)
        return masker

    def mask(self, text: str) -> str:
        """Return `text` with the configured secrets and everything that matches a rule masked."""
        data = text.encode("utf-8", "surrogatepass")
        return replace(data, self.find(data.replace(b"\0", b"\1"))) or text

    def mask_secrets(self, text: str) -> str:
        """Return `text` with only the configured secrets masked."""
        data = text.encode("utf-8", "surrogatepass")
        if not any(secret in data for secret in self._own):
            return text
        return replace(data, _find_secrets(data, self._own)) or text

    def find(self, data: bytes) -> list[Span]:
        """Find all credentials in UTF-8 text, which may be several texts joined by zero bytes."""
        text = make_text(data)
        literals = find_literals(text)
        spans = [
            *_find_secrets(data, [*self._own, *self.repeated]),
            *find_keys(data),
            *find_by_rules(text, literals),
            *find_beside_names(text, literals),
            *find_beside_vendors(text),
            *find_in_columns(text),
            *find_in_manifests(text),
        ]
        return with_rests(data, spans)

    def has_secret(self, data: bytes) -> bool:
        """Whether one of the texts to mask wherever they appear may be in UTF-8 text."""
        return any(secret in data for secret in (*self._own, *self.repeated))


def _find_secrets(data: bytes, secrets: Sequence[bytes]) -> Iterator[Span]:
    for secret in secrets:
        for match in re.finditer(re.escape(secret), data):
            start, end = match.span()
            is_whole_text = data[max(start - 1, 0) : start] in _EDGES and data[end : end + 1] in _EDGES
            if is_whole_text or len(secret) >= 8:  # noqa: PLR2004 - see the class docstring
                yield start, end
