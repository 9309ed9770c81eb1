"""Text to search, what is found in it, and how that is masked."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

MASK = "[masked]"
MASK_BYTES = MASK.encode()

Span = tuple[int, int]
ZERO_IN_TEXT = b"\1"
"""What takes the place of a zero byte in joined texts."""
UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
compiled = cache(re.compile)  # most patterns are never needed


class Text(NamedTuple):
    """Text to search, as UTF-8. It may be several texts joined by zero bytes.

    Attributes:
        data: the text as it is.
        lower: in lower case, at the same positions.
        lower_words: its distinct words in lower case, separated by spaces, a character for each byte, because a
            search in a `str` is faster. What is not in here is not in the text.
    """

    data: bytes
    lower: bytes
    lower_words: str


TO_LETTERS = bytes(code if chr(code).isalpha() or code > 127 else 32 for code in range(256))  # noqa: PLR2004 - ASCII
"""Table that leaves nothing but letters."""
_ASCII = bytes(range(128))


_PUNCTUATION_MARKS = {
    "\uff1a": b":  ", "\u201c": b'  "', "\u201d": b'"  ', "\u201e": b'  "', "\u2018": b"  '", "\u2019": b"'  ",
    "\u00ab": b' "', "\u00bb": b'" ', "\u00a0": b"  ",
}  # fmt: skip
_PUNCTUATION = {character.encode(): plain for character, plain in _PUNCTUATION_MARKS.items()}
"""Punctuation of other scripts and typographers, as ASCII of the same length."""


def make_text(data: bytes) -> Text:
    """Prepare text for the search."""
    if not_ascii := data.translate(None, _ASCII):
        data = data.replace(b"\xc2\xab ", b'  "').replace(b" \xc2\xbb", b'"  ')
        for character, plain in _PUNCTUATION.items():
            if character in not_ascii:
                data = data.replace(character, plain)
    words = {*data.translate(TO_LETTERS).split()}
    lower_words = _lower(b" ".join(words)).decode("latin-1")
    return Text(data, _lower(data), lower_words)


_OTHER_LENGTH = (
    "\u0130\u023a\u023e\u1e9e\u2126\u212a\u212b\u2c62\u2c64\u2c6d\u2c6e\u2c6f\u2c70\u2c7e\u2c7f"
    "\ua78d\ua7aa\ua7ab\ua7ac\ua7ad\ua7ae\ua7b0\ua7b1\ua7b2\ua7c5"
)
"""Capitals whose small letters have another length in UTF-8."""


def _lower(data: bytes) -> bytes:
    """Return the text in lower case, at the same positions."""
    not_ascii = data.translate(None, _ASCII).decode("utf-8", "surrogatepass")
    if not_ascii.lower() == not_ascii:
        return data.lower()
    text = data.decode("utf-8", "surrogatepass")
    if any(letter in not_ascii for letter in _OTHER_LENGTH):
        lower = "".join(letter if letter in _OTHER_LENGTH else letter.lower() for letter in text)
    else:
        lower = text.lower()
    return lower.encode("utf-8", "surrogatepass")


def join_texts(texts: list[str]) -> bytes:
    """Join texts by zero bytes, at which every match of a value ends."""
    joined = "\0".join(texts)
    if joined.count("\0") >= len(texts) > 0:
        joined = "\0".join(text.replace("\0", ZERO_IN_TEXT.decode()) for text in texts)
    return joined.encode("utf-8", "surrogatepass")


def spans_by_text(joined: bytes, spans: list[Span]) -> Iterator[tuple[int, list[Span]]]:
    """Yield the index of each text in which something was found, and what was found, counted from its start."""
    spans = sorted(spans)
    index = first = text_end = 0
    while first < len(spans):
        start = spans[first][0]
        index += joined.count(b"\0", text_end, start)
        text_start = joined.rfind(b"\0", text_end, start) + 1
        text_end = joined.find(b"\0", start)
        text_end = len(joined) if text_end < 0 else text_end
        last = bisect_left(spans, (text_end + 1, 0))
        yield index, [(start - text_start, end - text_start) for start, end in spans[first:last]]
        first = last


def replace(data: bytes, spans: Iterable[Span]) -> str:
    """Return the text with one mask for each group of touching spans; an empty text if there is none."""
    pieces: list[bytes] = []
    end = 0
    is_ascii = data.isascii()
    for start, last in sorted(spans):
        if start < last:
            span_start = start if is_ascii else _start_of_character(data, start, end)
            if span_start > end or not pieces:
                pieces += (data[end:span_start], MASK_BYTES)
            if last > end:
                end = last if is_ascii else _end_of_character(data, last)
    return b"".join([*pieces, data[end:]]).decode("utf-8", "surrogatepass") if pieces else ""


def _start_of_character(data: bytes, position: int, earliest: int) -> int:
    while position > earliest and data[position] & 0xC0 == 0x80:  # noqa: PLR2004 - the rest of a character in UTF-8
        position -= 1
    return position


def _end_of_character(data: bytes, position: int) -> int:
    while position < len(data) and data[position] & 0xC0 == 0x80:  # noqa: PLR2004
        position += 1
    return position


_MAY_GO_ON = 200  # bytes; no pattern has a shorter limit for keys and tokens
_REST_OF_VALUE = re.compile(rb"[A-Za-z0-9+/_-][^\s\"'`<>,;&\\\0]*+")


def with_rests(data: bytes, spans: Iterable[Span]) -> list[Span]:
    """Let each long span that ends within a word go on to the end of that word.

    Patterns count to a limit; the rest of a longer secret must not stay.
    """
    whole: list[Span] = []
    last = 0
    for start, end in sorted(spans):
        rest = _REST_OF_VALUE.match(data, end) if end - start >= _MAY_GO_ON and end > last else None
        last = rest.end() if rest else last
        whole.append((start, max(end, last) if start < last and end - start >= _MAY_GO_ON else end))
    return whole


class Repeats:
    """Leaves out text that only repeats what stands directly before it, and repeats what was found there instead.

    Anyone can send such text to make a search slow. It takes hardly longer than other text.
    """

    STEP = 32
    """Ask at every so many places, because it takes time."""

    _BEHIND, _AHEAD = 256, 1024  # bytes; nothing is looked for farther away
    _MOST = 500  # places to compare with

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._known: dict[bytes, tuple[int, int]] = {}
        self.spans: list[Span] = []
        """What was found so far."""

    def skip(self, position: int) -> int:
        """Return from where the search goes on, which is at this place unless it starts a repetition."""
        if position < self._BEHIND:
            return position
        around = self._data[position - self._BEHIND : position + self._AHEAD]
        earlier, count = self._known.get(around, (position, 0))
        if earlier < position:
            position = self._repeat(earlier, position, self.spans[count:])
        if len(self._known) >= self._MOST:
            self._known.clear()
        self._known[around] = position, len(self.spans)
        return position

    def _repeat(self, earlier: int, position: int, spans: list[Span]) -> int:
        """Skip the text that repeats what stands between the two places, in which these spans were found."""
        if any(end > position + self._AHEAD for _, end in spans):
            return position
        alike = self._AHEAD
        while self._data.startswith(self._data[earlier + alike : earlier + 2 * alike], position + alike):
            alike *= 2
            if position + alike >= len(self._data):
                return position
        distance = position - earlier
        times = (alike - self._AHEAD) // distance
        for offset in range(distance, (times + 1) * distance, distance):
            self.spans += [(start + offset, end + offset) for start, end in spans]
        return position + times * distance


Judge = Callable[[re.Match[bytes]], tuple[list[Span], int]]
"""Returns what to mask where a pattern matches, and from where the search for that pattern goes on."""


def find_places(text: Text, literal: bytes, rules: Sequence[tuple[re.Pattern[bytes], Judge]]) -> list[Span]:
    """Judge each place where a literal stands and a pattern matches.

    Args:
        text: what to search.
        literal: what the patterns start with; searched for first, because that is fast.
        rules: patterns, and what judges the places where they match.
    """
    repeats = Repeats(text.data)
    goes_on = [0] * len(rules)
    start = text.lower.find(literal)
    count = 0
    while start >= 0:
        count += 1
        position = start if count % Repeats.STEP else repeats.skip(start)
        if position == start:
            _judge_place(text, start, rules, goes_on, repeats.spans)
            position = max(start + 1, min(goes_on))
        start = text.lower.find(literal, position)
    return repeats.spans


def _judge_place(
    text: Text,
    start: int,
    rules: Sequence[tuple[re.Pattern[bytes], Judge]],
    goes_on: list[int],
    spans: list[Span],
) -> None:
    for index, (pattern, judge) in enumerate(rules):
        if start >= goes_on[index] and (match := pattern.match(text.lower, start)):
            found, goes_on[index] = judge(match)
            spans += found
