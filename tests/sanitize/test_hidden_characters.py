"""Nothing stays hidden, and every script stays readable."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kaizen_mcp.sanitize.display import one_line, quote
from kaizen_mcp.sanitize.hidden_characters import escape_hidden, escape_hidden_multiline

READABLE = {
    "Arabic": "تقرير الأهلية – تم",
    "Persian with a zero-width non-joiner": "می\u200cخواهم",
    "Hebrew": "דוח זכאות 2026",
    "Hindi with a zero-width joiner": "क्\u200dष नमस्ते",
    "Sinhala": "ශ්\u200dරී ලංකා",
    "Persian plural of a Latin word": "PDF\u200cها",
    "Javanese": "ꦏ\u200dꦱ",
    "Thai": "รายงานสิทธิ์",
    "Korean": "자격 확인",
    "Japanese with an ideographic variation": "葛\U000e0100城市",
    "Chinese": "資格確認",
    "combining accents": "Zoë e\u0301",
    "a family": "👨\u200d👩\u200d👧",
    "a flag of England": "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "a rainbow flag": "🏳\ufe0f\u200d🌈",
    "a skin tone and a profession": "👩🏽\u200d💻",
    "a red heart and a keycap": "❤\ufe0f 1\ufe0f\u20e3",
    "a tie of text and emoji": "☺\ufe0e",
}
HIDDEN = {
    "an ANSI escape": ("\x1b[2J", r"\u001b[2J"),
    "a C1 control": ("\x9b2J", r"\u009b2J"),
    "a bell and a backspace": ("\a\b", r"\u0007\u0008"),
    "a right-to-left override": ("invoice\u202efdp.exe", r"invoice\u202efdp.exe"),
    "isolates": ("\u2066a\u2069", r"\u2066a\u2069"),
    "zero-width space": ("pass\u200bword", r"pass\u200bword"),
    "a joiner between Latin letters": ("a\u200db", r"a\u200db"),
    "two joiners in a row": ("क\u200d\u200d", "क\u200d" + r"\u200d"),
    "tags": ("ok\U000e0068\U000e0069", r"ok\U000e0068\U000e0069"),
    "tags behind a black flag that spell no region": ("🏴\U000e0068\U000e007f", r"🏴\U000e0068\U000e007f"),
    "a joiner behind a stray selector": ("a\ufe0f\u200dX", r"a\ufe0f\u200dX"),
    "many ideographic selectors": ("字\U000e0141字\U000e0142", r"字\U000e0141字\U000e0142"),
    "a variation selector on a letter": ("a\ufe01", r"a\ufe01"),
    "a row of variation selectors": ("😀\ufe0f\ufe01\U000e0110", "😀\ufe0f" + r"\ufe01\U000e0110"),
    "soft hyphen and byte order mark": ("a\u00adb\ufeff", r"a\u00adb\ufeff"),
    "Hangul filler": ("\u3164", r"\u3164"),
    "line separator": ("a\u2028b", r"a\u2028b"),
    "half of a surrogate pair": ("\ud83d", r"\ud83d"),
}


@pytest.mark.parametrize("text", READABLE.values(), ids=READABLE)
def test_readable_text_in_any_script_is_unchanged(text: str) -> None:
    assert escape_hidden(text) == text
    assert escape_hidden_multiline(text) == (text, 0)
    assert quote(text) == f'"{text}"'


@pytest.mark.parametrize(("text", "shown"), HIDDEN.values(), ids=HIDDEN)
def test_invisible_characters_are_escaped_and_counted(text: str, shown: str) -> None:
    assert escape_hidden(text) == shown
    assert escape_hidden_multiline(text) == (shown, shown.count("\\u") + shown.count("\\U"))


def test_line_breaks_and_tabs_are_kept_in_multiline_text() -> None:
    assert escape_hidden_multiline("a\tb\nc\r\nd") == ("a\tb\nc\r\nd", 0)
    assert escape_hidden_multiline("shown\rhidden") == (r"shown\u000dhidden", 1)
    assert one_line("a\n\tb", 10) == "a b"


def test_every_character_that_unicode_calls_invisible_is_escaped() -> None:
    # These have a glyph of their own: signs over or before numbers in Arabic, Syriac and Kaithi.
    has_glyph = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
    invisible = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    unescaped = {
        c for c in range(0x110000) if unicodedata.category(chr(c)) in invisible and escape_hidden(chr(c)) == chr(c)
    }
    assert unescaped == has_glyph


@given(st.text())
@example("\ud800")
def test_any_text_becomes_encodable_and_printable(text: str) -> None:
    shown = escape_hidden(text)
    shown.encode()
    assert shown == escape_hidden(shown)
    line = one_line(text, 40)
    assert len(line) <= 40
    assert not {"Cc", "Cs", "Zl", "Zp"} & {unicodedata.category(c) for c in line}
