"""Escape chat markup in text from web pages: the delimiters of chat templates and of model APIs."""

import re
from typing import Any, cast

from pydantic_core import to_json

_LINK = re.compile(r"https?://[^\s<>|`\[\]\uff1c\uff5c]+")
_ROLES = "system|assistant|user|human|developer|tool|instructions?|prompt|response|input"
_BRACKETED = r"INST|SYS|TOOL_\w+|AVAILABLE_TOOLS|SYSTEM_\w+|END\w*|gMASK|PREFIX|SUFFIX|MIDDLE|IMG"
_CHAT_MARKUP = re.compile(
    r"(?P<tag>[<\uff1c](?=[|\uff5c/!?<A-Za-z_])(?:(?P<inside>[^<>\uff1c\uff1e]*)[>\uff1e])?)"
    r"|(?P<closing>[|\uff5c][>\uff1e])"
    rf"|\[(?P<bracket>/?\s*(?:{_ROLES}|{_BRACKETED})\s*)\]"
    r"|(?P<image>!(?=\[))"
    r"|(?P<fence>`{3,}|~{3,})"
    rf"|(?<![\w/])(?P<heading>[#=*-]{{2}}|#)(?=\s{{0,5}}(?:{_ROLES})\b)",
    re.IGNORECASE,
)
_REPLACEMENTS = {"tag": "‹", "closing": "|›", "fence": "'''", "heading": "–", "image": "\uff01"}

# Of what is replaced, this is chat markup without doubt; the rest is mostly HTML, code and Markdown.
_CHAT_TAGS = (
    rf"{_ROLES}|SYS|s|bos|eos|think\w*|reasoning|invoke|parameters?|antml:\w+|function_\w+|functions?|tool_\w+"
    r"|tools|\w+_of_\w+|system[-_]\w+|im_\w+"
)
_CERTAIN_MARKUP = re.compile(
    r"[<\uff1c][|\uff5c](?:[^<>|\uff5c]*[|\uff5c][>\uff1e])?|[|\uff5c][>\uff1e]"
    rf"|[<\uff1c]/?(?:{_CHAT_TAGS})\s*[>\uff1e]|<(?:invoke|parameter|antml:\w+)\b"
    rf"|\[/?\s*(?:{_ROLES}|{_BRACKETED})\s*\]"
    rf"|(?<![\w/])(?:[#=*-]{{2}}|#)(?=\s{{0,5}}(?:{_ROLES})\b)",
    re.IGNORECASE,
)

# All chat markup contains one of these, written in classes of characters. Most texts contain none, and this check
# is faster than the full pattern.
_MARKUP_IN_CLASSES = (b"<", b"--", b"[a")
_CLASSES = {
    **dict.fromkeys(range(128, 256), "a"),  # letters and blanks of other scripts
    **dict.fromkeys(b"<>|!`~#\xef", "<"),  # 0xEF begins the wide forms in UTF-8
    **dict.fromkeys(b"=*-", "-"),
    **dict.fromkeys(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/ \t\n\r\f\v\x1c\x1d\x1e\x1f", "a"),
    ord("\\"): "a",  # in JSON a blank after the bracket is an escape
    ord("["): "[",
}
_TO_CLASSES = "".join(_CLASSES.get(code, ".") for code in range(256)).encode()


def escape_chat_markup(value: Any) -> tuple[Any, int]:  # noqa: ANN401 - any JSON value in, the same shape out
    """Replace chat markup in the strings of a JSON value. Returns the new value and how often that was needed.

    `<|im_start|>` becomes `‹|im_start|›`, `[INST]` becomes `(INST)`, and a code fence loses its backquotes: people
    can still read it, but no client or model takes it for markup. All that could be markup is replaced, HTML and
    code too, but only what is chat markup without doubt is counted. A string that is only a link stays unchanged.
    """
    if isinstance(value, str):
        if _may_contain_markup(value) and not _LINK.fullmatch(value):
            return _CHAT_MARKUP.sub(_replace_markup, value), sum(1 for _ in _CERTAIN_MARKUP.finditer(value))
        return value, 0
    if not _may_contain_markup(to_json(value).decode()):
        return value, 0
    if isinstance(value, list):
        items = [escape_chat_markup(item) for item in cast("list[Any]", value)]
        return [item for item, _ in items], sum(count for _, count in items)
    if isinstance(value, dict):
        fields = {key: escape_chat_markup(item) for key, item in cast("dict[str, Any]", value).items()}
        return {key: item for key, (item, _) in fields.items()}, sum(count for _, count in fields.values())
    return value, 0


def _replace_markup(match: re.Match[str]) -> str:
    if match["bracket"]:
        return f"({match['bracket']})"
    if match["inside"] is not None:
        return f"‹{_CHAT_MARKUP.sub(_replace_markup, match['inside'])}›"
    return _REPLACEMENTS[match.lastgroup or ""]


def _may_contain_markup(text: str) -> bool:
    """Whether a text, or a JSON document, may contain chat markup."""
    classes = text.encode("utf-8", "surrogatepass").translate(_TO_CLASSES)
    return any(markup in classes for markup in _MARKUP_IN_CLASSES)


# In JSON text, a character can be written as an escape that means the same. Too many escapes do no harm.
_BLANK_IN_JSON = r"(?:\s|\\[nrt])"
_MARKUP_IN_JSON = re.compile(
    r"[<\uff1c|\uff5c\[!`~#=*-]"  # first, because a search for one of a few characters is fast
    r"(?:(?<=[<\uff1c])(?=[|\uff5c/!?<A-Za-z_])|(?<=[<\uff1c][|\uff5c])|(?<=[|\uff5c])(?=[>\uff1e])"
    rf"|(?<=\[)(?=/?{_BLANK_IN_JSON}*(?:{_ROLES}|{_BRACKETED}){_BLANK_IN_JSON}*\])|(?<=!)(?=\[)"
    r"|(?<=`)`{2,}|(?<=~)~{2,}"
    rf"|(?<=[#=*-])(?:(?<![\w/].)|(?<=\\[nrt].))(?:[#=*-]|(?<=#))(?={_BLANK_IN_JSON}{{0,5}}(?:{_ROLES})\b))",
    re.IGNORECASE,
)


def escape_markup_in_json(text: str) -> str:
    """Write chat markup in compact JSON as JSON escapes: equal as JSON, and no markup to who reads the text."""
    if not _may_contain_markup(text):
        return text
    return _MARKUP_IN_JSON.sub(lambda match: "".join(f"\\u{ord(c):04x}" for c in match[0]), text)
