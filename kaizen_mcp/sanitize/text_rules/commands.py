"""Credentials in command lines, scripts of shells, statements, and settings of programs and devices."""

import re

from kaizen_mcp.sanitize.cookies import secret_parts
from kaizen_mcp.sanitize.looks import (
    follows_user,
    is_no_reference,
    looks_like_key,
    looks_like_no_port,
    looks_mixed,
    looks_quoted,
    looks_set,
    looks_written,
    stands_out,
)
from kaizen_mcp.sanitize.secret_values import has_letters_and_digits
from kaizen_mcp.sanitize.text_rules.rule import Rule

_USER_AND_PASSWORD = rb"[\"']?[^\s:/\"'\0]{0,100}[\"']?:(?!//[\w-]+\.)[\"']?(?P<value>[^\s\"'\0]{1,300})"
_COMMAND_VALUE = rb"[\"']?(?P<value>[^\s\"'\0]{1,300})"

COMMANDS = [
    # Command lines: curl -u user:x, mysql -px, sshpass -p x
    *(
        Rule(option, b"", option + rb"[\s=]{0,4}" + _USER_AND_PASSWORD, is_no_reference)
        for option in (b" -u", b"\n-u", b"--user ", b"--user=", b"--proxy-user")
    ),
    *(
        Rule(option, rb"\b(?:curl|wget|https?)\b[^\0]{0,110}$", re.escape(option) + rb"[\s=]{1,4}[\"']?(?P<value>[^\s:/\"'\0]{8,200}):(?=[\"'\s\0]|\Z)", has_letters_and_digits)
        for option in (b" -u", b"--user")
    ),
    Rule(b"curl ", b"", rb"curl [^\r\n\0]{0,300}?(?:-b|--cookie)[\s=][\"']?(?P<value>[^\s=\"'\0]{1,80}=[^\"'\r\n\0]{1,2000})", None, b"", secret_parts),
    Rule(b"curl ", b"", rb"curl (?:[^\r\n\0]{0,200}? )?-[a-z]{1,5}u[\s=]?" + _USER_AND_PASSWORD, is_no_reference),
    Rule(b"mysql", b"", rb"mysql\w{0,10}(?: [^\r\n\0]{0,120}?)?\s-p[\"']?(?P<value>[^\s\"'\0-][^\s\"'\0]{2,100})"),
    Rule(b" -b ", b"", rb" -b [\"'](?P<value>[^\s=\"'\0]{1,80}=[^\"'\r\n\0]{1,2000})", None, b"", secret_parts),
    Rule(b"ssh -p ", rb"(?:^|[^\w-])$", rb"ssh -p (?P<value>[^\s\0]{3,100})", looks_like_no_port),
    Rule(b" /p:", rb"(?:freerdp|rdesktop|/u:)[^\r\n\0]{0,100}$", rb" /p:[\"']?(?P<value>[^\s=\"'\0]{1,100})", is_no_reference),
    Rule(b"/p:", rb"^$|\0$", rb"/p:(?P<value>[^\s=\0]{4,100})(?=\0|\Z)", is_no_reference),
    Rule(b"convertto-securestring", b"", rb"convertto-securestring(?:\s{1,3}-(?:string|asplaintext|force)){0,3}\s{1,3}(?:\\{0,3}[\"'](?P<value>[^\"'\\\r\n\0]{1,200}))", is_no_reference),
    Rule(b"convertto-securestring", b"", rb"convertto-securestring(?:\s{1,3}-(?:string|asplaintext|force)){0,3}\s{1,3}(?P<value>[^\s\"'\\\0-][^\s\"'\\\0]{2,200})", is_no_reference),
    Rule(b"chpasswd", rb"\b(?:echo|printf) (?:-\w{1,2} )?[\"']?[\w.-]{1,40}:(?P<value>[^\s\"'|\0]{1,80})[\"']? ?\|[^\r\n\0]{0,20}$", rb"chpasswd\b", is_no_reference),
    Rule(b"sshpass", b"", rb"sshpass\s{1,3}-p\s{0,3}" + _COMMAND_VALUE, looks_like_no_port),
    Rule(b" -p ", rb"(?:docker|podman|helm|\baz|\boc|psexec|smbclient|sqlcmd|bcp|isql|osql|mongo\w{0,8}|influx|cqlsh|htpasswd|zip|unzip|7z)\b[^\r\n\0]{0,110}(?<!compose)$", rb" -p " + _COMMAND_VALUE, looks_like_no_port),
    Rule(b" -a ", rb"\bhttps?(?:ie)?\b[^\r\n\0]{0,60}$", rb" -a " + _USER_AND_PASSWORD, is_no_reference),
    Rule(b"net user ", b"", rb"net user [\w.\\-]{1,60} (?P<value>[^\s/*\0][^\s\0]{2,60})", is_no_reference),
    Rule(b" -w ", rb"\bldap\w{1,10} [^\r\n\0]{0,100}$", rb" -w " + _COMMAND_VALUE, is_no_reference),
    Rule(b" /rp ", b"", rb" /rp " + _COMMAND_VALUE, is_no_reference),
    Rule(b" -u", rb"\bsmbclient [^\r\n\0]{0,80}$", rb" -u[ =]?[\"']?[^\s%\0]{1,60}%(?P<value>[^\s\"'\0]{1,100})", is_no_reference),
    Rule(b" -u", rb"\blftp\b[^\r\n\0]{0,80}$", rb" -u[ =]?[\"']?[^\s,\0]{1,60},(?P<value>[^\s\"'\0]{1,100})", is_no_reference),
    Rule(b"wpa_passphrase ", b"", rb"wpa_passphrase [^\s\0]{1,40} (?P<value>[^\s\0]{8,64})", is_no_reference),
    Rule(b"snmp-server community ", b"", rb"snmp-server community (?P<value>[^\s\0]{3,64})"),
    Rule(b"<<<", rb"\b(?:kinit|sudo -s|\w{0,8}passwd|cryptsetup)\b[^\r\n\0]{0,80}$", rb"<<<\s?" + _COMMAND_VALUE, is_no_reference),
    Rule(b" -k ", rb"\bopenssl enc\b[^\r\n\0]{0,110}$", rb" -k " + _COMMAND_VALUE, is_no_reference),
    Rule(b" -p", rb"\b(?:7za?|7zz|rar|unrar)(?:\.exe)? [^\r\n\0]{0,80}$", rb" -p(?P<value>[^\s\"'\0-][^\s\"'\0]{2,100})", is_no_reference),
    Rule(b" -a ", rb"redis-cli\b[^\r\n\0]{0,110}$", rb" -a " + _COMMAND_VALUE),
    Rule(b"identified ", b"", rb"identified (?:by|with [\w\"']{1,40} (?:by|as)) (?:password )?\\{0,3}[\"'](?![0-9a-f]{8}-[0-9a-f]{4}-)(?P<value>[^\"'\\\0]{1,200})", is_no_reference),
    Rule(b"identified by ", rb"\b(?:user|grant|role|account|connect to)\b[^\r\n\0]{0,110}$", rb"identified by (?:password )?(?P<value>[^\s\"'\\;,<>()\0]{3,200})", looks_mixed),
    Rule(b"password '", rb"\b(?:role|user|login|account)\b[^;\r\n\0]{0,110}$", rb"password '(?P<value>[^'\r\n\0]{1,200})'", looks_quoted),
    Rule(b"requirepass ", b"", rb"requirepass (?P<value>(?![\"']{2}|\$\{?\w+\}?(?:\s|\0|\Z))[^\s\0]{1,200})(?=\s+--|[ \t]*(?:[\r\n\0#]|\Z))"),
    Rule(b"/user:", b"", rb"/user:[^\s\0]{1,60} (?P<value>[^\s/\0][^\s\0]{2,100})", looks_written),
    Rule(b" /user:", rb"\bnet use [^\r\n\0]{0,60}\\[^\s\0]{1,60} (?P<value>[^\s/*\0]{3,60})$", rb" /user:", is_no_reference),
    *(
        Rule(name, b"", re.escape(name) + rb"(?:\d )?[\"']?(?P<value>[^\s\"'\0]{5,80})", stands_out)
        for name in (b"authentication-key ", b"pre-shared-key ascii-text ", b"auth sha ", b"auth md5 ", b"priv aes ", b"priv des ", b"aes 128 ", b"key-string ", b"message-digest-key 1 md5 ")
    ),
    Rule(b"]:", b"", rb"\]:\d{2,5}\s{1,4}[\w.@+-]{1,60}:(?P<value>[^\s:\0]{4,100})(?=\s|\0|\Z)", is_no_reference),
    Rule(b":pserver:", b"", rb":pserver:[\w.-]{1,40}:(?P<value>[^\s@\0]{3,100})@"),
    Rule(b" key ", rb"\b(?:server|radius|tacacs|isakmp|wlan\d|ike|wep|wpa|psk|ntp|ospf|bgp|snmp|vpn|tunnel|peer)\b[^\r\n\0]{0,80}$", rb" key (?:\d |s:)?[\"']?(?P<value>[^\s\"'\0]{5,80})", stands_out),
    *(
        Rule(option, rb" -(?:u|user|username|login|l) [^\s\0]{1,40}(?: -\w [^\s\0]{1,30}){0,2}$", re.escape(option) + _COMMAND_VALUE, follows_user)
        for option in (b" -p ", b" -a ", b" -x ", b" -w ")
    ),
    Rule(b"unseal ", b"", rb"unseal (?:key \d{1,2}(?: \(\w{1,12}\))? {0,4}[:=] {0,4}|(?:-[\w=-]{1,30} ){0,3})(?P<value>[a-z0-9+/]{40,100}={0,2})(?![\w-])", has_letters_and_digits),
    Rule(b"useradd ", b"", rb"useradd [^\r\n\0]{0,80}?-p " + _COMMAND_VALUE, is_no_reference),
    Rule(b"echo ", rb"(?:pass|pwd?|secret|token|key|auth|askpass)[\w-]{0,14}[\s=:]{1,3}[\"'$(`]{0,3}$", rb"echo (?:-\w{1,2} )?[\"']?(?P<value>[^\s\"'|)\0]{4,300})", is_no_reference),
    Rule(b"pass ", rb"\buser [^\r\n\0]{1,60}\r?\n(?:[^\r\n\0]{0,50}\r?\n)?(?:(?:[>cs]|command|befehl|ftp|--->):?\s{0,3})?$", rb"pass (?P<value>[^\s\0]{3,100})(?=\s|\0|\Z)", is_no_reference),
    Rule(b"334 ugfzc3dvcmq6", b"", rb"334 ugfzc3dvcmq6\s{1,4}(?:(?:c|client|[^\w\s\0]{1,4})[: ]{1,3})?(?P<value>[a-z0-9+/]{4,200}={0,2})"),
    Rule(b"auth ", rb"(?:> ?|^|[\n\0]\s{0,8})$", rb"auth (?:[\w.-]{1,40} )?[\"']?(?P<value>[^\s\"'\0]{5,200})[\"']?(?=[ \t]{0,3}(?:\Z|[\r\n\0]))", looks_set),
    Rule(b"isakmp key ", b"", rb"isakmp key (?:\d )?(?P<value>[^\s\0]{4,100})", is_no_reference),
    Rule(b"chpasswd:", b"", rb"chpasswd:\s{1,10}(?:[^\r\n\0]{0,40}\r?\n\s{0,10}){0,3}?(?:- )?[\w.-]{1,32}:(?P<value>[^\s\0]{4,100})", is_no_reference),
    Rule(b"-type ", rb"(?:pass|pwd|pin|otp)[^\0]{0,40}$", rb"-type {1,6}(?P<value>[^\s\0]{3,80})", is_no_reference),
    # Statements, command lines and settings of programs
    Rule(b" using ", rb"\buser [\w.-]{1,40}$", rb" using (?P<value>[^\s\"';\0]{4,60})", has_letters_and_digits),
    Rule(b"connect ", rb"(?:^|[\s>\0])$", rb"connect [\w$#.]{1,40}/(?P<value>[^\s/@\"'\0]{2,100})(?=@|\s|\0|\Z)", is_no_reference),
    Rule(b"sp_addlinkedsrvlogin ", b"", rb"sp_addlinkedsrvlogin (?:n?'[^'\0]{0,60}',\s?|null,\s?|@?\w{1,20},\s?){2,4}n?'(?P<value>[^'\0]{1,100})'", is_no_reference),
    Rule(b"createuser ", b"", rb"createuser [\w.-]{1,40} (?:md5|sha\S{0,4}) [\"']?(?P<value>[^\s\"'\0]{4,80})", is_no_reference),
    Rule(b"htpasswd ", b"", rb"htpasswd (?:-\w{1,6} )*-\w*b\w* [^\s\0]{1,200} [^\s\0]{1,40} (?P<value>[^\s\0]{3,80})", is_no_reference),
    Rule(b"auth ", rb"\bstats $", rb"auth [\w.-]{1,40}:(?P<value>[^\s\0]{3,80})", is_no_reference),
    Rule(b"login=", rb"(?:^|\s)$", rb"login=[\w.*-]{1,40}:(?P<value>[^\s\0]{3,80})", is_no_reference),
    Rule(b"password(", rb"\buser(?:name)?\([\"']?[\w.-]{1,40}[\"']?\),? ?$", rb"password\([\"']?(?P<value>[^\s()\"'\0]{3,80})", is_no_reference),
    Rule(b"snyk auth ", b"", rb"snyk auth " + _COMMAND_VALUE, looks_like_key),
    Rule(b"codecov ", b"", rb"codecov [^\r\n\0]{0,80}?-t " + _COMMAND_VALUE, looks_like_key),
    Rule(b"--key ", rb"(?:cypress|--record|--api)[^\r\n\0]{0,100}$", rb"--key[ =](?P<value>[\w-]{20,100})"),
    Rule(b":", rb"(?:^|[\n\0])(?=\d{0,3}[a-z.*_-])[\w.*-]{1,100}$", rb":(?:\d{2,5}|\*):[\w.*-]{1,60}:[\w.@+*-]{1,60}:(?![0-9a-f]{6,10}(?![\w-]))(?P<value>(?:[^\s:\\\0]|\\[^\s\0]){3,100})(?=[ \t]*(?:[\r\n\0]|\Z))", is_no_reference),
    # Standard input of programs that ask for a password: echo x | sudo -S ls
    *(
        Rule(b"| ", rb"\b" + command + rb" (?:-\w{1,2} )?[\"']?(?P<value>[^\s\"'|\\\0]{1,80})(?:\\{1,2}n)?[\"']? ?$", rb"\| [^\r\n\0]{0,60}?(?:passw|--stdin|sudo -s|kinit|cryptsetup|passphrase)", is_no_reference)
        for command in (b"echo", b"printf")
    ),
    # What a command prints that reads a secret
    *(
        Rule(command, before, re.escape(command) + rb"[^\r\n\0]{0,120}\r?\n(?P<value>[^\s\0]{4,200})(?=[ \t]*(?:[\r\n\0]|\Z))", looks_written)
        for command, before in (
            (b"base64 -d", rb"(?:passw|secret|token)[^\r\n\0]{0,110}$"), (b"base64 --decode", rb"(?:passw|secret|token)[^\r\n\0]{0,110}$"),
            (b"-field=passw", b""), (b"pass show ", b""), (b"get-secret-value ", b""), (b"find-generic-password ", b""),
        )
    ),
    # Files of a user and a password, a line each: cat auth.txt
    *(
        Rule(b"auth", before, rb"auth(?:[.-]user[.-]pass)?" + end + rb"\r?\n[^\s\0]{1,60}\r?\n(?P<value>[^\s\0]{3,100})(?=[ \t]*(?:[\r\n\0]|\Z))", is_no_reference)
        for before, end in ((rb"(?:\b(?:cat|type|less|more|tail|head) |# ?)[^\r\n\0]{0,60}$", rb"\.(?:txt|cred)"), (b"", rb" <<'?\w{2,8}'?"))
    ),
    Rule(b" login ", rb"(?:^|[\n\0']|[>c]:? ?)(?=[a-z]*\d)[\w.*]{1,10}$", rb" login \"?[^\s\"\0]{1,80}\"? \"(?P<value>[^\"\r\n\0]{1,100})\"", is_no_reference),
    # Wireless networks: Key Content : x, WLAN ... Schl\u00fcssel: x
    Rule(b"wifi:", b"", rb"wifi:[^\r\n\0]{0,120}?\bp:(?P<value>[^;\r\n\0]{1,80})"),
    *(
        Rule(name.encode(), b"", name.encode() + rb"\s{0,20}: (?P<value>[^\r\n\0]{4,80})", is_no_reference)
        for name in ("key content", "schl\u00fcsselinhalt", "contenu de la cl\u00e9", "contenido de la clave", "contenuto chiave")
    ),
    *(
        Rule(name.encode(), rb"(?:wlan|wi-?fi|ssid|netzwerk|wireless)[^\0]{0,110}$", name.encode() + rb"(?: \([^()\0]{1,20}\))?\s?[:=] {0,3}[\"']?(?P<value>[^\s\"'\0]{6,80})", looks_quoted)
        for name in ("schl\u00fcssel", "schluessel", "key", "clave", "cl\u00e9", "chiave", "sleutel")
    ),
    *(
        Rule(kind, b"", kind + rb" \"(?P<value>[^\"\r\n\0]{3,200})\"", looks_quoted)
        for kind in (b": psk", b": eap", b": xauth")
    ),
    Rule(b'"p', rb"\"(?:u|user|username|login|email)\\{0,3}\" ?: ?\\{0,3}\"[^\"\r\n\0]{1,60}\", ?\\{0,3}$", rb"\"p(?:w|wd|ass)?\\{0,3}\" ?: ?\\{0,3}\"(?P<value>[^\"\\\r\n\0]{3,100})", looks_quoted),
    # Settings: secrets, and a key below
    Rule(b"secrets:", rb"(?:^|[\n\0])[ \t]*(?:- )?$", rb"secrets:[ \t]*\r?\n[ \t]{1,20}[\w.-]{1,60}:[ \t]{1,8}[\"']?(?P<value>[^\s\"'\0]{8,300})", looks_like_key),
]  # fmt: skip
