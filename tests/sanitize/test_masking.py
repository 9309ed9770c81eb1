"""One search over all texts of an object finds what a search of each text alone finds, and masks no more."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_rules import CORPUS, KEY, joined

from kaizen_mcp.sanitize import name_tables
from kaizen_mcp.sanitize.names import find_credential_name, is_credential_name
from kaizen_mcp.sanitize.safe_mode import SafeMode
from kaizen_mcp.sanitize.text import MASK
from kaizen_mcp.sanitize.text_masker import TextMasker

texts = st.sampled_from(
    "password Passwort name label value PIN Paid 2026-000123 J.\u00a0Okafor {} [1] bearer basic code".split()
) | st.sampled_from(
    [
        "Paid in full by Delta Dental on 12 October.", "2026-11-22T07:20:00Z", "the code is 123456", "two\nlines",
        "https://f.example/a?token=abc12345", "https://f.example/a\x1b]0;x\x07", 'cut off: password="',
        "6f1d2c3b-4a59-4e0f-9b7a-2d8c1e5f0a94", "", " ", "\u202egnp.exe", "a\0b", "\0password=x1y2z3",
        '{"password": "hunter2"}', "password=hunter22", "security code: 123456", KEY, f"x{KEY}", "sk-" + "a1" * 12,
        "--password x1y2z3", "user 'k8sxyz9'", "Bearer abc12345", "curl -u me:secret", "-----BEGIN PRIVATE KEY",
        "Your passcode is", "4417-902815", '"password"', '"x1y2z3"', "Cookie: a", "<password>", "x1y2</password>",
        "SECRETS = {", "'a' in x", "the password is 'x', password for ", '{"x1y2z3"}', 'token = \\"', 'x1y2z3\\"',
    ]
) | st.text(max_size=30)  # fmt: skip


@given(st.lists(texts, max_size=8), st.lists(texts, max_size=4).filter(lambda items: len(items) != 2))  # no pair
def test_texts_are_masked_alike_together_and_alone(in_fields: list[str], in_object: list[str]) -> None:
    masker = TextMasker([KEY])
    together = SafeMode(masker).apply(
        {f"f{n}": text for n, text in enumerate(in_fields)} | {"o": {"p": in_object}}
    )
    for number, text in enumerate(in_fields):
        alone = SafeMode(masker).apply({"f": text})
        assert together.data[f"f{number}"] == alone.data["f"]
        assert (f"/f{number}" in together.redacted) is ("/f" in alone.redacted)


def test_a_secret_is_masked_wherever_it_stands_in_the_object() -> None:
    safe = SafeMode(TextMasker()).apply(
        {
            "params": {"password": "Photon7/keller"},
            "steps": ["typed Photon7/keller", "GET /login?p=Photon7%2Fkeller", "basic UGhvdG9uNy9rZWxsZXI="],
            "log": "token = 'a1b2c3d4e5f6' or 'a1b2c3d4e5f6'",
            "a1b2c3d4e5f6": 1,
        }
    )
    assert safe.data == {
        "params": {"password": MASK},
        "steps": [f"typed {MASK}", f"GET /login?p={MASK}", f"basic {MASK}="],
        "log": f"token = '{MASK}' or '{MASK}'",
        MASK: 1,
    }
    assert safe.redacted == ["/params/password", "/steps/0", "/steps/1", "/steps/2", "/log", f"/{MASK}"]


@pytest.mark.parametrize(
    ("below", "secret"),
    [
        ({"otp": {"memberId": "MBR1234567"}}, "MBR1234567"),
        ({"credentials": {"profileId": "prof_12ab34cd"}}, "prof_12ab34cd"),
        ({"securityAnswer": "12 Main Street"}, "12 Main Street"),
        ({"securityAnswer": "address1"}, "address1"),
    ],
)
def test_what_only_stands_below_a_credentials_name_is_not_masked_elsewhere(below: Any, secret: str) -> None:
    safe = SafeMode(TextMasker()).apply({**below, "patient": {"note": secret, secret: "x"}})
    assert safe.data["patient"] == {"note": secret, secret: "x"}
    assert len(safe.redacted) == 1


def test_the_id_of_an_execution_is_not_masked_as_a_secret_that_stands_elsewhere() -> None:
    safe = SafeMode(TextMasker()).apply(
        {"id": "exec_1234abcd", "note": "token=exec_1234abcd", "log": "exec_1234abcd"}
    )
    assert safe.data == {"id": "exec_1234abcd", "note": f"token={MASK}", "log": "exec_1234abcd"}


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ({"cookie": "sid=hunt27xQ9abc; Path=/"}, "sid hunt27xQ9abc"),
        ({"password": "hunt27xQ9\n"}, "typed hunt27xQ9"),
        ({"password": 'h\u00fcn"t27xQ9'}, 'sent {"p": "h\u00fcn\\"t27xQ9"}'),
        ({"password": "hun/t27xQ9"}, "?p=hun%2ft27xQ9&x=1"),
    ],
)
def test_a_secret_is_found_elsewhere_as_it_is_written_there(secret: Any, text: str) -> None:
    safe = SafeMode(TextMasker()).apply({**secret, "log": text})
    assert "27xQ9" not in safe.data["log"]


def test_the_fields_of_a_record_that_are_called_pass_or_mfa_are_masked() -> None:
    record = {"user": "bob", "site": "portal", "pass": "sunshine7", "mfa": "482913"}
    safe = SafeMode(TextMasker()).apply({"credentials": [record]})
    assert safe.data == {"credentials": [{"user": "bob", "site": "portal", "pass": MASK, "mfa": MASK}]}


def test_a_list_names_the_columns_of_rows_only_if_it_is_a_heading() -> None:
    rows = [["login page opened", "ok"], ["member found", "ok"]]
    assert SafeMode(TextMasker()).apply({"missing": ["password", "member"], "history": rows}).redacted == []
    table = {"columns": ["password", "member"], "rows": [["hunter2x", "M1"]]}
    assert SafeMode(TextMasker()).apply(table).redacted == ["/rows/0/0"]


@pytest.mark.parametrize("odd", ["\ud800", "\0", "\n", "\u202e"])
def test_a_secret_with_odd_characters_is_masked_beside_its_name(odd: str) -> None:
    safe = SafeMode(TextMasker()).apply({"password": f"hunter2{odd}x9", "note": "Paid"})
    assert safe.data == {"password": MASK, "note": "Paid"}


@pytest.mark.parametrize(
    "secret",
    [
        {"password": ["hunter27x"]},
        {"password": {"value": "hunter27x"}},
        {"cookies": [{"name": "session_token", "value": "hunter27x"}]},
        {"env": [["password", "hunter27x"]]},
    ],
)
def test_a_secret_in_a_list_or_a_value_field_is_masked_elsewhere_too(secret: Any) -> None:
    assert SafeMode(TextMasker()).apply({**secret, "log": "typed hunter27x"}).data["log"] == f"typed {MASK}"


@pytest.mark.parametrize("secret", ["hunter2", "sunshine", "12345678", "6f1d2c3b-4a59-4e0f-9b7a-2d8c1e5f0a94"])
def test_a_secret_that_could_be_another_word_or_an_id_is_masked_beside_its_name_only(secret: str) -> None:
    safe = SafeMode(TextMasker()).apply({"password": secret, "note": f"see {secret}"})
    assert safe.data == {"password": MASK, "note": f"see {secret}"}


def test_a_live_view_link_keeps_a_token_that_is_masked_elsewhere() -> None:
    link = "https://live.example/v?token=a1b2c3d4e5f6"
    safe = SafeMode(TextMasker()).apply({"liveViewUrl": link, "token": "a1b2c3d4e5f6", "note": "a1b2c3d4e5f6"})
    assert safe.data == {"liveViewUrl": link, "token": MASK, "note": MASK}


def test_parts_without_changes_are_not_copied() -> None:
    clean = {"rows": [{"note": "Paid in full"}]}
    data = {"clean": clean, "login": {"password": "hunter2"}}
    safe = SafeMode(TextMasker())
    assert safe.apply(clean).data is clean
    assert safe.apply(data).data["clean"] is clean
    assert data["login"] == {"password": "hunter2"}


def test_the_corpus_is_masked_alike_as_one_object() -> None:
    cases = [joined(case["object"]) for case in json.loads(CORPUS.read_text(encoding="utf-8"))]
    together = SafeMode(TextMasker()).apply({"cases": cases}).data["cases"]
    assert together == [SafeMode(TextMasker()).apply(case).data for case in cases]


ALL_NAMES = (
    name_tables.SECRETS_OF_ANY_KIND
    | name_tables.SECRET_TEXTS
    | name_tables.AMBIGUOUS_NAMES
    | {*name_tables.CREDENTIAL_ENDINGS}
)


@pytest.mark.parametrize("name", sorted(ALL_NAMES))
def test_every_credential_name_is_found_by_its_stem(name: str) -> None:
    assert not name.isascii() or any(stem in name for stem in name_tables.CREDENTIAL_STEMS)
    assert name.isascii() or any(
        stem in name for stem in (*name_tables.FOREIGN_STEMS, *name_tables.CREDENTIAL_STEMS)
    )
    for written in (name, name.upper(), f"new_{name}2"):
        assert find_credential_name(written), written


@given(
    st.lists(
        st.sampled_from(sorted(name_tables.SECRETS_OF_ANY_KIND))
        | st.sampled_from("x my new P In 2 pass word - _".split())
    )
)
def test_full_width_letters_do_not_hide_a_name(parts: list[str]) -> None:
    for joined_by in ("", "_", "-", " ", "."):
        name = joined_by.join(parts)
        wide = name.translate({ord("s"): "\uff53", ord("o"): "\uff4f", ord("i"): "\uff49", ord("e"): "\uff45"})
        assert is_credential_name(name) is is_credential_name(wide)


LINK = "https://f.example/a?token=abc12345"
BARE = {"downloadUrl": LINK}


@pytest.mark.parametrize(
    ("data", "masked"),
    [
        (BARE, BARE),
        ({"downloadUrl": f"{LINK}\x1b]0;x\x07"}, {"downloadUrl": f"{LINK}\\u001b]0;x\\u0007"}),
        ({"downloadUrl": f"https://f.example/{KEY}"}, {"downloadUrl": f"https://f.example/{MASK}"}),
        ({"downloadUrl": LINK, "note": LINK}, BARE | {"note": f"https://f.example/a?token={MASK}"}),
        ({"downloadUrl": [LINK]}, {"downloadUrl": [f"https://f.example/a?token={MASK}"]}),
        ({"password": BARE}, {"password": {"downloadUrl": MASK}}),
        ({"downloadUrl": f"{LINK} pin=1234"}, {"downloadUrl": f"https://f.example/a?token={MASK} pin={MASK}"}),
    ],
)  # fmt: skip
def test_download_links_stay_whole_in_their_own_field_only(data: dict[str, Any], masked: dict[str, Any]) -> None:
    assert SafeMode(TextMasker([KEY])).apply({"files": [data]}).data == {"files": [masked]}


@pytest.mark.parametrize("name", ["Social (US) Security Number", "cc (amex) number"])
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
        assert MASK in masked
        assert not any(piece in masked for piece in ("remainder", "abcdefgh123", "bbbb"))


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


def test_no_word_of_a_text_is_kept_after_its_call() -> None:
    TextMasker().mask("my password hunterGreen77 is old; the password: x1y2z3")
    assert find_credential_name.cache_info().currsize
    for text in ("my password hunterGreen77 is old; the password: x1y2z3", "nothing to mask"):
        SafeMode(TextMasker()).apply({"note": text, "label": "hunterGreen77 pin"})
        assert not find_credential_name.cache_info().currsize
