"""Escape hidden characters in text from web pages. Anyone may have written that text."""

import re

# Some scripts and emoji are written with joiners and variation selectors. These characters are left alone directly
# after a character of such a script, and are escaped anywhere else.

_JOINING_SCRIPTS = (
    "\u0600-\u08ff\ufb50-\ufdff\ufe70-\ufefe"  # Arabic, Syriac, N'Ko and related scripts
    "\u0900-\u0dff\u1000-\u109f\u1780-\u18af\u1b00-\u1bff"  # Indic scripts, Burmese, Khmer, Mongolian
    "\ua840-\ua87f\ua980-\ua9df\U00010d00-\U00010d3f\U00011000-\U0001197f\U0001e900-\U0001e95f"  # and more
)
_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u2460-\u27bf\u2900-\u297f"
    "\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_IDEOGRAPHS = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_MATH_AND_WIDE_FORMS = "\u2200-\u22ff\u2a00-\u2aff\u3000-\u30ff\uff00-\uffef\u1000-\u109f"
_MONGOLIAN_LETTERS = "\u1820-\u18aa"
# England, Scotland and Wales: a black flag, and letters as tag characters
_TAGS = {letter: 0xE0000 + letter for letter in b"begnlstwc"}
_REGION_FLAGS = "\U0001f3f4(?:" + "gbeng|gbsct|gbwls".translate(_TAGS) + ")\U000e007f"
_INVISIBLE = (
    "\x7f-\x9f\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2065\u3164\ufeff\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U00013430-\U0001343f"  # controls, and characters without width
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # bidirectional and deprecated format controls
    "\u2028\u2029\ufff9-\ufffb"  # separators that break lines, interlinear annotation
    "\ud800-\udfff"  # lone surrogates, which no encoding can carry
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"  # Unicode tags
)
_MAY_HIDE_SET = f"{_INVISIBLE}\u200b-\u200f\u180b-\u180f\ufe00-\ufe0f\U000e0000-\U000e0fff"
_HIDDEN_PATTERN = (
    f"(?=[{{controls}}\U0001f3f4{_MAY_HIDE_SET}])(?:"
    + "|".join(
        (
            f"(?P<flag>{_REGION_FLAGS})",  # matched first, so that its tag characters stay
            f"[{_INVISIBLE}{{controls}}]+",
            # Joiners, unless after a joining script or an emoji; a non-joiner may also stand before one.
            f"(?<![{_JOINING_SCRIPTS}{_EMOJI}])(?<![{_EMOJI}]\ufe0f)(?:\u200d|\u200c(?![{_JOINING_SCRIPTS}]))",
            # Variation selectors, each kind unless after a character that has such variants.
            f"(?<![{_EMOJI}])[\ufe0e\ufe0f](?!\u20e3)",
            f"(?<![{_IDEOGRAPHS}{_MATH_AND_WIDE_FORMS}])[\ufe00-\ufe0d]",
            f"(?<![{_IDEOGRAPHS}])[\U000e0100-\U000e010f]",
            "[\U000e0110-\U000e01ef]",
            f"(?<![{_MONGOLIAN_LETTERS}])[\u180b-\u180d\u180f]",
        )
    )
    + ")"
)
_HIDDEN_IN_LINE = re.compile(_HIDDEN_PATTERN.format(controls="\x00-\x1f"))
_HIDDEN_IN_LINES = re.compile(_HIDDEN_PATTERN.format(controls="\x00-\x08\x0b\x0c\x0e-\x1f") + "|\r(?!\n)")

_HARMLESS = bytes([*range(0x20, 0x7F), *b"\t\n\0"])
_MAY_HIDE = re.compile(f"[\x01-\x1f{_MAY_HIDE_SET}]")


def may_hide(joined: bytes) -> bool:
    """Quick check whether texts in UTF-8, joined by zero bytes, may have hidden characters. False is certain."""
    unusual = joined.replace(b"\r\n", b"").translate(None, _HARMLESS)
    return bool(unusual) and _MAY_HIDE.search(unusual.decode("utf-8", "surrogatepass")) is not None


def escape_hidden(text: str) -> str:
    r"""Escape as `\uXXXX` each character that is invisible or changes how other text is displayed.

    Joiners and variation selectors stay where Arabic, Persian, Hindi, Chinese, Japanese or emoji need them.
    """
    if text.isascii() and text.isprintable():
        return text
    return _HIDDEN_IN_LINE.sub(_escape_match, text)


def escape_hidden_multiline(text: str) -> tuple[str, int]:
    """Like `escape_hidden`, but tabs and line breaks stay. Also returns the number of characters escaped."""
    if text.isascii() and text.isprintable():
        return text, 0
    count = 0

    def escape_and_count(match: re.Match[str]) -> str:
        nonlocal count
        count += 0 if match["flag"] else len(match[0])
        return _escape_match(match)

    return _HIDDEN_IN_LINES.sub(escape_and_count, text), count


def _escape_match(match: re.Match[str]) -> str:
    return match["flag"] or "".join(f"\\u{ord(c):04x}" if c <= "\uffff" else f"\\U{ord(c):08x}" for c in match[0])
