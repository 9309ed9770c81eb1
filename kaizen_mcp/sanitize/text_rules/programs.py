"""Credentials in the code of programs, mostly as the arguments of a call, and in traces of such calls."""

import re

from kaizen_mcp.sanitize.looks import (
    is_no_reference,
    looks_bold,
    looks_like_argument,
    looks_like_key,
    looks_like_second,
    looks_quoted,
    stands_out,
)
from kaizen_mcp.sanitize.text_rules.rule import Rule

_TEXT = rb"\\{0,3}[\"'`]"
_ARGUMENT = rb"(?:" + _TEXT + rb"[^\"'`\r\n\0]{0,120}" + _TEXT + rb"|[\w.$>-]{1,40})\s{0,3},\s{0,40}"
_SECOND = _ARGUMENT + _TEXT + rb"(?P<value>[^\"'`\\\r\n\0]{1,200})" + _TEXT
_THIRD = _ARGUMENT + rb"(?:\d{2,5}\s?,\s?)?" + _SECOND
_LATER = rb"(?:[\w.$>-]{1,40}\s{0,3},\s{0,40})?" + _SECOND
_CALL = rb"\w{0,24}(?:\[[\w.]{1,12}\])?!?\(\s{0,9}"
_WRAPPED = rb"(?:\w{1,12}\()?(?:[a-z]{1,2}(?=[\"']))?"  # Some("x"), b"x"
_TWO = (
    rb"[\"'][^\"'\r\n\0]{1,80}[\"']\)?\s{0,3},\s{0,9}" + _WRAPPED + rb"[\"'](?P<value>[^\"'\\\r\n\0]{3,200})[\"']"
)
_LAST = (
    rb"(?:(?:\w{1,12}\()?[^\"'(),\r\n\0]{0,40}(?:[\"'][^\"'\r\n\0]{0,120}[\"'])?\)?\s{0,3},\s{0,9}){0,4}"
    + _WRAPPED
    + rb"[\"'](?P<value>[^\"'\\\r\n\0]{3,200})[\"']\)?\s{0,3}\)"
)

PROGRAMS = [
    # Users and passwords as arguments: NetworkCredential("bob", "x"), connect("host", "bob", "x")
    *(
        Rule(call.encode(), b"", re.escape(call).encode() + rb"\s{0,9}" + arguments, check)
        for calls, arguments, check in (
            ("credential( credentials( wifi.begin(", _SECOND, is_no_reference),
            ("auth( authenticate(", _SECOND, looks_like_argument),
            ("login(", _LATER, looks_like_argument),
            ("directoryentry( getconnection( plainauth( newdialer(", _THIRD, is_no_reference),
            ("connection( mysqli( pdo(", _THIRD, looks_like_argument),
        )
        for call in calls.split()
    ),
    Rule(b"connect(", b"", rb"connect\(\s{0,9}" + rb"(?:\$\w{1,20}\s?,\s?)?" + _THIRD, looks_like_argument),
    Rule(b"create_user(", b"", rb"create_user\(\s{0,9}(?:" + _ARGUMENT + rb")?" + _SECOND, looks_like_argument),
    Rule(b"auth=(", b"", rb"auth=\(\s{0,3}[\"'][^\"'\0]{1,80}[\"']\s{0,3},\s{0,3}[\"'](?P<value>[^\"'\0]{1,200})[\"']"),
    Rule(b"connect(", rb"oracle(?:db)?\.$", rb"connect\(\s{0,9}" + _SECOND, looks_like_argument),
    Rule(b"connect(", b"", rb"connect\(\s{0,3}[\"'][\w$#.]{1,60}/(?P<value>[^\s/@\"'\0]{2,100})@", is_no_reference),
    Rule(b"bind", b"", rb"bind(?:_s)?\(\s{0,3}(?:[\w.$]{1,40}\s?,\s?)?[\"'][^\"'\0]{0,60}(?:cn|uid|dc|ou)=[^\"'\0]{0,80}[\"']\s?,\s?[\"'](?P<value>[^\"'\0]{1,100})[\"']", is_no_reference),
    Rule(b"sp_addlogin ", b"", rb"sp_addlogin n?'[^'\0]{1,60}'\s?,\s?n?'(?P<value>[^'\0]{1,100})'"),
    Rule(b"sp_password ", b"", rb"sp_password (?:n?'[^'\0]{1,60}'|null)\s?,\s?n?'(?P<value>[^'\0]{1,100})'"),
    Rule(b"assertequal", b"", rb"assertequals?\(\s?[\"'](?P<value>[^\"'\0]{1,100})[\"'],\s?[\w.]{0,40}(?:password|passwd|secret|token)", is_no_reference),
    *(
        Rule(name, before, re.escape(name) + _CALL + arguments, check)
        for name, before in (
            (b"login", b""), (b"log_in", b""), (b"logon", b""), (b"log_on", b""), (b"signin", b""), (b"sign_in", b""), (b"auth", b""), (b"credential", b""),
            (b"authenticat", b""), (b"drivermanager", b""), (b"userpw", b""), (b"username_pw", b""), (b"username_password", b""), (b"userpass", b""),
        )
        for arguments, check in ((_TWO, looks_like_second), (_LAST, looks_like_argument))
    ),
    *(
        Rule(name, b"", re.escape(name) + _CALL + arguments, looks_like_argument)
        for name in (b"connect", b"connection", b"database", b"datasource", b"open_session", b"create_user", b"createuser", b"create_superuser", b"add_user", b"adduser", b"session", b"bind", b"newinstance")
        for arguments in (
            rb"(?:[^\"'(),\r\n\0]{1,40},\s{0,3})?[\"'][^\"'\r\n\0]{0,120}[\"']\s{0,3},\s{0,9}" + _TWO, _LAST,
        )
    ),
    Rule(b"basic", b"", rb"basic_?(?:auth)?" + _CALL + _TWO, looks_bold),
    Rule(b"pw_set(", b"", rb"pw_set\(\s{0,9}(?:[\w.&>-]{1,40}\s{0,3},\s{0,9})?" + _TWO, looks_quoted),
    Rule(b"auth", rb"(?:^|[^a-z])(?:basic|http|digest|proxy)?_?$", rb"auth[\"']?\]?\s{0,3}(?:=>|=|:|,)\s{0,3}[\[({]\s{0,3}" + _TWO, looks_quoted),
    *(
        Rule(name, rb"(?:set|with|update|change|reset|new|create|use|add)_?(?:user|db|database|admin|login)?_?$", name.replace(b"(", rb"\w{0,10}\(") + rb"\s{0,9}(?:[\w.&>*-]{1,40}\s{0,3},\s{0,9}){0,2}[\"'](?P<value>[^\"'\\\r\n\0]{4,200})[\"']", looks_bold)
        for name in (b"password(", b"passwd(", b"passphrase(", b"pwd(", b"secret(", b"pin(")
    ),
    *(
        Rule(verb, b"", re.escape(verb) + rb"(?!\w{0,14}(?:err|label|hint|title|name|visib))\w{0,16}\(\s{0,3}[\"'`][^\"'`\r\n\0]{0,50}(?:passw|pwd|#pass|kennwort|senha|contrase)[^\"'`\r\n\0]{0,24}[\"'`]{1,3}\)?\s?,\s{0,3}[\"'`](?P<value>[^\"'`\r\n\0]{3,100})[\"'`]", looks_bold)
        for verb in (b"fill", b"type", b"set", b"send", b"enter")
    ),
    Rule(b"send ", rb"(?:^|[^\w-])$", rb"send (?:-- )?[\"'](?P<value>[^\s\"'\\\0]{4,80})\\{1,2}[rn]", stands_out),
    Rule(b".equals", rb"[\"'](?P<value>[^\"'\r\n\0]{1,100})[\"']$", rb"\.equals(?:ignorecase)?\([\w.]{0,40}(?:password|passwd|passphrase|secret|token|pwd)\b", is_no_reference),
    Rule(b".equals", rb"(?:password|passwd|passphrase|secret|token|pwd)(?:\(\))?$", rb"\.equals(?:ignorecase)?\(" + _TEXT + rb"(?P<value>[^\"'\\\r\n\0]{1,100})", is_no_reference),
    Rule(b"curlopt_", b"", rb"curlopt_\w{0,20}(?:password|passwd|pass|bearer|keypasswd)\w{0,10}\s{0,3}(?:,|=>)\s{0,3}" + _TEXT + rb"(?P<value>[^\"'`\\\r\n\0]{1,300})", is_no_reference),
    Rule(b"curlopt_", b"", rb"curlopt_\w{0,10}userpwd\s{0,3}(?:,|=>)\s{0,3}" + _TEXT + rb"[^:\"'`\r\n\0]{0,100}:(?P<value>[^\"'`\\\r\n\0]{1,300})", is_no_reference),
    # Code whose comment calls a text a password
    *(
        Rule(sign, rb"[\"'](?P<value>[^\s\"'\0]{4,60})[\"'][^\"'\r\n\0]{0,60}$", re.escape(sign) + rb" ?[^\r\n\0]{0,40}?\b(?:password|passwd|passphrase|passcode)\b", stands_out)
        for sign in (b" //", b"/*", b"' ", b" # ")
    ),
    Rule(b"password", rb"\bnew (?:[\w]{1,40}\.){0,3}\w{0,12}$", rb"password(?!authentication\(\s?[\"'][^\"'\r\n\0]{1,80}[\"']\s?,)\w{0,14}\(\s?[\"'](?P<value>[^\"'\r\n\0]{3,100})[\"']", looks_bold),
    Rule(b"storepassword ", rb"(?:^|[\n\0])[ \t]*$", rb"storepassword [\"'](?P<value>[^\"'\r\n\0]{3,100})[\"']", looks_quoted),
    Rule(b"keypassword ", rb"(?:^|[\n\0])[ \t]*$", rb"keypassword [\"'](?P<value>[^\"'\r\n\0]{3,100})[\"']", looks_quoted),
    *(
        Rule(name, b"", re.escape(name) + rb"\s?(?:[\"']?[\w$.>-]{1,60}[\"']?\s?,\s?)?[\"'](?P<value>[^\"'\s\0]{20,200})[\"']", looks_like_key)
        for name in (b"client(", b"api(", b"captcha(", b"sdk(", b"configure(", b"init(")
    ),
    # Arguments in traces of PHP: ->connect(Array, 'bob', 'x', Array)
    *(
        Rule(name, b"", name + rb"\((?:array|resource id #\d{1,6}|object\([^()\0]{1,60}\)|null|'[^'\r\n\0]{0,120}'), '[^'\r\n\0]{1,60}', '(?P<value>[^'\r\n\0]{1,100})'", looks_quoted)
        for name in (b"connect", b"__construct", b"_bind", b"->login", b"->bind")
    ),
    Rule(b"' / '", rb"(?:denied|login|tried|auth|password|credentials)[^\r\n\0]{0,60}'[\w.@-]{1,40}$", rb"' / '(?P<value>[^'\r\n\0]{3,60})'", stands_out),
    Rule(b"define(", b"", rb"define\(\s?[\"']\w{0,40}(?:pass|password|passwd|secret|_key|_salt)[\"']\s?,\s?[\"'](?P<value>[^\"'\r\n\0]{3,200})[\"']", is_no_reference),
    Rule(b"random_password", b"", rb"random_password\"[^\0]{0,300}?\"result\"\s?:\s?\"(?P<value>[^\"\r\n\0]{4,200})\""),
]  # fmt: skip
