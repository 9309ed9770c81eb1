"""`kaizen-mcp doctor`, as a real process, with servers on loopback in place of the API."""

import json
import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import jsonschema
import pytest
import trustme
from conftest import COMMAND, Environ, posix_only

import kaizen_mcp

KEY = "kz-test-key-0123456789"
CHECKS = [
    "Python", "Packages", "Settings", "Placeholders", "API key", "Base URL", "Proxy", "DNS", "TCP", "TLS", "Clock",
    "API", "Server", "Clients",
]  # fmt: skip
SCHEMA = {
    "type": "object",
    "required": ["healthy", "version", "checks"],
    "additionalProperties": False,
    "properties": {
        "healthy": {"type": "boolean"},
        "version": {"type": "string"},
        "checks": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "status", "text"],
                "additionalProperties": False,
                "properties": {
                    "name": {"type": "string", "minLength": 1},
                    "status": {"enum": ["ok", "warning", "failed", "skipped"]},
                    "text": {"type": "string", "pattern": "^[^\n]+$"},
                },
            },
        },
    },
}
NOT_FOUND = b'{"message": "No such execution"}'
PAGE = b"<html><body>Sign in to the company network</body></html>"


class Report(NamedTuple):
    exit_code: int
    statuses: dict[str, str]
    texts: dict[str, str]

    @property
    def failed(self) -> list[str]:
        return [name for name, status in self.statuses.items() if status == "failed"]


def run(*arguments: str, env: Environ, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run it with time enough for a machine that is very busy; the key must not appear, nor a traceback."""
    limit = [] if "--timeout" in arguments else ["--timeout", "60"]
    result = subprocess.run(
        [*COMMAND, "doctor", *limit, *arguments],
        env=env, cwd=folder, capture_output=True, encoding="utf-8", timeout=500, check=False,
    )  # fmt: skip
    assert result.stderr == ""
    assert KEY not in result.stdout
    return result


def diagnose(*arguments: str, env: Environ, folder: Path | None = None) -> Report:
    result = run("--json", *arguments, env=env, folder=folder)
    answer = json.loads(result.stdout)
    jsonschema.validate(answer, SCHEMA)
    assert answer["healthy"] is (result.returncode == 0)
    checks = answer["checks"]
    return Report(
        result.returncode,
        {check["name"]: check["status"] for check in checks},
        {check["name"]: check["text"] for check in checks},
    )


@contextmanager
def serving(
    status: int, body: bytes, *, content_type: str = "application/json", ahead: float = 0, tls: Any = None
) -> Generator[tuple[int, list[str]]]:
    """Answer every request alike, with a date so many seconds ahead; yields the port and the heads received."""
    heads: list[str] = []

    class Api(BaseHTTPRequestHandler):
        def answer(self) -> None:
            heads.append(f"{self.requestline}\n{self.headers}")
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            self.send_response_only(status)
            self.send_header("Date", format_datetime(datetime.now(UTC) + timedelta(seconds=ahead), usegmt=True))
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body if self.command != "HEAD" else b"")

        do_POST = do_HEAD = do_CONNECT = answer  # noqa: N815 - the names are the library's

        def log_message(self, *_: object) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - silences it
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - silences it
            pass

    with Server(("127.0.0.1", 0), Api) as server:
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.configure_cert(context)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port, heads
        server.shutdown()


def settings(environ: Environ, port: int, scheme: str = "http") -> Environ:
    return {**environ, "KAIZEN_API_KEY": KEY, "KAIZEN_BASE_URL": f"{scheme}://localhost:{port}"}


@pytest.fixture
def environ(environ: Environ) -> Environ:
    """Windows looks for the home directory in another variable."""
    return {**environ, "USERPROFILE": environ["HOME"]}


@pytest.fixture
def authority(environ: Environ, tmp_path: Path) -> trustme.CA:
    """An authority that is trusted in `environ`."""
    authority = trustme.CA()
    environ["SSL_CERT_FILE"] = str(tmp_path / "company.pem")
    authority.cert_pem.write_to_path(environ["SSL_CERT_FILE"])
    return authority


def test_the_sandbox_is_all_green(environ: Environ) -> None:
    result = run(env={**environ, "KAIZEN_SANDBOX": "1", "KAIZEN_API_KEY": "${KAIZEN_API_KEY}"})
    assert result.returncode == 0
    *lines, last = result.stdout.splitlines()
    assert [line[:9] for line in lines] == ["ok       "] * len(CHECKS)
    assert [line[9:].partition(":")[0] for line in lines] == CHECKS
    assert last == "Everything that was checked works."


@pytest.mark.slow
def test_a_healthy_connection_is_shown_without_the_key(environ: Environ, authority: trustme.CA) -> None:
    with serving(404, NOT_FOUND, tls=authority.issue_cert("localhost")) as (port, heads):
        report = diagnose(env=settings(environ, port, "https"))
    assert (report.exit_code, set(report.statuses.values())) == (0, {"ok"})
    assert list(report.statuses) == CHECKS
    assert report.texts["API key"] == f"{len(KEY)} characters, the last four are 6789; from KAIZEN_API_KEY"
    assert report.texts["TLS"].startswith("TLSv1.3; the certificate is trusted here, valid until ")
    assert report.texts["API"].startswith("reached, and the key is not refused")
    assert [KEY in head for head in heads] == [False, False, True]  # only the lookup has the key


@pytest.mark.slow
def test_a_network_that_is_cut_fails_at_tcp_and_skips_what_follows(environ: Environ) -> None:
    with serving(404, NOT_FOUND) as (port, _):
        pass  # the port is closed again
    report = diagnose(env=settings(environ, port))
    assert (report.exit_code, report.failed) == (1, ["TCP"])
    assert report.texts["TCP"].startswith("[unavailable] Kaizen could not be reached.")
    assert f"(localhost port {port}: " in report.texts["TCP"]
    skipped = [name for name, status in report.statuses.items() if status == "skipped"]
    assert skipped == ["TLS", "Clock", "API"]
    assert {report.texts[name] for name in skipped} == {'skipped, because "TCP" failed'}


@pytest.mark.slow
def test_a_wrong_key_is_named(environ: Environ) -> None:
    with serving(401, b'{"message": "Invalid API key"}') as (port, _):
        report = diagnose(env=settings(environ, port))
    assert (report.exit_code, report.failed) == (1, ["API"])
    assert report.texts["API"].startswith("[unauthorized] Kaizen did not accept the API key (HTTP 401).")


@pytest.mark.slow
@pytest.mark.parametrize("variable", ["KAIZEN_API_KEY", "KAIZEN_BASE_URL", "SSL_CERT_FILE"])
def test_a_variable_that_was_not_expanded_is_named(environ: Environ, variable: str) -> None:
    with serving(404, NOT_FOUND) as (port, heads):
        report = diagnose(env={**settings(environ, port), variable: f"${{{variable}}}"})
    assert report.exit_code == 1
    assert report.failed[0] == "Placeholders"
    assert f"{variable} holds the name of a variable instead of its value" in report.texts["Placeholders"]
    assert report.statuses["API"] == "skipped"
    assert not any(head.startswith("POST") for head in heads)


@pytest.mark.slow
def test_a_gateway_that_answers_html_is_named(environ: Environ) -> None:
    with serving(200, PAGE, content_type="text/html") as (port, _):
        report = diagnose(env=settings(environ, port))
    assert (report.exit_code, report.failed) == (1, ["API"])
    assert "A web page answered with HTTP 200, not Kaizen's API." in report.texts["API"]


@pytest.mark.slow
def test_a_proxy_that_answers_html_is_named(environ: Environ, authority: trustme.CA) -> None:
    with serving(403, PAGE, content_type="text/html") as (port, heads):
        env = {**settings(environ, 443, "https"), "HTTPS_PROXY": f"http://user:pass-word@127.0.0.1:{port}"}
        report = diagnose(env=env)
    assert authority
    assert (report.exit_code, report.failed) == (1, ["TLS"])
    assert report.texts["Proxy"] == f"HTTPS_PROXY names one at 127.0.0.1 port {port}"
    assert "The proxy on the way to Kaizen refused the connection (HTTP 403)." in report.texts["TLS"]
    assert heads
    assert "pass-word" not in str(report)


@pytest.mark.slow
def test_an_expired_certificate_is_named(environ: Environ, authority: trustme.CA) -> None:
    past = datetime.now(UTC) - timedelta(days=1)
    expired = authority.issue_cert("localhost", not_before=past - timedelta(days=9), not_after=past)
    with serving(404, NOT_FOUND, tls=expired) as (port, heads):
        report = diagnose(env=settings(environ, port, "https"))
    assert (report.exit_code, report.failed) == (1, ["TLS"])
    assert "has expired" in report.texts["TLS"]
    assert heads == []


@pytest.mark.slow
@pytest.mark.parametrize(("ahead", "direction"), [(3690, "behind"), (-3690, "ahead of")])
def test_a_clock_that_is_an_hour_off_is_named(environ: Environ, ahead: float, direction: str) -> None:
    with serving(404, NOT_FOUND, ahead=ahead) as (port, _):
        report = diagnose(env=settings(environ, port))
    assert (report.exit_code, report.failed) == (1, ["Clock"])
    assert report.texts["Clock"].startswith(f"this computer's clock is 1 h 1 min {direction} the date")


@pytest.mark.slow
@pytest.mark.parametrize("variable", ["KAIZEN_API_KEY_FILE", "HTTPS_PROXY", "SSL_CERT_FILE", "KAIZEN_TIMEZONE"])
def test_a_setting_that_cannot_be_used_is_named(environ: Environ, variable: str) -> None:
    with serving(404, NOT_FOUND) as (port, heads):
        env = {**settings(environ, port, "https"), variable: "socks5://none"}
        if variable == "KAIZEN_API_KEY_FILE":
            del env["KAIZEN_API_KEY"]
        report = diagnose(env=env)
    text = report.texts[report.failed[0]]
    assert text.startswith(f"[not_configured] {variable}") or f"named by {variable} can't be read" in text
    assert heads == []


def config(command: str, key: str = "mcpServers") -> str:
    return json.dumps({key: {"kaizen": {"command": command, "env": {"KAIZEN_API_KEY": KEY}}, "other": {}}})


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the places are those of Linux")
def test_the_command_in_each_clients_file_is_checked(environ: Environ, tmp_path: Path) -> None:
    python = sys.executable
    files = {
        ".config/Claude/claude_desktop_config.json": config(python)[:-1] + ",}",
        ".claude.json": json.dumps({"projects": {"/home/me/kaizen": json.loads(config("/none/kaizen-mcp"))}}),
        "project/.cursor/mcp.json": config("kaizen-mcp-that-is-nowhere"),
        ".codeium/windsurf/mcp_config.json": config("sh"),
        ".config/Code/User/mcp.json": "// mine\n" + config(python, "servers")[:-1] + ", /* no more */ }",
        ".config/zed/settings.json": json.dumps({"context_servers": {"kaizen": {"command": {"path": "kaizen"}}}}),
        ".codex/config.toml": f'[mcp_servers.runs]\ncommand = "{python}"\nargs = ["-m", "kaizen_mcp"]\n',
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / ".gemini/settings.json").mkdir(parents=True)
    env = {**environ, "PYTHONPATH": str(Path(kaizen_mcp.__file__).parents[1])}
    report = diagnose("--sandbox", env=env, folder=tmp_path / "project")
    expected = {
        "Claude Desktop": ("failed", "~/.config/Claude/claude_desktop_config.json is not valid JSON (line 1)"),
        "Claude Code": ("failed", "the command /none/kaizen-mcp does not exist"),
        "Cursor": ("failed", "there is no command kaizen-mcp-that-is-nowhere on the PATH"),
        "Windsurf": ("warning", "Windsurf may have another PATH than this, where sh is /"),
        "VS Code": ("ok", f'"kaizen": the command {python} exists; it sets KAIZEN_API_KEY'),
        "Zed": ("failed", "there is no command kaizen on the PATH"),
        "Gemini CLI": ("warning", "~/.gemini/settings.json can't be read: Is a directory"),
        "Codex": ("ok", f'~/.codex/config.toml has "runs": the command {python} exists'),
    }
    assert {name: report.statuses[name] for name in expected} == {name: v[0] for name, v in expected.items()}
    for name, (_, text) in expected.items():
        assert text in report.texts[name]


@pytest.mark.slow
def test_a_home_that_is_not_there_is_named(environ: Environ, tmp_path: Path) -> None:
    report = diagnose("--sandbox", env={**environ, "HOME": str(tmp_path / "none"), "USERPROFILE": "none"})
    assert (report.exit_code, report.statuses["Clients"]) == (0, "warning")
    assert report.texts["Clients"].endswith("Set HOME to yours.")


@pytest.mark.slow
@posix_only
def test_a_check_that_hangs_is_given_up(environ: Environ, tmp_path: Path) -> None:
    (tmp_path / ".cursor").mkdir()
    os.mkfifo(tmp_path / ".cursor/mcp.json")  # opening it waits for a writer
    with socket.create_server(("127.0.0.1", 0)) as silent:  # accepts connections, and never answers
        for seconds in (8, 60):
            report = diagnose("--timeout", str(seconds), env=settings(environ, silent.getsockname()[1]))
            if "Packages" not in report.failed:  # on a busy machine, importing them may take longer than 8 s
                break
    assert report.exit_code == 1
    assert {"API", "Clients"} <= set(report.failed)  # a loaded machine may need longer for "Server" as well
    assert report.statuses["Clock"] == "skipped"
    assert report.texts["API"].startswith(f"[timeout] Kaizen did not answer within {0.9 * seconds:g} s.")
    assert report.texts["Clients"].startswith(f"no result within {seconds} s.")


def test_a_package_that_cannot_be_imported_is_named(environ: Environ, tmp_path: Path) -> None:
    (tmp_path / "httpx.py").write_text("raise ImportError('libssl is missing')", encoding="utf-8")
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    report = diagnose(env={**environ, "PYTHONPATH": path})
    assert (report.exit_code, report.failed) == (1, ["Packages"])
    assert report.texts["Packages"].startswith(
        "a package can't be imported: libssl is missing. Install kaizen-mcp"
    )


@pytest.mark.slow
def test_a_package_of_a_wrong_version_is_named(environ: Environ, tmp_path: Path) -> None:
    (tmp_path / "httpx-0.27.dist-info").mkdir()
    (tmp_path / "httpx-0.27.dist-info/METADATA").write_text("Name: httpx\nVersion: 0.27\n", encoding="utf-8")
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    report = diagnose(env={**environ, "PYTHONPATH": path})
    assert (report.exit_code, report.failed) == (1, ["Packages"])
    assert report.texts["Packages"].startswith("httpx is 0.27, but kaizen-mcp needs <1,>=0.28. Install kaizen-mcp")
    assert report.texts["Other checks"] == 'skipped, because "Packages" failed'


@pytest.mark.slow
@posix_only
def test_a_terminal_gets_ticks_and_colours(environ: Environ) -> None:
    terminal, child_end = os.openpty()
    env = {**environ, "KAIZEN_SANDBOX": "1", "PYTHONIOENCODING": "utf-8", "TERM": "xterm"}
    with subprocess.Popen([*COMMAND, "doctor", "--timeout", "60"], env=env, stdout=child_end) as process:
        os.close(child_end)
        output = b""
        with suppress(OSError):  # the child process has closed its end
            while data := os.read(terminal, 4096):
                output += data
        os.close(terminal)
    text = output.decode()
    assert process.returncode == 0
    assert text.count("\x1b[32m✓ \x1b[0m") == len(CHECKS)
    assert "  Server …\r" in text  # what runs is shown before its result


@pytest.mark.parametrize("limit", ["0", "61", "nan", "soon"])
def test_a_limit_that_is_no_number_of_seconds_is_refused(environ: Environ, limit: str) -> None:
    result = subprocess.run(
        [*COMMAND, "doctor", "--timeout", limit], env=environ, capture_output=True, encoding="utf-8", check=False
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert "a number of seconds above 0 and at most 60" in result.stderr
