"""Read the rules of kingfisher-secret-scanner's catalogue, and make up a text for each.

As a program, run by a Python in which the catalogue is installed, it prints the rules as JSON. Not all versions
come with examples, so a text is made up from the pattern and searched by the scanner itself: what it finds is the
secret. Rules that find only a public part (a host, an id, a name) are left out.
"""

# The catalogue and the module beside this program are imported where there are no types for them.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

import json
import random
import re
import sys
import warnings
from typing import Any, NamedTuple

PUBLIC = re.compile(
    r"(?:client-id|account-id|tenant-id|application-id|-url|-host|-name|-username|-domain|-repository|address|key-id"
    r"|public|app-id|access-id|auth-id|account-name|-id)(?:\.\d)?$|sensitive-url$|planetscale-id"
)


_ATTEMPTS = 30


class CatalogueRule(NamedTuple):
    """A rule, and texts with the secret in each."""

    name: str
    texts: list[tuple[str, str]]


def read_catalogue(output: str) -> list[CatalogueRule]:
    """Read what this program printed."""
    return [CatalogueRule(name, [(text, secret) for text, secret in texts]) for name, texts in json.loads(output)]


def main() -> int:
    """Print each rule's name and texts as JSON."""
    from kingfisher_sdk import _native  # type: ignore[import-not-found] # noqa: PLC0415 - in that environment only

    sys.path.insert(0, __file__.rpartition("/")[0])
    rules: Any = _native.Rules([], True, "low", cache=False)
    scanner: Any = _native.Scanner(rules, False, False, False, None)
    found: list[tuple[str, list[tuple[str, str]]]] = []
    for row in rules.metadata():
        detail = rules.detail(row["id"])
        if detail["visible"] and not PUBLIC.search(row["id"]):
            found.append((row["id"], _texts(detail, scanner)))
    print(json.dumps(found))
    return 0


def _texts(detail: dict[str, Any], scanner: Any) -> list[tuple[str, str]]:
    from examples import example  # type: ignore[import-not-found] # noqa: PLC0415 - beside this program

    made: list[str] = [*detail["examples"]]
    rng = random.Random(detail["id"])  # noqa: S311 - no secret
    for _ in range(_ATTEMPTS):
        if made:
            break
        try:
            with warnings.catch_warnings(action="ignore"):
                text = example(detail["pattern"].replace("\\z", "\\Z"), rng, attempts=5)
        except re.error:
            break
        if text and any(hit.rule_id == detail["id"] for hit in scanner.scan_bytes(text.encode())):
            made.append(text)
    texts: list[tuple[str, str]] = []
    for text in made:
        secrets = [hit.secret for hit in scanner.scan_bytes(text.encode()) if hit.rule_id == detail["id"]]
        texts += [(text, secrets[0])] if secrets else []
    return texts


if __name__ == "__main__":
    sys.exit(main())
