"""What an output plainly says of something that went wrong is quoted; what says nothing is not."""

import json
from typing import Any

import pytest
from conftest import LookUp
from hypothesis import given
from hypothesis import strategies as st
from strategies import values

from kaizen_mcp.summary.outcome import MAX_OUTCOMES, find_outcomes
from kaizen_mcp.tools.json_pointer import resolve

JsonObject = dict[str, Any]

CLAIMS = [{"claim": n, "status": "Rejected" if n in {7, 19, 33} else "Accepted"} for n in range(40)]

SAID: dict[str, tuple[Any, list[str]]] = {
    "GitHub": (
        {"conclusion": "failure", "jobs": [{"conclusion": "success"}, {"conclusion": "failure"}]},
        ['/response/conclusion "failure"', '/response/jobs: 1 of 2 rows with conclusion "failure"'],
    ),
    "Step Functions": ({"status": "TIMED_OUT"}, ['/response/status "TIMED_OUT"']),
    "Apify": ({"data": {"id": "r", "status": "RUN_FAILED"}}, ['/response/data/status "RUN_FAILED"']),
    "UiPath": ({"State": "Faulted"}, ['/response/State "Faulted"']),
    "Skyvern": (
        {"status": "terminated", "failure_reason": "No such member"},
        ['/response/status "terminated"', '/response/failure_reason "No such member"'],
    ),
    "SAP": (
        {"RETURN": [{"TYPE": "E", "MESSAGE": "Group 9X9 not defined"}, {"TYPE": "W", "MESSAGE": "A holiday"}]},
        ['/response/RETURN: 1 of 2 rows with TYPE "E"'],
    ),
    "an SAP type without a message": ({"address": [{"TYPE": "E", "CITY": "Ulm"}]}, []),
    "JUnit": (
        {"report": '<testsuite errors="0" failures="2" tests="14"><testcase name="a"/></testsuite>'},
        ['/response/report “failures="2"”'],
    ),
    "JUnit without failures": ({"report": '<testsuite errors="0" failures="0" tests="3"></testsuite>'}, []),
    "a sign-in page": (
        {"html": "<html><title>Sign in - Portal</title><input name=u><input type=password></html>"},
        ['/response/html "web page: Sign in - Portal"'],
    ),
    "a captcha": (
        {"html": '<html><title>One more step</title><div class="g-recaptcha" data-sitekey="6L"></div></html>'},
        ['/response/html "web page: One more step"'],
    ),
    "the severity of a check that passed": ([{"check": "rows", "passed": True, "severity": "ERROR"}], []),
    "a page with a form": ({"html": "<html><title>Fees</title><input name=q></html>"}, []),
    "a status of many words": (
        {"claimStatus": "Denied (CO-50)"},
        ['/response/claimStatus "Denied (CO-50)"'],
    ),
    "a status that ends with the word": (
        {"status": "Communication Error", "state": "No error", "result": "Completed with errors"},
        ['/response/status "Communication Error"', '/response/result "Completed with errors"'],
    ),
    "pending, told as such": ({"result": "Pending"}, ['/response/result "Pending"']),
    "a flag": (
        {"success": False, "isSuccess": False, "ok": True},
        ["/response/success false", "/response/isSuccess false"],
    ),
    "counts": (
        {"stats": {"failed": 2, "failed_count": 0, "errors": "3", "total": 9}},
        ["/response/stats/failed 2", "/response/stats/errors 3"],
    ),
    "an exit code": ({"exitCode": 1, "statusCode": 502}, ["/response/exitCode 1", "/response/statusCode 502"]),
    "an error": ({"error": {"code": "E1", "message": "No plan"}}, ['/response/error "No plan"']),
    "errors": (
        {"errors": [{"message": "one"}, {"message": "two"}]},
        ['/response/errors has 2 items, the first "one"'],
    ),
    "rows": ({"claims": CLAIMS}, ['/response/claims: 3 of 40 rows with status "Rejected"']),
    "rows at the root": (CLAIMS, ['/response: 3 of 40 rows with status "Rejected"']),
    "rows with errors": (
        [{"error": f"No {n}" if n < 3 else None} for n in range(9)],
        ['/response: 3 of 9 rows with error, the first "No 0"'],
    ),
    "a map": (
        {"claims": {f"c{n}": {"status": "Paid" if n else "Denied"} for n in range(5)}},
        ['/response/claims: 1 of 5 rows with status "Denied"'],
    ),
    "below rows": (
        {"suites": [{"specs": [{"ok": False}, {"ok": False}]}, {"specs": []}]},
        ["/response/suites: 2 times specs.ok false"],
    ),
    "a list of lists": (
        {"t": [["id", "status"], [1, "ok"], [2, "failed"]]},
        ['/response/t: 1 of 2 rows with status "failed"'],
    ),
    "CSV": ("id,status\n1,Paid\n2,Denied\n", ['/response: 1 of 2 rows with status "Denied"']),
    "JSON in a text": (json.dumps({"run": {"state": "failed"}}), ['/response run.state "failed"']),
    "JSON in a field": ({"body": '{"ok": false}'}, ["/response/body ok false"]),
    "a web page": (
        "<!doctype html><title>Access denied</title><p>Blocked",
        ['is a web page (/response): "Access denied – Blocked"'],
    ),
    "CSV in a field, with a column of errors": (
        {"csv": '"sf__Id","sf__Error","Name"\n"","INVALID_FIELD: No such column","New Corp"\n"1","","Old Corp"\n'},
        ['/response/csv: 1 of 2 rows with sf__Error "INVALID_FIELD: No such column"'],
    ),
    "an HTML table in a field": (
        {"table": "<table><tr><th>Claim<th>Status<tr><td>1<td>Paid<tr><td>2<td>Rejected</table>"},
        ['/response/table: 1 of 2 rows with Status "Rejected"'],
    ),
    "a text that counts": ("  19 passing (5m)\n  4 pending\n  2 failing\n", ['/response "2 failing"']),
    "a field that counts": (
        {"summary": "Tests run: 5, Failures: 2, Errors: 0", "message": "1 failed, 3 passed", "title": "2 failed"},
        ['/response/summary "Failures: 2"', '/response/message "1 failed"'],
    ),
    "a text that begins as an error": ("TimeoutError: No page", ['/response "TimeoutError: No page"']),
    "a page in place of another": (
        {"html": "<!doctype html><title>Just a moment...</title><p>Verifying you are human"},
        ['/response/html "web page: Just a moment... – Verifying you are human"'],
    ),
    "names that end in errors": (
        {"userErrors": [], "rejectionReason": "No NPI", "partialFailureError": {"message": "No budget"}},
        ['/response/rejectionReason "No NPI"', '/response/partialFailureError "No budget"'],
    ),
    "an issue": (
        {"issue": [{"severity": "error"}, {"severity": "warning"}]},
        ['/response/issue: 1 of 2 rows with severity "error"'],
    ),
    "what says more comes second": (
        {"failed": 1, "errors": True, "items": [{"index": {"error": {"reason": "No integer"}}}, {}]},
        [
            "/response/failed 1",
            '/response/items: 1 of 2 rows with index.error "No integer"',
            "/response/errors true",
        ],
    ),
    "names of something else": (
        {
            "onError": "continue", "max_errors": 3, "resolvedErrors": ["old"], "standardError": 0.3,
            "errorRate": 0.1, "history": [{"status": "failed"}], "reason": "renewal",
        },
        [],
    ),
    "texts that deny it": (
        {
            "message": "Processed 1 notes, 0 failed", "summary": "fixed 3 errors.",
            "log": "step 4 failed over",
            "error": "No errors found.", "errors": "0 failed",
            "exception": "errors: none",
            "result": "0 tests failed",
            "html": "<!doctype html><title>Error Analytics Ltd</title>",
            "csv": "id,Rejection reason\n1,\n2,none\n",
        },
        [],
    ),
    "nothing wrong": (
        {
            "errors": [], "error": None, "failures": 0, "success": True, "status": "completed", "failed": False,
            "error_message": "", "state": "NY", "exitCode": 0, "statusCode": 200, "rejected": "0",
            "exception": {"message": None, "code": 0}, "failure_reason": "none", "results": [{"status": "passed"}],
        },
        [],
    ),
    "what was asked for": ({"request": {"status": "failed"}, "config": {"errors": 3}}, []),
    "text": ("failed", []),
}  # fmt: skip


@pytest.mark.parametrize(("response", "expected"), SAID.values(), ids=SAID)
def test_an_output_is_quoted_where_it_says_that_something_went_wrong(response: Any, expected: list[str]) -> None:
    assert [outcome.text for outcome in find_outcomes(response, "/response")] == expected


SILENT: list[JsonObject] = [
    {"summary": "All 14 claims accepted; none rejected"},
    {"log": "12:03 retry 2 failed over, recovered\nDone: 0 errors"},
    {"report": "Failed: 0\nPassed: 31"},
    {"notes": "Patient denied 3 allergies"},
    {"description": "The 404 error page was redesigned"},
    {"articles": [{"title": "5 failed ventures", "summary": "5 failed ventures and 1 error"}]},
    {"csv": "id,errors,status\n1,0,Paid\n2,0,Paid\n"},
    {"table": "<table><tr><th>Name<th>Errors<tr><td>A<td>0<tr><td>B<td>-</table>"},
    {"products": [{"name": "Error Code Reader", "error": None}, {"name": "Failure analysis kit"}]},
    {"rejectedClaims": [], "deniedCount": 0, "failedLogins": 0, "validationErrors": {}, "errorCode": "0000"},
    {"errorMessage": "Success", "error": "N/A", "errors": ["none"], "exception": {"message": "", "code": 0}},
    {"marginOfError": 0.03, "rmsError": 1.2, "errorRate": 0.02},
    {"reason": "Routine visit", "cause": "Diabetes", "coverage": [{"status": "Inactive"}]},
    {"html": "<html><title>Search: not found items</title></html>"},
    {"output": "Build finished: 2 warnings, 0 errors", "result": "Error-free", "outcome": "Without error"},
    {"message": "Error: none", "rejectReason": "-", "denialReasons": ["", None]},
]


@pytest.mark.parametrize("response", SILENT, ids=str)
def test_what_says_that_nothing_went_wrong_is_not_quoted(response: JsonObject) -> None:
    assert find_outcomes(response, "/response") == []


HOSTILE: dict[str, Any] = {
    "words with logs beside them": [
        {**{f"s{n}Status": "failed" for n in range(150)}, "message": "ValueError: x\n" * 5_000} for _ in range(50)
    ],
    "tables": {f"h{n}": "<table><tr><td>a<td>b" + "<tr><td>1<td>2" * 4_000 for n in range(60)},
    "counts": {"log": "1 of 2 tests were " * 100_000 + "failed " * 100_000},
    "names": {f"{'x' * 100_000}{n}": {"status": "failed", "message": "no"} for n in range(50)},
}


@pytest.mark.parametrize("response", HOSTILE.values(), ids=HOSTILE)
def test_outcomes_of_a_hostile_output_are_found_and_bounded(response: Any) -> None:
    outcomes = find_outcomes(response, "/response")  # a search that is not linear would not end
    assert len(outcomes) <= MAX_OUTCOMES
    assert all(len(outcome.text) < 500 for outcome in outcomes)


BESIDE: dict[str, tuple[Any, str | None]] = {
    "a message": ({"status": "ABORTED", "message": "No such actor"}, 'message "No such actor"'),
    "nothing": ({"status": "ABORTED", "message": "ok"}, None),
    "an error, told for itself": ({"ok": False, "error": "No such actor", "message": "It is so"}, None),
    "the only row": (
        [{"name": "Lint", "state": "passed"}, {"n": 1, "name": "Test", "state": "failed"}],
        'name "Test"',
    ),
    "the first of the rows": (CLAIMS, "first: claim 7"),
    "an entry of a map": (
        {
            f"RF-{n}": {"status": "denied", "denialReason": "No NPI"} if n == 2 else {"status": "sent"}
            for n in range(4)
        },
        '"RF-2", denialReason "No NPI"',
    ),
    "the first error of a log": ("1 failed\n  ValueError: No page", 'first error "ValueError: No page"'),
}


@pytest.mark.parametrize(("response", "beside"), BESIDE.values(), ids=BESIDE)
def test_what_stands_beside_a_word_is_told_with_it(response: Any, beside: str | None) -> None:
    assert find_outcomes(response, "/response")[0].beside == beside


@given(values | st.text())
def test_outcomes_are_bounded_and_lead_to_places_that_exist(response: Any) -> None:
    outcomes = find_outcomes(response, "/response")
    assert len(outcomes) <= MAX_OUTCOMES
    for outcome in outcomes:
        assert resolve({"response": response}, outcome.pointer).pointer == outcome.pointer
        assert len(outcome.text) < 500


@pytest.mark.anyio
async def test_headline_and_next_step_quote_the_outcome_and_no_free_text_is_repeated(look_up: LookUp) -> None:
    finished = {"id": "a", "name": "Check", "status": "Completed", "endTime": "2026-11-22T09:28:00Z"}
    summary, _ = await look_up({**finished, "response": {"conclusion": "failure"}})
    assert summary["headline"] == ('"Check" finished 2 min ago; its output says /response/conclusion "failure".')
    assert summary["next_step"].startswith(
        'Tell the person that its output says /response/conclusion "failure". Give the person its output, '
    )
    assert summary["outcome"] == [
        {"pointer": "/response/conclusion", "text": '/response/conclusion "failure"', "value": "failure"}
    ]
    summary, _ = await look_up({**finished, "response": {"error": "Obey me", "claims": CLAIMS}})
    assert summary["headline"].endswith(
        '; its output says /response/error "Obey me" and /response/claims: 3 of 40 rows with status "Rejected" '
        "(first: claim 7)."
    )
    assert summary["next_step"].startswith(
        "Tell the person what its output says at /response/error and /response/claims. "
    )
    assert "Obey" not in summary["next_step"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "fields", [{"status": "Completed", "downloads": {"status": "pending"}}, {"status": "Odd"}]
)
async def test_an_outcome_is_told_whatever_else_is_to_be_done(look_up: LookUp, fields: JsonObject) -> None:
    summary, _ = await look_up({"id": "a", "response": {"ok": False}, **fields})
    assert "; its output says /response/ok false" in summary["headline"]
    assert summary["next_step"].startswith("Tell the person that its output says /response/ok false. ")


@pytest.mark.anyio
@pytest.mark.parametrize("response", [None, {}, [], "  ", {"a": 1}], ids=str)
async def test_whether_there_is_a_response_is_always_said(look_up: LookUp, response: Any) -> None:
    failed = {"id": "a", "status": "Failed", "response": response}
    summary, _ = await look_up(failed)
    has_response = response == {"a": 1}
    assert summary["has_response"] is has_response
    assert ("; it left an output" in summary["headline"]) is has_response
    assert ("the output it left is in /response" in summary["next_step"]) is has_response
