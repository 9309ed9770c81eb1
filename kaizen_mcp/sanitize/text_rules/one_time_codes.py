"""Codes of one-time logins, in many languages."""

import re

from kaizen_mcp.sanitize.looks import is_login_code, is_no_word
from kaizen_mcp.sanitize.secret_values import has_letters_and_digits
from kaizen_mcp.sanitize.text_rules.rule import TAGS, Rule

_NAMES = (
    "eng\u00e5ngskod", "engangskode", "kertak\u00e4ytt\u00f6kood", "vahvistuskood", "kod weryfikacyjn",
    "kod sms", "kod dost\u0119pu", "ov\u011b\u0159ovac\u00ed k\u00f3d", "overovac\u00ed k\u00f3d",
    "cod de verificare", "kod za potvrdu", "do\u011frulama kod", "onay kod", "giri\u015f kod",
    "m\u00e3 x\u00e1c", "kode verifikasi", "kode otp",
    "\u043a\u043e\u0434 \u043f\u043e\u0434\u0442\u0432\u0435\u0440\u0436\u0434\u0435\u043d\u0438\u044f",
    "\u043a\u043e\u0434 \u043f\u0456\u0434\u0442\u0432\u0435\u0440\u0434\u0436\u0435\u043d\u043d\u044f",
    "\u043a\u043e\u0434 \u0437\u0430 \u043f\u043e\u0442\u0432\u044a\u0440\u0436\u0434\u0435\u043d\u0438\u0435",
    "\u03ba\u03c9\u03b4\u03b9\u03ba\u03cc\u03c2 \u03b5\u03c0\u03b9\u03b2\u03b5\u03b2\u03b1\u03af\u03c9\u03c3\u03b7\u03c2",
    "\u05e7\u05d5\u05d3 \u05d0\u05d9\u05de\u05d5\u05ea",
    "\u05e7\u05d5\u05d3 \u05d4\u05d0\u05d9\u05de\u05d5\u05ea",
    "\u0631\u0645\u0632 \u0627\u0644\u062a\u062d\u0642\u0642",
    "\u0643\u0648\u062f \u0627\u0644\u062a\u062d\u0642\u0642",
    "\u0631\u0645\u0632 \u062a\u0627\u06cc\u06cc\u062f",
    "\u0938\u0924\u094d\u092f\u093e\u092a\u0928 \u0915\u094b\u0921", "\u0913\u091f\u0940\u092a\u0940",
    "\u0e23\u0e2b\u0e31\u0e2a\u0e22\u0e37\u0e19\u0e22\u0e31\u0e19", "\u0e23\u0e2b\u0e31\u0e2a otp",
    "bekr\u00e6ftelseskode", "verifiseringskode", "verifieringskod", "meger\u0151s\u00edt\u0151 k\u00f3d",
    "ellen\u0151rz\u0151 k\u00f3d", "kinnituskood", "code d'acc\u00e8s", "code pin", "codul", "pin-kode",
    "pinkod", "code \u00e0 usage unique", "codice monouso", "eenmalige code", "pin-\u043a\u043e\u0434", "\u043f\u0438\u043d-\u043a\u043e\u0434",
)  # fmt: skip
"""Words for the code of a login in other languages."""

_NOT_LAST_DIGITS = b"".join(
    rb"(?<!\b%b )" % ending
    for ending in (
        b"ending in", b"ends in", b"endend auf", b"endet auf", b"terminado en", b"termina en", b"terminant par",
        b"terminado em", b"termina em", b"termina con", b"eindigt op",
    )
)  # fmt: skip
"""The digits after `your phone ending in` are no code."""
_CODE = (
    rb"(?<![\d*\xa2])(?<![*\xa2] )"
    + _NOT_LAST_DIGITS
    + rb"(?P<value>(?:[a-z]{1,5}-)?\d{3}[- ]?\d{1,3}(?:[- ]?\d{1,6})?(?![\w/%]|[-.:]\d)|\d\d(?:[ -]\d\d){2}(?![\w/%]|[-.:]\d)|(?=[a-z-]{0,9}\d)(?=[\d-]{0,9}[a-z])(?:[a-z0-9]{6,8}|[a-z0-9]{3,5}-[a-z0-9]{3,5})(?![\w-]))"
)
_SIX_DIGITS = rb"(?P<value>\d{6}|\d(?: \d){5}|\d{3}[ -]\d{3}|\d\d(?:[ -]\d\d){2})(?![\w/%]|[-.:]\d)"
_CONTEXT = (
    "(?:\\bsms\\b|texted|text message|inbox|mailbox|authenticator|\\b2fa\\b|\\bmfa\\b|\\b[otp]tp\\b|one-time|verif|secur|log-?in|log in|sign(?:ing)?[- ]?in"
    "|asked for|einmal|eenmalig|anmeld|best\u00e4tig|freigabe|\\w?tan\\b|monouso|\\bacces|\\bacc\u00e8s|acess|entrar|connexion|identifi|dost\u0119p|logow)"
).encode()
"""Words of texts about a login."""
_VERBS = rb"says|said|shows|showed|shown|reads|read|got|entered|typed|used|received"
_OPENING = rb"[\"'`(* ]{1,4}"
_TELLS = (
    rb"(?:"
    + _VERBS
    + "|codes?|c\u00f3digo|codice|kod|kode|koden|tan|otp|pin|is|was|ist|lautet|war|est|es|era|\u00e8|\u00e9|:)".encode()
    + _OPENING
)
"""What stands directly before a code."""
_CODE_NOUNS = ("code", "c\u00f3digo", "codigo", "codice", "kod ", "kode", "koden", "otp")
_AFTER_NOUN = rb"(?:s?[\"'`(*: ]{1,4}|(?:[^\n\0]{0,80}?(?:[^\w\n\0]|(?=:)))?" + _TELLS + rb")"
"""Between a word for a code and the code."""
_SOURCES = ("authenticator", "sms", "2fa", "mfa", "inbox", "mailbox")
_AFTER_SOURCE = rb"[^\n\0]{0,80}?[^\w\n\0](?:" + _VERBS + rb"|codes?)" + _OPENING
"""Between where a code comes from and the code: the inbox said 774 019, but not `Inbox: 482913`."""
_DIGIT_AHEAD = rb"(?=[^\d\n\0]{0,110}\d)"
"""Tried first, because it is fast."""
_NO_OTHER_CODE = rb"(?! ?(?:postal|prodotto|cliente|fiscale|coverage|review|towaru|produkt|client))"
_SURE = (
    rb"(?:temporary|single-use|unlock|recovery|backup|device|verification|security|one[- ]?time|log-?in|log in|access|sms|authenti\w{1,8}|2fa|mfa|two[- ]?factor|two[- ]?step"
    rb"|sign[- ]?in|activation|passw?\w{0,4}|login)[ -]"
)
_CODE_IS = rb"(?: (?:for|to|on|om|voor|pour|para|per|zum|bei|bij) [^.:;\r\n\0]{1,60}?)?(?:\s{0,4}(?:is|:|=|-|was|are)){0,2}\s{0,12}(?:<[^<>\0]{0,200}>\s{0,20}){0,6}[\"'*]{0,3}"
_CODE_WORDS = (
    " ?(?:(?:lautet|ist|is|es|est|\u00e9|\u00e8|\u306f|\u4e3a|\u662f|\u70ba|\ub294|\uc740)?[:\\s]{0,4}|-|\u2014)[\"'\\[\u300c\u3010]{0,6}".encode()
    + TAGS
)
_NO_SHARE = rb"(?=[^\0]{0,160}?\b(?:expire|valid|share|minute|verify|log ?in|sign ?in|one-time))"
_GO_ON = rb"to (?:approve|authori[sz]e|pay|transfer|unlock|activate|register|link|verify|sign|log|confirm|complete|continue|finish|access|authenticate|reset)"

ONE_TIME_CODES = [
    # Near a word for it, in a text about a login: the authenticator app showed 308512
    *(
        Rule(noun.encode(), before, ahead + noun.encode() + _NO_OTHER_CODE + gap + _SIX_DIGITS + rb"(?! (?:lines|mails|messages|times|users|calls|in|of)\b)", is_login_code)
        for nouns, gap in ((_CODE_NOUNS, _AFTER_NOUN), (_SOURCES, _AFTER_SOURCE))
        for noun in nouns
        for before, ahead in (
            (_CONTEXT + rb"[^\0]{0,100}$", _DIGIT_AHEAD),
            (b"", _DIGIT_AHEAD + rb"(?=[^\0]{0,200}?" + _CONTEXT + rb")"),
        )
    ),
    *(
        Rule(noun.encode(), _CONTEXT + rb"[^\0]{0,100}$", noun.encode() + "(?: [^\\s:\\d\\0]{1,20}){0,3} ?(?:is|ist|lautet|est|es|\u00e8|\u00e9)?: {1,2}(?=[\\w -]{6})".encode() + _CODE, is_login_code)
        for noun in _CODE_NOUNS
    ),
    # The code first: 20457813 pour valider
    *(
        Rule(verb.encode(), rb"\b(?:code|c\xc3\xb3digo|codice|kod|otp|tan)\b[^\0]{0,12}?[^\w-](?P<value>\d{6,8}|\d{3}[ -]\d{3})$", verb.encode())
        for verb in (" pour valider", " pour confirmer", " to confirm", " to verify", " zur best\u00e4tigung", " per confermare", " para confirmar")
    ),
    Rule(
        b"textbox", b"",
        'textbox "[^"\\n\\0]{0,40}?(?:[4-8]-?(?:stellig\\w*|digit) code|\\b(?:sms|otp|2fa|mfa|one-time|verification|security|sicherheits|best\u00e4tigungs|einmal)[ -]?(?:code|pin|passcode)|\\btan\\b)[^"\\n\\0]{0,30}"(?: \\[[^\\]\\n\\0]{1,30}\\]){0,4}: "?(?P<value>\\d{4,8})(?!\\d)'.encode(),
    ),
    Rule(b"key: ", rb"\b(?:this|the|setup|secret|manual(?: entry)?) $", rb"key: {1,2}(?P<value>[a-z2-7]{4}(?: [a-z2-7]{4}){3,15})(?!\w)", has_letters_and_digits),
    Rule(b"enter this code", rb"(?:^|[\n\0])[ \t]*(?P<value>[a-z0-9]{3,4}-[a-z0-9]{3,4}|\d{6})\s{1,4}$", rb"enter this code", is_no_word),
    Rule(b"setup key", b"", rb"setup key[^\0]{0,80}?\s(?P<value>[a-z2-7]{4}(?:[ -]?[a-z2-7]{4}){3,15})(?!\w)", is_no_word),
    *(
        Rule(
            name.encode(), b"",
            re.escape(name).encode() + rb"[^\s\d:=!-/\0]{0,12}(?: [^\s!-?\0]{1,30}){0,2}?(?:\s{0,2}(?::|=|-|\xe2\x80\x94|\xe2\x80\x93))?\s{1,2}" + _CODE, is_login_code,
        )
        for name in _NAMES
    ),
    *(
        Rule(name.encode(), b"", re.escape(name).encode() + rb"[^\r\n:\0]{0,90}(?::| \xc3\xa8| e'| est| ist| is| es| lautet) {1,2}(?P<value>\d{5,8})(?![\w/%]|[-.:]\d)", is_login_code)
        for name in (*_NAMES, "codice otp", "kod do ", "kod nr ", "kod operacji", "kod autoryzac", "c\u00f3digo otp", "otp-code", "code otp", "code de validation", "code de confirmation")
    ),
    *(
        Rule(name, b"", name + rb" codes?[^\n\0]{0,80}\n\s{0,4}(?P<value>(?:[ \t]*(?:\d{1,2}[.)] ?|[*-] )?[a-z0-9]{4,8}(?:[- \t]{1,6}[a-z0-9]{4,8}){1,7}[ \t]*\r?(?:\n|\0|\Z)){1,20})", is_no_word)
        for name in (b"recovery", b"backup")
    ),
    # Your code, in other languages
    *(
        Rule(
            name.encode(), "(?:^|[\\n\\0]|\\b(?:tu|seu|sua|su|din|ditt|dit|je|uw|jouw|ihr|dein|votre|ton|vostro|tuo|anda|jou)|\u0432\u0430\u0448|\u0412\u0430\u0448|\u0442\u0432\u043e\u0439|tw\u00f3j|v\u00e1\u0161|tv\u016fj) ?$".encode(),
            re.escape(name).encode() + "(?: (?:er|\u00e4r|es|\u00e9|\u00e8|est|is|ist|lautet|to|je|on|adalah|este))?:? {1,2}".encode() + _SIX_DIGITS, is_login_code,
        )
        for name in ("c\u00f3digo", "codigo", "codice", "kode", "kod", "k\u00f3d", "code", "\u043a\u043e\u0434", "\u041a\u043e\u0434", "cod")
    ),
    # One-time codes: your verification code is 482913, 482913 is your code, use DBS-553021 within 3 minutes
    Rule(b"code", _SURE + rb"$", rb"code" + _CODE_IS + _CODE, is_login_code),
    Rule(b"code", rb"\b(?:your|the|enter|use)(?: [\w.&'-]{1,30}){0,4} $", rb"code" + _CODE_IS + _CODE + _NO_SHARE, is_login_code),
    Rule(b"code", rb"(?:^|\W)$", rb"code to (?:log|sign|verify|confirm|continue|complete|finish|access|unlock|proceed)[^.\r\n\0]{0,40}?\s*(?:is|:)\s{0,4}" + _CODE),
    Rule(b"code", rb"\byour (?:[\w.&'-]{1,30} ){0,3}$", rb"code(?: is:?|:)[\"']? {1,2}" + _SIX_DIGITS, is_login_code),
    Rule(b"code", "(?:best\u00e4tigungs|sicherheits|einmal|zugangs|verifizierungs|anmelde|freischalt|verificatie|beveiligings|inlog|toegangs)$".encode(), "-?code(?: (?:f\u00fcr|zu|zum|zur|voor) [^:\\d\\r\\n\\0]{1,40})?".encode() + _CODE_WORDS + _CODE),
    Rule(b"digo de ", b"", rb"digo de (?:verifica|seguri?d?a|segura|ac{1,2}es|confirma|autoriza|autentica|inicio|un solo uso|uso)\S{0,9}(?: [^\s\d:.!?\"\0]{1,20}){0,8}?" + _CODE_WORDS + _CODE),
    Rule(b"ode de ", b"", 'ode de (?:v\u00e9rifica|s\u00e9curit|confirma|connexion|validation)\\S{0,9}(?: [^\\s\\d:.!?"\\0]{1,20}){0,8}? ?'.encode() + _CODE_WORDS + _CODE),
    *(
        Rule(name.encode(), b"", re.escape(name).encode() + _CODE_WORDS + _CODE)
        for name in (
            "\u043a\u043e\u0434 \u043f\u043e\u0434\u0442\u0432\u0435\u0440\u0436\u0434\u0435\u043d\u0438\u044f", "\u043e\u0434 \u0434\u043b\u044f \u0432\u0445\u043e\u0434\u0430", "\u8a8d\u8a3c\u30b3\u30fc\u30c9", "\u78ba\u8a8d\u30b3\u30fc\u30c9",
            "\u8a8d\u8a3c\u756a\u53f7", "\u9a8c\u8bc1\u7801", "\u9a57\u8b49\u78bc", "\u6821\u9a8c\u7801", "\uc778\uc99d\ubc88\ud638", "\uc778\uc99d \ucf54\ub4dc", "\uc778\uc99d\ucf54\ub4dc",
        )
    ),
    Rule(b"code", rb"(?:door|gate|alarm|lock|entry|keypad|safe|pin|vault|garage|disarm|arm)\w{0,24}\b[^;\0]{0,80}?(?:^|[^a-z])$", rb"code[\"']?\s{0,3}(?::|=>|=)\s{0,3}[\"'](?P<value>\d{4,8})[\"']"),
    Rule(b"otp", rb"(?:^|[^a-z])$", rb"otp[\])\"':]{0,3} (?:[a-z]{2,14}:? ){1,3}?[\"']?(?P<value>\d{4,8})(?![\w%/:-]|[.,]\d| ?(?:s|ms|sec\w*|min\w*|h|hours?|times|users)\b)", is_login_code),
    Rule(b"pin", rb"(?:^|[^a-z](?<!gpio )(?<!india, ))$", rb"pin(?: (?:code|number|device|dispositivo|card|carte|carta|tarjeta|sim|terminal|portal|app))?(?: is| was|:|=|#)?[ \t]{1,3}[\"']?(?P<value>\d{4,5})(?![\w%/:-]|[.,]\d| ?(?:s|ms|mm|v|times|users)\b)", is_login_code),
    Rule(b"pin", rb"(?:^|[^a-z])$", "pin [^.!?\\r\\n\\0]{0,60}?(?:is|ist|lautet|est|es|\u00e8|\u00e9)(?: now| jetzt| nun| ora| ahora| agora| maintenant)?:?(?: [a-z]{1,20}){0,2}? {1,2}(?P<value>\\d{4,8})(?![\\w%/:-]|[.,]\\d)".encode(), is_login_code),
    Rule(b"puk", rb"(?:^|[^a-z])$", rb"puk(?: is| ist|:|=)? {1,2}(?P<value>\d{8})(?!\d)"),
    Rule(b" into ", rb"\b(?:input|typed?|typing|enter(?:ed|ing)?|fill(?:ed)?|put) [\"']?(?P<value>\d{4,8})[\"']?$", rb" into (?:the )?[^\r\n\0]{0,40}?\b(?:code|otp|pin|2fa|mfa|verification)\b"),
    Rule(b"code=", rb"(?:otp|sms|2fa|mfa|verif)[^\r\n\0]{0,100}$", rb"code=(?P<value>\d{4,8})(?![\w%/:-])"),
    Rule(b"code", rb"\b(?:th(?:is|e)|following|folgenden?|diesen|nachstehenden|ce|suivant|este|siguiente|seguinte|questo|seguente) $", rb"code[^\n\0]{0,110}\n\s{0,6}(?P<value>[a-z0-9]{3,6}[- ]?[a-z0-9]{3,6})(?=[ \t]*(?:[\r\n\0]|\Z))", is_no_word),
    Rule(b"codes", rb"(?:backup|recovery|rescue) $", rb"codes(?: [^:\r\n\0]{0,40})?: {1,2}(?P<value>[a-z0-9]{4,8}-[a-z0-9]{4,8}(?:,? {1,2}[a-z0-9]{4,8}-[a-z0-9]{4,8}){1,20})", is_no_word),
    Rule(b"backup code", b"", rb"backup codes?(?: \([^()\r\n\0]{0,40}\))?:? {1,2}" + _CODE, is_login_code),
    Rule(b"passcode", b"", rb"passcodes?(?: [a-z]{1,12}){1,2}: {1,2}" + _CODE, is_login_code),
    *(
        Rule(verb.encode(), rb"(?:^|[\s.,!:>(\0])$", verb.encode() + "(?: \\w{1,12}){0,3}? (?:code|c\u00f3digo|codigo|codice|kod|kode|koden|tan|pin|otp|clave)(?: \\w{1,12})?:? {1,2}".encode() + _CODE, is_login_code)
        for verb in ("gebruik", "verwende", "verwenden sie", "nutzen sie", "utilisez", "utilise", "usa", "utilice", "utiliza", "use o", "u\u017cyj", "anv\u00e4nd", "brug", "bruk", "geben sie")
    ),
    *(
        Rule(tan, rb"(?:^|[\s\0]|mobile|push|foto|photo|chip)$", tan + rb"(?:-?nummer)?(?:(?: [^\r\n\0]{1,80}?)? (?:lautet|ist):?|:|=){0,2} {1,2}" + _CODE, is_login_code)
        for tan in (b"tan", b"mtan", b"smstan", b"sms-tan")
    ),
    *(
        Rule(verb.encode(), rb"(?:^|[^\w-])" + _CODE + rb"[\"'*]{0,3}$", verb.encode() + rb"(?:[\w'-]{1,20} ){0,3}?(?:c\xc3\xb3dig|codig|codice|code|kod|pin|otp|tan|contrase|clave|passw|kennw|mot de passe|senha)", is_login_code)
        for verb in (" es tu ", " es su ", " ist ihr ", " ist dein ", " ist der ", " est votre ", " est ton ", " \u00e8 il tuo ", " \u00e8 il suo ", " \u00e9 o seu ", " \u00e9 seu ", " is uw ", " is je ", " to tw\u00f3j ", " \u00e4r din ", " er din ", " is jou ")
    ),
    Rule(b"otp", rb"(?:^|\W)$", rb"otp(?: code)?" + _CODE_IS + _CODE, is_login_code),
    Rule(
        b" is ", rb"(?:^|[^\w-])" + _CODE + rb"[\"'*]{0,3}(?:</?[^<>\0]{0,80}>){0,3}$",
        rb" is (?:your|the) (?:[\w.&'-]{1,30} ){0,5}(?:code|passcode|otp|pin|password)\b", is_login_code,
    ),
    Rule(b"use ", rb"(?:^|\W)$", rb"use (?:the code )?[\"'*]{0,3}" + _CODE + rb"[\"'*]{0,3} (?:within|" + _GO_ON + rb"|as your|for (?:login|verification))", is_login_code),
    Rule(b"enter ", rb"(?:^|\W)$", rb"enter (?:the code )?[\"'*]{0,3}" + _CODE + rb"[\"'*]{0,3} (?:within|" + _GO_ON + rb"|on the|when)", is_login_code),
]  # fmt: skip
