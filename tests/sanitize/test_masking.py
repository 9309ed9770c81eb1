"""The fast prefilter of safe mode and a full masking pass must agree."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_rules import CORPUS, KEY, joined

from kaizen_mcp.sanitize import rules
from kaizen_mcp.sanitize.masking import MaskingPass, SafeMode
from kaizen_mcp.sanitize.rules import is_credential_name
from kaizen_mcp.sanitize.text_masker import TextMasker

words = st.sampled_from(
    "password Passwort name label value locator headers authorization pin PIN downloadUrl liveViewUrl note id code"
    " Paid 2026-000123 J.\u00a0Okafor {} [1] bearer basic".split()
) | st.sampled_from(
    [
        "Paid in full by Delta Dental on 12 October.", "2026-11-22T07:20:00Z", "the code is 123456", "two\nlines",
        "https://f.example/a?token=abc12345", "https://f.example/a\x1b]0;x\x07",
        "6f1d2c3b-4a59-4e0f-9b7a-2d8c1e5f0a94", "", " ", "\u202egnp.exe",
        '{"password": "hunter2"}', "password=hunter22", "security code: 123456", KEY, f"x{KEY}", "sk-" + "a1" * 12,
        "--password x1y2z3", "user 'k8sxyz9'", "Bearer abc12345", "curl -u me:secret", "-----BEGIN PRIVATE KEY",
    ]
)  # fmt: skip
scalars = st.none() | st.booleans() | st.integers(0, 9999) | words | st.text(max_size=30)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words | st.text(max_size=8), inner, max_size=4),
    max_leaves=25,
)


@given(st.dictionaries(words, trees, max_size=5), st.dictionaries(words, trees, max_size=3))
def test_the_fast_path_gives_the_same_result_as_a_full_scan(data: dict[str, Any], before: dict[str, Any]) -> None:
    masker = TextMasker([KEY])
    masking = MaskingPass(masker)
    expected = masking.mask_object(data, in_credential=False)
    safe_mode = SafeMode(masker)
    safe_mode.apply(before)  # what it caches from one object must not change the next
    safe = safe_mode.apply(data)
    assert (safe.data, safe.redacted, safe.escaped_count) == (expected, masking.redacted, masking.escaped_count)


@given(
    st.text(alphabet=st.sampled_from("abcXYZ019 .,;()&!?\n-_+/:='\"%<\u00e9\u2013\u00a0\u200b"), max_size=40)
    | words
)
def test_plain_text_is_unchanged_by_a_full_scan(text: str) -> None:
    masker = TextMasker([KEY])
    if masker.is_obviously_clean(text):
        masking = MaskingPass(masker)
        assert masking.mask_value(text, in_credential=False) == text
        assert (masking.redacted, masking.escaped_count) == ([], 0)


def test_the_fast_path_and_a_full_scan_agree_on_the_corpus() -> None:
    for case in json.loads(CORPUS.read_text(encoding="utf-8")):
        data = joined(case["object"])
        masking = MaskingPass(TextMasker())
        expected = masking.mask_object(data, in_credential=False)
        safe = SafeMode(TextMasker()).apply(data)
        assert (safe.data, safe.redacted, safe.escaped_count) == (
            expected,
            masking.redacted,
            masking.escaped_count,
        ), case["title"]


@pytest.mark.parametrize("name", sorted(rules.CREDENTIAL_NAMES | set(rules.CREDENTIAL_ENDINGS)))
def test_every_credential_name_is_found_by_its_stem(name: str) -> None:
    assert not name.isascii() or any(stem in name for stem in rules.CREDENTIAL_STEMS)
    assert is_credential_name(name)
    assert is_credential_name(name.upper())
    assert is_credential_name(f"new_{name}2")


@given(
    st.lists(
        st.sampled_from(sorted(rules.CREDENTIAL_NAMES)) | st.sampled_from("x my new P In 2 pass word - _".split())
    )
)
def test_searching_for_stems_first_finds_the_same_names(parts: list[str]) -> None:
    # With full-width letters, the name is not ASCII and the check for stems is skipped.
    for joined_by in ("", "_", "-", " ", "."):
        name = joined_by.join(parts)
        wide = name.translate({ord("s"): "\uff53", ord("o"): "\uff4f", ord("i"): "\uff49", ord("e"): "\uff45"})
        assert is_credential_name(name) is is_credential_name(wide)


LINK = "https://f.example/a?token=abc12345"


@pytest.mark.parametrize(
    "data",
    [
        {"downloadUrl": LINK},
        {"downloadUrl": f"{LINK}\x1b]0;x\x07"},
        {"liveViewUrl": f"{LINK}\x7f"},
        {"downloadUrl": f"{LINK}\u202e"},
        {"downloadUrl": f"https://f.example/{KEY}"},
        {"downloadUrl": LINK, "note": LINK},
        {"note": LINK},
        {"downloadUrl": [LINK]},
        {"password": {"downloadUrl": LINK}},
        {"downloadUrl": f"{LINK} password=hunter22"},
    ],
)
def test_the_fast_path_and_a_full_scan_agree_on_links(data: dict[str, Any]) -> None:
    masker = TextMasker([KEY])
    masking = MaskingPass(masker)
    expected = masking.mask_object(data, in_credential=False)
    safe = SafeMode(masker).apply({"files": [data]})
    assert safe.data == {"files": [expected]}
    assert safe.redacted == [f"/files/0{pointer}" for pointer in masking.redacted]
    assert safe.escaped_count == masking.escaped_count


@pytest.mark.parametrize("name", ["Social (US) Security Number", "cc (amex) number", "to(x)ken"])
def test_brackets_do_not_hide_a_credential_name(name: str) -> None:
    assert SafeMode(TextMasker()).apply({name: "123-45-6789"}).redacted == [f"/{name}"]


def test_overlapping_keys_are_masked_together() -> None:
    inner = "AKIA" + "0123456789ABCDEF"
    for text in (
        f"sk-abc1-{inner}-secretremainderabcdef123",
        f"whsec_{inner}/abcdefgh123",
        f"x {inner}-sk-a1{'b' * 30} y",
    ):
        masked = TextMasker().mask(text)
        assert "[masked]" in masked
        assert not any(piece in masked for piece in ("remainder", "abcdefgh123", "bbbb", inner))


@pytest.mark.parametrize(
    "text",
    ["[" * 600 + "]" * 600, '{"a":' * 900 + "1" + "}" * 900, '{"a": 1e999, "password": "hunter2-x"}'],
    ids=["a list in 600 levels", "an object in 900 levels", "a number that JSON can't hold"],
)
def test_json_inside_a_text_that_cannot_be_rewritten_does_not_fail(text: str) -> None:
    safe = SafeMode(TextMasker([KEY])).apply({"note": text})
    assert "hunter2" not in safe.data["note"]
    assert "Infinity" not in safe.data["note"]


def test_a_masked_key_with_a_masked_value_is_listed_once() -> None:
    safe = SafeMode(TextMasker([KEY])).apply({f"password {KEY}": "hunter2-x"})
    assert len(safe.redacted) == len(set(safe.redacted)) == 1
