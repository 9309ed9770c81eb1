"""The reason: which text of an object tells why it failed, and how much of it is quoted."""

from typing import Any

import pytest
from conftest import LookUp
from hypothesis import given
from hypothesis import strategies as st
from strategies import executions, values

from kaizen_mcp.api.models import read_execution
from kaizen_mcp.summary.reason import MAX_QUOTED, find_reason
from kaizen_mcp.summary.shorten import MAX_READ, clip, shorten

JsonObject = dict[str, Any]

REASONS: dict[str, tuple[JsonObject, list[str]]] = {
    "a sentence before a code": (
        {"error": "invalid_grant", "error_description": "Token has been expired or revoked."},
        ["/error_description: Token has been expired or revoked. (invalid_grant)"],
    ),
    "a message deep in an error": (
        {"data": {"resultData": {"error": {"node": {"name": "Set"}, "message": "No such member here"}}}},
        ["/data/resultData/error/message: No such member here"],
    ),
    "nothing of what was asked for": (
        {"errorDetails": {"request": {"message": "the question"}, "config": {"reason": "a setting"}}},
        [],
    ),
    "JSON in a text": (
        {"error": "States.TaskFailed", "cause": '{"errorMessage": "No such plan", "errorType": "PlanError"}'},
        ["/cause: No such plan (PlanError)"],
    ),
    "the code beside it": (
        {"error": {"code": 1093, "message": "Member not found here"}},
        ["/error/message: Member not found here (1093)"],
    ),
    "an address in it": (
        {"errorMessage": "Could not open https://portal.example/login: 503"},
        ["/errorMessage: Could not open https://portal.example/login: 503"],
    ),
    "nothing but an address": ({"errorMessage": "https://portal.example/shot.png"}, []),
    "no level, number or flag": ({"error": {"level": "fatal error here", "count": 3, "message": "true"}}, []),
    "the next if one says nothing": (
        {
            "error": {"message": "An action failed. No dependent actions succeeded."},
            "steps": [{"name": "Log in", "error": {"message": "The password has expired."}}],
        },
        [
            "/error/message: An action failed. No dependent actions succeeded.",
            "/steps/0/error/message: The password has expired.",
        ],
    ),
    "the next if one is a status text": (
        {"error": "Request failed with status code 400", "response": {"message": "Member id is wrong"}},
        ["/error: Request failed with status code 400", "/response/message: Member id is wrong"],
    ),
    "both ends of a chain of causes": (
        {
            "failure": {
                "message": "Child Workflow execution failed",
                "cause": {"message": "activity error", "cause": {"message": "StartToClose timeout"}},
            }
        },
        [
            "/failure/message: Child Workflow execution failed",
            "/failure/cause/cause/message: StartToClose timeout",
        ],
    ),
    "the page that it met": (
        {"error": {"message": "No table here", "pageHtml": "<html><title>Just a moment...</title><p>Verifying"}},
        ["/error/message: No table here", "/error/pageHtml: web page: Just a moment... – Verifying"],
    ),
    "no code that says error": (
        {"error": {"name": "Error", "message": "Cannot find module 'x'"}},
        ["/error/message: Cannot find module 'x'"],
    ),
    "an object that says that it failed": (
        {"response": {"result": {"status": "error", "message": "Portal is closed"}}},
        ["/response/result/message: Portal is closed"],
    ),
    "failed response as JSON in a text": (
        {"response": '{"success": false, "message": "Portal is closed"}'},
        ["/response: Portal is closed"],
    ),
    "a suggestion beside it": (
        {"error": {"message": "Password expired", "suggestion": "Renew it in the portal"}},
        ["/error/message: Password expired (suggests: Renew it in the portal)"],
    ),
    "no number, however large": ({"error": 2.5e300}, []),
    "a trace if there is nothing else": (
        {"error": {"stack": "TypeError: x is not a function\n    at go (/app/a.js:1:2)"}},
        ["/error/stack: TypeError: x is not a function"],
    ),
    "a message before a trace": (
        {"error": {"stackTrace": "at a very long line of code", "details": {"reason": "No plan"}}},
        ["/error/details/reason: No plan"],
    ),
}


@pytest.mark.anyio
@pytest.mark.parametrize(("fields", "expected"), REASONS.values(), ids=REASONS)
async def test_the_reason_is_the_text_that_says_most(
    look_up: LookUp, fields: JsonObject, expected: list[str]
) -> None:
    summary, _ = await look_up({"id": "a", "status": "Failed", **fields})
    reason = [
        f"{r['field']}: {r['text']}"
        + (f" ({r['code']})" if "code" in r else "")
        + (f" (suggests: {r['suggestion']})" if "suggestion" in r else "")
        for r in summary.get("reason", [])
    ]
    assert reason == expected
    assert ("no reason was found in its record" in summary["headline"]) is not bool(expected)


SHORTENED = {
    "a Python trace and its cause": (
        """Traceback (most recent call last):
  File "/app/x.py", line 3, in main
    connect()
ConnectionError: refused

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/app/run.py", line 15, in <module>
    raise PortalError("down") from e
PortalError: portal down
""",
        "PortalError: portal down, caused by: ConnectionError: refused",
    ),
    "a Python trace on one line": (
        'Step 3 failed: Traceback (most recent call last):\\n  File "a.py", line 1, in x\\nValueError: no member',
        "Step 3 failed: ValueError: no member",
    ),
    "a group of exceptions": (
        """  + Exception Group Traceback (most recent call last):
  |   File "a.py", line 1, in <module>
  | ExceptionGroup: two logins (1 sub-exception)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "b.py", line 2, in f
    | ValueError: no password
    +------------------------------------""",
        "ValueError: no password, caused by: ExceptionGroup: two logins (1 sub-exception)",
    ),
    "a Java chain": (
        """java.lang.RuntimeException: Failed to submit
\tat com.x.Y.z(Y.java:12) ~[app.jar:1.2]
Caused by: java.io.IOException: pipe
\t... 12 more
Caused by: java.net.SocketTimeoutException: Read timed out
\tat a.b(C.java:1)""",
        "java.lang.RuntimeException: Failed to submit, caused by: java.net.SocketTimeoutException: Read timed out",
    ),
    "a Node trace": (
        """Error: Request failed
    at createError (/app/axios/createError.js:16:15)
    at async go (file:///app/go.mjs:3:1) {
  [cause]: Error: connect ECONNREFUSED 10.0.0.1:443
      at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1300:16)
}""",
        "Error: Request failed, caused by: Error: connect ECONNREFUSED 10.0.0.1:443",
    ),
    "a .NET chain": (
        """System.Exception: Job failed ---> System.Net.WebException: no such host
   at A.B.C(String s) in C:\\a\\b.cs:line 12
   --- End of inner exception stack trace ---
   at A.D()""",
        "System.Exception: Job failed, caused by: System.Net.WebException: no such host",
    ),
    "a Playwright call log": (
        """\x1b[31mlocator.click: Timeout 30000ms exceeded.\x1b[39m
Call log:
\x1b[2m  - waiting for locator('input[name="password"]')\x1b[22m
    - locator resolved to <input name="password"/>
  - attempting click action
    2 × waiting for element to be visible, enabled and stable
      - <div class="overlay">…</div> intercepts pointer events
    - retrying click action
    - waiting 500ms
""",
        (
            "locator.click: Timeout 30000ms exceeded. waiting for locator('input[name=\"password\"]');"
            ' <div class="overlay">…</div> intercepts pointer events'
        ),
    ),
    "an older call log": (
        """page.goto: net::ERR_NAME_NOT_RESOLVED at https://p.example/
=========================== logs ===========================
navigating to "https://p.example/", waiting until "load"
============================================================""",
        (
            "page.goto: net::ERR_NAME_NOT_RESOLVED at https://p.example/;"
            ' navigating to "https://p.example/", waiting until "load"'
        ),
    ),
    "Selenium": (
        """Message: element click intercepted: Element <button id="go"> is not clickable
  (Session info: chrome=120.0.1)
Stacktrace:
#0 0x55d5ab <unknown>""",
        'Message: element click intercepted: Element <button id="go"> is not clickable',
    ),
    "a web page": (
        (
            "Got <!DOCTYPE html><html><head><title>Just a moment...</title><style>x{}</style></head>"
            "<body><p>Checking your browser</p><script>var a</script></body></html>"
        ),
        "Got web page: Just a moment... – Checking your browser",
    ),
    "an empty web page": ("<html><body></body></html>", "web page: no text"),
    "colours as safe mode writes them": ("\\u001b[31mNo such plan\\u001b[0m", "No such plan"),
    "prose": ("Plain words.\nIn two lines", "Plain words. In two lines"),
}


@pytest.mark.parametrize(("text", "expected"), SHORTENED.values(), ids=SHORTENED)
def test_a_text_is_shortened_where_it_says_least(text: str, expected: str) -> None:
    assert shorten(text) == expected


def test_a_text_that_is_clipped_keeps_both_ends() -> None:
    text = "Submitting failed because " + "of this and " * 50 + "the portal closed"
    clipped = clip(text, 100)
    assert len(clipped) <= 100
    assert clipped.startswith("Submitting failed because")
    assert clipped.endswith("the portal closed")
    assert clip("short", 100) == "short"
    address = "https://logs.example/jobs/3024daab?project=tally"
    assert clip(f"{'Job failed. ' * 20}See {address} there", 100).endswith(f" … {address} there")


@given(st.text() | st.text(alphabet="<htmlbody>/ \n\tatCausedby:()Traceback-=|+#0x[]{}\x1b"))
def test_shortening_never_fails_and_never_grows_much(text: str) -> None:
    assert len(shorten(text)) <= len(text) + 100


@pytest.mark.parametrize(
    "text",
    [
        "\n" * 10**6 + "x",
        "at " * 10**6,
        "<html>" + "<!--" * 10**6,
        "<html><a " + 'b="' * 10**6,
        "<html>" + "&#" * 10**6,
        "Call log:\n" + "waiting for " * 10**6,
        "Traceback (most recent call last):\n" * 10**5,
        "\x1b[1" + ";1" * 10**6,
    ],
    ids=lambda text: repr(text[:20]),
)
def test_a_hostile_text_is_shortened(text: str) -> None:  # not linear, it would not end
    assert len(shorten(text)) <= MAX_READ + 100


@given(executions, st.dictionaries(st.sampled_from(["error", "errors", "cause", "response", "x"]), values))
def test_the_reason_is_found_or_not_in_any_object_and_is_bounded(execution: JsonObject, more: JsonObject) -> None:
    model, _ = read_execution({"status": "Failed", **execution, **more})
    reason, others = find_reason(model)
    assert len(reason) <= 2
    assert len(reason) + len(others) <= 5
    assert all(len(quoted.text) <= MAX_QUOTED for quoted in [*reason, *others])


@pytest.mark.anyio
async def test_a_selector_in_a_reason_can_be_copied(look_up: LookUp) -> None:
    summary, notes = await look_up(
        {"id": "a", "status": "Failed", "error": """No locator('input[name="pin"]') in <form id="x">"""}
    )
    assert """says: “No locator('input[name="pin"]') in ‹form id="x"›”""" in summary["headline"]
    assert notes == []
