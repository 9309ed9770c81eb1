"""Find the texts in which a secret may stand beside a name: all but prose, short words, ids, numbers and times."""

from collections.abc import Sequence

_LONGEST_SETTING = 40  # characters of a line such as `requirepass hunter`
_SHORTEST_KEY = 30  # characters of the shortest key that is not recognised by its first characters
_LENGTH_OF_UUID = 36
_CLASSES = {
    **dict.fromkeys(b"abcdefghijklmnopqrstuvwxyz", b"a"),
    **dict.fromkeys(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"A"),
    **dict.fromkeys(b"0123456789", b"1"),
    **dict.fromkeys(b".,;!?", b"."),
    **dict.fromkeys(range(128, 256), b"\x80"),
    **{code: bytes([code]) for code in b"\0 -_"},
}
_TO_CLASSES = b"".join(_CLASSES.get(code, b"?") for code in range(256))
"""Table from bytes of UTF-8 to classes: small letters, capitals, digits, punctuation of prose, and others."""
_NUMBERS_AND_TIMES = b"0123456789 .,:+-$%TZ"
_PROSE = frozenset({b"", b"-", b"--"})  # what is left of `The follow-up was denied.` without words


def find_texts_with_signs(texts: Sequence[str], joined: bytes) -> list[int]:
    """Return the indexes of the texts to search.

    These are all but prose, numbers, times, UUIDs, and words and ids that are too short for a key.

    Everything is done for all texts at once, because that is fast.

    Args:
        texts: the texts.
        joined: the same, in UTF-8, joined by zero bytes.
    """
    classes = joined.translate(_TO_CLASSES)
    sentences = b" %b " % classes.replace(b"\0", b" \0 ")  # so that a blank stands before and after each word
    rests = sentences.replace(b" A", b" ").replace(b". ", b" ").translate(None, b"a \x80").split(b"\0")
    rests_of_words = classes.translate(None, b"aA1-_.").split(b"\0")
    rests_of_numbers = joined.translate(None, _NUMBERS_AND_TIMES).split(b"\0")
    others = [
        index
        for index, (rest_of_number, rest_of_word) in enumerate(zip(rests_of_numbers, rests_of_words, strict=False))
        if rest_of_number and (rest_of_word or len(texts[index]) >= _SHORTEST_KEY)
    ]
    return [index for index in others if not _is_prose(texts[index], rests[index]) and not _is_uuid(texts[index])]


def _is_prose(text: str, rest: bytes) -> bool:
    is_long = len(text) > _LONGEST_SETTING or text[:1].isupper()
    return rest in _PROSE and is_long and not (rest and " -" in text)


def _is_uuid(text: str) -> bool:
    return len(text) == _LENGTH_OF_UUID and text[8:24:5] == "----" and text.replace("-", "").isalnum()
