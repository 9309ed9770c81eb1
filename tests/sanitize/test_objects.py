"""Credentials in objects are masked by the names of their fields, and what only has such a name stays."""

import json
from typing import Any

import pytest

from kaizen_mcp.sanitize.safe_mode import SafeMode
from kaizen_mcp.sanitize.text import MASK
from kaizen_mcp.sanitize.text_masker import TextMasker

# fmt: off
UNCHANGED: list[dict[str, Any]] = [
{"tokens":{"input":2340,"output":12}},{"usage":{"tokens":{"prompt":"12","total":"2340"}}},
{"pages":[{"tokens":[{"layout":{"textAnchor":{"textSegments":[{"startIndex":"0","endIndex":"5"}]},"confidence":0.98,"orientation":"PAGE_UP"},"detectedBreak":{"type":"SPACE"},"detectedLanguages":[{"languageCode":"en"}]}]}]},
{"logprobs":[{"token":"Hello","logprob":-0.1,"bytes":[72]},{"token":" world"},{"token":"!"},{"token":"2026"}]},
{"permissions":{"secrets":["get","list"]},"payment":{"version_token":"7XwHYA9OYHpKm79D7PrnFA0EmFINEoZ6"}},
{"credentials":{"payPalApi":"paypal-credentials","googleSheetsOAuth2Api":{"id":"7","name":"Sheets"},"linkedInOAuth2Api":{"id":"8"}}},
{"headers":[{"name":"x-api-key","value":"={{ $json['x-api-key'] }}"}],"body":{"client_secret":"={{ $json.secret }}"}},
{"packages":{"node_modules/tough-cookie":{"license":"BSD-3-Clause","version":"4.1.3"}}},
{"permissions":{"secrets":"read","contents":"write","tokens":"none","id-token":"write"}},
{"password":"expired","otp":"required","passkey":"enabled","pin":"not set","token":"invalid"},
{"pincode":"560001"},{"address":{"pincode":560034}},{"provider":"Dr. Chen","credential":"CRNA"},{"credential":"MD","credentials":"DDS, MS"},{"payment":{"authCode":"08815A"}},{"authCode":"123456"},{"ssn_edits":0},{"ssnEdits":"2"},
{"secret":{"name":"db-password","type":"Opaque","created":"2026-01-01T00:00:00Z","id":"s-1"}},
{"api_keys":[{"object":"api_key","id":"key_1","name":"CI","created":1700000000,"last_used_at":None}]},
{"token_type":"Bearer","expires_in":3600},{"token":{"type":"bearer","expires":"2026-01-01"}},
{"sessionId":"sess_7710","browserSessionId":"307ece83-3318-47d5-a88e-8421195f9066","agentConversationThreadId":"thread_88120"},
{"downloads":{"files":[{"key":"downloads/2026/a.pdf","id":"f1"}]}},
{"tokens":[0.1,0.2],"coordinates":{"token":"27.95,-82.45"}},
{"sort_key":"abc123def456ghi789jkl","primary_key":"9f86d081884c7d659a2f","foreignKey":"a1b2c3d4e5f6a7b8c9d0"},
{"message":"Invalid Token: 'Invalid token'"},{"url":"https://x.example/a?token=null"},
{"cookie":{"name":"consent","domain":".x.example","path":"/","expires":1700000000}},
{"auth":{"type":"basic","required":True}},{"authorization":"PA1234567"},{"credentials":"include"},{"pass":"yes","pass2":"PASSED","passed":True},
{"pin":None,"otp":False},{"cookies":True},{"next_token":"abc123","continuationToken":"eyJhIjoxfQ"},{"secrets":[]},
{"keyId":"key-2026-01","publicKey":"MIIBIjANBgkq1234567890abcdef"},{"key":"abc123def456ghi789jkl012"},{"member_key":"A1B2C3D4E5F6G7H8I9"},
{"required":["loginId","password"],"fields":["password","username"]},
{"user":"bob","pass":3,"fail":1},{"questions":[{"question":"Colour?","answer":"blue"}]},{"securityQuestions":["pet","city"]},
{"token":"card"},{"accessCodeRequired":"yes"},{"statusCode":"200","code":"D0120"},{"cardType":"Visa","card":"Visa"},
]
MASKED: list[tuple[dict[str, Any], int]] = [
({"password":"x"},1),({"pin":1234},1),({"token":"9d2f-ee01"},1),({"cookies":[{"name":"sid","value":"abc123","domain":".x","path":"/"}]},1),({"headers":{"Cookie":"a=b7xQ","Authorization":"Basic abcd"}},2),({"headers":[["Authorization","Bearer abcd1234efgh"],["Host","x"]]},1),({"headers":[{"name":"Cookie","value":"a=b7xQ"}]},1),({"rawHeaders":["Cookie","a=b7xQ","Host","x"]},1),
({"pairs":[["password","x"],["user","y"]]},1),({"p":["password","X1y2z3!"]},1),({"argv":["run","--password","x1","--user","bob"]},1),({"api_keys":{"9f86d081884c7d659a2feaa0c55ad015":{"name":"a"}}},1),
({"x":json.dumps({"y":json.dumps({"z":json.dumps({"password":"q1"})})})},1),({"x":"ZGVtb3VzZXI6SHVudGVyMiFh"},1),({"secret":"inner-Value9"},1),({"secrets":{"db":"p4ss-a","region":{"x":"q9-zz"}}},2),({"clientSecret":{"value":"abc-1"}},1),
({"JSESSIONID":"0A1B2C3D"},1),({"PHPSESSID":"l3k4j5"},1),({"connect.sid":"s:abc"},1),({"ASP.NET_SessionId":"abc"},1),({"x-rapidapi-key":"abcdef1234"},1),({"app_key":"abc123"},1),({"consumerKey":"abcd1234"},1),({"acme-key":"9f86d081884c7d659a2f"},1),
({"locator":{"label":"PIN"},"value":1234},1),({"selector":"#sign-password","value":"x"},1),({"action":"fill","target":"input[name='pwd']","text":"zz"},1),({"autocomplete":"one-time-code","value":"482913"},1),
({"link":"https://b.s3.amazonaws.com/k?AWSAccessKeyId=AKIA"+"ABCDEFGHIJKLMNOP&Signature=abcDEF123%3D&Expires=1"},1),({"link":"https://x.blob.core.windows.net/c/f?sv=1&sig=Zk3v0Qm1x%2BTf9pWc8nYb7dLh%3D"},1),
({"authCode":"4/0AX4XfWhabcdefghijklmnopqrstuvwxyz12"},1),({"credential":"hunter2-x9"},1),({"private_key":"-----BEGIN PRIVATE "+"KEY-----\nMIIabc12345\n-----END PRIVATE KEY-----"},1),({"ssn":"123-45-6789"},1),({"cvv":"123"},1),({"mfa":{"otp":"482913"}},1),({"passwordHash":"$2b$12$abc"},1),({"oauth_token_secret":"abc1"},1),({"пароль":"a"},1),({"密码":"b"},1),
({"license_key":"ABCD-EFGH-1234"},1),({"streamKey":"live_123"},1),({"bearer_token":"abc123"},1),({"authToken":"abc123"},1),({"access_token":"abc"},1),({"refreshToken":"abc"},1),
]
# fmt: on


@pytest.mark.parametrize("data", UNCHANGED, ids=str)
def test_an_object_without_secrets_stays(data: dict[str, Any]) -> None:
    assert SafeMode(TextMasker()).apply({"execution": [data]}).data == {"execution": [data]}


@pytest.mark.parametrize(("data", "count"), MASKED, ids=[str(data)[:60] for data, _ in MASKED])
def test_each_secret_of_an_object_is_masked(data: dict[str, Any], count: int) -> None:
    for whole in (data, {"rows": [1, {"deep": data}]}):
        safe = SafeMode(TextMasker()).apply(whole)
        assert len(safe.redacted) == count
        assert json.dumps(safe.data).count(MASK) >= count


def test_only_the_signature_of_a_link_is_masked() -> None:
    link = (
        "https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIA" + "ABCDEFGHIJKLMNOP%2Fus&X-Amz-Signature={}&x-id=Get"
    )
    assert SafeMode(TextMasker()).apply({"a": link.format("0a1b2c3d" * 8)}).data == {"a": link.format(MASK)}


@pytest.mark.parametrize(
    "data",
    [
        {"password": "Correct horse battery."},
        {"password": "T1ger_pass"},
        {"password": "%Winter122"},
        {"password": "qwerty..."},
        {"password": "backup"},
        {"password": "CORRECT_HORSE_BATTERY_STAPLE"},
        {"stripeKey": "Ytzc5BXEV15N6KVN"},
        {"totp": "JBSWYDPEHPKPXPXP"},
        {"secret": "copperMonkey"},
        {"credentials": {"portal": "copper-monkey-thunder"}},
        {"failedPassword": "Sommer2024!"},
        # These two took more than linear time
        {"stripeKey": "ab" + "ABCDEFGHIJK1" * 50 + "-"},
        {"password": "a_" * 50_000 + "!"},
    ],
    ids=lambda data: str(data)[:60],
)
def test_a_secret_that_looks_like_something_else_is_masked(data: dict[str, Any]) -> None:
    assert len(SafeMode(TextMasker()).apply(data).redacted) == 1


def test_a_configured_secret_is_masked_in_a_text_that_may_be_a_label() -> None:
    safe = SafeMode(TextMasker(["Abcd1234Efgh5678Ijkl"])).apply({"labels": ["Abcd1234Efgh5678Ijkl-password"]})
    assert safe.data == {"labels": [f"{MASK}-password"]}
