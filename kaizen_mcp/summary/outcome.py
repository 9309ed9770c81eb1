"""What an output plainly says of something that went wrong, quoted with its place and never judged.

"Completed" is the run's word. Whether the work succeeded, its output may say in a field of its own.
"""

from collections import Counter, deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple, cast

from kaizen_mcp.humanize import pluralize
from kaizen_mcp.json_types import MAX_SAFE_INTEGER, JsonObject, child_pointer, exact_type
from kaizen_mcp.sanitize.display import one_line, quote
from kaizen_mcp.summary.embedded import MAX_JSON
from kaizen_mcp.summary.outcome_fields import (
    MAX_NAME,
    MAX_VALUE,
    Said,
    first_text,
    is_sentence,
    kind_of,
    last_word,
    quote_first_error,
    quote_text,
    says,
    says_it_went_well,
    words_in,
)
from kaizen_mcp.summary.outcome_text import (
    MAX_TEXT,
    counted_failures,
    is_error_page,
    read_rows,
    says_error,
)
from kaizen_mcp.summary.outcome_words import (
    BESIDE,
    LABELS,
    NOT_BELOW,
    PAST,
    TEXTS,
    Kind,
)
from kaizen_mcp.summary.pointers import MAX_POINTER, name_field, name_pointer
from kaizen_mcp.summary.tables import MAX_ROWS, is_map, table_in
from kaizen_mcp.summary.web_page import MAX_HTML, describe_page, start_of_page

MAX_OUTCOMES = 5
"""Outcomes that are told."""

_MAX_FIELDS, _MAX_FIELDS_OF_ONE = 60_000, 200
"""Fields that are looked at, of all objects and of one."""

_MAX_TEXTS, _HTML_COST = 2_000_000, 16
"""Characters of all texts in fields that are searched for rows, and how many one of HTML counts for."""

_MAX_BESIDE = 2

_MAX_CANDIDATES = 50
"""Outcomes of which those that are told are chosen."""

_CONTAINERS: frozenset[type[object]] = frozenset({dict, list})


@dataclass(frozen=True, slots=True)
class Outcome:
    """Something that an output says.

    Attributes:
        pointer: JSON Pointer to it, or to the list or text that it is in.
        text: the quotation with its place: `/response/conclusion "failure"`, or `is a web page (/response): "…"`.
        value: the number or the word of our table that it quotes; None if it quotes free text.
        beside: what stands beside a word, or beside the first of its rows: `claim 7, reason "No such member"`.
    """

    pointer: str
    text: str
    value: str | None = None
    beside: str | None = None


class _Node(NamedTuple):
    value: Any
    pointer: str
    field: str = ""
    """Path from the list or text at `pointer`; empty if the pointer leads to the value itself."""
    rows: int = 0
    """How many rows the list or map at `pointer` has; 0 outside of one."""
    in_text: bool = False
    is_nested: bool = False
    """Whether it is in a list within a row."""
    label: str | None = None
    """Its key, if it is a row of a map."""


class _Key(NamedTuple):
    """What is counted as one: the same word in the same field of rows, or any other text in it."""

    pointer: str
    field: str
    word: str | None
    rows: int
    is_nested: bool


class _Walk:
    """Breadth-first walk of an output, within a bound."""

    def __init__(self, root: _Node, text: str = "") -> None:
        self.counts: Counter[_Key] = Counter()
        self.first: dict[_Key, Said] = {}
        self._words: dict[str, Said | None] = {}
        self._queue = deque([root] if root.value else [])
        self._text_left, self._rows_left = MAX_TEXT, _MAX_TEXTS
        if text and not root.value:
            self._read_text(root, "text", text)
        fields_left = _MAX_FIELDS
        while self._queue and fields_left > 0:
            node = self._queue.popleft()
            fields_left -= min(len(node.value), _MAX_FIELDS_OF_ONE) + 1
            self._read(node)
        self.is_whole = not self._queue and self._rows_left > 0

    def _read(self, node: _Node) -> None:
        if isinstance(node.value, list):
            self._queue.extend(_rows(node, _with_names(cast("list[Any]", node.value))))
        elif not node.rows and not node.in_text and is_map(node.value):
            self._queue.extend(_rows(node, node.value.values(), list(islice(node.value, MAX_ROWS))))
        else:
            self._read_fields(node)

    def _read_fields(self, node: _Node) -> None:
        reads_texts = not node.rows and not node.in_text
        for name, child in islice(cast("dict[str, Any]", node.value).items(), _MAX_FIELDS_OF_ONE):
            kind = kind_of(name)
            said = self._says(kind, child, node.value) if kind else None
            if said and not (kind == "severity" and says_it_went_well(node.value)):
                self._add(_child(node, name, None), said, node)
            elif exact_type(child) in _CONTAINERS:
                if child and name.lower() not in NOT_BELOW and name.lower() not in PAST:
                    self._queue.append(_child(node, name, child))
            elif reads_texts and exact_type(child) is str:
                self._read_text(_child(node, name, None), name, child)

    def _says(self, kind: Kind, value: Any, fields: JsonObject) -> Said | None:  # noqa: ANN401 - any JSON value
        """What a field of this kind says; rows repeat the same few words."""
        if kind != "word" or exact_type(value) is not str:
            return says(kind, value, fields)
        if value not in self._words:
            self._words[value] = says(kind, value, fields)
        return self._words[value]

    def _read_text(self, node: _Node, name: str, text: str) -> None:
        """Take the rows of a text for rows of the output, or else the count of failures in it."""
        if start_of_page(text) is not None and is_error_page(text):
            page = one_line(f"web page: {describe_page(text) or 'no text'}", MAX_VALUE)
            self._add(node, Said(page, is_word=False, is_plain=False), None)
            return
        rows = read_rows(text) if self._rows_left > 0 else None
        is_html = "<table" in text[:MAX_HTML]
        self._rows_left -= min(len(text), MAX_HTML) * _HTML_COST if is_html else min(len(text), MAX_JSON)
        if rows:
            self._queue.append(node._replace(value=rows, in_text=True))
        elif self._text_left > 0 and last_word(name) in TEXTS:
            self._text_left -= min(len(text), MAX_TEXT)
            if count := counted_failures(text):
                self._add(node, Said(quote(count, MAX_NAME), beside=quote_first_error(text)), None)
            elif says_error(text):
                self._add(node, Said(text, is_word=False, is_plain=False), None)

    def _add(self, place: _Node, said: Said, node: _Node | None) -> None:
        word = said.text if said.is_word else None
        key = _Key(place.pointer, place.field, word, place.rows, place.is_nested)
        self.counts[key] += 1
        if key not in self.first:
            is_candidate = len(self.first) < _MAX_CANDIDATES
            self.first[key] = _with_beside(said, node) if node and is_candidate else said


def find_outcomes(value: object, pointer: str) -> list[Outcome]:
    """What the output at `pointer` says of something that went wrong, at most `MAX_OUTCOMES`.

    The nearest comes first, then the nearest of those that say most, then the others.
    """
    content, text = value, ""
    if isinstance(value, str):
        if (start := start_of_page(value)) is not None:
            shown = quote(describe_page(value[start:]) or "no text", MAX_VALUE)
            return [Outcome(pointer, f"is a web page ({pointer}): {shown}")]
        content, text = read_rows(value), value
    if not isinstance(content, dict | list | None):
        return []
    walk = _Walk(_Node(content, pointer, in_text=isinstance(value, str)), text)
    told = {
        (key.pointer, walk.counts[key], said.told) for key, said in islice(walk.first.items(), _MAX_CANDIDATES)
    }
    candidates = list(islice(walk.counts, _MAX_CANDIDATES))
    keys = [key for key in candidates if (key.pointer, walk.counts[key], walk.first[key].text) not in told]
    second = max(keys[1:], key=lambda key: _how_telling(walk.first[key]), default=None)
    if second is not None and second != keys[1] and _how_telling(walk.first[second]) > 0:
        keys.remove(second)
        keys.insert(1, second)
    keys = keys[:MAX_OUTCOMES]
    return [_outcome(key, walk.first[key], walk.counts[key], is_whole=walk.is_whole) for key in keys]


def _how_telling(said: Said) -> int:
    """2 for a sentence, 1 for other free text or for what has something beside it, 0 for a word or a number."""
    texts = [said.told or "", "" if said.is_plain else said.text]
    if any(is_sentence(text) for text in texts):
        return 2
    return 1 if any(texts) or said.beside else 0


def says_it_failed(fields: dict[str, Any]) -> bool:
    """Whether an object says of itself that something went wrong."""
    for name, value in islice(fields.items(), _MAX_FIELDS_OF_ONE):
        kind = kind_of(name)
        if kind not in {None, "trouble", "text"} and says(cast("Kind", kind), value, fields):
            return True
    return False


def _with_names(items: list[Any]) -> list[Any]:
    """A list of lists below a row of names as a list of objects; any other list as it is."""
    table = table_in(items) if items and exact_type(items[0]) is list else None
    if table is None or not table.names:
        return items
    return [dict(zip(table.names, row, strict=False)) for row in table.rows]


def _rows(node: _Node, items: Collection[Any], keys: Sequence[str] = ()) -> Iterator[_Node]:
    """The objects and lists of a list or a map; those in rows belong to the outermost one."""
    pointer, field, in_text, is_nested = node.pointer, node.field, node.in_text, node.rows > 0
    rows = node.rows or len(items)
    for index, item in enumerate(islice(items, MAX_ROWS)):
        if exact_type(item) in _CONTAINERS and item:
            yield _Node(item, pointer, field, rows, in_text, is_nested, keys[index] if keys else None)


def _child(node: _Node, name: str, value: Any) -> _Node:  # noqa: ANN401 - any JSON value
    if node.rows or node.in_text:
        field = child_pointer(node.field, name[:MAX_POINTER])[:MAX_POINTER]
        return _Node(value, node.pointer, field, node.rows, node.in_text, node.is_nested, node.label)
    return node._replace(value=value, pointer=child_pointer(node.pointer, name))


def _with_beside(said: Said, node: _Node) -> Said:
    """What a field says, with what names its row and what says more of a word in the same object."""
    fields = dict(islice(cast("dict[str, Any]", node.value).items(), _MAX_FIELDS_OF_ONE))
    pieces = [label] if node.rows > 1 and (label := _label(node, fields)) else []
    texts = _more(fields, said, is_row=node.rows > 1) if said.is_word else {}
    pieces += [f"{name_field(name)} {quote_text(text)}" for name, text in texts.items()]
    return said._replace(beside=", ".join(pieces) or None, told=next(iter(texts.values()), None))


def _label(node: _Node, fields: dict[str, Any]) -> str | None:
    if node.label:
        return quote(node.label, MAX_NAME)
    names = {"".join(words_in(name)): name for name in reversed(fields)}
    first = next(iter(fields), "")
    candidates = [names[label] for label in LABELS if label in names] + [first]
    for name in candidates:
        value = fields.get(name)
        if kind_of(name) is None and isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            if isinstance(value, int) and not abs(value) < MAX_SAFE_INTEGER:
                continue
            return f"{name_field(name)} {quote(value, MAX_NAME) if isinstance(value, str) else value}"
    return None


def _more(fields: dict[str, Any], said: Said, *, is_row: bool) -> dict[str, str]:
    """The first texts beside a word that say more, by their fields.

    Outside of rows, a sentence about an error is told for itself, and that is enough.
    """
    texts: dict[str, str] = {}
    for name, value in fields.items():
        is_error = kind_of(name) in {"trouble", "text"}
        word = "".join(words_in(name))
        is_about = is_error or (word in BESIDE and (word != "body" or isinstance(value, dict)))
        text = first_text(value) if is_about and isinstance(value, dict | list | str) else None
        if text is None or text in texts.values() or text.strip() == said.text.strip('"'):
            continue
        if is_error and not is_row:
            if is_sentence(text):
                return {}
            continue
        texts[name] = text
    sentences = {name: text for name, text in texts.items() if is_sentence(text)}
    return dict(islice((sentences or texts).items(), _MAX_BESIDE))


def _outcome(key: _Key, said: Said, count: int, *, is_whole: bool) -> Outcome:
    place = name_pointer(key.pointer) or "its output"
    value = said.text if said.is_plain else quote_text(said.text)
    if said.items > 1:
        value = f"has {said.items} items, the first {value}"
    field = key.field[1:].replace("/", ".")
    shown = f"{name_field(field)} {value}" if field else value
    if key.rows > 1:
        least = "" if is_whole and key.rows <= MAX_ROWS else "at least "
        is_of_rows = count <= key.rows and not key.is_nested
        times = f" of {pluralize(key.rows, 'row')} with" if is_of_rows else " times" if count > 1 else " time"
        more = "" if key.word or count == 1 else ", the first"
        shown = f"{least}{count}{times} {name_field(field)}{more} {value}"
        beside = f"first: {said.beside}" if said.beside and count > 1 and not more else said.beside
        return Outcome(key.pointer, f"{place}: {shown}", key.word and key.word.strip('"'), beside)
    plain = said.text.strip('"') if said.is_plain else None
    return Outcome(key.pointer, f"{place} {shown}", plain, said.beside)
