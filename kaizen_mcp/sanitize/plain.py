"""Tell the texts in which no secret can stand beside a name: plain prose, and single words and ids."""

from collections.abc import Sequence

_LONGEST_SETTING = 40  # characters of a line such as `requirepass hunter`
_SHORTEST_KEY = 30  # characters of the shortest key that is not recognised by its first characters
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
_PROSE = frozenset({b"", b"-", b"--"})  # what is left of `The follow-up was denied.` without words


def find_texts_with_signs(texts: Sequence[str], joined: bytes) -> list[int]:
    """Return the indexes of the texts that are neither plain prose nor single words or ids.

    Everything is done for all texts at once, because that is fast.

    Args:
        texts: the texts.
        joined: the same, in UTF-8, joined by zero bytes.
    """
    classes = b"\0" + joined.translate(_TO_CLASSES) + b"\0"
    sentences = classes.replace(b" A", b" ").replace(b"\0A", b"\0").replace(b". ", b" ").replace(b".\0", b"\0")
    sentences = sentences.replace(b" -", b"?").replace(b"\0-", b"\0?")
    rests = sentences.translate(None, b"a \x80").split(b"\0")
    rests_of_words = classes.translate(None, b"aA1-_.").split(b"\0")
    return [
        index
        for index, text in enumerate(texts)
        if not (
            (rests[index + 1] in _PROSE and (len(text) > _LONGEST_SETTING or text[:1].isupper()))
            or (not rests_of_words[index + 1] and len(text) < _SHORTEST_KEY)
        )
    ]
