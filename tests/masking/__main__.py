"""Report how much safe mode masks, per family, and print each miss on a line. Run by `make masking`.

python -m tests.masking [--catalogue PYTHON]

The families: examples of the rules' own tables; the held-out files in `tests/corpus/held_out`, from which no rule
is written; and the catalogue of another project, read by a Python in which it is installed. Missing files are
passed over.
"""

import argparse
import codecs
import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

from kaizen_mcp.sanitize.key_formats import FORMATS
from kaizen_mcp.sanitize.key_search import key_pattern
from kaizen_mcp.sanitize.safe_mode import SafeMode
from kaizen_mcp.sanitize.text_masker import TextMasker

from .catalogue import read_catalogue
from .examples import example

HELD_OUT = Path(__file__).parents[1] / "corpus" / "held_out"
JsonObject = dict[str, Any]


class Case(NamedTuple):
    """One thing to mask, or to leave alone.

    Attributes:
        kind: row of the family that it belongs to.
        value: text or object.
        secret: what must not be left of it; None if nothing may change.
    """

    kind: str
    value: Any
    secret: str | None


def main() -> int:
    """Print the table and the misses."""
    parser = argparse.ArgumentParser(prog="python -m tests.masking", description="Report how much is masked.")
    parser.add_argument("--catalogue", metavar="PYTHON", help="Python in which the catalogue is installed")
    options = parser.parse_args()
    families: dict[str, list[Case]] = {"the tables' own examples": [*own_examples()]}
    for name, read in HELD_OUT_FILES.items():
        families[f"held out: {name}"] = [read(row) for row in rows_of(HELD_OUT / f"{name}.jsonl")]
    if options.catalogue:
        families["the catalogue, a made-up text for each rule"] = [*catalogue_cases(options.catalogue)]
    misses = {name: [case for case in cases if not is_right(case)] for name, cases in families.items()}
    print("| family | cases | right | kinds | kinds all right |\n|---|---|---|---|---|")
    for name, cases in families.items():
        if cases:
            kinds, bad = {case.kind for case in cases}, {case.kind for case in misses[name]}
            right = len(cases) - len(misses[name])
            print(f"| {name} | {len(cases)} | {right / len(cases):.1%} | {len(kinds)} | {len(kinds - bad)} |")
    for name, cases in misses.items():
        for case in cases:
            what = "changed" if case.secret is None else "missed"
            print(f"{what}: {name}: {case.kind}: {json.dumps(case.value, ensure_ascii=False)[:300]}")
    return 0


def own_examples() -> Iterator[Case]:
    """One made-up key for each prefix in the table of formats."""
    for key in FORMATS:
        for prefix in key.prefixes.split():
            rest = example(key_pattern(key), random.Random(key.what))  # noqa: S311 - no secret
            yield Case(key.what, prefix + (rest or ""), rest or prefix)


def rows_of(path: Path) -> list[JsonObject]:
    """Read the rows of a JSON Lines file, which may be in ROT13: one for each secret. None if there is no file."""
    if not path.exists():
        path = path.with_name(f"{path.name}.rot13")
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    lines = (codecs.decode(text, "rot13") if path.suffix == ".rot13" else text).split("\n")
    rows = [cast("JsonObject", json.loads(line)) for line in lines if line.strip()]
    return [row | {"secret": secret} for row in rows for secret in row.get("secrets", [row.get("secret")])]


_READERS: dict[str, Callable[[JsonObject], Case]] = {
    "formats": lambda row: Case(row["format"], row["text"], row["secret"]),
    "named": lambda row: Case(row["kind"], row.get("text", row.get("object")), row["secret"]),
    "lines": lambda row: Case(row["kind"], row["text"], row["secret"]),
    "ordinary": lambda row: Case(row.get("source", ""), row["text"], None),
    "objects": lambda row: Case(row.get("source", ""), row["object"], None),
}
HELD_OUT_FILES = _READERS | {
    f"{sets}_{name}": read
    for sets in ("everyday", "recent")
    for name, read in _READERS.items()
    if name != "formats"
}
"""File \u2192 what reads a row of it."""


def catalogue_cases(python: str) -> Iterator[Case]:
    """A text for each rule of the catalogue: its examples, or else one made up from its pattern."""
    program = Path(__file__).with_name("catalogue.py")
    done = subprocess.run([python, str(program)], capture_output=True, encoding="utf-8", check=True)
    for rule in read_catalogue(done.stdout):
        for text, secret in rule.texts:
            yield Case(rule.name, text, secret)


def is_right(case: Case) -> bool:
    """Whether a case is masked, or left alone, as it should be."""
    data: JsonObject = {"note": case.value}
    masked = SafeMode(TextMasker()).apply(data).data
    if case.secret is None:
        return masked == data
    left = json.dumps(masked, ensure_ascii=False)
    return (
        left != json.dumps(data, ensure_ascii=False)
        and json.dumps(case.secret, ensure_ascii=False)[1:-1] not in left
    )


if __name__ == "__main__":
    sys.exit(main())
