"""Stub of the API: responds to each lookup at once, with data that differs in every row and every call.

python -m benchmarks.stub    prints its port and serves on loopback until stdin is closed

An id is `exec-<bytes>-<number>`: `exec-20000-7` is the seventh object of about 20,000 bytes. The same id always
gets the same object.
"""

import asyncio
import json
import random
import re
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

SEED = 20261122
HEADS, ROWS = 2_000, 60_000
"""Number of generated heads and rows; the largest object needs half of the rows."""

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_ID = re.compile(r"exec-(\d+)-(\d+)")
_STRIDE = 7_919
"""Distance between the first rows of two consecutive objects; a prime, so that all rows are used."""

_FIRST_NAMES = (
    "Amara Bilal Chloe Dmitri Elena Farid Grace Hugo Ines Jonas Keiko Liam Mei Nadia Omar Priya Quinn Rosa Sven"
    " Tomas Uma Victor Wanda Xavier Yara Zoe Ngozi Łukasz Søren Beyza"
).split()
_LAST_NAMES = (
    "Okafor Nakamura Fernández O'Brien Kowalski Haddad Lindqvist Patel Moreau Nguyen Schmidt Rossi Ivanova Mbeki"
    " Johansson Castillo Ahmed Fischer Tanaka Silva Novak Dubois Petrov Larsen Müller Costa Çelik Singh Weber"
).split()
_PAYERS = "Delta Dental,Cigna,Availity,MetLife,Guardian,Aetna,Humana,UnitedHealthcare,Ameritas,Principal".split(
    ","
)
_NOTES = (
    "Paid in full by {payer} on {day}.",
    "{payer} asks for the X-ray of {day}; claim {number} is on hold.",
    "Denied by {payer}: frequency limit reached, see remittance {number}.",
    "Deductible of ${amount} applied, the rest is due from the patient.",
    "Resubmitted on {day} with attachment {number}.",
    "Coordination of benefits with {payer}, {amount} paid by the first plan.",
)


def make_row(number: int, rng: random.Random) -> dict[str, Any]:
    """One claim in the output of an execution, about 200 bytes of JSON."""
    day = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=rng.randrange(320))).date().isoformat()
    amount = rng.randrange(2_000, 250_000) / 100
    note = rng.choice(_NOTES).format(
        payer=rng.choice(_PAYERS), day=day, number=rng.randrange(10**6, 10**7), amount=amount
    )
    return {
        "row": number,
        "claim": f"2026-{rng.randrange(10**6):06d}",
        "patient": f"{rng.choice(_FIRST_NAMES)} {rng.choice(_LAST_NAMES)}",
        "date": day,
        "status": rng.choice(["Paid", "Paid", "Denied", "Pending"]),
        "amount": amount,
        "paid": rng.random() < 0.5,  # noqa: PLR2004 - half of them
        "note": note,
    }


def make_head(number: int, rng: random.Random) -> dict[str, Any]:
    """All fields of an execution except its id and its output, about 1,000 bytes of JSON."""
    start = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=rng.randrange(10**6))
    seconds = rng.randrange(30, 3_000)
    payer = rng.choice(_PAYERS)
    files = [
        {"id": f"file-{n}", "name": f"invoice-{n}.pdf", "mimeType": "application/pdf", "sizeBytes": n // 7}
        | {"downloadUrl": f"https://files.kaizen.example/file-{n}?token=signed-{n}"}
        for n in (rng.randrange(10**6) for _ in range(2))
    ]
    return {
        "name": f"Collect invoices – {payer}, {start.date()}",
        "status": "Completed",
        "workflow": {"id": f"workflow-{rng.randrange(100)}", "name": "Collect invoices"},
        "batch": {"id": f"batch-{number}", "name": f"{start.date()}"},
        "logins": [{"id": f"login-{rng.randrange(1000)}", "name": f"{payer} (Smith Dental)"}],
        "authentications": [{"id": f"auth-{number}", "status": "Finished", "sessionId": f"session-{number}"}],
        "startTime": start.isoformat(),
        "endTime": (start + timedelta(seconds=seconds)).isoformat(),
        "durationMs": seconds * 1000,
        "params": {"month": f"{start:%Y-%m}", "payer": payer, "member": f"M{rng.randrange(10**8)}"},
        "attempts": 1,
        "totalAttempts": 3,
        "isLastAttempt": False,
        "liveViewUrl": None,
        "downloads": {"files": files, "message": None},
    }


def encode(value: object) -> bytes:
    """Compact JSON in UTF-8, as web frameworks write it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class Executions:
    """The executions of the stub. All slow work is done before the first request."""

    def __init__(self) -> None:
        rng = random.Random(SEED)  # noqa: S311 - benchmark data
        self._heads = [encode(make_head(number, rng))[1:-1] for number in range(HEADS)]
        rows = [encode(make_row(number, rng)) for number in range(ROWS)]
        self._row_size = sum(map(len, rows)) / ROWS + 1
        self._rows = rows * 2  # so that a slice can continue with the first row after the last

    def body(self, identifier: str) -> bytes:
        """The body of the response for an id."""
        match = _ID.fullmatch(identifier)
        if match is None:
            raise ValueError(identifier)
        size, number = int(match[1]), int(match[2])
        head = self._heads[number % HEADS]
        count = min(round(max(size - len(head), 0) / self._row_size), ROWS)
        first = number * _STRIDE % ROWS
        rows = b",".join(self._rows[first : first + count])
        return b'{"execution":{"id":"%b",%b,"response":{"rows":[%b]}}}' % (identifier.encode(), head, rows)


class _Api(asyncio.Protocol):
    """One connection; httpx sends requests one after the other."""

    def __init__(self, executions: Executions) -> None:
        self._executions = executions
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what asyncio gives a Protocol
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0 and self._transport:
            length = _LENGTH.search(self._received, 0, end)
            request_end = end + 4 + (int(length[1]) if length else 0)
            if len(self._received) < request_end:
                return
            body = self._executions.body(json.loads(self._received[end + 4 : request_end])["id"])
            self._received = self._received[request_end:]
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            self._transport.write(head.encode() + body)


async def serve() -> None:
    """Serve on a free loopback port until stdin is closed."""
    executions = Executions()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Api(executions), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())
