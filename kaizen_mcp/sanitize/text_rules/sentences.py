"""Passwords in sentences, in many languages, and in pairs with the name of their user."""

import re

from kaizen_mcp.sanitize.looks import (
    is_login_code,
    is_no_word,
    looks_like_argument,
    looks_like_no_adjective,
    looks_like_password_in_words,
    looks_mixed,
    looks_quoted,
    looks_set,
    looks_strong,
    looks_strong_or_mixed,
    looks_written,
    looks_written_and_mixed,
    stands_out,
    stands_out_and_is_no_compound,
    stands_out_and_is_no_title,
    stands_out_or_is_joined,
)
from kaizen_mcp.sanitize.text_rules.rule import Rule

_NAMES = (
    "jelsz", "\u015fifre", "sifre", "parol", "salas", "kodeord", "passord", "lozink", "geslo",
    "slapta\u017eod", "kata sandi", "kata laluan", "m\u1eadt kh\u1ea9u", "contrasenya", "contrase\u00f1",
    "pasahitz", "lykilor", "nenosiri", "wagwoord", "wachtwoord", "heslo", "hesla", "has\u0142o", "has\u0142a",
    "haslo", "senha", "palavra-passe", "mot de passe", "mdp", "kennwort", "passwort", "l\u00f6senord", "l\u00f6sen ", "adgangskod",
    "clave", "c\u00f3digo de acceso", "cyfrinair", "fjal\u00ebkalim", "\u015fifr\u0259", "m\u00e3 pin",
    "m\u00e3 otp", "\u0430\u0440\u043e\u043b", "\u043e\u0437\u0438\u043d\u043a",
    "\u049b\u04b1\u043f\u0438\u044f\u0441\u04e9\u0437", "\u043d\u0443\u0443\u0446 \u04af\u0433",
    "\u03c9\u03b4\u03b9\u03ba\u03cc", "\u05e1\u05d9\u05e1\u05de",
    "\u0643\u0644\u0645\u0629 \u0627\u0644\u0645\u0631\u0648\u0631",
    "\u0643\u0644\u0645\u0629 \u0627\u0644\u0633\u0631", "\u0643\u0644\u0645\u0629 \u0645\u0631\u0648\u0631",
    "\u0631\u0645\u0632 \u0627\u0644\u0645\u0631\u0648\u0631", "\u0631\u0645\u0632 \u0639\u0628\u0648\u0631",
    "\u06af\u0630\u0631\u0648\u0627\u0698\u0647", "\u067e\u0627\u0633 \u0648\u0631\u0688",
    "\u092a\u093e\u0938\u0935\u0930\u094d\u0921",
    "\u09aa\u09be\u09b8\u0993\u09af\u09bc\u09be\u09b0\u09cd\u09a1",
    "\u0b95\u0b9f\u0bb5\u0bc1\u0b9a\u0bcd\u0b9a\u0bca\u0bb2\u0bcd",
    "\u0e23\u0e2b\u0e31\u0e2a\u0e1c\u0e48\u0e32\u0e19", "\u10de\u10d0\u10e0\u10dd\u10da",
    "\u0563\u0561\u0572\u057f\u0576\u0561\u0562\u0561\u057c",
    "\u0c2a\u0c3e\u0c38\u0c4d\u0c35\u0c30\u0c4d\u0c21\u0c4d", "\u0a2a\u0a3e\u0a38\u0a35\u0a30\u0a21",
    "\u0aaa\u0abe\u0ab8\u0ab5\u0ab0\u0acd\u0aa1", "\u0caa\u0cbe\u0cb8\u0ccd\u0cb5\u0cb0\u0ccd\u0ca1\u0ccd",
    "\u30d1\u30b9\u30ef\u30fc\u30c9", "\u6697\u8a3c\u756a\u53f7", "\u5bc6\u7801", "\u5bc6\u78bc",
    "\u53e3\u4ee4", "\ube44\ubc00\ubc88\ud638", "\uc554\ud638",
)  # fmt: skip
"""Stems of the word for a password in other languages, as they stand in sentences."""

_LAST_PARTS = frozenset({"passwort", "kennwort", "wachtwoord", "passord", "kodeord", "adgangskod"})
"""Of these, other words may be the first part: `Initialpasswort`."""

_NON_ENGLISH = "(?:(?:\u306f|\u304c|\u4e3a|\u662f|\u70ba|\ub294|\uc740|\uac00|\uc774|:|=| ){1,4}|(?=\u300c|\u300e|\u3010))(?:\u300c|\u300e|\u3010|[\"' \\[(]){0,3}(?P<value>[!-&*-~]{4,60})".encode()
_NON_ENGLISH_IN_QUOTES = '(?:\u306f|\u304c|\u4e3a|\u662f|\u70ba|\ub294|\uc740|\uac00|\uc774|:|=| ){1,4}(?:"|\u300c|\u300e)(?P<value>[!#-~]{4,60})(?="|\u300d|\u300f)'.encode()
_ID_BEFORE = "(?:id|user|username|user ?name|login|account|\uc544\uc774\ub514|\uacc4\uc815)$".encode()
_PAIR = rb"\s{0,2}(?:->|=>|:|=|-|\s)\s{0,2}(?:[^\s/\0]{1,60} ?/ ?){1,2}(?P<value>[^\s/,;\0]{3,60})(?![/\w])"
_PAIR_IN_BRACKETS = rb"\s?[:=-]?>?\s?[^\s()\0]{1,60}\((?P<value>[^\s()\0]{3,60})\)"
_NO_PREPOSITION = b"".join(
    rb"(?<! %b )" % word.encode()
    for word in (
        "for f\u00fcr pour para per pro dla till til zu von van voor om de di da do od \u0434\u043b\u044f \u043e\u0442 \u043a"
        " user benutzer konto usuario usu\u00e1rio utilisateur utente gebruiker u\u017cytkownika account compte cuenta"
    ).split()
)
_SIGN_IN_SENTENCE = rb"(?: [^\s:=!-/\0]{1,30}){0,6}?(?: ?(?::|=|->|\xef\xbc\x9a|\xe3\x80\x8c) {0,2}| (?:-|\xe2\x80\x94|\xe2\x80\x93|c'est) )"
_WORDS_IN_SENTENCE = (
    rb"(?: [^\s\d!-,./:-?\0]{1,30}){0,9}?(?: {1,3}|(?<=[\xe3-\xed][\x80-\xbf][\x80-\xbf]))" + _NO_PREPOSITION
)
_LETTER = rb"[\xc3-\xc5][\x80-\xbf]"
_ANY_SHAPE = rb"(?:[!#-&(-+\--:=-_a-z|~]|" + _LETTER + rb"){4,60}"
_MIXED_SHAPE = rb"(?=(?:[!-~]|" + _LETTER + rb"){0,40}?(?:\d|[a-z][!#$%&*+@^_~.-][a-z0-9]))" + _ANY_SHAPE
_SHAPE = rb"(?=[!-~]{0,40}?(?:\d|[a-z][!#$%&*+@^_~.-][a-z0-9])|[!-~]{5})[!#-&(-+\--:=-_a-z|~]{4,60}"
_USER_GIVEN = (
    "\\b(?:user(?:name)?|login|account|benutzer(?:name)?|usuario|utilisateur|identifiant|utente)"
    "(?:(?: is| ist| es| est| \u00e8|:|=) ?[\"'`]?[^\\s\"',;\\0]{2,40}| [\"'`]?[^\\s\"',;\\0]{0,39}[\\d._@-][^\\s\"',;\\0]{0,39}| [\"'`]?[^\\s\"',;\\0]{2,40}(?=[\"'`]?[,;]))[\"'`]?[,;.]? ?"
    "(?:and|und|y|et|e|with|mit|con|avec|/|-)? ?(?:the |its |das |la |le |default |initial ){0,2}$"
).encode()

SENTENCES = [
    *(
        Rule(name, rb"(?:^|[^a-z])$", re.escape(name) + rb"(?: for [^:\r\n\0]{1,40})?: {1,2}(?P<value>[^\s\"',;<>\0]{5,60})(?=[ \t]{0,3}(?:\Z|[\r\n\0,;]))", looks_set)
        for name in (b"password", b"passphrase", b"passwd", b"pwd", b"pw")
    ),
    # A question, and its answer in the next line of a chat: the login for the portal? bob / x
    *(
        Rule(
            word, rb"(?:^|[^a-z])$",
            word + rb"\b[^?\r\n\0]{0,60}\?[^\r\n\0]{0,8}\r?\n(?:\[[^\]\r\n\0]{1,20}\] ?)?[\w .]{1,30}: (?:[\w.@+-]{2,40} ?/ ?)?(?P<value>[^\s,;\0]{5,60})(?=[\s,;\0]|\Z)",
            looks_like_password_in_words,
        )
        for word in (b"login", b"password", b"passwort", b"pw", b"creds", b"credentials", b"zugang")
    ),
    # Pairs in documents: ID/PW: bob/x, ID(PW): bob(x)
    Rule("/\ud328\uc2a4\uc6cc\ub4dc".encode(), _ID_BEFORE, "/\ud328\uc2a4\uc6cc\ub4dc".encode() + _PAIR, looks_mixed),
    Rule("/\ube44\ubc00\ubc88\ud638".encode(), _ID_BEFORE, "/\ube44\ubc00\ubc88\ud638".encode() + _PAIR, looks_mixed),
    Rule(b"/pw", _ID_BEFORE, rb"/pw" + _PAIR, looks_mixed),
    Rule(b"/pass", _ID_BEFORE, rb"/pass(?:word|wd|phrase|code)?" + _PAIR, looks_mixed),
    Rule(b"l/p", rb"(?:^|[\s\0])$", rb"l/p" + _PAIR, looks_mixed),
    Rule(b"(pw", b"", rb"\(pwd?\)" + _PAIR_IN_BRACKETS, looks_mixed),
    Rule(b"(pass", b"", rb"\(pass(?:word|wd)?\)" + _PAIR_IN_BRACKETS, looks_mixed),
    # Sentences in other languages: the name, up to four words, and a word that is none
    *(
        Rule(
            name.encode(), rb"(?:^|[^a-z])$" if name.isascii() and name not in _LAST_PARTS else b"",
            re.escape(name).encode() + rb"(?:[a-z\x80-\xdf]{0,7}|[\x80-\xff]{0,24})" + words + rb"[\"'`(\[]{0,2}(?P<value>" + shape + rb")", check,
        )
        for name in _NAMES
        for words, shape, check in (
            (_SIGN_IN_SENTENCE, _ANY_SHAPE, stands_out),
            (_WORDS_IN_SENTENCE, _MIXED_SHAPE, stands_out_and_is_no_compound),
            (rb"(?: [^\s!-?\0]{1,30}){0,2}?(?:\s{0,2}(?::|=|-|\xe2\x80\x94|\xe2\x80\x93))?\s{1,2}", rb"\d{4,8}(?![\w%/:-]|[.,]\d| [a-z\x80-\xff])", is_login_code),
        )
    ),
    # Sentences in English: the wifi password is now x
    *(
        Rule(name, rb"(?:^|[^a-z])$", re.escape(name) + rb"s?(?: [a-z'-]{1,16}){0,4}? (?:is|was|are|were|becomes|remains|stays|now|filled with|(?:set|changed|reset|updated)(?: [a-z]{1,12}){0,3} to|->|=>|~|-|\xe2\x80\x94|\xe2\x80\x93|//)(?: (?:still|now|currently|just|again|set to))? {1,2}[\"'`*(]{0,2}(?P<value>" + _SHAPE + rb")", check)
        for name in (b"password", b"passwd", b"passphrase", b"passcode", b"pw", b"pwd", b"passkey", b"wifi key", b"wpa key", b"login", b"cred", b"credential")
        for check in ((stands_out, looks_written_and_mixed) if name.startswith(b"p") else (stands_out,))
    ),
    Rule(b"password of ", rb"\ban? (?:\w{1,12} ){0,2}$", rb"password of [\"'`]?(?P<value>(?!at-least|length|min)" + _SHAPE + rb")", looks_strong),
    *(
        Rule(
            verb + b" with ", b"",
            verb + rb" with (?:the )?(?:(?:password|passphrase|pw|key|code) )?[\"'`]?(?P<value>" + _SHAPE + rb")", looks_like_password_in_words,
        )
        for verb in (b"locked", b"protected", b"encrypted", b"secured", b"opened", b"unlock", b"unlocks", b"opens")
    ),
    Rule(b"password", rb"(?:\b(?:with|using|and|mit|con|avec|verbal|phone|as|the)|[\"'`],?)(?: the)? ?$", rb"password:? (?:of |is )?[\"'`](?P<value>[^\"'`\r\n\0]{4,60})[\"'`]", looks_quoted),
    Rule(b"password ", rb"(?:^|[^a-z])$", rb"password (?:is |was |has been )?(?:generated|created|set|reset|changed|assigned|issued) (?:for|of) [^\s:\0]{1,60}: {1,2}(?P<value>[^\s\0]{5,100})", is_no_word),
    Rule(b"wifi", b"", rb"wifi(?: [a-z'-]{1,16}){0,5}? is [\"'](?P<value>[^\s\"'\0]{6,60})[\"']", stands_out_or_is_joined),
    Rule(b"answer", rb"(?:security|secret|recovery|challenge) (?:question|q)\b[^\r\n\0]{0,90}$", rb"answer:? {1,3}[\"']?(?P<value>[^\"'\r\n\0]{3,60})", looks_quoted),
    Rule(b"comb", rb"(?:^|\W)$", rb"comb(?:o|ination)(?: code)?(?: is|:| =)? {1,3}(?P<value>\d{1,2}(?:[- /]\d{1,2}){2,3})(?![\w-])"),
    # Pairs in sentences: log in with `admin` / `x`, creds for the box are demo // x
    *(
        Rule(name, rb"(?:^|[^\w.])$", re.escape(name) + rb"(?:s|ential|entials|ged|ging)?(?: in| on)?(?: [a-z'-]{1,16}){0,5}?[:=]? {1,2}" + pair, check)
        for name in (b"login", b"log in", b"log on", b"logon", b"logged in", b"sign in", b"cred", b"account", b"acct", b"user", b"basic auth")
        for pair, check in (
            (rb"[\"'`*]{1,2}[\w.@+-]{2,40}[\"'`*]{1,2} ?(?:/{1,2}|:|\||,|and|with|\+) ?(?:password )?[\"'`*]{1,2}(?P<value>[^\s\"'`*\0]{4,60})[\"'`*]", looks_like_argument if name in {b"user", b"account", b"acct"} else looks_quoted),
            (rb"[\"'`*]{1,2}[\w.@+-]{2,40} ?/ ?(?P<value>[^\s\"'`*\0]{4,60})[\"'`*]", looks_quoted),
            (rb"[\w.@+-]{2,40} (?:/{1,2}|:|\||\+|>) (?P<value>[^\s\"'`,;/\0]{4,60})(?=[\s,;.)\0]|\Z)", stands_out_or_is_joined if name == b"cred" else stands_out_and_is_no_title),
            (rb"[\w.@+-]{2,40}(?:/{1,2}|:|\|)(?P<value>[^\s\"'`,;/\0]{5,60})(?=[\s,;)\0]|\Z)", looks_strong),
        )
    ),
    # Users with their passwords in a row: admin;x, admin,x
    *(
        Rule(user, rb"(?:^|[\s;,|:\"'(\0])$", re.escape(user) + rb"\w{0,10}(?!\"[ \t]{0,2}:)[\"']?[ \t]{0,2}(?:;|\||,|\t|:|/)[ \t]{0,2}[\"']?(?P<value>[^\s;,|:/\"'()<>=\[\]{}\0]{6,60})(?=[\s;,|\"')\0]|\Z)", looks_strong)
        for user in (b"admin", b"root", b"guest", b"user", b"operator", b"sysadmin", b"sa", b"demo", b"test", b"ubuntu", b"deploy")
    ),
    Rule(b"* ", rb"[\"'\w.@-] $", rb"\* [\"']?(?P<value>[^\s\"'*\0]{5,60})[\"']? (?:\*|\d{1,3}\.\d)", looks_strong_or_mixed),
    # Sentences in other languages
    *(
        Rule(name.encode(), b"", re.escape(name).encode() + after, check)
        for after, check in ((_NON_ENGLISH, looks_written), (_NON_ENGLISH_IN_QUOTES, looks_quoted))
        for name in ("\u30d1\u30b9\u30ef\u30fc\u30c9", "\u6697\u8a3c\u756a\u53f7", "\u5bc6\u7801", "\u5bc6\u78bc", "\u53e3\u4ee4", "\u5bc6\u94a5", "\u79d8\u94a5", "API\u30ad\u30fc".lower(), "api \ud0a4", "api\ud0a4", "\ube44\ubc00\ubc88\ud638", "\ud328\uc2a4\uc6cc\ub4dc", "\uc554\ud638")
    ),
    *(
        Rule(name.encode(), b"", re.escape(name).encode() + " ?(?:est|es|\u00e9|lautet|ist)? ?[:=]? ?[\"']?(?P<value>[!-~]{8,200})".encode(), looks_written)
        for name in ("-schl\u00fcssel", "cl\u00e9 api", "clave api", "clave de api", "chave api", "chave de api")
    ),
    *(
        Rule(name.encode(), b"", f"{name}(?:[^.!?\\r\\n\\0]|\\.(?=\\S)){{0,80}}?{verb} {{0,2}}:? {{0,2}}[\"']?(?P<value>[^\\s\"',;<>\\0]{{4,60}})".encode(), looks_written)
        for verb, names in (
            (" is now", "password|passphrase|passcode|pwd|api key"),
            (" lautet", "passwort|kennwort|passphrase|pw|pin|schl\u00fcssel"),
            (" ist", "passwort|kennwort|passphrase"),
            (" est", "mot de passe|mdp|code pin|phrase secr\u00e8te"),
            (" es", "contrase\u00f1a|contrasena|clave"),
            (" \u00e9", "senha|palavra-passe"),
            (" \u00e8", "password|parola d'ordine|passphrase"),
            (" is", "wachtwoord"),
            (" luidt", "wachtwoord"),
            (" to", "has\u0142o|heslo"),
            (" \u00e4r", "l\u00f6senord"),
            (" er", "adgangskode|passord"),
            (" on", "salasana"),
        )
        for name in names.split("|")
    ),
    # Users with their passwords in a sentence: user is pi and the password is x
    *(
        Rule(
            name.encode(), _USER_GIVEN,
            re.escape(name).encode() + "(?: is| ist| es| est| \u00e8|:|=):? {1,2}[\"'`]?(?P<value>[^\\s\"'`,;()\\0]{4,60})".encode(), looks_quoted,
        )
        for name in ("password", "passwort", "kennwort", "contrase\u00f1a", "mot de passe", "senha", "passphrase")
    ),
    *(
        Rule(name, _USER_GIVEN, name + rb" {1,2}[\"'`]?(?P<value>[^\s\"'`,;()\0]{5,60})", stands_out)
        for name in (b"password", b"passwort", b"kennwort", b"senha", b"mot de passe", b"pw")
    ),
    Rule(b" / ", rb"[\w.+-]{1,60}@[\w-]{1,60}(?:\.[\w-]{1,30}){1,4}[\"'`]?$", rb" / [\"'`]?(?P<value>[^\s\"'`,;/()\0]{5,60})", stands_out),
    *(
        Rule(place + b" code", rb"(?:^|[^a-z])$", place + rb" code[^.\r\n\0]{0,60}? (?:is|to|stays|remains|now|=) (?P<value>\d{4,8}#?)(?![\w%/:-])")
        for place in (b"door", b"gate", b"alarm", b"entry", b"lock", b"safe", b"keypad")
    ),
    Rule(b" with ", rb"\b(?:log|sign|logged|signed)(?:ging|ing)? ?[io]n$", rb" with [\"'`]?[\w.@+-]{2,40}[\"'`]? (?:and|/) [\"'`]?(?P<value>[^\s\"'`,;\0]{4,60})", stands_out_and_is_no_title),
    Rule(b" with ", rb"\b(?:log|sign)(?:ged|ging|s)? ?[io]n as [^\s\0]{2,60}$", rb" with [\"'`](?P<value>[^\"'`\r\n\0]{4,60})[\"'`]", looks_quoted),
    Rule(b" manually", rb"\b(?:key|secret|code)\b[^\r\n\0]{0,40}$", rb" manually:?\s{1,4}(?P<value>[a-z2-7]{4}(?:[ -]?[a-z2-7]{4}){3,15})(?!\w)"),
    *(
        Rule(new, rb"(?:passwor[dt]|pw|passphrase)\b[^\r\n\0]{0,80}\W$", new + rb": {1,2}[\"'`]?(?P<value>[^\s\"'`,;()\0]{5,60})", stands_out)
        for new in (b"new", b"neu", b"now", b"jetzt", b"nuevo", b"nouveau")
    ),
    Rule(b" it to ", rb"\b(?:set|reset|changed|updated)$", rb" it to [\"'`]?(?P<value>[^\s\"'`,;\0]{6,60})", looks_strong),
    Rule(b"key is ", rb"(?:^|[^a-z])$", rb"key is [\"'`]?(?P<value>[^\s\"'`,;\0]{6,60})", looks_like_password_in_words),
    *(
        Rule(name, rb"(?:^|[^a-z])(?:default |keystore |wi-?fi |root |admin |initial |temporary |my |your |our ){1,2}$", name + rb" is [\"'`]?(?P<value>[a-z]{10,40})(?![\w-])(?! than| in | with| at )", looks_like_no_adjective)
        for name in (b"password", b"passphrase", b"passcode")
    ),
    Rule(
        "\u0430\u0440\u043e\u043b\u044c ".encode(), b"",
        "\u0430\u0440\u043e\u043b\u044c (?:[^\r\n\0:=]{1,50}? ?)?(?::|=|-|\u2014|\u2013) {0,3}[\"']?(?P<value>[!-~]{4,60})".encode(),
        looks_written,
    ),
    # Words to restore a wallet
    *(
        Rule(name, rb"(?:recovery|seed|secret|mnemonic|backup) $", name + rb"[^:\r\n\0]{0,60}:?\s{1,4}[\"']?(?P<value>[a-z]{3,8}(?: [a-z]{3,8}){11,23})(?![\w-])")
        for name in (b"phrase", b"words")
    ),
    Rule(b"pass ", rb"(?:^|[\n\0]|\b(?:my|your|wi-?fi|root|admin|new|temporary|portal) |user [^\s\0]{1,40},? (?:and )?(?:the )?)$", rb"pass (?:is|ist|es|est) [\"'`]?(?P<value>[^\s\"'`\0]{5,60})", looks_written_and_mixed),
    # The value before the name, in prose: x is the password
    Rule(
        b" is ", rb"(?:^|[\s\0\"'])(?P<value>[^\s\0\"']{5,60})[\"']?$",
        rb" is (?:your|the|my|our|his|her|their) (?:\w{1,20} ){0,3}(?:password|passphrase)\b", looks_written,
    ),
]  # fmt: skip
