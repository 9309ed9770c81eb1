"""Executions of a given size, made up the same in every run."""

import json
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

JsonObject = dict[str, Any]

SIZES = {"2 KB": 2_000, "20 KB": 20_000, "200 KB": 200_000, "5 MB": 5_000_000}
"""Bytes of JSON."""


def execution(size: int) -> JsonObject:
    """An execution as the API documents it, with rows of output up to about `size` bytes."""
    return _filled(size, lambda rows: {"rows": list(rows)}, _row)


def wide(size: int) -> JsonObject:
    """An execution whose output has very many fields."""
    return _filled(size, lambda rows: {f"claim {i}": row["amount"] for i, row in enumerate(rows)}, _row, each=25)


def deep(size: int) -> JsonObject:
    """An execution whose output is nested a hundred levels deep, over and over."""

    def nested(number: int) -> JsonObject:
        inner: Any = number
        for level in range(100):
            inner = {f"level{level}": inner}
        return inner

    return _filled(size, lambda rows: {"trees": list(rows)}, nested)


def long_strings(size: int) -> JsonObject:
    """An execution whose output is a few long texts."""
    text = "The portal answered at length. " * (size // 4 // 31)
    return _filled(size, lambda rows: {"pages": list(rows)}, lambda _: text)


def many_strings(size: int) -> JsonObject:
    """An execution whose output is very many short texts."""
    return _filled(size, lambda rows: {"names": list(rows)}, lambda number: f"Patient {number}")


SHAPES: dict[str, Callable[[int], JsonObject]] = {
    "rows": execution,
    "wide": wide,
    "deep": deep,
    "long strings": long_strings,
    "many strings": many_strings,
}


def _filled(
    size: int, output: Callable[[Iterator[Any]], Any], row: Callable[[int], Any], *, each: int | None = None
) -> JsonObject:
    body = _head()
    left = size - len(json.dumps(body))
    rows: list[Any] = []
    for number in count():
        item = row(number)
        left -= each or len(json.dumps(item)) + 2
        if left < 0:
            break
        rows.append(item)
    return {**body, "response": output(iter(rows))}


def _row(number: int) -> JsonObject:
    return {
        "row": number,
        "claim": f"2026-{number:06d}",
        "patient": "J. Okafor",
        "status": "Paid",
        "amount": 128.5,
        "paid": True,
        "note": "Paid in full by Delta Dental on 12 October.",
    }


def _head() -> JsonObject:
    files = [
        {"id": f"file-{n}", "name": f"invoice-{n}.pdf", "mimeType": "application/pdf", "sizeBytes": 90_112 + n}
        | {"downloadUrl": f"https://files.kaizen.example/file-{n}?token=signed-{n}"}
        for n in range(2)
    ]
    return {
        "id": "exec-benchmark",
        "name": "Collect invoices – October",
        "status": "Completed",
        "workflow": {"id": "workflow-1", "name": "Collect invoices"},
        "batch": {"id": "batch-1", "name": "October"},
        "logins": [{"id": "login-1", "name": "Availity (Smith Dental)"}],
        "authentications": [{"id": "auth-1", "status": "Finished", "sessionId": "session-1"}],
        "startTime": "2026-11-22T07:20:00Z",
        "endTime": "2026-11-22T07:26:40Z",
        "durationMs": 400_000,
        "params": {"month": "2026-10", "payer": "Delta Dental"},
        "attempts": 1,
        "totalAttempts": 3,
        "isLastAttempt": False,
        "liveViewUrl": None,
        "downloads": {"files": files, "message": None},
    }
