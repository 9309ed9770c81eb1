"""Web pages in place of data: their title, the text that a person would see, and their tables."""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser

MAX_HTML = 65_536
"""Characters of a page that are read."""

TABLE_TAG = re.compile(r"<table[\s>]", re.IGNORECASE)

_START = re.compile(r"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_HIDDEN = frozenset("script style template noscript svg".split())
_BREAKS = frozenset("p div br li tr h1 h2 h3 h4 td th section header footer title".split())
_MAX_DESCRIBED = 16_384
_MAX_TEXT = 4_000
_MAX_CELLS = 20_000


@dataclass(slots=True)
class WebPage:
    """What a page shows.

    Attributes:
        title: its title, perhaps empty.
        text: its visible text without the title, on one line.
        tables: rows of cells of each table.
        is_cut: whether only its first `MAX_HTML` characters were read.
    """

    title: str = ""
    text: str = ""
    tables: list[list[list[str]]] = field(default_factory=list)
    is_cut: bool = False


def start_of_page(text: str) -> int | None:
    """Index at which a web page starts in the text, within its first characters; None if none does."""
    match = _START.search(text, 0, 1_000)
    return match.start() if match else None


def read_page(html: str) -> WebPage:
    """Read a page or a part of one; never fails, whatever the markup."""
    return _read_page(html[:MAX_HTML], is_cut=len(html) > MAX_HTML)


def forget_pages() -> None:
    """Forget the pages read for an answer, once it is made."""
    _read_page.cache_clear()


@lru_cache(maxsize=2)
def _read_page(html: str, *, is_cut: bool) -> WebPage:
    """Read a page once for its digest and for its outcome: this is the slowest thing that both do."""
    parser = _PageParser()
    # In some versions the parser raises an AssertionError, or a ValueError, on markup that no browser accepts.
    with suppress(AssertionError, ValueError):
        parser.feed(html)
    text = " ".join(" ".join(parser.texts).split())
    title = " ".join("".join(parser.title).split())
    tables = [rows for table in parser.tables if (rows := [row for row in table if row])]
    return WebPage(title, text, tables, is_cut)


def describe_page(html: str) -> str:
    """Title and visible text of a page on one line; perhaps empty."""
    page = read_page(html[:_MAX_DESCRIBED])
    return " – ".join(filter(None, [page.title, page.text.removeprefix(page.title).strip()]))


class _PageParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.title: list[str] = []
        self.texts: list[str] = []
        self.tables: list[list[list[str]]] = []
        self._length = self._cells = 0
        self._hidden: str | None = None
        self._in_title = self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if self._hidden:
            return
        if tag in _HIDDEN:
            self._hidden = tag
        self._in_title = tag == "title"
        if tag in _BREAKS:
            self.texts.append(" ")
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in {"td", "th"} and self.tables and self.tables[-1] and self._cells < _MAX_CELLS:
            self._cells += 1
            self.tables[-1][-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag == self._hidden:
            self._hidden = None
        if tag == "title":
            self._in_title = False
        if tag in {"td", "th", "tr", "table"}:
            self._in_cell = False
        if tag in _BREAKS:
            self.texts.append(" ")

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        if self._in_title:
            self.title.append(data)
        elif self._length < _MAX_TEXT:
            self.texts.append(data)
            self._length += len(data)
        if self._in_cell:
            row = self.tables[-1][-1]
            row[-1] = " ".join(f"{row[-1]}{data}".split())[:_MAX_TEXT]
