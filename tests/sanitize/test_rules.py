"""Safe mode masks credentials, reports each one, and leaves everything else unchanged."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from conftest import Connect, Environ
from hypothesis import given
from hypothesis import strategies as st
from mcp import MCPError
from mcp.types import TextContent
from pydantic import SecretStr

from kaizen_mcp import Settings
from kaizen_mcp.sanitize.hidden_characters import escape_hidden_multiline
from kaizen_mcp.sanitize.names import is_credential_name
from kaizen_mcp.sanitize.safe_mode import SafeMode
from kaizen_mcp.sanitize.text import MASK
from kaizen_mcp.sanitize.text_masker import TextMasker

JsonObject = dict[str, Any]
CORPUS = Path(__file__).parents[1] / "corpus" / "credentials.json"
KEY = "kz_live_0123456789abcdef"

MISSES_ALLOWED = 0.01
FALSE_ALLOWED = 0.005
"""Highest shares of labelled secrets missed, and of other values masked."""


def joined(value: Any) -> Any:
    """Join keys that the corpus stores in pieces, so that secret scanners do not report them."""
    if isinstance(value, list):
        return [joined(item) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    fields = cast("JsonObject", value)
    return "".join(fields["$join"]) if "$join" in fields else {key: joined(item) for key, item in fields.items()}


def leaves(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in cast("JsonObject", value).items():
            yield from leaves(item, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for index, item in enumerate(cast("list[Any]", value)):
            yield from leaves(item, f"{pointer}/{index}")
    else:
        yield pointer, value


def test_the_corpus_has_few_misses_and_few_false_positives(capsys: pytest.CaptureFixture[str]) -> None:
    misses: list[str] = []
    false: list[str] = []
    secrets = others = 0
    for case in json.loads(CORPUS.read_text(encoding="utf-8")):
        data = joined(case["object"])
        labelled, masked = set(case["secrets"]), set(SafeMode(TextMasker()).apply(data).redacted)
        values = {pointer for pointer, value in leaves(data) if isinstance(value, str | int | float)}
        assert labelled <= values
        secrets += len(labelled)
        others += len(values - labelled)
        misses += [f"{case['title']}: {pointer}" for pointer in sorted(labelled - masked)]
        false += [f"{case['title']}: {pointer}" for pointer in sorted(masked - labelled)]
    with capsys.disabled():
        print(f"\ncorpus: {len(misses)} of {secrets} credentials missed, {len(false)} of {others} others masked")
    assert len(misses) <= MISSES_ALLOWED * secrets, misses
    assert len(false) <= FALSE_ALLOWED * others, false


CREDENTIALS = """
    password PASSWORD newPassword new_password password2 Passwd pwd db.passwd passphrase secret clientSecret
    token accessToken access-token tokens idToken apiKey api_key APIKEY x-api-key privateKey cookie
    Set-Cookie otp totpSecret pin userPin ssn SSN cardNumber card_number cvv CVV2 cvc securityCode
"""
NO_CREDENTIALS = """
    tokenCount passwordless secretary pinned loginId maxTokens opinion shipping spinner keyboard publicKey
    primaryKey authorizationNumber contextAuthentications cookieConsent passwordPolicy isPassword hasToken key id
"""


@pytest.mark.parametrize("name", CREDENTIALS.split())
def test_credential_names_are_recognised_in_any_naming_style(name: str) -> None:
    assert is_credential_name(name)


@pytest.mark.parametrize("name", NO_CREDENTIALS.split())
def test_a_word_that_contains_a_credential_name_is_not_one(name: str) -> None:
    assert not is_credential_name(name)


def test_each_masked_value_is_listed_at_any_depth() -> None:
    data = {
        "params": {"password": "hunter2", "pin": 1234, "remember": True, "otp": None},
        "rows": [{"a/b~c": {"tokens": ["t1-998877", {"x": "t2-665544"}]}}, {"name": "PIN", "value": 9876}],
        "log": f"Authorization: Bearer abc123def456 and {KEY}",
        "liveViewUrl": f"https://live.example/?token=abc123&k={KEY}",
    }
    safe = SafeMode(TextMasker([KEY])).apply(data)
    assert safe.data == {
        "params": {"password": MASK, "pin": MASK, "remember": True, "otp": None},
        "rows": [{"a/b~c": {"tokens": [MASK, {"x": MASK}]}}, {"name": "PIN", "value": MASK}],
        "log": f"Authorization: Bearer {MASK} and {MASK}",
        "liveViewUrl": f"https://live.example/?token=abc123&k={MASK}",
    }
    assert safe.redacted == [
        "/params/password",
        "/params/pin",
        "/rows/0/a~1b~0c/tokens/0",
        "/rows/0/a~1b~0c/tokens/1/x",
        "/rows/1/value",
        "/log",
        "/liveViewUrl",
    ]


def test_a_renamed_field_does_not_overwrite_another() -> None:
    data = {"a\u200b": 1, r"a\u200b": 2, KEY: 3}
    safe = SafeMode(TextMasker([KEY])).apply(data)
    assert safe.data == {r"a\u200b_2": 1, r"a\u200b": 2, MASK: 3}
    assert (safe.escaped_count, safe.redacted) == (1, [f"/{MASK}"])


SPELLINGS = [
    "--password=hunter2", "kz --api-key=hunter2x", "password = hunter2", "aws_secret_access_key = wJalrhunter2",
    "PIN: 1234", "OTP: 482913", "SSN: 123-45-6789", "password:hunter2", "x-api-key:0123456789abcdef",
    'Authorization: Bearer "hunter2hunter2"', "Authorization%3A%20Bearer%20hunter2hunter2", "BASIC dXNlcjpwYXNz",
    "COOKIE: a=hunter2",
    '{"password":"hu\\"nter2"}', '{"passwords":["hunter2"]}', '{"password":{"value":"hunter2"}}',
    '[{"name":"password","value":"hunter2"}]', '{password:"hunter2"}', "'password' => 'hunter2'",
    "user[password]=hunter2", "user%5Bpassword%5D=hunter2", "password%253Dhunter2",
    "<input type='password' value='hunter2'>", '<input value="hunter2" type="password">',
    "<password><![CDATA[hunter2]]></password>", "getByLabel('Password').fill('hunter2')",
    'page.fill("#password", "hunter2")', 'Typed "hunter2" into "Password"', "Filled 'password' with 'hunter2'",
    "Your verification code is 482913", "https://u:hunter2@host/",
]  # fmt: skip
PROSE = [
    "Password: this field is required", "wrong password", "the token expired", "bearer of good news",
    "Prior Authorization: PA1234567", "Authorization: Required PA123456", "authorization from 2026-01-01",
    "Verification code sent at 2026", "One-time code expired after 3000 ms", "https://host:443?email=bob@x.com",
    "forgotPassword=1", "basic troubleshooting", "Token Ring Ltd: 12 ports", "a = b", "tokenCount: 1234",
]  # fmt: skip


@pytest.mark.parametrize("text", SPELLINGS)
def test_a_credential_in_text_is_masked_in_every_notation(text: str) -> None:
    safe = SafeMode(TextMasker()).apply({"log": text}).data["log"]
    assert MASK in safe
    assert not re.search(r"hunter2|nter2|1234|482913|dXNl|wJal|6789", safe)


@pytest.mark.parametrize("text", PROSE)
def test_prose_about_credentials_is_not_masked(text: str) -> None:
    assert SafeMode(TextMasker()).apply({"log": text}).data["log"] == text


@pytest.mark.parametrize(
    "data",
    [
        {"priorAuthorization": {"status": "Approved", "number": "PA123456", "from": "2026-01-01"}},
        {"authorizations": [{"id": 7, "service": "Crown"}], "authorization": "Not required"},
        {"name": "Prior authorization", "value": "Required"},
        {"name": "Rotate the client secret", "input": {"member": "123"}},
        {"Pass": 12, "Fail": 3, "nextPageToken": "abc123", "insuranceCardNumber": "XG-1"},
        {"type": "pass", "text": "All checks passed"},
    ],
    ids=str,
)
def test_an_insurance_authorization_is_not_masked(data: JsonObject) -> None:
    assert SafeMode(TextMasker()).apply(data).data == data


@pytest.mark.parametrize("form", ["kz%2Fab%2Bcd%3D%3D1234567", "kz\\/ab+cd==1234567", "a3ovYWIrY2Q9PTEyMzQ1Njc"])
def test_the_api_key_is_masked_in_url_json_and_base64_encodings(form: str) -> None:
    assert TextMasker(["kz/ab+cd==1234567"]).mask(f"x {form} y").startswith(f"x {MASK}")


def test_many_fields_with_colliding_names_are_all_kept() -> None:
    # Counting from 2 again for each key would take minutes.
    data = {f"ghp_{n:036d}": n for n in range(20_000)}
    safe = SafeMode(TextMasker()).apply(data)
    assert len(safe.data) == len(safe.redacted) == len(data)


@pytest.mark.anyio
async def test_no_message_contains_the_api_key(connect: Connect, era: str) -> None:
    body = {"execution": {"id": "b", "status": "InProgress"}}
    ok = httpx.MockTransport(lambda _: httpx.Response(200, json=body))
    refused = httpx.MockTransport(lambda _: httpx.Response(500, headers={"X-Request-Id": KEY}))
    answers = ""
    for transport in (ok, refused):
        async with connect(transport, era=era, settings=Settings(api_key=SecretStr(KEY), max_retries=0)) as client:
            for arguments in ({"id": KEY}, {"id": "a", KEY: 1}, {"id": f"https://a.example/executions/{KEY}"}):
                answers += (await client.call_tool("get_execution", arguments)).model_dump_json()
            with pytest.raises(MCPError) as caught:
                await client.call_tool(KEY, {})
            answers += str(caught.value)
    assert KEY not in answers


@pytest.mark.anyio
async def test_credentials_are_masked_and_noted_in_text_and_structure(connect: Connect, era: str) -> None:
    execution = {
        "id": "a",
        "status": "Failed",
        "name": f"Run with {KEY}",
        "errorMessage": "login with password=hunter2 refused",
        "params": {"password": "hunter2"},
        "\x1bkey": "\u202e",
    }
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"execution": execution}))
    async with connect(transport, era=era, settings=Settings(api_key=SecretStr(KEY))) as client:
        result = await client.call_tool("get_execution", {"id": "a"})
    assert KEY not in result.model_dump_json()
    assert "hunter2" not in result.model_dump_json()
    assert result.structured_content["redacted"] == ["/name", "/errorMessage", "/params/password"]
    notes = [
        '3 values look like credentials and are masked: "/name", "/errorMessage", "/params/password"',
        "2 hidden characters are shown as \\uXXXX",
    ]
    assert result.structured_content["notes"][:2] == notes
    assert isinstance(result.content[0], TextContent)
    assert all(f"Note: {note}" in result.content[0].text for note in notes)


@pytest.mark.anyio
async def test_exact_mode_returns_the_object_unmasked(connect: Connect) -> None:
    execution = {"id": "a", "status": "Completed", "params": {"password": "hunter2"}, "x": "\u202e"}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"execution": execution}))
    exact = Settings(api_key=SecretStr(KEY), raw="exact")
    async with connect(transport, settings=exact) as client:
        result = await client.call_tool("get_execution", {"id": "a"})
    assert result.structured_content["raw"] == execution
    assert "redacted" not in result.structured_content


def test_the_log_masks_the_key_even_in_a_traceback(environ: Environ) -> None:
    program = f"""
import logging
from pydantic import SecretStr
from kaizen_mcp import Settings
from kaizen_mcp.logs import set_up_logging
set_up_logging(Settings(api_key=SecretStr({KEY!r}), log_level="DEBUG"))
try:
    raise ValueError("sent {KEY} and \\x1b[2J")
except ValueError:
    logging.getLogger("other").exception("token=%s", "abc123")
"""
    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True)
    logged = done.stderr
    assert KEY not in logged
    assert "abc123" not in logged
    assert "\x1b" not in logged
    assert f"ValueError: sent {MASK}" in logged


HOSTILE = [
    "-eyJaaaaaaaa", "-sk-", "cookie:", "://a:b", 'name="a" ', "--a ", "-----BEGIN PRIVATE KEY-----", "'a' : '",
    '"a\\', '"a": ', "<a ", "<a>b", "('a', ", "bearer ", "curl -u a", "a=", "a%3D", "access code ", "password: ",
    "क\u200d", "[TOOL_", "# ", "`",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_does_not_make_the_patterns_backtrack(piece: str) -> None:
    # A pattern that scans the rest of the text from every position would take hours.
    text = piece * (1_000_000 // len(piece))
    TextMasker([KEY]).mask(text)
    escape_hidden_multiline(text)


secret_names = st.sampled_from(["password", "newPassword", "user_pwd", "otp", "Passphrase", "passwd2"])
plain_names = st.text(alphabet="bdfghjklmqrvxz", min_size=1, max_size=8)
plain_text = st.text(alphabet="bdfghjklm éж中 \n.,", max_size=30)
plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | plain_text
plain_values = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(plain_names, inner, max_size=4),
    max_leaves=20,
)
plain_objects = st.dictionaries(plain_names, plain_values, max_size=6)


@given(plain_objects)
def test_an_object_without_credentials_is_unchanged(data: JsonObject) -> None:
    safe = SafeMode(TextMasker([KEY])).apply(data)
    assert json.dumps(safe.data) == json.dumps(data)
    assert (safe.redacted, safe.escaped_count, safe.notes) == ([], 0, [])


@given(plain_objects, secret_names, plain_values, st.lists(plain_names, max_size=4))
def test_every_value_under_a_credential_name_is_masked_and_listed(
    data: JsonObject, name: str, value: Any, path: list[str]
) -> None:
    inner: JsonObject = {**data, name: value}
    for step in path:
        inner = {step: inner, "beside": [data]}
    safe = SafeMode(TextMasker([KEY])).apply(inner)
    before, after = dict(leaves(inner)), dict(leaves(safe.data))
    assert list(before) == list(after)
    under = "".join(f"/{step}" for step in reversed(path)) + f"/{name}"
    for pointer, leaf in before.items():
        gives_away = isinstance(leaf, str | int | float) and not isinstance(leaf, bool) and str(leaf).strip()
        hidden = bool(gives_away) and (pointer == under or pointer.startswith(f"{under}/"))
        assert (pointer in safe.redacted) is hidden
        assert after[pointer] == (MASK if hidden else leaf)


texts = st.text() | st.sampled_from(["Bearer ", "password=", '{"pin": 12', "https://u:p@", "-----BEGIN ", KEY])


@given(st.lists(texts, max_size=6).map("".join))
def test_the_api_key_is_masked_anywhere_in_a_text(text: str) -> None:
    assert KEY not in TextMasker([KEY]).mask(text + KEY + text)


def test_a_very_short_key_is_masked_only_as_a_whole_text() -> None:
    assert TextMasker(["any"]).mask("any") == MASK
    assert TextMasker(["any"]).mask("any company") == "any company"


def test_the_corpus_contains_no_key_that_secret_scanners_detect() -> None:
    assert not re.search(
        r"ghp_\w{36}|sk_live_\w{10}|AKIA[A-Z0-9]{16}|eyJ\w+\.eyJ", CORPUS.read_text(encoding="utf-8")
    )
