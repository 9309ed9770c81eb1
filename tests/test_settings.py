"""Settings: valid values of each variable, and errors reported by the first call instead of at startup."""

from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from conftest import Connect
from mcp.types import TextContent
from pydantic import SecretStr

from kaizen_mcp import Settings
from kaizen_mcp.errors import NotConfiguredError

UNUSED_TRANSPORT = httpx.MockTransport(lambda _: httpx.Response(500))


def error_text(environ: dict[str, str]) -> str:
    with pytest.raises(NotConfiguredError) as caught:
        Settings.from_env(environ).require_usable()
    return str(caught.value)


@pytest.mark.anyio
async def test_without_a_key_a_call_explains_what_to_set(connect: Connect, era: str) -> None:
    async with connect(UNUSED_TRANSPORT, era=era, settings=Settings.from_env({})) as client:
        assert len((await client.list_tools()).tools) == 2
        result = await client.call_tool("get_execution", {"id": "a"})
    assert isinstance(result.content[0], TextContent)
    assert result.content[0].text.startswith("[not_configured] KAIZEN_API_KEY is not set. (KAIZEN_SANDBOX=1 tries")


def test_the_defaults_match_the_documentation() -> None:
    settings = Settings.from_env({"KAIZEN_API_KEY": "key"})
    assert settings == Settings(
        api_key=SecretStr("key"),
        base_url="https://api.kaizenautomation.com",
        call_timeout=45,
        log_level="WARNING",
        sandbox=False,
    )


def test_every_variable_is_read() -> None:
    settings = Settings.from_env(
        {
            "KAIZEN_API_KEY": " key\n",
            "KAIZEN_BASE_URL": "http://[::1]:8765/",
            "KAIZEN_CALL_TIMEOUT": "2.5",
            "KAIZEN_SNAPSHOT_SECONDS": "0",
            "KAIZEN_TIMEZONE": "Asia/Kolkata",
            "KAIZEN_LOG_LEVEL": "debug",
        }
    )
    assert settings == Settings(
        api_key=SecretStr("key"),
        base_url="http://[::1]:8765",
        call_timeout=2.5,
        snapshot_seconds=0,
        timezone=ZoneInfo("Asia/Kolkata"),
        log_level="DEBUG",
    )
    settings.require_usable()


def test_the_sandbox_ignores_invalid_keys_and_addresses() -> None:
    broken = {"KAIZEN_API_KEY_FILE": "/none", "KAIZEN_API_KEY": "${KEY}", "KAIZEN_BASE_URL": "nonsense"}
    settings = Settings.from_env({**broken, "KAIZEN_SANDBOX": "on"})
    assert settings == Settings(sandbox=True)
    settings.require_usable()


@pytest.mark.parametrize("name", ["Berlin", "../etc/passwd", "/etc/localtime", "a\x00b", "CET/"])
def test_what_is_no_time_zone_is_refused(name: str) -> None:
    text = error_text({"KAIZEN_API_KEY": "key", "KAIZEN_TIMEZONE": name})
    assert text == "KAIZEN_TIMEZONE must be the name of a time zone, such as Europe/Berlin."


def test_all_invalid_settings_are_reported_together() -> None:
    text = error_text({"KAIZEN_CALL_TIMEOUT": "soon", "KAIZEN_SANDBOX": "maybe"})
    assert "KAIZEN_CALL_TIMEOUT" in text
    assert "KAIZEN_SANDBOX" in text


def test_the_key_can_be_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("from-file\n", encoding="utf-8-sig")  # Windows' Notepad adds a byte order mark
    settings = Settings.from_env({"KAIZEN_API_KEY_FILE": str(file)})
    assert settings.api_key == SecretStr("from-file")
    settings.require_usable()


def test_an_unreadable_key_file_is_explained(tmp_path: Path) -> None:
    assert error_text({"KAIZEN_API_KEY_FILE": str(tmp_path / "none")}) == (
        "The file named by KAIZEN_API_KEY_FILE can't be read: No such file or directory."
    )
    (tmp_path / "empty").touch()
    assert error_text({"KAIZEN_API_KEY_FILE": str(tmp_path / "empty")}) == (
        "The file named by KAIZEN_API_KEY_FILE is empty."
    )
    (tmp_path / "two").write_text("one\ntwo\n", encoding="utf-8")
    assert error_text({"KAIZEN_API_KEY_FILE": str(tmp_path / "two")}).startswith(
        "The file named by KAIZEN_API_KEY_FILE has a space,"
    )
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    assert error_text({"KAIZEN_API_KEY_FILE": str(tmp_path / "binary")}) == (
        "The file named by KAIZEN_API_KEY_FILE can't be read: it is not a readable text file."
    )


@pytest.mark.parametrize(
    ("environ", "start"),
    [
        ({"KAIZEN_API_KEY": "${KAIZEN_API_KEY}"}, "KAIZEN_API_KEY holds the name of a variable"),
        ({"KAIZEN_API_KEY": "$KAIZEN_KEY"}, "KAIZEN_API_KEY holds the name of a variable"),
        ({"KAIZEN_API_KEY": "%KAIZEN_KEY%"}, "KAIZEN_API_KEY holds the name of a variable"),
        ({"KAIZEN_API_KEY": "two words"}, "KAIZEN_API_KEY has a space, a quotation mark"),
        ({"KAIZEN_API_KEY": '"quoted"'}, "KAIZEN_API_KEY has a space, a quotation mark"),
        ({"KAIZEN_API_KEY": "schlüssel"}, "KAIZEN_API_KEY has a space, a quotation mark"),
        ({"KAIZEN_BASE_URL": "http://api.example"}, "KAIZEN_BASE_URL starts with http://"),
        ({"KAIZEN_BASE_URL": "http://localhost.evil.example"}, "KAIZEN_BASE_URL starts with http://"),
        ({"KAIZEN_BASE_URL": "api.example"}, "KAIZEN_BASE_URL must be an address like https://"),
        ({"KAIZEN_BASE_URL": "ftp://api.example"}, "KAIZEN_BASE_URL must be an address like https://"),
        ({"KAIZEN_BASE_URL": "https://me:pw@api.example"}, "KAIZEN_BASE_URL must be an address like https://"),
        ({"KAIZEN_BASE_URL": "https://:pw@api.example"}, "KAIZEN_BASE_URL must be an address like https://"),
        ({"KAIZEN_BASE_URL": "https://api.example?"}, "KAIZEN_BASE_URL must be an address like https://"),
        ({"KAIZEN_BASE_URL": "https://api.example #"}, "KAIZEN_BASE_URL must be an address like https://"),
        ({"KAIZEN_BASE_URL": "https://api.example?x=1"}, "KAIZEN_BASE_URL must be an address like https://"),
        ({"KAIZEN_BASE_URL": "https://api.example:port"}, "KAIZEN_BASE_URL must be an address like https://"),
        ({"KAIZEN_BASE_URL": "https://[oops"}, "KAIZEN_BASE_URL must be an address like https://"),
        ({"KAIZEN_CALL_TIMEOUT": "soon"}, "KAIZEN_CALL_TIMEOUT must be a number of seconds"),
        ({"KAIZEN_CALL_TIMEOUT": "0"}, "KAIZEN_CALL_TIMEOUT must be a number of seconds"),
        ({"KAIZEN_CALL_TIMEOUT": "nan"}, "KAIZEN_CALL_TIMEOUT must be a number of seconds"),
        ({"KAIZEN_CALL_TIMEOUT": "inf"}, "KAIZEN_CALL_TIMEOUT must be a number of seconds"),
        ({"KAIZEN_SNAPSHOT_SECONDS": "-1"}, "KAIZEN_SNAPSHOT_SECONDS must be a number of seconds from 0 to 3600."),
        ({"KAIZEN_SNAPSHOT_SECONDS": "nan"}, "KAIZEN_SNAPSHOT_SECONDS must be a number of seconds from 0"),
        ({"KAIZEN_SANDBOX": "maybe"}, "KAIZEN_SANDBOX must be 1"),
    ],
)
def test_an_invalid_variable_is_named_without_its_value(environ: dict[str, str], start: str) -> None:
    text = error_text({"KAIZEN_API_KEY": "key", **environ})
    assert text.startswith(start)
    assert "pw" not in text
    assert "two words" not in text


def test_neither_repr_nor_str_shows_the_key() -> None:
    settings = Settings(api_key=SecretStr("test-key"))
    assert "test-key" not in f"{settings!r} {settings}"
