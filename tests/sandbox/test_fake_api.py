"""The sandbox matches the API documents: endpoints, shapes and error responses."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import NOW

from kaizen_mcp.sandbox.fake_api import create_app
from kaizen_mcp.sandbox.sample_runs import EXECUTIONS, FINISHED_AFTER, INSTRUCTOR_EXECUTIONS, Clock, find_run

pytestmark = pytest.mark.anyio

FIXTURES = Path(__file__).parents[1] / "fixtures"
CLOCK = Clock(NOW, NOW)
SPARSE = {"exec-sparse", "exec-statusless", "teach-sparse"}
WEBHOOK = {"endTime", "durationMs", "response", "truncatedResponse", "responseFile"}
MADE_UP = {"errorMessage", "error", "failureReason"}


async def post(path: str, *, key: str | None = "Bearer any", **kwargs: Any) -> httpx.Response:
    transport = httpx.ASGITransport(create_app(now=lambda: NOW))
    headers = {"Authorization": key} if key is not None else {}
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
        return await client.post(path, headers=headers, **kwargs)


def sample(name: str) -> dict[str, Any]:
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


async def test_only_get_execution_wraps_its_object() -> None:
    execution = await post("/executions/get", json={"id": "exec-child"})
    assert (execution.status_code, list(execution.json())) == (200, ["execution"])
    instructor = await post("/instructor/executions/get", json={"id": "teach-queued"})
    assert (instructor.status_code, instructor.json()["id"]) == (200, "teach-queued")


@pytest.mark.parametrize("identifier", sorted({*EXECUTIONS, *INSTRUCTOR_EXECUTIONS} - SPARSE))
def test_sample_objects_have_the_documented_fields(identifier: str) -> None:
    instructor = identifier in INSTRUCTOR_EXECUTIONS
    documented = sample("get_instructor_execution") if instructor else sample("get_execution")["execution"]
    found = find_run(INSTRUCTOR_EXECUTIONS if instructor else EXECUTIONS, identifier, CLOCK)
    assert found is not None
    assert set(documented) <= set(found)
    assert set(found) - set(documented) <= WEBHOOK | MADE_UP


def test_the_samples_cover_every_status() -> None:
    late = Clock(NOW, NOW + timedelta(seconds=FINISHED_AFTER))
    executions = [find_run(EXECUTIONS, identifier, late) or {} for identifier in EXECUTIONS]
    statuses = {execution.get("status") for execution in executions}
    assert statuses == {"Enqueued", "InProgress", "Paused", "Completed", "Failed", "Cancelled", None}
    every_login = find_run(EXECUTIONS, "exec-every-login", late) or {}
    assert [login["status"] for login in every_login["authentications"]] == [
        "Enqueued", "InProgress", "Finished", "Failed"
    ]  # fmt: skip
    assert len(EXECUTIONS) >= 12
    assert len(INSTRUCTOR_EXECUTIONS) >= 8


NO_KEY = "An API key is required: Authorization: Bearer <key>"


@pytest.mark.parametrize(
    ("request_", "status", "message"),
    [
        ({"key": None, "json": {"id": "exec-child"}}, 401, NO_KEY),
        ({"key": "Basic abc", "json": {"id": "exec-child"}}, 401, NO_KEY),
        ({"key": "Bearer ", "json": {"id": "exec-child"}}, 401, NO_KEY),
        ({"json": {"id": "nobody"}}, 404, "No object with this id"),
        ({"json": {"id": "teach-queued"}}, 404, "No object with this id"),
        ({"json": {"id": 7}}, 400, 'The body must be {"id": string}'),
        ({"json": {}}, 400, 'The body must be {"id": string}'),
        ({"json": []}, 400, 'The body must be {"id": string}'),
        ({"content": b"id=exec-child"}, 400, "The body is not JSON"),
        ({"content": b"\xff"}, 400, "The body is not JSON"),
        ({"content": b"[" * 100_000}, 400, "The body is not JSON"),
    ],
    ids=str,
)  # fmt: skip
async def test_an_error_response_is_json_with_a_message(
    request_: dict[str, Any], status: int, message: str
) -> None:
    answer = await post("/executions/get", **request_)
    assert (answer.status_code, answer.json()) == (status, {"message": message})


async def test_an_unknown_path_or_method_is_rejected_in_json() -> None:
    assert (await post("/executions/list", json={})).json() == {"message": "Not Found"}
    transport = httpx.ASGITransport(create_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
        answer = await client.get("/executions/get")
    assert (answer.status_code, answer.json()) == (405, {"message": "Method Not Allowed"})
