"""A secret is masked to its end, however long it is and over however many lines; its likes stay."""

import json
import random
import string

import pytest

from kaizen_mcp.sanitize.masking import SafeMode
from kaizen_mcp.sanitize.text_masker import MASK, TextMasker

LETTERS = string.ascii_letters + string.digits


def masked(text: str) -> str:
    return SafeMode(TextMasker()).apply({"log": text}).data["log"]


LONG = [
    ("PRIVATE_KEY_B64=LS0tLS1CRUdJTi", ""),
    ("api_key=", " "),
    ("password: ", ""),
    ("https://x.example/?token=", "&x=1"),
    ("password%3D", "%26x"),
    ('"token": "', '", "x": 1'),
    ('log: {\\"token\\": \\"', '\\"}'),
    ("Authorization: Bearer ", ""),
    ("X-Api-Key: ", ""),
    ("Cookie: session=", ""),
    ("Set-Cookie: session=", "; Path=/"),
    ("<password>", "</password>"),
    ("-----BEGIN PRIVATE " + "KEY-----\n", "\n-----END PRIVATE " + "KEY-----"),
    ("glpat-", " and more"),
]


@pytest.mark.parametrize("length", [300, 1100, 4500, 9000, 70_000])
@pytest.mark.parametrize(("before", "after"), LONG, ids=[before[:16] for before, _ in LONG])
def test_a_secret_of_any_length_is_masked_to_its_end(before: str, after: str, length: int) -> None:
    secret = "".join(random.Random(length).choices(LETTERS, k=length))  # noqa: S311 - no secret
    shown = masked(f"{before}{secret}{after}")
    assert MASK in shown
    assert not any(secret[at : at + 8] in shown for at in range(length - 8))
    assert len(shown) < len(before + MASK + after) + 20


def test_what_stands_after_a_long_secret_stays() -> None:
    token = "a1B2" * 300
    for text in ('"token": "{}", "id": 7', "Bearer {} for bob", "https://x.example/?token={}&page=2"):
        assert masked(text.format(token)) == text.format(MASK)
    assert json.dumps({"image": "iVBORw0KGgo" * 900}) == masked(json.dumps({"image": "iVBORw0KGgo" * 900}))
