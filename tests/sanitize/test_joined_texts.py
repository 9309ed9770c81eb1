"""Texts that are read together: arguments in a list, a heading and the text below it, what is typed and where."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json

from kaizen_mcp.sanitize.safe_mode import SafeMode
from kaizen_mcp.sanitize.text_masker import TextMasker

MASKED: list[tuple[list[str], int, str]] = [
    (["redis-cli", "-h", "cache", "-a", "S3cretx!", "ping"], 4, "[masked]"),
    (["curl", "-u", "bob:Kanal-9", "https://x.example"], 2, "bob:[masked]"),
    (["mysql", "-uroot", "-pKilo7x", "claims"], 2, "-p[masked]"),
    (["mysql", "-phunter2"], 1, "-p[masked]"),
    (["sshpass", "-p", "abcXy9", "ssh", "host"], 2, "[masked]"),
    (["docker", "login", "-u", "bob", "-p", "Kanal9x", "registry.example"], 5, "[masked]"),
    (["xfreerdp", "/u:bob", "/p:Kilo77", "/v:host"], 2, "/p:[masked]"),
    (["openssl", "enc", "-k", "Kilo77"], 3, "[masked]"),
    (["mvn", "-Dgpg.passphrase=Kilo-7", "deploy"], 1, "-Dgpg.passphrase=[masked]"),
    (["--user", "bob", "--password", "sunshine"], 3, "[masked]"),
    (["-Password", "Kilo7x"], 1, "[masked]"),
    (["-H", "X-Api-Key: 9f8a7b6c5d4e"], 1, "X-Api-Key: [masked]"),
    (["fill", "#password", "Windrad=Nord"], 2, "[masked]"),
]
"""Items, the index of the one that is masked, and what it becomes."""

ORDINARY = [
    ["ssh", "-p", "2222", "host"],
    ["docker", "run", "-p", "8080:80", "nginx:1.2"],
    ["helm", "upgrade", "-n", "prod", "--set", "image.tag=v1.2.3"],
    ["java", "-Xmx4g", "-Dtoken.ttl=30m", "-jar", "app.jar"],
    ["psql", "-U", "bob", "-W"],
    ["fill", "#username", "mueller.k"],
    ["click", "#password", "left"],
    ["- Password is wrong", "- ask the office"],
    ["psql", "-U", "bob", "-d", "password", "db2024"],
    ["git", "commit", "-m", "password", "reset-v2"],
    ["curl", "-H", "Authorization: Bearer", "https://api2.example.com"],
    ["input", "password", "checkbox"],
    ["type", "password", "text", "email2"],
]


def mask(value: Any) -> Any:
    return SafeMode(TextMasker()).apply({"in": value}).data["in"]


@pytest.mark.parametrize(("items", "index", "masked"), MASKED)
def test_only_the_secret_argument_is_masked(items: list[str], index: int, masked: str) -> None:
    assert mask(items) == [*items[:index], masked, *items[index + 1 :]]


@pytest.mark.parametrize("items", ORDINARY)
def test_a_command_without_a_secret_stays(items: list[str]) -> None:
    assert mask(items) == items


def test_a_list_too_long_for_a_command_is_not_read_as_one() -> None:
    assert mask(["redis-cli", "-a", "Kilo7!", *"1234567890" * 3])[2] == "[masked]"
    assert mask(["redis-cli", "-a", "Kilo7!", *"1234567890" * 4])[2] == "Kilo7!"


@pytest.mark.parametrize("odd", ["a\0b", "\ud800"])
def test_an_odd_argument_hides_no_secret(odd: str) -> None:
    assert mask(["sshpass", "-p", "abcXy9", odd])[2] == "[masked]"


@pytest.mark.parametrize("item", [{}, [], None, 7, {"a": 1}])
def test_an_item_of_any_type_may_stand_before_a_label(item: object) -> None:
    assert mask([item, "#password", "Kilo77x!"]) == [item, "#password", "Kilo77x!"]


def test_each_of_several_equal_commands_is_masked() -> None:
    written = json.dumps([["redis-cli", "-a", "Kilo7!"], ["redis-cli", "-a", "Kilo7!"]])
    assert "Kilo7" not in str(mask(from_json(written, cache_strings="keys")))


def test_what_is_found_in_a_command_is_masked_elsewhere_and_a_shared_character_is_not() -> None:
    data = {"args": ["redis-cli", "-a", "Kilo77x9!"], "log": "sent Kilo77x9! to it"}
    assert SafeMode(TextMasker()).apply(data).redacted == ["/args/2", "/log"]
    assert mask({"args": ["redis-cli", "-a", "7"], "n": "7"})["n"] == "7"


def test_what_a_text_shows_alone_and_joined_is_masked() -> None:
    assert mask({"subject": "Your login code", "body": "482913\npassword: Kilo77x"})["body"].count("[masked]") == 2


def test_the_password_of_a_login_in_a_list_is_masked_and_its_user_stays() -> None:
    assert mask({"auth": ["svc_tracking", "Kanal-Schleuse8"]}) == {"auth": ["svc_tracking", "[masked]"]}
    for plain in (["openid", "User.Read"], ["none", "oauth2"], ["svc_tracking", 8]):
        assert mask({"auth": plain}) == {"auth": plain}


# fmt: off
BESIDE: list[tuple[dict[str, Any], list[str]]] = [
    ({"subject": "Your verification code", "body": "482913"}, ["/in/body"]),
    ({"name": "Recovery codes bank", "notes": "7fk2-99xq\np0d8-3mzz"}, ["/in/notes"]),
    ({"title": "Recovery codes of the bank", "notes": "k7fm-20pq\np0d8-3mzz\n11rt-kq4a"}, ["/in/notes"]),
    # Arguments, and a label beside them
    ({"action": "input", "params": {"text": "604918"}, "interacted_element": {"id": "otp"}}, ["/in/params/text"]),
    ({"method": "fill", "arguments": ["Ohm&Volt"], "selector": "//input[@type='password']"}, ["/in/arguments/0"]),
    # What a model typed, and why
    ({"text": "Sardine!Boxcar0", "reasoning": "The user provided the password for the portal"}, ["/in/text"]),
    ({"text": "604918", "thought": "I enter the verification code"}, ["/in/text"]),
    # Codes by their labels, in several languages
    *(
        ({"label": label, "value": "482913"}, ["/in/value"])
        for label in (
            "TAN", "Best\u00e4tigungscode", "C\u00f3digo de verificaci\u00f3n", "Code \u00e0 usage unique",
            "Codice di verifica", "Verificatiecode", "Kod weryfikacyjny", "Engangskode", "Einmal-Code",
        )
    ),
    ({"label": "Code sent by SMS", "value": "QWERTY"}, ["/in/value"]),
    ({"verificationCode": "QX4-9TZ"}, ["/in/verificationCode"]),
    ({"inputs": [{"id": "memorableWord", "value": "Buttercrunch"}]}, ["/in/inputs/0/value"]),
    # Stores of secrets
    ({"value": "Umbel-Fresco-63", "id": "https://acme.vault.azure.net/secrets/sap-pwd/7e1c"}, ["/in/value"]),
    ({"name": "projects/8/secrets/ftp", "payload": {"data": "R29uZGVs", "dataCrc32c": "1"}}, ["/in/payload/data"]),
    ({"keys": ["64835d44feea700024a5b8790fec9871"], "root_token": "Xy7kkdj9"}, ["/in/keys/0", "/in/root_token"]),
    ({"keys_base64": ["ZIhdRP7qcAAkpbh5D+yYcZXAtjbKfBc1ktZsmdfJ7uw="], "root_token": ""}, ["/in/keys_base64/0"]),
    ({"Content": "Juniper-73-Kayak", "UserName": "svc_ocr", "PolicyID": "WinDomain"}, ["/in/Content"]),
    ({"access_token": "Xy7kkdj9", "signature": "REhSFxHb7bPSNkr9GiLoWCPbsJov"}, ["/in/access_token", "/in/signature"]),
    # Of requests
    ({"query": "mutation ...", "variables": {"u": "jpetit", "p": "Orangerie88!"}}, ["/in/variables/p"]),
    ({"text": '{"challengeId": "ch_8", "code": "073551"}'}, ["/in/text"]),
    ({"device_code": "LpqA9IQ24haqQNA5YJgwv2mXpU", "verification_uri": "https://x.example"}, ["/in/device_code"]),
    ({"headers": {"X-Hub-Signature-256": "sha256=eff8a675c01a874160c901f6c34808eb"}}, ["/in/headers/X-Hub-Signature-256"]),
    # Tables and maps
    ({"rows": [["Portal", "User", "Password"], ["A", "b", "Tern7 Gull"]]}, ["/in/rows/1/2"]),
    ({"columns": ["wallet", "user", "passphrase"], "rows": [["w", "b", "in the dark 9 forests"]]}, ["/in/rows/0/2"]),
    ({"passwords": {"admin": "Adm1n!xy", "account": "Zeta99!q"}}, ["/in/passwords/admin", "/in/passwords/account"]),
    ({"table": [{"k": "Host", "v": "sftp"}, {"k": "Passwort", "v": "Wolkenbruch-17"}]}, ["/in/table/1/v"]),
    ({"password": "(x7Kettle|Rain"}, ["/in/password"]),
    ({"passwords": {"auth": "word"}}, ["/in/passwords/auth"]),
    ({"securityQuestions": [{"question": "First pet?", "answer": "Mr Whisker"}]}, ["/in/securityQuestions/0/answer"]),
]
"""An object, and the pointers to what is masked in it."""

PLAIN: list[dict[str, Any]] = [
    {"subject": "Order 482913", "body": "It was sent."},
    {"subject": "Password expired", "body": "Ticket 482913 is for you."},
    {"title": "Your login code", "description": "482913 lines reviewed"},
    {"title": "Your login code", "text": "482913 lines reviewed"},
    {"subject": "Your verification code\udc00", "body": 7},
    {"method": "fill", "arguments": ["Volt"], "selector": "//input[@type='text']"},
    {"method": "press", "arguments": ["Enter"], "selector": "#password"},
    {"method": "click", "args": ["left"], "selector": "#password"},
    {"field": "password", "rule": "min", "params": [8]},
    {"name": "Rotate the API key", "params": {"text": "2026-Q4"}, "input": {"content": "a7-1"}},
    {"name": "get_access_token", "output": {"code": "200200"}},
    {"text": "billing_ops7", "reasoning": "Enter the user name, and the password comes next"},
    {"text": "Log in", "reasoning": "Using the password was accepted"},
    {"thought": "Password accepted, now I search the claim", "text": "CLM-2024-0091", "id": "CLM-2024-0091"},
    {"thought": "I use the password and go on", "input": "https://x.example.com/claims?page=2"},
    {"reasoning": "The user asks which version added 2FA", "answer": "v2.14.1"},
    {"verificationStatusCode": "AB12345", "authenticationErrorCode": "123456", "verified_zip_code": "10115"},
    {"verifiedTaxonomyCode": "207Q00000X", "taxonomy": "207Q00000X"},
    *(
        {"label": label, "value": "482913"}
        for label in (
            "C\u00f3digo postal", "CPT code verified", "Codice fiscale verificato", "Auftragsbest\u00e4tigungscode",
            "C\u00f3digo verificado", "Einmaliger Gutscheincode", "Code client v\u00e9rifi\u00e9", "Tan", "MFA",
        )
    ),
    {"label": "Best\u00e4tigungscode", "value": "HMABCD1234"},
    {"label": "Code sent by SMS", "value": "Sent to phone ending 4821"},
    {"Content": "A letter", "Safe": True},
    {"u": "km/h", "p": "1013"}, {"u": "https://example.com", "p": "/index.html"}, {"u": "alice", "p": "read:all"},
    {"email": "a@b.example", "pass": "Season pass 2024"},
    {"deviceCode": {"shape": "DeviceCode"}, "verificationUri": "x"}, {"keys": ["host", "port"], "root_token": ""},
    {"verificationId": "v1", "code": "1001"},
    {"subject": "GET /api/v1/secrets/list returned 500", "text": "Please have a look"},
    {"type": "Microsoft.KeyVault/vaults/secrets/read", "value": "Allow everybody"},
    {"auth": ["basic", "digest-md5"]},
    {"headers": {"stripe-signature": "HMAC-SHA256"}},
    {"rows": [["Portal", "User", "Password"], ["A", "b", "see the vault"]]},
    {"permissions": ["secrets:list", "keys:rotate"]},
    {"changeKey": "CQAAABYAAAD5w6oH4eKddPjITZO"}, {"otp": {"source": "mailbox", "digits": 6, "timeout_s": 120}},
    {"name": "password", "v": 2},
    {"securityQuestions": [{"question": "Do you encrypt?", "answer": "Yes"}]},
]
# fmt: on


@pytest.mark.parametrize(("data", "redacted"), BESIDE, ids=str)
def test_a_value_is_masked_by_what_stands_beside_it(data: dict[str, Any], redacted: list[str]) -> None:
    assert SafeMode(TextMasker()).apply({"in": data}).redacted == redacted


@pytest.mark.parametrize("data", PLAIN, ids=str)
def test_a_value_stays_if_nothing_beside_it_names_a_secret(data: dict[str, Any]) -> None:
    assert SafeMode(TextMasker()).apply({"in": data}).redacted == []


@given(st.lists(st.sampled_from(["-a", "-p", "--x=é", "redis-cli", "curl", "Kilo77x", "-u", "bob:Kilo-77", ""])))
def test_a_list_keeps_its_length_and_each_item_its_place(items: list[str]) -> None:
    masked = mask(items)
    assert len(masked) == len(items)
    for before, after in zip(items, masked, strict=True):
        start, mask_found, end = after.partition("[masked]")
        assert before == after or (mask_found and before.startswith(start) and before.endswith(end))
