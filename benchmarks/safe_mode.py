"""Measure safe mode alone, as multiples of `json.loads` of the same object. Prints Markdown.

python -m benchmarks.safe_mode    in an environment in which kaizen-mcp is installed

Each row of each object has its own text. The last table is the time for a megabyte of text made to be slow, as
multiples of a megabyte of prose.
"""

import json
import random
import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.stub import SEED, WORDS, add_secrets, make_head, make_row, make_sentence
from kaizen_mcp.sanitize.safe_mode import SafeMode
from kaizen_mcp.sanitize.text_masker import TextMasker

SIZES = {"2 KB": (2_000, 50), "20 KB": (20_000, 30), "200 KB": (200_000, 9), "5 MB": (5_000_000, 3)}
"""Label \u2192 bytes of JSON, and number of objects to measure."""
CASES = {"nothing to mask": 8, "a password in params": 12, "a secret in a hundred values": 20}
"""Case \u2192 largest ratio that meets the goal."""
_TELLING = ("pass", "pin", "key", "code", "card", "auth", "cred", "sess", "answer", "social", "connect")
WORDS_OF_PROSE = [word for word in WORDS if not any(stem in word for stem in _TELLING)]
SLOW_LIMIT, MEGABYTE = 3, 1_000_000
SLOW = (
    "password: ", "key=", '"pin": ', "://a:b", "-----BEGIN PRIVATE KEY-----", "eyJaaaaaaaa", "-sk-", "cookie:",
    "<a ", "'a' : '", '"a\\', "--a ", "bearer ", "curl -u a", "a%3D", "access code ", 'type="password" ',
    "\u0915\u200d", "`", "-p ", "-p x ", "deepgram=", "deepgram=a1b2c3d4e5f6g7h8 ", "-u a:b ", " -u a:b",
    "eyJaaaaaaaaaaaaa.", "-eyJaaaaaaaaaaaaa", "eyJ" + "a" * 20 + "." + "b" * 20 + ".c ", "$#pin ",
    "locator('#pin' ", '"pin" ', "token ", "key\t", "password is ", " is the password", "1234 is your ",
    "code 1", "code is ", "use 123 ", ":80:a:b", "a:b@c ", "@", "|", "{", "$2a$", "isa*00*",
    "begin private key----- aaaaaaaa ", "-----BEGIN PRIVATE KEY-----[masked] ", "assertion>a", "<assertion>",
    "<assertion>[masked]</assertion>", "authorization: ", "signature=aaaaaaaa", "?sig=" + "a" * 16, "a=",
    "pass", "pin,", "the pin of ", "the pin and so ", "AKIA", "AKIA" + "ABCD" * 4 + " ",
    "ghp_" + "a" * 30 + " ", "Zm9vOmJhcjEyMzQ1Njc4 ", "6f1d2c3b-4a59-4e0f-9b7a-2d8c1e5f0a94 ", "mysql ",
    "docker ", "<td>pin</td>", "value='a' name='pin", "\u201cpin\u201d ", "password\n", "password=x1y2z3\n",
    "password: |\n", "a,password,c\n",
    '{"password": "x1y2z3"},', "x" * 60 + "azdo", "\\", '\\"', "a.", "a-", "%25",
)  # fmt: skip
"""Pieces that are repeated for a megabyte."""


def make_object(size: int, number: int, case: str) -> dict[str, Any]:
    """An execution of about `size` bytes of JSON."""
    rng = random.Random(f"{SEED} {size} {number}")  # noqa: S311 - benchmark data
    data: dict[str, Any] = {"id": f"exec-{number}", **make_head(number, rng)}
    rows: list[dict[str, Any]] = []
    length = len(json.dumps(data))
    while length < size:
        rows.append(make_row(len(rows), rng))
        length += len(json.dumps(rows[-1], ensure_ascii=False).encode())
    if case == "a secret in a hundred values":
        add_secrets(rows, rng)
    elif case != "nothing to mask":
        data["params"]["password"] = "hunter2"  # noqa: S105 - benchmark data
    return data | {"response": {"rows": rows}}


def seconds(run: Callable[[], object]) -> float:
    """Shortest of three runs."""
    times: list[float] = []
    for _ in range(3):
        start = perf_counter()
        run()
        times.append(perf_counter() - start)
    return min(times)


def main() -> int:
    """Print both tables. Returns 0 even if a goal is missed."""
    safe_mode = SafeMode(TextMasker(["benchmark-key-0123456789"]))
    safe_mode.apply(make_object(20_000, -1, "a secret in a hundred values"))
    print(f"| safe mode \u00f7 json.loads | {' | '.join(SIZES)} | goal |\n|---|{'---|' * len(SIZES)}---|")
    for case, limit in CASES.items():
        cells = [f"{median(ratios(safe_mode, size, count, case)):.1f}" for size, count in SIZES.values()]
        print(f"| {case} | {' | '.join(cells)} | \u2264 {limit} |")
    rng = random.Random(SEED)  # noqa: S311 - benchmark data
    prose = ""
    while len(prose) < MEGABYTE:
        prose += make_sentence(rng, WORDS_OF_PROSE) + "\n"
    base = seconds(lambda: safe_mode.apply({"note": prose}))
    title = f"\u00f7 a megabyte of prose ({base * 1000:.0f} ms), goal \u2264 {SLOW_LIMIT}"
    print(f"\n| a megabyte of | {title} |\n|---|---|")
    for piece in SLOW:
        text = piece * (MEGABYTE // len(piece))
        base = min(base, seconds(lambda: safe_mode.apply({"note": prose})))
        print(f"| `{piece!r}` | {seconds(lambda text=text: safe_mode.apply({'note': text})) / base:.1f} |")
    return 0


def ratios(safe_mode: SafeMode, size: int, count: int, case: str) -> list[float]:
    """Ratios for `count` different objects."""
    found: list[float] = []
    for number in range(count):
        data = make_object(size, number, case)
        body = json.dumps(data, ensure_ascii=False).encode()
        found.append(
            seconds(lambda data=data: safe_mode.apply(data)) / seconds(lambda body=body: json.loads(body))
        )
    return found


if __name__ == "__main__":
    sys.exit(main())
