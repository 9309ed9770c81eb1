"""Reads the id of an execution as people and models write it: decorated, in a link, in a list of one."""

import ast
import json
import re
import unicodedata
from contextlib import suppress
from itertools import pairwise
from typing import Annotated, Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from kaizen_mcp.json_types import MAX_SAFE_INTEGER
from kaizen_mcp.sanitize.display import quote
from kaizen_mcp.sanitize.hidden_characters import escape_hidden

MAX_ID = 256
"""Characters of an id."""

EXPECTED_ID = 'pass the id as text, for example "exec_abc123"'

# What is copied along with an id from a chat, a document, JSON or a log; never `_` or `-`, which ids have.
_DECORATION = (
    " \t\r\n\u00a0\u200b\ufeff\"'`*~\\.,;:!?#|\u00a1\u00bf\u2026\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f"
    "\u00ab\u00bb\u00b7\u2022\u2018\u2019\u201a\u201c\u201d\u201e\u2039\u203a"
)
_MARKS = (
    "- ",
    "b'",
    'b"',
    *r"&quot &apos &lt &gt &nbsp &#34 &#39 &#x22 &#x27 %22 %27 \n \r \t \u0022 \u0027".split(),
)
_ELEMENT = re.compile(r"<([A-Za-z][\w:-]*)\b[^<>]{0,200}>(.*?)</\1>", re.DOTALL)
_BRACKETS = dict(
    zip(
        "([{<\u300c\u300e\u300a\u3008\u3010\uff08\uff3b",
        ")]}>\u300d\u300f\u300b\u3009\u3011\uff09\uff3d",
        strict=True,
    )
)
_REFUSED_CATEGORIES = {"Cc", "Cf", "Cs", "Zl", "Zp"}

# What stands where a program or a person should have put an id, without blanks, brackets, `_` and `-`.
_PLACEHOLDER = re.compile(
    r"null|none|nil|undefined|nan|true|false|unknown|n/a|tbd|todo|string|text|example|placeholder|0{8,36}"
    r"|novalue|unset|notset|missing|circular|replaceme|function.*|object(object|promise|array|undefined|null)"
    r"|(exec(ution)?|teach(ing)?)?x{3,36}"
    r"|(the|your|my|an?|some|insert|enter|replace|with|actual|real|example|unknown|kaizen|workflow|run|session|instructor"
    r"|teach(ing)?|exec(ution)?)*(ids?|uuid|guid|identifier)((from)?(here|above|below))?",
    re.IGNORECASE,
)
_BETWEEN_WORDS = re.compile(r"[\s_.$%()\[\]{}<>-]+")
_TEMPLATE = re.compile(
    r"\{\{.*\}\}|\{\d+\}|%[sd]|\$\{.*\}|\$\(.*\)|<%.*%>|<[a-z _-]{0,60}\b(of|for|from|here|id)\b[a-z _-]{0,60}>",
    re.IGNORECASE,
)

_LINK = re.compile(r"https?://[^\s<>\"'`)\]|*]+", re.IGNORECASE)
_LINK_WITHOUT_SCHEME = re.compile(r"[\w.:-]+/(\S*/)?(instructor[-_]?)?executions?/\S+", re.IGNORECASE)
_MARKDOWN_LINK = re.compile(r"\[(?P<text>[^\[\]]*)\](?:\((?P<target>[^()]*)\)|\[(?P<label>[^\[\]]*)\])")
_ID_PARAMETER = re.compile(r"(instructor[-_]?)?execution[-_]?(id)?", re.IGNORECASE)
_SEGMENT_BEFORE_ID = re.compile(r"(instructor[-_]?)?executions?", re.IGNORECASE)
# Segments that may stand between `executions` and the id, in paths of the API or of a dashboard.
_ACTIONS = {"get", "getevents", "list", "retry", "view", "details", "history", "compare", "new", "all", "search"}
# Segments that are followed by the id of something else.
_OTHER_RESOURCES = {"workflow", "workflows", "batch", "batches", "session", "sessions", "file", "files"} | {
    "login", "logins", "org", "orgs", "organization", "organizations", "user", "users"
}  # fmt: skip

# An id in prose must have a form that no word has: `exec-claim-failed`, `exec_abc123`, a UUID.
_ID_IN_PROSE = re.compile(
    r"(?i)\b(?:(?:exec(?:ution)?|teach)[-_][\w-]*\w|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b"
)
_ID_NAME = re.compile(r"((instructor)?exec(ution)?)?(id|uuid)|(instructor)?execution", re.IGNORECASE)
_MAX_SEARCHED = 10_000
"""Characters of a text in which an id is searched for."""


def read_id(value: object) -> str:
    """Return the id in an argument.

    Quotes, brackets and punctuation around it are removed, a whole number becomes text, and a link, a list of one
    or an object with one id yields the id in it.

    Raises:
        PydanticCustomError: no valid id, or more than one; the message has the reason and what to pass instead.
    """
    text = _as_text(value)
    if len(text) > _MAX_SEARCHED:
        raise _invalid_id(f"is longer than {MAX_ID} characters", _find_id(text))
    if _TEMPLATE.fullmatch(text) and not _ID_IN_PROSE.fullmatch(_without_decoration(text)):
        raise _placeholder()
    if (inner := read_json(text)) is not None:
        return read_id(inner)
    text = _without_decoration(_id_in_any_link(text) or _ELEMENT.sub(r"\2", text))
    if not text:
        raise _invalid_id("is empty")
    if _is_placeholder(text):
        raise _placeholder()
    if re.search(r"[\s=(<\[{,;]", text) and (found_id := _find_id(text)) and found_id != text:
        raise _invalid_id("has more in it than an id", found_id)
    if len(text) > MAX_ID:
        raise _invalid_id(f"is longer than {MAX_ID} characters")
    if escape_hidden(text) != text or any(unicodedata.category(c) in _REFUSED_CATEGORIES for c in text):
        raise _invalid_id("has control or invisible characters in it")
    return text


def is_id_name(name: str) -> bool:
    """Whether an argument of this name holds the id: `executionId`, `ID`, `instructor_execution_id`."""
    return _ID_NAME.fullmatch(re.sub(r"[\W_]", "", name)) is not None


def _without_decoration(text: str) -> str:
    """Remove quotes, punctuation, Markdown and brackets around an id; a bracket that belongs to it stays."""
    before = None
    while text != before:
        before = text
        for mark in _MARKS:
            text = text.strip().removeprefix(mark).removesuffix(mark)
        text = text.strip(_DECORATION)
        for opening, closing in _BRACKETS.items():
            if text.startswith(opening) and (text.endswith(closing) or closing not in text):
                text = text.removeprefix(opening).removesuffix(closing)
            elif opening not in text:
                text = text.removeprefix(closing).removesuffix(closing)
    return text


def _as_text(value: object) -> str:
    if isinstance(value, list | dict):
        ids = _ids_in(cast("list[Any] | dict[str, Any]", value))
        if len(ids) == 1:
            return ids[0]
        kind = "a list" if isinstance(value, list) else "an object"
        raise _invalid_id(f"is {kind}, not one id", ids[0] if ids else None)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) >= MAX_SAFE_INTEGER:
            raise _invalid_id(
                "is a number beyond 2^53, and such numbers arrive rounded", expected="send it as text"
            )
        return str(value)
    if not isinstance(value, str):
        raise _invalid_id("must be text")
    return value.strip()


def _invalid_id(reason: str, found_id: str | None = None, expected: str = EXPECTED_ID) -> PydanticCustomError:
    """Error with the reason and what to pass instead: the id found in the argument, if there is one."""
    expected = f"pass just {quote(found_id, MAX_ID)}, one id a call" if found_id else expected
    return PydanticCustomError("id", "{reason}; {expected}", {"reason": reason, "expected": expected})


def _placeholder() -> PydanticCustomError:
    where = (
        "the person knows it, and so does whatever started the run; a Kaizen link to the execution will do, too"
    )
    return _invalid_id("is a placeholder, not an id", expected=f"pass the real one: {where}")


def _find_id(text: str) -> str | None:
    """The first id in prose."""
    ids = (match[0] for match in _ID_IN_PROSE.finditer(text[:_MAX_SEARCHED]))
    return next((text for text in ids if not _is_placeholder(text)), None)


def _is_placeholder(text: str) -> bool:
    return _PLACEHOLDER.fullmatch(_BETWEEN_WORDS.sub("", text)) is not None


def read_json(text: str) -> object:
    """The list or object in a text that is JSON, or that Python or JavaScript printed; None if it is neither."""
    text = text.strip().strip("`").removeprefix("json").strip()
    if len(text) <= _MAX_SEARCHED and (text[:1], text[-1:]) in {("{", "}"), ("[", "]")}:
        for read in (json.loads, ast.literal_eval):
            with suppress(ValueError, SyntaxError, RecursionError, MemoryError):
                value: object = read(text)
                return cast("object", value) if isinstance(value, list | dict) else None
    return None


def _ids_in(value: list[Any] | dict[str, Any]) -> list[str]:
    """The ids in a list, or in the fields of an object that are named like one, without duplicates."""
    candidates = value if isinstance(value, list) else [item for name, item in value.items() if is_id_name(name)]
    ids: dict[str, None] = {}
    for item in candidates:
        if not isinstance(item, list | dict):
            with suppress(PydanticCustomError):
                ids[_as_text(item)] = None
    return [text for text in ids if text and len(text) <= MAX_ID]


def _id_in_any_link(text: str) -> str | None:
    """The id in a link, or in the text of a Markdown link; None if there is no link.

    Raises:
        PydanticCustomError: there is no id in it, or two.
    """
    markdown = _MARKDOWN_LINK.search(text)
    shown = _without_decoration(markdown["text"]) if markdown else ""
    target = (markdown["target"] or "") if markdown else text
    links = _LINK.findall(text) or ([target.strip()] if _LINK_WITHOUT_SCHEME.fullmatch(target.strip()) else [])
    linked: list[str] = []
    problem: PydanticCustomError | None = None
    for link in links:
        try:
            linked.append(_id_in_link(_without_decoration(link)))
        except PydanticCustomError as error:
            problem = error
    is_id = re.search(r"\d", shown) or _ID_IN_PROSE.fullmatch(shown) or not linked
    if shown and is_id and not re.search(r"\s", shown):
        linked.insert(0, shown)
    ids = sorted(set(linked), key=linked.index)
    if len(ids) > 1:
        both = " and ".join(quote(identifier, MAX_ID) for identifier in ids[:2])
        raise _invalid_id(f"has two ids in it, {both}", expected="pass the one that is meant")
    if problem and not ids:
        raise problem
    return ids[0] if ids else None


def _id_in_link(link: str) -> str:
    """Return the id in a link.

    The form of Kaizen's links is not documented. Candidates are, in this order: a query parameter named like an
    execution's id, the path segment after `execution` or `executions`, a parameter `id`, and a last path segment
    that looks like an id and does not belong to another resource.
    """
    try:
        url = urlsplit(link if "://" in link else f"https://{link}")
        # Single-page applications have a second path after the `#`.
        inner = urlsplit(url.fragment.lstrip("!")) if url.fragment.startswith(("/", "!/")) else urlsplit("")
    except ValueError:
        raise _invalid_id("has a link in it that is not valid") from None
    parameters = [(name, value.strip()) for name, value in parse_qsl(url.query) + parse_qsl(inner.query)]
    segments = [unquote(segment).strip() for segment in f"{url.path}/{inner.path}".split("/")]
    segments = [segment for segment in segments if segment and segment.lower() not in _ACTIONS]
    pairs = [pair for pair in pairwise(["", *segments]) if not _SEGMENT_BEFORE_ID.fullmatch(pair[1])]
    candidates = [
        *(value for name, value in parameters if _ID_PARAMETER.fullmatch(name)),
        *(b for a, b in pairs if _SEGMENT_BEFORE_ID.fullmatch(a) and b.lower() not in _OTHER_RESOURCES),
        *(value for name, value in parameters if name.lower() == "id"),
        *(b for a, b in pairs[-1:] if a.lower() not in _OTHER_RESOURCES and re.search(r"[\d_-]", b)),
    ]
    if not candidates:
        raise _invalid_id("has a link in it that contains no id")
    return candidates[0]


ExecutionId = Annotated[str, BeforeValidator(read_id)]
