"""Texts that are read together: arguments in a list, a heading and the text below it, what is typed and where."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    (["sendKeys", "Password", "thunder moose"], 2, "[masked]"),
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
    ["-a\ud800", "x"],
    ["-a\0", "x\ny"],
]


def mask(value: Any) -> Any:
    return SafeMode(TextMasker()).apply({"in": value}).data["in"]


@pytest.mark.parametrize(("items", "index", "masked"), MASKED)
def test_only_the_secret_argument_is_masked(items: list[str], index: int, masked: str) -> None:
    assert mask(items) == [*items[:index], masked, *items[index + 1 :]]


@pytest.mark.parametrize("items", ORDINARY)
def test_a_command_without_a_secret_stays(items: list[str]) -> None:
    assert mask(items)[1:] == items[1:]  # an item with a hidden character is escaped


def test_the_password_of_a_login_in_a_list_is_masked_and_its_user_stays() -> None:
    assert mask({"auth": ["svc_tracking", "Kanal-Schleuse8"]}) == {"auth": ["svc_tracking", "[masked]"]}
    for plain in (["openid", "User.Read"], ["none", "oauth2"], ["svc_tracking", 8]):
        assert mask({"auth": plain}) == {"auth": plain}


# fmt: off
TOGETHER: list[tuple[dict[str, Any], list[str]]] = [
    ({"subject": "Your verification code", "body": "482913"}, ["/in/body"]),
    ({"title": "Recovery codes of the bank", "notes": "k7fm-20pq\np0d8-3mzz\n11rt-kq4a"}, ["/in/notes"]),
    ({"subject": "Order 482913", "body": "It was sent."}, []),
    ({"subject": "Password expired", "body": "Ticket 482913 is for you."}, []),
    ({"name": "Your verification code\ud800", "text": "\0"}, []),
    # Arguments, and a label beside them
    (
        {"action": "input", "params": {"text": "604918"}, "interacted_element": {"name": "otp"}},
        ["/in/params/text"],
    ),
    ({"method": "fill", "arguments": ["Ohm&Volt"], "selector": "//input[@type='password']"}, ["/in/arguments/0"]),
    ({"method": "fill", "arguments": ["Volt"], "selector": "//input[@type='text']"}, []),
    ({"name": "get_otp", "output": {"code": "530186", "at": "2026-11-02T08:00:11Z"}}, ["/in/output/code"]),
    ({"name": "reset_password", "output": {"text": "The mail was sent."}}, []),
    # What a model typed, and why
    ({"text": "Sardine!Boxcar0", "reasoning": "The user provided the password for the portal"}, ["/in/text"]),
    ({"text": "billing_ops7", "reasoning": "The user name, and the password comes next"}, []),
    ({"text": "Log in", "reasoning": "The password was accepted"}, []),
    # Codes by their labels, in several languages
    *(
        ({"label": label, "value": "482913"}, ["/in/value"])
        for label in (
            "TAN",
            "Best\u00e4tigungscode",
            "C\u00f3digo de verificaci\u00f3n",
            "Code \u00e0 usage unique",
            "Codice di verifica",
            "Verificatiecode",
            "Kod weryfikacyjny",
        )
    ),
    ({"label": "C\u00f3digo postal", "value": "48291"}, []),
    ({"label": "Best\u00e4tigungscode", "value": "angekommen"}, []),
    # Secrets of clouds and of vaults
    ({"value": "Umbel-Fresco-63", "id": "https://acme.vault.azure.example/secrets/sap-pwd/7e1c"}, ["/in/value"]),
    (
        {"name": "projects/8/secrets/ftp/versions/2", "payload": {"data": "R29uZGVs", "dataCrc32c": "1"}},
        ["/in/payload/data"],
    ),
    ({"keys": ["64835d44feea"], "root_token": "Xy7kkdj9"}, ["/in/keys/0", "/in/root_token"]),
    ({"Content": "Juniper-73-Kayak", "UserName": "svc_ocr", "Safe": "RPA"}, ["/in/Content"]),
    ({"Content": "A letter", "UserName": "svc_ocr"}, []),
    ({"query": "mutation ...", "variables": {"u": "jpetit", "p": "Orangerie88!"}}, ["/in/variables/p"]),
    ({"text": '{"challengeId": "ch_8", "code": "073551"}'}, ["/in/text"]),
    (
        {"device_code": "LpqA9IQ24h", "user_code": "WDJB-KQTR", "verification_uri": "https://x.example"},
        ["/in/device_code", "/in/user_code"],
    ),
    ({"rows": [["Portal", "User", "Password"], ["A", "b", "see the vault"]]}, []),
    ({"rows": [["Portal", "User", "Password"], ["A", "b", "Tern7 Gull"]]}, ["/in/rows/1/2"]),
]
# fmt: on
"""An object, and the pointers to what is masked in it."""


@pytest.mark.parametrize(("data", "redacted"), TOGETHER, ids=str)
def test_fields_that_say_what_another_field_is_are_read_with_it(data: dict[str, Any], redacted: list[str]) -> None:
    assert SafeMode(TextMasker()).apply({"in": data}).redacted == redacted


@given(st.lists(st.sampled_from(["-a", "-p", "--x=é", "redis-cli", "curl", "Kilo77x", "-u", "bob:Kilo-77", ""])))
def test_a_list_keeps_its_length_and_each_item_its_place(items: list[str]) -> None:
    masked = mask(items)
    assert len(masked) == len(items)
    for before, after in zip(items, masked, strict=True):
        start, mask_found, end = after.partition("[masked]")
        assert before == after or (mask_found and before.startswith(start) and before.endswith(end))
