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
import uuid
from collections.abc import Sequence
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
WORDS = (
    "the a of and to in for on with by from as at is was are been not this that which claim patient"
    " member provider payer plan benefit coverage eligibility authorization code procedure tooth surface"
    " crown filling cleaning exam x-ray remittance denied paid pending submitted approved review"
    " deductible copay coinsurance maximum remaining annual frequency limit network out-of-network office"
    " dental medical vision insurance card number group subscriber dependent spouse child phone fax email"
    " website portal login page session download file report statement invoice balance due amount total"
    " credit refund check deposit bank primary secondary sort shipping opinion passed keyboard pinned"
    " r\u00e9sum\u00e9 na\u00efve M\u00fcller \u0141\u00f3d\u017a S\u00e3o Z\u00fcrich se\u00f1or"
    " fa\u00e7ade \u6771\u4eac ma\u00f1ana follow-up call back tomorrow morning afternoon week quarterly"
    " attachment required missing information letter appeal coordination accident compensation effective"
    " date birth service rendered facility hospital clinic specialist referral preauthorization"
).split()
_SECRET_TEXTS = (
    "the login used password={} again",
    "sent x-api-key: {} twice",
    '{{"token": "{}"}}',
    "Your code is {:.6}",
)


def make_sentence(rng: random.Random, words: Sequence[str] = WORDS) -> str:
    """A sentence of 5 to 60 words."""
    return " ".join(rng.choice(words) for _ in range(rng.randint(5, 60))).capitalize() + "."


def make_row(number: int, rng: random.Random) -> dict[str, Any]:
    """One claim in the output of an execution, about 500 bytes of JSON. Nothing in it is secret."""
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=rng.randrange(27_000_000))
    street = f"{rng.randrange(1, 9999)} {rng.choice(_LAST_NAMES)} {rng.choice(['St', 'Ave', 'Road'])}"
    return {
        "row": number,
        "id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "claim": f"2026-{rng.randrange(10**6):06d}",
        "patient": f"{rng.choice(_FIRST_NAMES)} {rng.choice(_LAST_NAMES)}",
        "at": moment.isoformat(),
        "date": moment.date().isoformat(),
        "status": rng.choice(["Paid", "Paid", "Denied", "Pending"]),
        "amount": rng.randrange(2_000, 250_000) / 100,
        "billed": f"${rng.randrange(10**6) / 100:,.2f}",
        "paid": rng.random() < 0.5,  # noqa: PLR2004 - half of them
        "address": f"{street}, {rng.choice(_LAST_NAMES)}ville {rng.randrange(10_000, 99_999)}",
        "note": make_sentence(rng),
    }


def add_secrets(rows: list[dict[str, Any]], rng: random.Random) -> None:
    """Put a secret into one text in a hundred."""
    texts = [(row, key) for row in rows for key, value in row.items() if isinstance(value, str)]
    for row, key in texts[::100]:
        row[key] = rng.choice(_SECRET_TEXTS).format(f"{rng.randrange(10**6)}{rng.getrandbits(48):x}")


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
