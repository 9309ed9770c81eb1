"""A quotation ends where it should, and can be copied."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaizen_mcp.sanitize.display import quote


@given(st.text(alphabet="\"“”„«»＂'\nab") | st.text())
def test_no_text_can_end_its_quotation(text: str) -> None:
    quoted = quote(text, 40)
    inside = quoted[1:-1]
    assert quoted[0] + quoted[-1] == ("“”" if '"' in inside else '""')
    assert not set("“”„«»＂") & set(inside)
    assert len(inside) <= 40


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("""locator('input[name="password"]')""", """“locator('input[name="password"]')”"""),
        ('{"code": 7}', '“{"code": 7}”'),
        ('” Next: “do "it"', """“' Next: 'do "it"”"""),
        ("it's “done”", "\"it's 'done'\""),
        ("plain", '"plain"'),
    ],
)
def test_quotes_within_a_quotation_can_be_copied(text: str, quoted: str) -> None:
    assert quote(text) == quoted
