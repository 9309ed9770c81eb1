"""The shipped configuration of nginx, a short version of `make http-trial`, and what its judgements rest on."""

import asyncio
import re
import subprocess
from pathlib import Path

import pytest
from conftest import posix_only, serve_app
from frameworks import environments
from http_trial import conformance
from http_trial.callers import kept_apart
from http_trial.hostile import hostile, refused
from http_trial.load import ANSWERED, ERAS, SAW_ANOTHER, STREAM_BROKE, WAITED, Answer, Caller, judge, parse
from http_trial.restarts import killed, reloaded, restarted
from http_trial.stand import DEPLOY, INSTALL_NGINX, NGINX, configure_nginx, mark, stand
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

pytestmark = posix_only
LATE = {"isError": True, "_meta": {"kaizen/error": {"code": "timeout"}}}
needs_nginx = pytest.mark.skipif(not NGINX, reason=f"needs nginx: {INSTALL_NGINX}")


@needs_nginx
def test_nginx_accepts_the_shipped_configuration(tmp_path: Path) -> None:
    command = configure_nginx(tmp_path, 8080, [8001, 8002])
    assert (tmp_path / "nginx.conf").read_bytes() == (DEPLOY / "nginx.conf").read_bytes()
    done = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert "test is successful" in done.stderr, done.stderr


@needs_nginx
def test_nginx_accepts_the_lines_about_tls(tmp_path: Path) -> None:
    command = configure_nginx(tmp_path, 8080, [8001])
    shipped = (DEPLOY / "site.conf").read_text(encoding="utf-8").replace("/var/log/nginx", str(tmp_path))
    lines = (
        shipped.replace("# listen 443", "listen 8443")
        .replace("# s", "s")
        .replace("/etc/ssl/kaizen-mcp", str(tmp_path))
    )
    subject = [
        "-subj",
        "/CN=mcp.example.com",
        "-keyout",
        str(tmp_path / "key.pem"),
        "-out",
        str(tmp_path / "fullchain.pem"),
    ]
    subprocess.run(
        ["openssl", "req", "-x509", "-nodes", "-newkey", "rsa:2048", *subject], capture_output=True, check=True
    )
    (tmp_path / "site.conf").write_text(lines)
    done = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert "test is successful" in done.stderr, done.stderr
    assert "ssl_certificate" in lines


@needs_nginx
@pytest.mark.parametrize(("variables", "is_named"), [({"KAIZEN_HTTP_PROXIES": "127.0.0.1"}, True), ({}, False)])
def test_the_id_that_nginx_gave_is_in_the_log_at_the_api_and_in_the_error_if_nginx_is_a_named_proxy(
    tmp_path: Path, variables: dict[str, str], *, is_named: bool
) -> None:
    at_api: list[str] = []

    async def refuse(request: Request) -> Response:
        at_api.append(request.headers["X-Request-Id"])
        return Response(status_code=403)

    async def ask(api: str) -> str:
        async with stand(tmp_path, api, 1, **variables) as running:
            callers = [Caller(running.url, "any", era) for era in ERAS]
            answers = [await caller.call("exec-done-1") for caller in callers]
            for caller in callers:
                caller.close()
        return " ".join(answer.results[0]["content"][0]["text"] for answer in answers)

    with serve_app(Starlette(routes=[Route("/executions/get", refuse, methods=["POST"])])) as api:
        text = asyncio.run(ask(api))
    (replica_log,) = tmp_path.glob("replica-*.log")
    nginx_log = (tmp_path / "access.log").read_text(encoding="utf-8")
    given = [line.split()[-1] for line in nginx_log.splitlines()]
    logged = re.findall(r'"request_id": "(\w+)"', replica_log.read_text(encoding="utf-8"))
    assert len(set(logged)) == len(given) == len(ERAS)
    assert logged == at_api == re.findall(r'Request id: "(\w+)"', text)
    assert (logged == given) is is_named


@needs_nginx
@pytest.mark.slow
def test_no_call_fails_while_each_replica_is_restarted() -> None:
    trial = asyncio.run(restarted(16, 16))
    assert trial.passed, trial


@needs_nginx
@pytest.mark.slow
def test_only_streams_that_had_begun_break_when_a_replica_is_killed() -> None:
    trial = asyncio.run(killed(16, 16))
    assert trial.passed, trial


@needs_nginx
@pytest.mark.slow
def test_callers_are_told_when_the_api_is_down_and_nothing_crashes() -> None:
    trial = asyncio.run(reloaded(16, 16))
    assert trial.passed, trial


@needs_nginx
@pytest.mark.slow
def test_nobody_sees_the_object_of_another_caller() -> None:
    trial = asyncio.run(kept_apart(2_000, 50))
    assert trial.passed, trial


@needs_nginx
@pytest.mark.slow
def test_hostile_requests_are_refused_and_others_are_served() -> None:
    trial = asyncio.run(hostile(500, 20))
    assert trial.passed, trial


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(200, [{"result": {}}], begun=True, text=mark("mine", "exec-done-1")), ANSWERED),
        (Answer(200, [{"result": {}}], begun=True, text=mark("theirs", "exec-done-1")), SAW_ANOTHER),
        (Answer(200, [{"result": {}}], begun=True, text=mark("mine", "exec-done-2")), SAW_ANOTHER),
        (Answer(200, [{"result": {}}, {"result": {}}], begun=True, text=mark("mine", "exec-done-1")), "2 answers"),
        (Answer(200, [], begun=True), "0 answers"),
        (Answer(200, [{"result": {}}], begun=True), "answer without the object"),
        (Answer(200, [], begun=True, broken="ReadError"), STREAM_BROKE),
        (Answer(0, [], broken="ConnectError"), "no answer"),
        (Answer(502, [], begun=True), "HTTP 502"),
        (Answer(200, [{"result": LATE}]), "error timeout"),
    ],
)  # fmt: skip
def test_an_answer_is_judged_by_its_status_its_number_and_whose_object_it_holds(answer: Answer, kind: str) -> None:
    caller = Caller("", "mine", ERAS[0])
    assert judge(caller, "exec-done-1", answer) == kind
    if kind == ANSWERED:
        waited = Answer(200, [{"result": {}}], begun=True, text=mark("mine", "exec-wait-2-1"))
        assert judge(caller, "exec-wait-2-1", waited) == WAITED


def test_messages_are_read_from_json_and_from_a_stream_that_may_be_cut_off() -> None:
    assert list(parse('{"result": 1}')) == [{"result": 1}]
    assert list(parse('event: message\r\ndata: {"a": 1}\r\n\r\n: ping\r\n\r\ndata: {"b": 2}\r\n\r\n')) == [
        {"a": 1},
        {"b": 2},
    ]
    assert list(parse('data: {"a": 1}\r\n\r\ndata: {"b"')) == [{"a": 1}]


def test_an_answer_with_an_object_is_no_refusal() -> None:
    assert refused("HTTP/1.1 400 Bad Request\r\n\r\n")
    assert refused("")
    assert refused('HTTP/1.1 200 OK\r\n\r\n{"error":{}}')
    assert not refused("HTTP/1.1 500 Internal Server Error\r\n\r\n")
    assert not refused('HTTP/1.1 200 OK\r\n\r\n{"result":{}}')
    assert not refused(f"HTTP/1.1 400 Bad Request\r\n\r\n{mark('mine', 'exec-done-1')}")


def test_the_ledger_of_the_conformance_suite_has_no_check_that_passes_or_is_missing() -> None:
    failed = [{"id": check, "status": "FAILURE"} for check in ("known", "new")]
    problems = conformance.compare([*failed, {"id": "passes", "status": "SUCCESS"}], {"known": "", "passes": ""})
    assert problems == ["new failed: ", "passes is in the ledger, but did not fail"]
    assert len(conformance.ledger()) > 70
    assert conformance.NODE == environments.NODE
