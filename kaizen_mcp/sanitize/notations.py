"""Tables of what stands between the name of a credential and its value, such as `--password x`.

What `text_rules` says of patterns holds here too.
"""

import re
from typing import NamedTuple

from kaizen_mcp.sanitize.looks import (
    Check,
    is_no_reference,
    looks_assigned,
    looks_bold,
    looks_like_argument,
    looks_like_cell,
    looks_like_key,
    looks_like_last_word,
    looks_like_no_name,
    looks_like_password,
    looks_like_setting,
    looks_listed,
    looks_quoted,
    looks_set,
    looks_strong,
    looks_written,
    looks_written_and_mixed,
)
from kaizen_mcp.sanitize.text_rules.rule import TAGS


class Notation(NamedTuple):
    """What stands between the name of a credential and its value.

    Attributes:
        starts: the first characters after the name; no other texts are tried.
        before: what stands before the name, at the end of the `LOOK_BEHIND` bytes there.
        between: what stands after the name and before the value.
        value: how the value ends, see `VALUES`.
        check: what else must be true of the value.
        previous: characters of which one stands directly before the name, unless the text starts there.
    """

    starts: bytes
    before: bytes
    between: bytes
    value: str
    check: Check | None = None
    previous: bytes = b""


# How each value ends, by its name in notations. `quoted`, `list` and `items` are parsed by `value_spans`.

VALUES = {
    "word": rb"[^\s\"',;<>&\0]{3,4000}",
    "spoken": rb"[^\s\"'<>\0]{3,200}(?<![.,;:])",
    "query": rb"[^\s&\"';,<>\0]{1,4000}",
    "token": rb"[^\s\"'\0]{1,4000}",
    "encoded": rb"(?:[^%&\s\"'\0]|%(?!(?:25){0,2}(?:26|22|2c|7d|3b|0a|0d))[0-9a-f]{2}){1,2000}",
    "content": rb"[^<>\0]++(?=</|<br|<!|>)|[^\s<>`\0]{1,400}+(?=\s{0,3}(?:\Z|\0))",
    "entity": rb"(?:[^&<>\r\n\0]|&(?!quot|#3|apos)){1,300}",
    "line": rb"[^\r\n\0]{1,1000}",
    "cell": rb"[^|\r\n\0]{1,200}",
    "block": rb"[^\s\"'\0]++(?:[ \t]{0,8}\r?\n[ \t]{1,40}[^\s\"'\0]++(?<!:)(?=[ \t]{0,8}(?:\Z|[\r\n\0])))*+",  # lines of a word each
    "bracketed": rb"[^\s()\"',;=\[\]\0]{4,60}",
}

_QUOTE = rb"\\{0,7}[\"'`]"
_CLOSE = rb"(?:" + _QUOTE + rb"|%(?:25){0,2}22)?(?:%5d|\[\d{0,4}\]|[\])*?]){0,3}(?:" + _QUOTE + rb")?"
_MORE = rb"(?P<more>(?: [\w.-]{1,16}+(?![\w.-])){0,2}?)"
_ELEMENT = rb"(?:locator|get_?by\w*|cy\.get|find_?test_?object|find_?by\w*|<input|find_?elements?|selector|by\.\w+|get_?by_?role|with_?(?:id|hint|text)|fields?|\$|element|using|xpath|css)"
_VERB = rb"(?:(?:fill|type|press_?sequentially|send_?keys|set_?value|set_?text|input_?text|type_?text|enter_?text|replace_?text|clear_?and_?type|type_?secret)(?:_?async)?|/value \{\"text\":)"
_FOR = "(?: (?:for|of|f\u00fcr|vom?|zum?|para|del?|du|des|pour|per|voor|van|di|do|da) [^\n\0]{1,60}?)?".encode()
_IS = (
    "(?:is|was|are|ist|lautet|es|est|\u00e9|\u00e8|era|luidt|wordt)(?: now| set to| still| by default| standardm\u00e4\u00dfig| par d\u00e9faut| por defecto| nu| jetzt| ahora| ora| agora| maintenant|:)?[:\\s]\\s{0,3}".encode()
    + TAGS
)
_IS_SET = _FOR + rb"[\"'`]?\s{1,2}" + _IS
_SET_TO = rb"[\"'`]?\s{1,2}(?:(?:is|was|has been|been)? ?(?:set|changed|reset|updated) )?(?:back )?to:?\s{1,3}"

_PLAIN = rb"[^\s\"'`,;<>&()\0]"
_QUERY = rb"[^\s\0]{0,400}[;&>][\w.-]{1,40}[=:][^=\s\0]"

ASSIGNMENTS = [
    # JSON and source code: "password": "x", password => 'x', PASSWORD:="x", ("password") = "x"
    Notation(
        b" \"'`[])*?\\:=!-%\t\n", b"",
        _MORE + _CLOSE + rb"\s{0,3}(?::{1,3}=|=>|={1,3}|!={1,2}|\?=|->|:{1,2})\s{0,24}[a-z@$]{0,2}(?=" + _QUOTE + rb")",
        "quoted", looks_quoted,
    ),
    # Defaults and conversions before the value: $password = shift || 'x', password = bytes("x")
    Notation(b" =:", b"", rb"\s?:?=\s?[\w.$()\[\]>-]{1,40} (?:\|\||\?\?|or|//) (?=[\"'])", "quoted", looks_quoted),
    Notation(
        b" =:", b"",
        rb"\s?:?=\s?(?:new )?(?:secure|secret)?(?:string|str|bytes|bytearray|\[\]byte|getbytes|encode|encrypt|hash|password|md5|sha\d{1,3})\(\s?[bn]?(?=[\"'])",
        "quoted", looks_quoted,
    ),
    # YAML with tags, anchors and blocks: password: !vault "x", password: |
    Notation(
        b":", b"", rb":[ \t]{1,4}(?:!(?!getatt|ref|sub|join|select|importvalue|findinmap|if|split)[\w/!-]{1,20}|&\w{1,20}|[|>][+-]?\d?)[ \t]{0,4}(?:\r?\n[ \t]{1,20})?(?=[^\s\0])",
        "quoted or block", looks_written,
    ),
    # Lists of YAML: passwords:, an end of line, - x
    Notation(b"\"':", b"", rb"[\"']?:[ \t]{0,8}\r?\n(?=[ \t]{0,40}- )", "items", looks_listed),
    # The value on the next line: Password:, an end of line, x
    Notation(
        b":", rb"(?:^|[\n\0])[^\r\n\0:]{0,24}$",
        rb":[*_]{0,2}[ \t]{0,4}\r?\n(?:[ \t]{0,8}\r?\n)?[ \t]{0,12}(?=[^\s\0]{4,80}[ \t]{0,8}(?:$|[\r\n\0]))(?![^\s\0]{0,80}:)",
        "token", looks_strong,
    ),
    # Types before the value: passwd: str = "x", val password: String = "x"
    Notation(b": ?", b"", rb"[?!]? ?:[ \t]{0,3}[\w.<>\[\]?|& ]{1,40}?[ \t]{0,3}=[ \t]{0,3}[a-z@$]{0,2}(?=" + _QUOTE + rb")", "quoted", looks_quoted),
    # Text within an attribute: "Your password: &quot;x&quot;"
    Notation(b" :=", b"", rb"[ \t]{0,3}[:=][ \t]{0,3}&(?:quot|apos|#3[49]);", "entity", looks_quoted),
    # HTML within a line: Password: <b>x</b>
    Notation(b" :<", b"", rb"(?:</\w{1,10}>)?[ \t]{0,3}:\s{0,3}(?:<[^<>\0]{0,80}>\s{0,4}){1,3}", "content", looks_written),
    # Typed into 'password': x
    Notation(b"\"'", rb"(?:into|in) [\"'][\w ]{0,30}$", rb"[\"'] ?: ?(?=[^\s\"'])", "word", looks_written),
    # Quoted names before the colon of a log: 'password' : x
    Notation(b"\"'", b"", rb"[\"'] : (?=[^\s\"'])", "word", looks_written),
    # Lists: "passwords": ["x", "y"]
    Notation(b"\"'`]\\:= ", b"", _MORE + _CLOSE + rb"\s{0,3}(?:=>|=|:)\s{0,3}(?=[\[{(])(?!\{\{)", "list", looks_quoted),
    # Numbers: "pin": 1234
    Notation(b"\"'\\", b"", _CLOSE + rb"\s{0,3}:\s{0,3}(?=-?\d)", "word"),
    # Signs of a query at the end of a line, and in none: PASSWORD=x&y
    Notation(
        b" \"'=:", b"", rb"[\"']?[ \t]{0,3}(?:=|:{1,3}=?)[ \t]{0,3}(?!" + _QUERY + rb")(?=[^\s\"'`,;<>&=()\0]" + _PLAIN + rb"{1,200}[;&>]" + _PLAIN + rb"(?:" + _PLAIN + rb"|[;&>]){0,300}[ \t]{0,8}(?:\Z|[\r\n\0]))",
        "token", looks_written, b" \t\n\r\0,\"'(",
    ),
    # Queries, forms and settings: password=x, user[password]=x, password := x
    Notation(
        b" ])*\"'=:?!+\t%", b"", _CLOSE + rb"[ \t]{0,3}(?::{1,3}=|=>|->|\?=|\+=|={1,3})[ \t]{0,3}(?![=\"'>])",
        "query", looks_assigned,
    ),
    # The same, percent-encoded once or more often: password%3Dx
    Notation(b"%", b"", _CLOSE + rb"%(?:25){0,2}3[ad](?:%(?:25){0,2}2[02])?", "encoded", looks_assigned),
    # Headers, logs and YAML: x-api-key: x
    Notation(b" ])*:", rb"(?<!\d{12}:)$", _MORE + _CLOSE + rb"[ \t]{0,3}:[ \t]*(?![\[{(=])", "word", looks_written),
    Notation(b" ", b"", rb" - (?=[\"'`])", "quoted", looks_like_argument),
    Notation(b" ", b"", rb" (?:-{1,2}|\xe2\x80\x93) (?=\S)", "word", looks_written),
    # The same at the end of a line: Please use this password: x
    Notation(
        b":*", rb"(?:^|[\n\0])[^\n:=\0]{0,40}$", rb"[*_]{0,2}:{1,2}[*_]{0,2}[ \t]{1,8}`?(?=[^\s\0`]{5,80}`?[ \t]*(?:$|[\r\n\0]))(?![\[{(|>&*])",
        "word", looks_like_last_word,
    ),
    # The same in a line of its own
    Notation(
        b":", rb"(?:^|[\n\0])[ \t]*(?:- )?$", rb":[ \t]{1,8}(?=[^\s\0]+[ \t]*(?:$|[\r\n\0]))(?![\[{(|>&*])",
        "token", looks_like_setting,
    ),
]  # fmt: skip
"""Notations with a sign such as `:` or `=` after the name."""

_ROLE = rb"- \w{3,20} [\"'][^\"'\r\n\0]{0,40}$"
_REST_OF_ROLE = rb"[^\"'\r\n\0]{0,20}[\"'](?: \[[^\]\r\n\0]{1,30}\]){0,4}:"
_KEY_OF_VALUE = (
    _QUOTE
    + rb"?(?:\w{0,10}value|text|answer|input|default|content|typed)"
    + _QUOTE
    + rb"?\s{0,3}(?::|=>|=)\s{0,3}"
)

OTHER_NOTATIONS = [
    # Remarks in brackets: password (except quotes): "x"
    Notation(b" ", b"", rb" \([^()\r\n\0]{1,40}\)\s?[:=]\s{0,3}(?=[\"'])", "quoted", looks_quoted),
    Notation(b" ", b"", rb" \([^()\r\n\0]{1,40}\)\s?[:=]\s{1,3}(?![\"'])", "word", looks_written),
    # Questions of a program: AWS Secret Access Key [None]: x
    Notation(
        b" ", rb"(?:^|[\n\0])[^\r\n\0:]{0,40}$", rb" \[(?:none|\*+\w{0,4})?\]: ?(?=[^\s\0]+[ \t]*(?:$|[\r\n\0]))", "token", looks_written
    ),
    # ARIA snapshots: - textbox "Password" [active]: x, also with the value on a later line
    Notation(b"\"' *", _ROLE, _REST_OF_ROLE + rb" (?!/\w+:)", "line", looks_quoted),
    Notation(b"\"' *", _ROLE, _REST_OF_ROLE + rb"\r?\n(?:[ \t]{1,60}- /\w{1,20}:[^\n\0]{0,80}\n){0,4}[ \t]{1,60}- text: ?", "line", looks_quoted),
    # Aligned columns: password        => 'x'
    Notation(b" \t\"'", b"", rb"[\"']?[ \t]{4,40}(?::=|=>|=|:)\s{0,8}(?=" + _QUOTE + rb")", "quoted", looks_quoted),
    Notation(b" \t", b"", rb"[ \t]{4,40}(?::=|=>|=|:)[ \t]{0,8}(?![=\"'>\s])", "query", looks_assigned),
    # Defaults: os.environ.get("PASSWORD") or "x", process.env.PASSWORD || "x"
    Notation(b"\"') ", b"", rb"[\"']?[\])]{0,2}\s{1,3}(?:or|\|\||\?\?|\?:)\s{1,3}(?=[\"'])", "quoted", looks_quoted),
    Notation(b" |?/", b"", rb" ?(?:\|\||\?\?|//)= ?(?=[\"'])", "quoted", looks_quoted),
    Notation(b"\"'", b"", rb"[\"']\s?\)\s?\{\s?(?=[\"'])", "quoted", looks_quoted),
    # Comparisons in calls: strcmp(password, "x")
    Notation(b",", rb"(?:str(?:n?|case)cmp|compare_digest|equals|assert_?equals?)\(\s?$", rb",\s{0,3}(?=[\"'])", "quoted", looks_quoted),
    # Lists of variables in YAML: name, and the value on the next line
    Notation(b"\r\n\"' ", rb"(?:name|key):[ \t]{1,8}[\"']?$", rb"[\"']?[ \t]{0,4}\r?\n[ \t]{0,20}(?:- )?value:[ \t]{1,8}", "quoted or token", is_no_reference),
    # Settings of devices: username bob password 7 x, enable secret 5 x
    Notation(b" ", rb"(?:^|[\n\0])[^\r\n\0]{0,80}$", rb" (?:\d|encrypted|plain-text|plaintext|sha512) (?=[^\s\0]{4,200}[ \t]*(?:[\r\n\0]|$))", "token", looks_bold),
    # Commands that set something: npm config set //r/:_authToken x
    Notation(
        b" \t", rb"(?:^|[\n\0])[ \t]{0,8}(?:[$>#] )?(?:sudo )?(?:set|username|nmcli|npm|git|aws|netsh|vault|kubectl|gcloud|heroku|gh|firebase|user|user|ppp|enable|yarn|pnpm|pip|poetry|composer)\s[^\r\n\0]{0,90}$",
        rb"[ \t]{1,3}(?![-|&><=]|[a-z_]{1,20}=[^=\s\0])(?=[^\s\0])", "quoted or token", looks_written,
    ),
    # Sentences: log in with password x
    Notation(
        b" ", rb"(?:^|[\s\0])(?:with|using|use|enter(?:ed)?|typed?|and|und|et|y|e|en|con|mit|avec|met|/|,) (?:(?:the|this|your|my|new|temporary) ){0,2}$",
        rb" {1,2}(?=[^\s\"'\0])", "spoken", looks_strong,
    ),
    Notation(b'"', rb"variable\s{1,3}\"$", rb"\"\s{0,3}\{[^{}\0]{0,200}?\bdefault\s{0,12}=\s{0,3}(?=\")", "quoted", looks_quoted),
    # Calls by name: "method": "login_with_api_key", "params": ["x"]
    Notation(b"\"'\\", b"", _QUOTE + rb"\s{0,3},\s{0,3}" + _QUOTE + rb"(?:params|args|arguments)" + _QUOTE + rb"\s{0,3}:\s{0,3}(?=\[)", "list", looks_written),
    # Here strings of shells: read PW <<< "x"
    Notation(b" ", b"", rb" ?<<<\s?", "quoted or token", is_no_reference),
    # Functions of databases: PASSWORD('x')
    Notation(b"(", rb"(?:^|[\s=(,.\0>])$", rb"\(\s{0,2}(?=" + _QUOTE + rb")", "quoted", looks_like_argument),
    Notation(b"(", rb"(?:^|[\s\0,;/])$", rb"\((?=[^\s()]{4,60}\))", "bracketed", looks_like_password),
    # Steps of browser drivers: {"element": "Password textbox", "ref": "e1", "text": "x"}, selector="#password", value="x"
    Notation(
        b"\"' *:]\\", b"",
        rb"[ *:\]\w]{0,20}" + _QUOTE + rb"(?:i?" + _QUOTE + rb")?\]?(?:\s{0,3},\s{0,3}" + _QUOTE + rb"?\w{1,20}" + _QUOTE + rb"?\s{0,3}[:=]\s{0,3}(?:"
        + _QUOTE + rb"[^\"'\r\n\0]{0,60}" + _QUOTE + rb"|[\w.-]{1,20})){0,3}?[\s}]{0,3},\s{0,3}" + _KEY_OF_VALUE + rb"(?=" + _QUOTE + rb")",
        "quoted", looks_like_no_name,
    ),
    # Keywords in columns: Input Text    id=password    x
    Notation(b" \t\"'])", rb"(?:^|[\s\0])(?:input|type|fill|set|enter)[ _](?:text|secret|password|value)(?: \w{1,10})?(?:\t|[ ]{2})[^\r\n\0]{0,60}$", rb"[\"'\])]{0,3}(?:\t|[ ]{2}|, )[ \t]{0,8}", "token", is_no_reference),
    # Variables of the Robot Framework: ${PASSWORD}    x
    Notation(b"}", rb"(?:^|[\n\0])[$@&%]\{$", rb"\}[ \t]{2,20}=?[ \t]{0,4}(?![$@&%]\{)", "token", looks_quoted),
    # Scripts of browsers: getElementById('password').value = 'x'
    Notation(b"\"'`", b"", rb"[\"'`]\s?\)\.(?:value|val|innertext|text)\s?=\s?(?=" + _QUOTE + rb")", "quoted", looks_quoted),
    # Statements: SET PASSWORD FOR bob = 'x'
    Notation(b" ", b"", rb" for [^=\r\n\0]{1,60}?\s{0,3}:?=\s{0,3}(?=" + _QUOTE + rb")", "quoted", looks_quoted),
    # An announcement before the line: use the following password to proceed:, an end of line, x
    Notation(b" ", b"", rb" [^:\r\n\0]{1,60}:[ \t]*\r?\n[ \t\r\n]{0,8}(?=[^\s\0]{16,200}[ \t]*(?:$|[\r\n\0]))", "token", looks_like_key),
    Notation(
        b" ", b"",
        rb" [^:\r\n\0]{0,60}?(?:follow\w{0,3}|below|folgt|lautet|is|ist|suivant\w?|siguiente|seguente):[ \t]*\r?\n[ \t\r\n]{0,8}(?=[^\s\0]{6,200}[ \t]*(?:$|[\r\n\0]))",
        "token", looks_written_and_mixed,
    ),
    # Two texts in a row: ("password", "x"), "password" "x", fill('#password', 'x'), "PIN" with "x"
    Notation(
        b"\"'`\\", rb"(?<!\$)$",
        _QUOTE + rb"(?:\]" + _QUOTE + rb")?(?:\s{0,2}[)}]{0,2}\s{0,3},\s{0,3}|\s{1,3}|\s{0,2}\)\s{0,3}\.\s{0,3}\w{1,24}\(\s{0,3}|,? (?:with|to|value) )(?=" + _QUOTE + rb")",
        "quoted", looks_like_no_name,
    ),
    # Pairs of fields: {"name": "password", "value": "x"}
    Notation(
        b"\"'\\", b"",
        _QUOTE + rb"\s{0,3},\s{0,3}" + _QUOTE + rb"(?:\w{0,10}value|text|answer|input|default|content|typed)" + _QUOTE
        + rb"\s{0,3}(?::|=>)\s{0,3}(?=" + _QUOTE + rb")", "quoted", looks_quoted,
    ),
    # Browser drivers: locator('#password') ... fill("x"), <input type="password"/> ... fill("x")
    Notation(
        b"\"'`]/>) -.#", _ELEMENT + rb"[^\n\0]{0,80}$",
        rb"(?:(?!" + _ELEMENT + rb"[(\s])[^\0]){0,500}?\b" + _VERB + rb"[( ]\s{0,3}(?=" + _QUOTE + rb")",
        "quoted", looks_quoted, b"\"'`#.=[-(",
    ),
    # XML: <password>x</password>
    Notation(b" >", rb"(?:^|[^=:/])<(?:[\w-]{1,20}:)?$", rb"(?:\s[^<>\0]{0,300})?(?<!/)>(?:\s{0,20}<(?:value|string|text|\w{1,20}:value)(?:\s[^<>\0]{0,80})?>\s{0,20})?(?:<!\[cdata\[)?", "content", looks_quoted),
    # XML and HTML attributes: <add key="password" value="x">, <input type='password' value='x'>
    Notation(
        b"\"'-_]", rb"(?:name|type|id|key)\s?=\s?[\"'][\w .:'\[-]{0,40}$",
        rb"[\w.'\]-]{0,20}[\"'][^<>\0]{0,300}?\b(?:value|text|content)\s?=\s?(?=[\"'])", "quoted", looks_quoted,
    ),
    Notation(b"\"'", rb"<[^<>\0]{0,60}\b(?:name|key)\s?=\s?[\"'][\w.:-]{0,40}$", rb"[\"'][^<>\0]{0,200}>", "content", looks_written),
    # Elements in a row: <key>password</key><string>x</string>, <td>Password</td><td>x</td>
    Notation(b"<", rb"<key>[\w.-]{0,40}$", rb"</key>\s{0,40}<(?:string|value)>", "content", looks_quoted),
    Notation(
        b" <:*", rb">[^<>\0]{0,60}$", rb"[ *:]{0,3}</\w{1,10}>\s{0,40}(?:<[^<>\0]{0,200}>\s{0,40}){1,3}",
        "content", looks_like_cell,
    ),
    # Tables: | Password | x |
    Notation(b" |*`", rb"\|[^|\n\0]{0,60}$", rb"[ *`]{0,4}\|[ *`]{0,4}(?=[^\s|])", "cell", looks_like_cell),
    # Multipart forms: name="password", an empty line, x
    Notation(b'"', rb"name=\"[\w.\[\]-]{0,40}$", rb"\"\r?\n(?:content-[^\n\0]{1,80}\n)?\r?\n", "line"),
    # Command lines: --password x, -Password x
    Notation(b" \t", rb"(?:^|[\s\"'\0])--?$", rb"[ \t]{1,3}(?![-|&><])", "quoted or token", looks_assigned, b"-"),
    # Lines of their own, and netrc: password x
    Notation(b" \t", rb"(?:^|[\n\0])[ \t]*$", rb"[ \t]{1,4}(?=[^\s\0]+[ \t]*(?:$|[\r\n\0]))", "token", looks_written),
    Notation(
        b" \t", rb"(?:^|[\n\0])[ \t]*(?:env|arg|setx|set|export) $", rb"[ \t]{1,4}(?=[\"']|[^\s\0]+[ \t]*(?:$|[\r\n\0]))",
        "quoted or token", looks_assigned,
    ),
    # Names and keys in a row: token 9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b
    Notation(b" \t", b"", rb"[ \t]{1,4}(?=[\w.~+/=-]{16,}(?![\w.~+/=-]))", "token", looks_like_key),
    Notation(b" \t", rb"(?:(?:^|[\n\0])[ \t]*|(?:machine[ \t]+[^\s\0]{1,60}|default)\s+)login[ \t]+[^\s\0:]{1,80}\s+$", rb"[ \t]{1,4}", "token", looks_quoted),
    # Assignments in other languages: password <- "x", Dim pwd As String = "x", DECLARE @pw NVARCHAR(20) = N'x'
    Notation(b" $", b"", rb"\$?(?:\s{1,3}(?:as )?(?:string|str|text|bytes|securestring|n?(?:var)?char2?)(?:\(\w{1,5}\))?)?\s{0,3}(?:<-|:?=)\s{0,3}n?(?=[\"'])", "quoted", looks_quoted),
    Notation(b" ", rb"\(\s?(?:def\w{0,10}|set[qf]?|let)[ (]{1,3}[\w-]{0,30}$", rb"\s{1,3}(?=\")", "quoted", looks_quoted),
    # Words in bold or in code: Password: <b>x</b>
    Notation(b" :<", b"", rb"(?:</\w{1,10}>)?[ \t]{0,3}:?\s{0,3}(?:<[^<>\0]{0,80}>\s{0,4}){0,3}<(?:b|code|strong|kbd|tt|samp|em|i|mark)(?: [^<>\0]{0,60})?>", "content", looks_bold),
    # Arguments by name: fill_in 'Password', with: 'x', fields['Password'] Text: 'x'
    Notation(b"\"'])", b"", rb"[\"'][\])]{0,2}[,:]? (?:with|to|text|value|input)(?:=|:? (?:=> )?)[$@]?[\"']{0,2}(?=[\"'])", "quoted", looks_quoted),
    # Settings in a line: SetEnv DB_PASS x, password x, the value last or before an option
    Notation(
        b" \t", rb"(?:^|[\n\0])[^\r\n\0]{0,80}$",
        rb"[ \t]{1,8}(?:-{1,2}[\w-]{1,20}[ \t]{1,4}|\d[ \t]|[a-z][\w.]{1,20}[ \t])?(?=[^\s\0]{6,80}(?:[ \t]{0,4}(?:$|[\r\n\0;#\"'])|[ \t](?:address|privilege|role|group|level|hostname|port|timeout|priv|sha|aes|des|md5|vrf)\b))(?![-|&><(])",
        "token", looks_set,
    ),
    # Prose: the password is 'x', password for user "u" is "x", with password 'x', changed the password to x
    Notation(b" ", b"", _FOR + rb": {1,2}(?![\"'`])", "word", looks_written_and_mixed),
    Notation(b" \"'\n", b"", _IS_SET + rb"(?=[\"'`])", "quoted", looks_quoted),
    Notation(b" \"'\n", b"", _IS_SET + rb"(?![\"'`])", "word", looks_written),
    Notation(b" \"'\n", b"", _FOR + _SET_TO + rb"(?=[\"'`])", "quoted", looks_like_no_name),
    Notation(b" \"'\n", b"", _SET_TO + rb"(?![\"'`:])", "word", looks_written),
    Notation(b" ", b"", rb" {1,2}(?=[\"'`])", "quoted", looks_like_no_name),
    Notation(b" ", b"", rb" {0,2}\((?=[\"'`]?\w[^()\s\0]{3,60}[\"'`]?\))", "quoted or bracketed", looks_written_and_mixed),
]  # fmt: skip
"""Notations without such a sign. All are tried one after the other, in this order, after each name."""

VALUE_FIRST = re.compile(
    # typed "x" into the "Password", "x" == password, <input value="x" type="password">
    rb"(?:[\"'](?P<value>[^\"'\r\n\0]{1,200})[\"'] (?:(?:into|in|for|on|to) (?:the )?(?:\w{1,20} ){0,2}(?:[\"'][^\"'\r\n\0]{0,60})?|[!=]={1,2} ?(?:\w{1,20}\.){0,2})"
    rb"|\bvalue=[\"'](?P<attribute>[^\"'\0]{1,200})[\"'][^<>\0]{0,300}?\b(?:name|type|id)=[\"'][\w.-]{0,40})$"
)
"""The value before the name, at the end of the text before the name."""
