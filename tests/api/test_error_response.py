"""Error responses: who answered, what it said, and the advice that fits."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from conftest import Connect
from hypothesis import given
from hypothesis import strategies as st
from mcp.types import TextContent
from pydantic import SecretStr

from kaizen_mcp import Settings
from kaizen_mcp.api.error_message import find_message

pytestmark = pytest.mark.anyio

JSON = "application/json"
ADDRESS = "the address looks wrong"
NETWORK = "any proxy, VPN or firewall on the network"
NEWER = "a newer kaizen-mcp may be needed"


async def error_for(
    connect: Connect,
    status: int,
    body: str | bytes = "",
    content_type: str = JSON,
    *,
    base_url: str = "https://kaizen.example",
    **headers: str,
) -> tuple[str, dict[str, Any]]:
    """Text and `_meta` of the error for a response."""
    response = httpx.Response(status, content=body, headers={"Content-Type": content_type, **headers})
    settings = Settings(api_key=SecretStr("k"), base_url=base_url, max_retries=0)
    async with connect(httpx.MockTransport(lambda _: response), settings=settings) as client:
        result = await client.call_tool("get_execution", {"id": "exec_1"})
    assert result.is_error
    assert isinstance(result.content[0], TextContent)
    assert result.meta is not None
    return result.content[0].text, result.meta["kaizen/error"]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("Cannot POST /v1/executions/get", "text/plain"),
        ('{"message": "Cannot POST /v1/executions/get", "error": "Not Found", "statusCode": 404}', JSON),
        ('{"message": "no Route matched with those values"}', JSON),
        ("404 page not found\n", "text/plain"),
        ("Not Found: /executions/get", "text/plain"),
        ('{"message": "Route POST:/api/get not found"}', JSON),
        ('{"error": {"message": "Unrecognized request URL (POST: /v1). See the docs."}}', JSON),
        ('{"error": {"message": "Invalid URL (POST /v1/executions)"}}', JSON),
        ('{"error": "No static resource executions/get."}', JSON),
        ('{"message": "No handler found for POST /x"}', JSON),
        ('{"description": "The requested URL was not found on the server."}', JSON),
        ("default backend - 404", "text/plain"),
        ("404: This page could not be found.", "text/plain"),
        ("File not found.\n", "text/plain"),
        ("The deployment could not be found on Vercel.", "text/plain"),
        ('{"message": "Path /v1/executions/get does not exist"}', JSON),
        (r'{"error": {"message": "No \"mutation\"-procedure on path \"executions.get\""}}', JSON),
        ('{"message": "Could not find the function public.get(id) in the schema cache"}', JSON),
        ('{"message": "Method does not exist."}', JSON),
        ('{"error": "API not found"}', JSON),
        ("No such app", "text/plain"),
        ('{"message": "The requested endpoint could not be resolved"}', JSON),
        ("The endpoint x.ngrok-free.app is offline.\n\nERR_NGROK_3200", "text/plain"),
        ("response 404 (backend NotFound), service rules for the path non-existent", "text/plain"),
        ("error code: 1042", "text/plain"),
        ("no healthy upstream", "text/plain"),
        (
            r'{"error": "Not Found", "exception": "#<RoutingError: No route matches [POST] \"/executions/get\">"}',
            JSON,
        ),
        ("<html><h1>404 Not Found</h1><hr>nginx</html>", "text/html"),
        ("<!doctype html><title>404 Not Found</title>", JSON),
        ('<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>', "application/xml"),
    ],
)
async def test_a_404_that_names_a_route_or_is_a_page_blames_the_address(
    connect: Connect, body: str, content_type: str
) -> None:
    text, meta = await error_for(connect, 404, body, content_type)
    assert (meta["code"], meta["http_status"]) == ("bad_response", 404)
    assert ADDRESS in text
    assert "KAIZEN_BASE_URL" in text
    assert "has no execution" not in text


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "Not Found",
        '{"detail": "Not Found"}',
        '{"message": "Execution exec_1 not found"}',
        "no such execution",
        '{"message": "File not found"}',
        '{"message": "Application exec_1 does not exist"}',
        "Application exec_1 does not exist",
        '{"message": "The site of exec_1 was not found"}',
        '{"message": "No route to exec_1 found: page not found"}',
        "<?xml version='1.0'?><Error><Message>No execution exec_1</Message></Error>",
    ],
)
@pytest.mark.parametrize(
    ("base_url", "advice"),
    [
        ("https://api.kaizenautomation.com", "Check the id;"),
        ("https://api.kaizenautomation.com/executions/get/", "Check the id;"),
        ("https://api.kaizenautomation.com/v2", "Check the id and KAIZEN_BASE_URL;"),
        ("https://kaizen.example", "Check the id and KAIZEN_BASE_URL;"),
    ],
)
async def test_any_other_404_is_about_the_id_and_about_an_address_of_ones_own(
    connect: Connect, body: str, base_url: str, advice: str
) -> None:
    text, meta = await error_for(connect, 404, body, base_url=base_url)
    assert meta["code"] == "not_found"
    assert advice in text


@pytest.mark.parametrize(
    "suffix",
    [
        "",
        "/",
        "/executions/get",
        "/executions/get//",
        "/executions",
        "/instructor",
        "/instructor/executions/",
        "/instructor/executions/get",
        "/Executions/Get/",
        "//executions/get",
    ],
)
@pytest.mark.parametrize(
    "prefix", ["https://kaizen.example", "https://kaizen.example/v1", "https://executions", "https://instructor"]
)
async def test_a_base_url_may_end_in_the_path_of_an_endpoint(connect: Connect, prefix: str, suffix: str) -> None:
    urls: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        urls.append(str(request.url))
        return httpx.Response(200, json={"id": "a", "execution": {"id": "a"}})

    settings = Settings(api_key=SecretStr("k"), base_url=prefix + suffix)
    async with connect(httpx.MockTransport(respond), settings=settings) as client:
        await client.call_tool("get_execution", {"id": "a"})
        await client.call_tool("get_instructor_execution", {"id": "a"})
    assert urls == [f"{prefix}/executions/get", f"{prefix}/instructor/executions/get"]


@pytest.mark.parametrize(
    ("status", "body", "content_type"),
    [
        (403, "error code: 1020", "text/plain"),
        (403, "error code: 1010", JSON),
        (403, "<!DOCTYPE html><title>Attention Required!</title>", JSON),
        (403, "\ufeff\n<html>Access denied</html>", JSON),
        (403, "<h1>403 Forbidden</h1>", "text/html"),
        (403, "<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "application/xml"),
        (403, "Request blocked.", "text/plain"),
        (403, "RBAC: access denied", "text/plain"),
        (403, "Host not in allowlist", "text/plain"),
        (401, "<html><h1>401 Authorization Required</h1></html>", "text/html"),
        (403, "CSRF token missing", "text/plain"),
        (403, "Blocked. Support ID: 123", "text/plain"),
        (403, '{"title": "Error 1020: Access denied", "status": 403, "cloudflare_error": true}', JSON),
        (403, '{"detail": "The owner has refused access.", "cloudflare_error": true}', JSON),
        (403, '{"message": "Your IP address is not allowed"}', JSON),
        (403, '{"code": "ip_not_allowed"}', JSON),
        (403, '{"errorMessage": "Web Page Blocked!"}', JSON),
        (403, '{"error": {"code": "Forbidden", "message": "The request is blocked."}}', JSON),
        (401, '{"message": "Blocked by network policy"}', JSON),
        (401, "<html>Sign in to the network</html>", JSON),
    ],
)
async def test_a_refusal_that_is_not_the_apis_blames_the_network(
    connect: Connect, status: int, body: str, content_type: str
) -> None:
    text, meta = await error_for(connect, status, body, content_type)
    assert meta["code"] == "bad_response"
    assert NETWORK in text
    assert "KAIZEN_API_KEY" not in text
    assert "administrator" not in text


@pytest.mark.parametrize(
    ("status", "body", "content_type", "code"),
    [
        (401, '{"message": "Invalid key"}', JSON, "unauthorized"),
        (401, '{"message": "Invalid key"}', "text/html", "unauthorized"),
        (401, "", JSON, "unauthorized"),
        (401, "Unauthorized", "text/plain", "unauthorized"),
        (401, "invalid api key", "text/plain", "unauthorized"),
        (403, '{"error": "Access denied"}', JSON, "forbidden"),
        (403, "Forbidden", "text/plain", "forbidden"),
        (403, "403 Forbidden", "text/plain", "forbidden"),
        (403, "Your token has no permission for this", "text/plain", "forbidden"),
        (401, "Jwt is missing", "text/plain", "unauthorized"),
        (401, "jwt expired", "text/plain", "unauthorized"),
        (401, "invalid signature", "text/plain", "unauthorized"),
        (401, "Your session has expired", "text/plain", "unauthorized"),
        (401, '{"message": "Missing Authentication Token"}', JSON, "unauthorized"),
        (401, "<?xml version='1.0'?><error>invalid api key</error>", "application/xml", "unauthorized"),
        (403, "You do not have access to this execution", "text/plain", "forbidden"),
        (403, "You need the role viewer", "text/plain", "forbidden"),
        (403, "Organization suspended", "text/plain", "forbidden"),
        (403, "Your plan does not include API access", "text/plain", "forbidden"),
        (403, "Your account is blocked", "text/plain", "forbidden"),
        (403, '{"message": "The recipient of this report is blocked"}', JSON, "forbidden"),
    ],
)
async def test_a_refusal_by_the_api_itself_is_about_the_key(
    connect: Connect, status: int, body: str, content_type: str, code: str
) -> None:
    _, meta = await error_for(connect, status, body, content_type)
    assert meta["code"] == code


@pytest.mark.parametrize("body", ["Access denied", "Access denied from this IP address"])
async def test_a_401_that_asks_for_a_key_is_about_the_key(connect: Connect, body: str) -> None:
    _, meta = await error_for(connect, 401, body, "text/plain", **{"WWW-Authenticate": "Bearer"})
    assert meta["code"] == "unauthorized"


@pytest.mark.parametrize("status", [400, 405, 409, 418, 422])
async def test_any_other_refusal_by_a_page_is_not_about_the_id(connect: Connect, status: int) -> None:
    text, meta = await error_for(connect, status, "<html>400 The plain HTTP request was sent to HTTPS port</html>")
    assert meta["code"] == "bad_response"
    assert "Check KAIZEN_BASE_URL and any proxy" in text


@pytest.mark.parametrize(("status", "code"), [(407, "not_configured"), (413, "rejected")])
async def test_a_page_with_a_status_that_explains_itself_keeps_its_advice(
    connect: Connect, status: int, code: str
) -> None:
    text, meta = await error_for(connect, status, "<html>nginx</html>")
    assert meta["code"] == code
    assert "proxy" in text


async def test_a_gateway_without_the_route_blames_the_address(connect: Connect) -> None:
    text, meta = await error_for(connect, 403, '{"message": "Missing Authentication Token"}')
    assert meta["code"] == "bad_response"
    assert ADDRESS in text


ISSUE = {"path": ["id"], "message": "Invalid id"}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": {"issues": [ISSUE]}}, "Invalid id"),
        ({"name": "ZodError", "issues": [ISSUE]}, "Invalid id"),
        ({"error": {"message": json.dumps([ISSUE])}}, "Invalid id"),
        ({"error": {"fieldErrors": {"id": ["Invalid id"]}, "formErrors": []}}, "Invalid id"),
        ({"id": {"_errors": ["Invalid id"]}, "_errors": []}, "Invalid id"),
        ({"detail": [{"loc": ["body", "id"], "msg": "field required", "type": "missing"}]}, "field required"),
        ({"errors": {"id": ["is invalid"]}}, "is invalid"),
        ({"errors": {"id": "is invalid"}}, "is invalid"),
        ({"errors": {"id": {"message": "is invalid", "name": "ValidatorError", "kind": "uuid"}}}, "is invalid"),
        ({"message": "The data was invalid.", "errors": {"id": ["no UUID"]}}, "The data was invalid.; no UUID"),
        ({"errors": {"json": {"id": ["is invalid"]}}}, "is invalid"),
        ({"message": {"id": "is invalid"}}, "is invalid"),
        ({"message": {"code": "E1", "text": "is invalid"}, "id": "req-1"}, "is invalid"),
        ({"message": {"request": "req-1", "issues": [ISSUE]}}, "Invalid id"),
        ({"errors": {"id": {"type": "field", "value": "x", "msg": "is invalid"}}}, "is invalid"),
        ({"id": ["is invalid"]}, "is invalid"),
        ({"type": "about:blank", "title": "Bad id", "status": 400}, "Bad id"),
        ({"title": "Bad Request", "invalid-params": [{"name": "id", "reason": "no UUID"}]}, "no UUID"),
        ({"title": "T", "detail": "D", "instance": "/x"}, "D"),
        ({"__type": "ValidationException", "Message": "1 error"}, "1 error"),
        ({"__type": "com.amazon#SerializationException"}, "com.amazon#SerializationException"),
        ({"error": {"json": {"message": "Bad id", "data": {"code": "BAD", "stack": "x"}}}}, "Bad id"),
        ([{"error": {"json": {"message": "Bad id", "code": -32600}}}], "Bad id"),
        ({"data": None, "errors": [{"message": "Bad id", "locations": [{"line": 1}]}]}, "Bad id"),
        (
            {"errors": [{"status": "422", "source": {"pointer": "/id"}, "title": "T", "detail": "Bad id"}]},
            "Bad id",
        ),
        ({"status": 400, "error": "Bad Request", "message": "", "path": "/x"}, "Bad Request"),
        ({"statusCode": 400, "message": ["id must be a UUID"], "error": "Bad Request"}, "id must be a UUID"),
        ({"error": {"code": 400, "message": "Bad id", "status": "INVALID_ARGUMENT", "details": []}}, "Bad id"),
        ({"error": {"message": "M", "details": [{"fieldViolations": [{"description": "D"}]}]}}, "M; D"),
        ({"ErrorMessages": ["Bad id"], "errors": {}}, "Bad id"),
        ({"fault": {"faultstring": "Bad id", "detail": {"errorcode": "x"}}}, "Bad id"),
        (["Bad id"], "Bad id"),
        (
            {"message": "Cannot read java.util.ArrayList<java.lang.String>"},
            "Cannot read java.util.ArrayList‹java.lang.String›",
        ),
        ({"message": "Expected <string>, got number"}, "Expected ‹string›, got number"),
        ({"message": "Unexpected token '<', at <!DOCTYPE"}, "Unexpected token '<', at ‹!DOCTYPE"),
        ({"err": "id malformed"}, "id malformed"),
        ({"exception": "id malformed"}, "id malformed"),
        ({"cause": "id malformed"}, "id malformed"),
        ({"hint": "id malformed"}, "id malformed"),
        ({"error": {"code": "", "message": {"lang": "en", "value": "The value is bad"}}}, "The value is bad"),
        ({"status": "fail", "data": {"id": "An id is required"}}, "An id is required"),
        ({"id": "This field is required."}, "This field is required."),
        ({"execution": {"id": ["Not a valid id."]}}, "Not a valid id."),
        (
            {
                "message": "Bad Request Exception",
                "errors": [{"property": "id", "constraints": {"isUuid": "id must be a UUID"}}],
            },
            "Bad Request Exception; id must be a UUID",
        ),
        (
            {"Message": "It is invalid.", "ModelState": {"id": ["The id is bad."]}},
            "It is invalid.; The id is bad.",
        ),
        ({"error": "Validation failed", "details": {"id": "must be uuid"}}, "Validation failed; must be uuid"),
        ({"error": "Validation failed", "fields": {"id": "must be uuid"}}, "Validation failed; must be uuid"),
        (
            {"error": {"code": -32602, "message": "Invalid params", "data": {"id": "must be uuid"}}},
            "Invalid params; must be uuid",
        ),
        (
            {"error": {"code": -32602, "message": "Invalid params", "data": "id must be uuid"}},
            "Invalid params; id must be uuid",
        ),
        ({"message": "Bad id", "data": {"stack": "Error: Bad id\n at get", "path": "executions get"}}, "Bad id"),
        ("Bad id", "Bad id"),
    ],
    ids=str,
)
@pytest.mark.parametrize("status", [400, 422])
async def test_the_words_of_an_error_are_quoted_wherever_they_stand(
    connect: Connect, status: int, body: object, words: str
) -> None:
    text, _ = await error_for(connect, status, json.dumps(body))
    assert f'The API says: "{words}".' in text
    assert NEWER not in text


@pytest.mark.parametrize("body", ["Bad id", "\ufeffBad id\r\n", '"Bad id"'])
async def test_a_short_plain_text_is_quoted(connect: Connect, body: str) -> None:
    text, _ = await error_for(connect, 400, body, "text/plain")
    assert 'The API says: "Bad id".' in text


@pytest.mark.parametrize(
    "body",
    ["", "{}", "[]", "x" * 301, b"\xff\xfe", '{"mess', "{'a': 1}", "Bad Request", "400", '{"error": "<b>no</b>"}'],
    ids=str,
)
async def test_where_nothing_is_said_a_newer_version_may_be_needed(connect: Connect, body: str | bytes) -> None:
    text, _ = await error_for(connect, 400, body)
    assert "says" not in text
    assert text.endswith(f"Check the id; if it is right, {NEWER}.")


WRAPPERS: list[Callable[[object], object]] = [
    lambda value: {"error": value},
    lambda value: {"code": 400, "data": value},
    lambda value: [value],
    lambda value: [{"json": value}],
    lambda value: {"Error_Message": json.dumps(value)},
]


@given(
    st.lists(st.sampled_from(WRAPPERS), max_size=4),
    st.sampled_from(["message", "Message", "error_message", "errorMessage", "error-description", "MSG", "Detail"]),
)
def test_a_message_is_found_in_any_wrapper(wrappers: list[Callable[[object], object]], name: str) -> None:
    data: object = {"status": 400, name: "id is odd", "path": "/x", "timestamp": "now"}
    for wrap in wrappers:
        data = wrap(data)
    assert find_message(data) == "id is odd"


def test_a_message_is_looked_for_in_any_depth_within_limits() -> None:
    deep: object = {"message": "found"}
    for _ in range(8):
        deep = {"x": deep}
    assert find_message(deep) == "found"
    for _ in range(2000):
        deep = {"x": deep}
    assert find_message(deep) is None
    assert find_message([{"x": 1}] * 100_000) is None


@pytest.mark.parametrize(
    ("status", "code", "advice"),
    [
        (402, "rejected", "plan and billing"),
        (405, "rejected", "Check any proxy on the way and KAIZEN_BASE_URL; if it is right, a newer"),
        (406, "rejected", "Check any proxy"),
        (407, "not_configured", "The proxy on the way to Kaizen requires a user name"),
        (410, "rejected", "It may have been deleted. If not, the address is out of date"),
        (412, "rejected", "Check any proxy"),
        (413, "rejected", "check the id, and any proxy"),
        (414, "rejected", "check KAIZEN_BASE_URL, and any proxy"),
        (415, "rejected", "Check any proxy"),
        (421, "rejected", "Check any proxy"),
        (431, "rejected", "KAIZEN_API_KEY holds the key alone"),
        (451, "rejected", "legal reasons"),
        *((status, "rejected", "Check any proxy") for status in (418, 419, 440, 444, 449, 460, 495, 496, 497)),
        (423, "rejected", "Try again later."),
        (424, "rejected", "Try again later."),
        (494, "rejected", "KAIZEN_API_KEY holds the key alone"),
        (498, "unauthorized", "Set KAIZEN_API_KEY"),
        (499, "unauthorized", "Set KAIZEN_API_KEY"),
        (511, "bad_response", NETWORK),
    ],
)
async def test_each_status_has_advice_that_fits(connect: Connect, status: int, code: str, advice: str) -> None:
    text, meta = await error_for(connect, status, "{}")
    assert (meta["code"], meta["http_status"]) == (code, status)
    assert advice in text
    assert "Check the id" not in text


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (429, {"error": {"message": "You exceeded your current quota.", "code": "insufficient_quota"}}),
        (429, {"message": "Monthly limit reached"}),
        (429, {"message": "You have reached your monthly execution limit."}),
        (429, {"error": "Quota exceeded for this organization"}),
        (400, {"error": {"message": "Billing hard limit has been reached", "code": "billing_hard_limit_reached"}}),
        (403, {"error": {"errors": [{"reason": "quotaExceeded"}], "message": "Daily limit"}}),
        (429, {"message": "Your credit balance is too low"}),
        (429, {"message": "You have exceeded your monthly included credits"}),
        (429, {"message": "The limit is 1000 executions per month"}),
        (429, {"message": "limit of 1000/month"}),
        (429, {"message": "You may send 100 requests a day"}),
        (429, {"message": "Limit Exceeded"}),
        (403, {"message": "You have reached the limit of your plan"}),
        (429, {"code": "usage_limit_reached", "message": "Slow down"}),
        (403, {"message": "Out of call volume quota. Quota will be replenished in 01:02:03."}),
    ],
)
async def test_a_quota_that_is_used_up_is_not_asked_for_again(
    connect: Connect, status: int, body: dict[str, Any]
) -> None:
    text, meta = await error_for(connect, status, json.dumps(body))
    assert (meta["code"], meta["retryable"]) == ("rate_limited", False)
    assert "ry again" not in text
    assert "plan and limits" in text


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "id is invalid"),
        (400, "The report for this month is invalid"),
        (400, "The name exceeds the limit of 64 characters"),
        (403, "API key not allowed to read executions of the 'Monthly plan limit' workflow"),
    ],
)
async def test_a_quota_is_used_up_only_if_the_message_says_so(connect: Connect, status: int, message: str) -> None:
    body = {"message": message, "input": {"name": "monthly quota exceeded", "reason": "report for this month"}}
    text, meta = await error_for(connect, status, json.dumps(body))
    assert meta["code"] == ("rejected" if status == 400 else "forbidden")
    assert "plan and limits" not in text


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "Rate Limit Exceeded", "errors": [{"reason": "rateLimitExceeded"}]}},
        {"error": {"code": 403, "message": "No", "status": "x", "details": [{"reason": "rateLimitExceeded"}]}},
        {"message": "You have exceeded a secondary rate limit"},
        {"message": "Quota exceeded for 'queries per minute'"},
    ],
)
async def test_a_limit_that_passes_may_come_with_403(connect: Connect, body: dict[str, Any]) -> None:
    text, meta = await error_for(connect, 403, json.dumps(body))
    assert (meta["code"], meta["retryable"]) == ("rate_limited", True)
    assert "too many requests (HTTP 403)" in text


@pytest.mark.parametrize(("wait", "retryable"), [("0", True), ("3600", True), ("86400", False)])
async def test_a_quota_with_a_short_wait_is_not_used_up(connect: Connect, wait: str, *, retryable: bool) -> None:
    _, meta = await error_for(connect, 429, '{"message": "Quota exceeded"}', **{"Retry-After": wait})
    assert (meta["code"], meta["retryable"]) == ("rate_limited", retryable)


@pytest.mark.parametrize(
    "message",
    [
        "Too many requests",
        "Rate limit exceeded",
        "Rate limit exceeded for the minute quota",
        "Too many concurrent runs for your plan limit",
        "Quota exceeded, retry in 2 s",
        "Quota exceeded for 'requests per minute per user'",
        "slow down",
    ],
)
async def test_a_limit_of_seconds_can_be_tried_again(connect: Connect, message: str) -> None:
    text, meta = await error_for(connect, 429, json.dumps({"message": message}))
    assert (meta["code"], meta["retryable"]) == ("rate_limited", True)
    assert "Try again in a minute." in text
