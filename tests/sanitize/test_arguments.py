"""Commands that are written as lists of arguments, and other lists in which one item says what the next one is."""

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


@given(st.lists(st.sampled_from(["-a", "-p", "--x=é", "redis-cli", "curl", "Kilo77x", "-u", "bob:Kilo-77", ""])))
def test_a_list_keeps_its_length_and_each_item_its_place(items: list[str]) -> None:
    masked = mask(items)
    assert len(masked) == len(items)
    for before, after in zip(items, masked, strict=True):
        start, mask_found, end = after.partition("[masked]")
        assert before == after or (mask_found and before.startswith(start) and before.endswith(end))
