"""Every format of a key is masked wherever it stands, and what only starts like it is not."""

import random
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))
from kaizen_mcp.sanitize.key_formats import FORMATS, Format
from kaizen_mcp.sanitize.key_search import key_pattern
from kaizen_mcp.sanitize.safe_mode import SafeMode
from kaizen_mcp.sanitize.text import MASK
from kaizen_mcp.sanitize.text_masker import TextMasker
from tests.masking.examples import example

ROWS = [(key, prefix) for key in FORMATS for prefix in key.prefixes.split()]
NEIGHBOURS = ["{}", "see {} now", '"{}",', "({})", "<{}>", "id={}&x=1", "{}\n", "a\n{}", "x_{}", "%3D{}", "\\n{}"]


@pytest.mark.parametrize(("key", "prefix"), ROWS, ids=[f"{key.what} {prefix}" for key, prefix in ROWS])
def test_a_key_is_masked_wherever_it_stands(key: Format, prefix: str) -> None:
    rest = example(key_pattern(key), random.Random(f"{key.what}{prefix}"))  # noqa: S311 - no secret
    assert rest, "no example matches the row"
    for neighbours in NEIGHBOURS:
        if neighbours[0] == "%" and key.masked == "rest":
            continue
        masked = SafeMode(TextMasker()).apply({"note": neighbours.format(prefix + rest)}).data["note"]
        assert MASK in masked, (neighbours, prefix + rest)
        assert rest not in masked


@pytest.mark.parametrize("prefix", sorted({prefix for _, prefix in ROWS}))
def test_what_only_starts_like_a_key_is_not_masked(prefix: str) -> None:
    for near_miss in (prefix, f"{prefix}x1", f"{prefix}report", f"A{prefix}a"):
        assert TextMasker().mask(near_miss) == near_miss


def test_the_table_is_whole() -> None:
    assert len(FORMATS) > 250
    assert len({key.what for key in FORMATS}) == len(FORMATS)
    for key in FORMATS:
        assert key.source
        assert key.masked in {"all", "rest"}
        assert re.compile(key_pattern(key))
