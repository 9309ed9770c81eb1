"""Finds what the body of an error response says: the message to quote, and the codes beside it."""

import json
import re
from collections.abc import Iterator
from http import HTTPStatus
from itertools import islice
from typing import Literal, NamedTuple, cast

MAX_API_MESSAGE = 300
"""Characters of the API's own message that are passed on."""

# Kaizen documents no error body, so names that APIs commonly use are looked for. A name counts if it ends in one
# of these, without case, `_` and `-`; where several stand at the same depth, this is their order.
_TEXT_NAMES = (
    *("message", "messages", "msg", "detail", "details", "description", "reason", "faultstring"),
    *("error", "err", "title", "errors", "exception", "cause", "hint"),
)
_BY_FIELD_NAMES = ("details", "constraints", "modelstate", "fields", "data", "message", "messages")
"""Ends of names of objects that may say what is wrong with each field: `{"details": {"id": "is too long"}}`."""

_LIST_NAMES = ("errors", "issues", "violations", "details", "invalidparams", "constraints", "modelstate", "fields")
"""Ends of names of lists of what is wrong with single fields."""

_NO_TEXTS = frozenset(
    "code errorcode kind location name path stack stacktrace status timestamp trace traces type value".split()
)
"""Names beside a message that say nothing in words."""

_CODE_NAMES = ("code", "type", "reason", "status", "error")
"""Ends of names of codes."""

_MAX_WORDS = 2_000
"""Characters of a plain text in which kinds of errors are told apart."""

_MAX_LEVELS = 10
_MAX_NODES = 500
"""How far a message is looked for."""

_STATUS_PHRASES = frozenset(status.phrase.lower() for status in HTTPStatus)
_CODE = re.compile(r"[A-Za-z][\w.#-]{2,99}")
_HTML = re.compile(
    r"\A<!doctype|</?(a|b|body|br|center|div|em|h[1-6]|head|hr|html|i|iframe|img|li|ol|p|pre|script|span|strong|style"
    r"|table|ul)(?=[\s/>])",
    re.IGNORECASE,
)
"""Tags of web pages. `List<String>` and `Expected <id>` have none."""


class ErrorBody(NamedTuple):
    """The body of an error response.

    Attributes:
        format: what it is; `page` for a web page, which says nothing.
        message: what it says, as it was sent: mask it before it is shown.
        words: what it says and the codes in it, to tell kinds of errors apart; never shown.
    """

    format: Literal["json", "text", "xml", "page"]
    message: str | None = None
    words: str = ""


def read_error_body(text: str, *, is_html: bool) -> ErrorBody:
    """Read the body of an error response.

    Args:
        text: the body, without blanks around it.
        is_html: whether the response calls itself HTML.
    """
    data = _read_json(text)
    if data is not None:
        codes = list(_codes(data))
        message = find_message(data) or find_message({"errors": _lists_in(data)}) or _error_word(data)
        return ErrorBody("json", message, " ".join([message or "", *codes]))
    if is_html or (text.startswith("<") and _HTML.search(text)):
        return ErrorBody("page")
    if text.startswith("<"):
        words = " ".join(re.sub(r"<[^<>]*>", " ", text).split())
        return ErrorBody("xml", words, words)
    return ErrorBody("text", _plain_message(text), text[:_MAX_WORDS])


def _plain_message(text: str) -> str | None:
    """A short plain text; None if it is none, or says no more than the HTTP status."""
    plain = text.strip('"')
    is_text = 0 < len(plain) <= MAX_API_MESSAGE and plain[0] not in "{[" and not _is_markup(plain)
    only_status = plain.lstrip("0123456789: ").lower() in {"", *_STATUS_PHRASES}
    return plain if is_text and "\ufffd" not in plain and not only_status else None


def _lists_in(data: object) -> dict[str, object]:
    """Lists of an object, which Django names by field: `{"id": ["is odd"]}`."""
    fields = cast("dict[str, object]", data) if isinstance(data, dict) else {}
    return {name: value for name, value in fields.items() if isinstance(value, list)}


def _codes(data: object) -> Iterator[str]:
    """Codes such as `quotaExceeded`, and names of flags such as `cloudflare_error` that are true."""
    for node in _walk(data):
        if node.value is True:
            yield node.name
        elif node.name.endswith(_CODE_NAMES) and _CODE.fullmatch(str(node.value)):
            yield str(node.value)


def _error_word(data: object) -> str | None:
    """The name of an error, such as AWS's `__type`."""
    words = (str(node.value) for node in _walk(data) if node.name in {"code", "errorcode", "type"})
    return next((word for word in words if _CODE.fullmatch(word)), None)


def find_message(data: object) -> str | None:
    """Return what an answer that stands for an error says, as it was sent: mask it before it is shown.

    The text nearest the root comes first. It is often general ("Validation failed"), so the first text from a list
    of single errors follows it. Text with markup in it does not count.

    Args:
        data: decoded JSON, of any shape.
    """
    texts = [
        (node.value.strip(), node.in_list)
        for node in _walk(data)
        if isinstance(node.value, str) and _is_text_name(node.name) and not _is_markup(node.value.strip())
    ]
    texts = [(text, in_list) for text, in_list in texts if text]
    # A status in words, such as "Bad Request", says nothing more than its number.
    texts = [(text, in_list) for text, in_list in texts if text.lower() not in _STATUS_PHRASES] or texts
    if not texts:
        return None
    first, in_list = texts[0]
    second = next((text for text, listed in texts if listed and text != first), None)
    return f"{first}; {second}" if second and not in_list else first


class _Node(NamedTuple):
    """A value, the name it has, and whether it is in a list of single errors."""

    name: str
    value: object
    in_list: bool


def _walk(data: object) -> Iterator[_Node]:
    """Yield the values in `data`, nearest the root first, at each depth by the rank of their names."""
    level = [_Node("" if isinstance(data, dict) else "message", data, in_list=False)]
    for _ in range(_MAX_LEVELS):
        children: list[_Node] = []
        for node in sorted(level, key=lambda node: _rank(node.name)):
            inner = _children(node)
            if inner is None:
                yield node
            else:
                children += islice(inner, _MAX_NODES - len(children))
        level = children


def _children(node: _Node) -> Iterator[_Node] | None:
    """Values in an object or list, also one that was sent as JSON text; None if it is neither."""
    value = _read_json(node.value) if isinstance(node.value, str) else node.value
    in_list = node.in_list or node.name.endswith(_LIST_NAMES)
    if isinstance(value, list):
        items = cast("list[object]", value)
        return (_Node("" if isinstance(item, dict) else node.name, item, in_list) for item in items)
    if isinstance(value, dict):
        fields = cast("dict[str, object]", value)
        return (_child(node, key, item, in_list=in_list) for key, item in fields.items())
    return None


def _child(parent: _Node, key: str, value: object, *, in_list: bool) -> _Node:
    """A field, its name without case, `_` and `-`; one that says what is wrong with a field is named `errors`."""
    name = re.sub(r"[_-]", "", key).lower()
    in_message = parent.name.endswith(("message", "messages"))  # OData: `{"message": {"value": "It is odd"}}`
    if _is_text_name(name) or (name in _NO_TEXTS and not (in_message and name == "value")):
        return _Node(name, value, in_list)
    # Only sentences elsewhere: an id of the request may stand there.
    is_by_field = parent.name.endswith(_BY_FIELD_NAMES) or name.endswith("id") or name == "data"
    if parent.name.endswith("errors") or (is_by_field and _is_sentence(value)):
        return _Node("errors", value, in_list or not in_message)
    return _Node(name, value, in_list)


def _is_sentence(value: object) -> bool:
    """Whether a value is a text with a blank, or a list of such texts."""
    texts = cast("list[object]", value) if isinstance(value, list) else [value]
    return bool(texts) and all(isinstance(text, str) and " " in text for text in texts)


def _rank(name: str) -> int:
    return next((rank for rank, end in enumerate(_TEXT_NAMES) if name.endswith(end)), len(_TEXT_NAMES))


def _is_text_name(name: str) -> bool:
    return name.endswith(_TEXT_NAMES)


def _is_markup(text: str) -> bool:
    return text.startswith("<") or _HTML.search(text) is not None


def _read_json(text: str) -> object:
    """An object or list in JSON; None if the text is anything else."""
    if text.lstrip()[:1] not in {"{", "["}:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
