"""What a browser driver types into a field for a credential."""

import re

from kaizen_mcp.sanitize.looks import (
    is_no_reference,
    looks_bold,
    looks_like_argument,
    looks_quoted,
    looks_strong,
    looks_written,
    stands_out,
    stands_out_or_is_joined,
)
from kaizen_mcp.sanitize.text_rules.rule import Rule

_PASSWORD_WORD = (
    rb"(?:passw\w{0,12}|passphrase|passcode|pwd?|pin|otp|2fa|secret|one-time|verification code|\d-digit code"
    rb"|kennwort|contrase\w{1,3}|senha|mot de passe|wachtwoord)"
)

_PASSWORD_VARIABLE = (
    "(?:passw\\w{0,8}|passwort|kennwort|clave|contrase\\w{0,4}|contrase\u00f1a|senha|mot_?de_?passe|mdp|wachtwoord|pwd?|pin|otp)"
    "_?(?:field|input|box|el|elem|element|textbox|locator|feld|campo|champ)?$"
).encode()

DRIVERS = [
    *(
        Rule(
            word, rb"\b(?:input|typed?|typing|enter(?:ed|ing)?|fill(?:ed)?|used?|using)(?: text)? [\"'`]?(?P<value>[^\s\"'`\0]{3,60})[\"'`]? (?:in|as|for|on) (?:the |a |your )?(?:[^.,;\r\n\0]{0,19}[^\w.,;\r\n\0])?$",
            word + rb"\b", stands_out,
        )
        for word in (b"password", b"passwd", b"passcode", b"pin", b"otp", b"secret")
    ),
    # Typed by a driver, with the field after it on the same line: fill("x") locator('#password'), "text": "x" ... password
    *(
        Rule(verb, b"", re.escape(verb) + rb"\w{0,12}[\"']?(?:\(|(?<!type\")(?<!type):|(?<=text)=|\s)\s{0,2}[\"'](?P<value>[^\s\"'\\\0]{4,100})[\"'](?:(?:(?!\}\s?,\s?\{\s?[\"'](?:name|n|no|i|index|action)[\"'])[^;\r\n\0]){0,100}?|[^;\r\n\0]{0,20}\r?\n[^\r\n\0]{0,60}waiting for [^\r\n\0]{0,40}?)(?<![a-z])" + _PASSWORD_WORD + rb"(?![a-z])", stands_out)
        for verb in (b"fill", b"type", b"sendkeys", b"send_keys", b"text", b"value", b"keys", b"input", b"enter")
    ),
    Rule(b"password", rb"[\"'=\[]$", rb"password\]?[\"']\)\.(?:fill|type|add|set|send|enter|input|press)\w{0,16}\(\s{0,2}[\"'](?P<value>[^\"'\r\n\0]{3,100})[\"']", looks_bold),
    Rule(b"password", rb"\b(?:name|label|placeholder|text)\b[^\r\n\0]{0,60}$", rb"password[\w ]{0,20}[\"'][^;\r\n\0]{0,20}\)\.\w{3,24}\(\s{0,2}[\"'](?P<value>[^\"'\r\n\0]{3,100})[\"']", looks_like_argument),
    Rule(b"pin", rb"[\"'][\w ]{0,20}$", rb"pin[\w ]{0,20}[\"'][\s)\]}]{0,6}\.(?:fill|type|send|set|enter|input|press)\w{0,16}\(\s{0,2}[\"'](?P<value>\d{4,8})[\"']"),
    Rule(b"type  ", rb"(?:pass|pwd|pin|otp)[^\r\n\0]{0,40}\r?\n[^\r\n\0]{0,40}$", rb"type {2,8}(?P<value>[^\s\0]{3,80})", is_no_reference),
    *(
        Rule(verb, _PASSWORD_VARIABLE, re.escape(verb) + rb"\s?[\"'`](?P<value>[^\"'`\r\n\0]{3,100})[\"'`]", looks_quoted)
        for verb in (b".fill(", b".type(", b".send_keys(", b".sendkeys(", b".set_value(", b".setvalue(", b".set_text(")
    ),
    *(
        Rule(verb, rb"(?:\d-digit|verification|security|one-time|sms) code[\"'`][)\]]{1,2}$", re.escape(verb) + rb"\s?[\"'`](?P<value>\d{4,8})[\"'`]")
        for verb in (b".fill(", b".type(", b".send_keys(", b".sendkeys(")
    ),
    # Browser drivers, with the value first, and their keywords
    Rule(
        b" into ", rb"\b(?:input|typed?|typing|enter(?:ed|ing)?|fill(?:ed)?|wrote|write)(?: text)? [\"']?(?P<value>[^\s\"'\0]{3,100})[\"']?$",
        rb" into (?:the )?[^\r\n\0,;.]{0,40}?\b(?:" + _PASSWORD_WORD + rb"|passwort|token|api key|one-time)\b", looks_written,
    ),
    Rule(
        b" on <input", rb"type\(\\{0,3}[\"'](?P<value>[^\"'\\\0]{1,100})\\{0,3}[\"']\)$",
        rb" on <input[^<>\0]{0,200}?\b(?:type|name|id)=\\{0,3}[\"']?[\w-]{0,20}(?:pass|pwd|pin|otp)",
    ),
    Rule(b"input password", b"", rb"input password(?:\t|  | \|)\s{0,8}[^\s|\0]{1,80}(?: [^\s|\0]{1,40}){0,2}\s{0,8}(?:\t|  |\|)[ \t]{0,8}(?P<value>[^\s|\0]{1,100})", is_no_reference),
    Rule(b"input password", b"", rb"input password {1,4}[^\s,\0]{1,80}, ?(?P<value>[^\s\0]{1,100})", is_no_reference),
    Rule(b"send", b"", rb"send ?keys:?[^\r\n\0]{0,200}?(?:pass|pwd|kennwort|senha|contrase)[^\r\n\0]{0,40}\], \[(?P<value>[^\]\r\n\0]{3,100})\]"),
    Rule(b"typeelement", b"", rb"typeelement\s{0,3}\{[^{}\0]{0,200}?\"text\":\s{0,3}\"(?P<value>[^\"\r\n\0]{4,100})\"", looks_strong),
    Rule(b"log", rb"(?:^|[\n\0|])[ \t]*$", rb"log(?:in|[ -]in|on)?(?: \w{1,12}){0,3}(?:\t| {2,8})[^\s\0]{1,60}(?:\t| {2,8})(?P<value>[^\s\0]{4,60})(?=[ \t]*(?:[\r\n\0]|\Z))", stands_out_or_is_joined),
    Rule(
        b"reasoning=", b"", rb"reasoning=[\"'][^\"'\r\n\0]{0,80}?\b(?:password|passcode|pin|otp|secret|one-time code)\b[^\"'\r\n\0]{0,80}[\"'][^\r\n\0]{0,80}?\btext=[\"'](?P<value>[^\"'\r\n\0]{1,100})",
        looks_quoted,
    ),
]  # fmt: skip
