"""Keys without known first characters, hashes of passwords, and words of a wallet."""

from kaizen_mcp.sanitize.secret_values import has_letters_and_digits
from kaizen_mcp.sanitize.text_rules.rule import Rule

KEYS_AND_HASHES = [
    # Private keys: -----BEGIN PRIVATE KEY----- ..., with or without line breaks
    Rule(
        b"begin ", rb"-{4,5} ?$",
        rb"(?P<value>begin [a-z0-9 ]{0,40}private key(?: block)?(?: ?-{4,5})(?=[\\nrt\s\"'+.,]{0,40}+(?!-{4})[\w+/=:-]{8}|[^\n\0]{0,20}\n[^\n\0]{0,80}[\w+/=]{32}))",
        None, rb"-{4,5} ?end [a-z0-9 ]{0,40}-{4,5}",
    ),
    Rule(b"private-lines", b"", rb"private-lines: \d{1,6}(?P<value>[\s\w+/=]{40,20000})"),
    # Words of a wallet, and codes below each other
    *(
        Rule(name, rb"(?:^|\W)$", name + rb"(?: phrase)?(?: words)?\s?[:=]?\s{1,4}[\"']?(?P<value>(?:[a-z]{3,8} ){11,23}[a-z]{3,8})(?![\w-])")
        for name in (b"seed", b"mnemonic", b"recovery phrase")
    ),
    Rule(b"wallet", b"", rb"wallet[^\r\n\0]{0,80}(?:down|phrase|words|seed|backup|restore)[^\r\n\0]{0,20}: {1,2}(?P<value>(?:[a-z]{3,8} ){11,23}[a-z]{3,8})(?![\w-])"),
    # Private parts of keys in JSON Web Key format
    Rule(b'"d', b"", rb"\"d\\{0,3}\"\s{0,3}:\s{0,3}\\{0,3}\"(?P<value>[\w-]{40,700})(?![\w-])", has_letters_and_digits),
    Rule(b'"k', rb"\"oct\\{0,3}\"[^{}\0]{0,100}$", rb"\"k\\{0,3}\"\s{0,3}:\s{0,3}\\{0,3}\"(?P<value>[\w-]{16,700})"),
    Rule(b'"k', b"", rb"\"k\\{0,3}\"\s{0,3}:\s{0,3}\\{0,3}\"(?P<value>[\w-]{16,700})\\{0,3}\"[^{}\0]{0,200}\"oct\\{0,3}\""),
    Rule(b'"k', b"", rb"\"k\\{0,3}\"\s{0,3}:\s{0,3}\\{0,3}\"(?P<value>[\w-]{40,700})(?![\w-])", has_letters_and_digits),
    # Hashes of passwords
    Rule(
        b"$", rb"(?:^|[^\w$])$",
        rb"(?P<value>\$(?:[1-9y]|2[abxy]|apr1|argon2(?:id|i|d)|pbkdf2[\w-]{0,16}|scrypt|s|gy|bcrypt[\w-]{0,10}|md5|sha1|ml)"
        rb"\$[^\s\"'<>:{}\0]{16,400}|\$krb5\w{1,8}\$[^\s\"'<>\0]{16,400}|\$[ph]\$[./a-z0-9]{28,34})",
    ),
    Rule(b"scram-sha-", b"", rb"scram-sha-\d{1,3}\$\d{1,8}:(?P<value>[^\s\"'<>\0]{40,300})"),
    Rule(b"grub.pbkdf2", b"", rb"grub\.pbkdf2\.sha\d{1,3}\.\d{1,8}\.(?P<value>[0-9a-f.]{40,800})"),
    Rule(b"pbkdf2", b"", rb"pbkdf2[_:](?P<value>(?:hmac:)?sha\d{1,3}[:$]\d{1,8}\$[^\s\"'<>\0]{20,300})"),
    Rule(b"scrypt:", b"", rb"scrypt:(?P<value>\d{1,8}:\d{1,4}:\d{1,4}\$[^\s\"'<>\0]{20,400})"),
    Rule(b"{", b"", rb"\{(?:s?sha\d{0,3}|s?md5|crypt|pbkdf2[\w-]{0,12}|argon2)\}(?P<value>[^\s\"'<>\0]{16,400})"),
    Rule(b":::", rb":\d{1,8}:(?P<value>[0-9a-f]{32}:[0-9a-f]{32})$", rb":::"),
    # Interchange headers of X12 with a password: ISA*00*          *01*SECRET    *
    Rule(b"isa", rb"(?:^|\W)$", rb"isa([*|^~:+])\d\d\1[^*|\r\n\0]{10}\1(?!00)\d\d\1(?=[^*|]{0,9}\w)(?P<value>[^*|\r\n\0]{10})\1"),
    # Keys whose first characters are not known
    Rule(b":aa", rb"(?:^|[^a-z0-9])(?:bot)?\d{8,10}$", rb":(?P<value>aa[\w-]{32,36})"),
    Rule(b"|", rb"(?:^|\D)\d{13,17}$", rb"\|(?P<value>[\w-]{25,40})(?![\w-])"),
    Rule(b".atlasv1.", rb"(?:^|[^a-z0-9])[a-z0-9]{14}$", rb".(?P<value>atlasv1\.[\w=-]{60,80})"),
    Rule(b"q~", rb"(?:^|[^\w~.-])[\w~.]{3}\d$", rb"(?P<value>q~[\w~.-]{31,34})(?![\w~-])"),
    Rule(b"_mmk", rb"(?:^|[^a-z0-9])(?P<value>[a-z0-9]{6}_[a-z0-9]{29})$", rb"_mmk"),
    Rule(b"jqqj9", rb"(?:^|[^a-z0-9])(?P<value>[a-z0-9]{40,60})$", rb"(?P<value>jqqj9[a-z0-9+/=]{10,60})"),
    Rule(b"azdo", rb"(?:^|[^a-z0-9])(?P<value>[a-z0-9]{60,80})$", rb"(?P<value>azdo[a-z0-9]{4})(?![a-z0-9])"),
    Rule(b"+a", rb"(?:^|[^\w+/])(?P<value>[\w+/]{60,90})$", rb"(?P<value>\+(?:ast|aba|amc|aia|acr|acd|arm|aeh|asb|aeg|air)[\w+/]{5,10}={1,2})"),
    Rule(b"-", rb"(?:^|[^a-z0-9-])(?P<value>(?:key-)?[0-9a-f]{32})$", rb"(?P<value>-[0-9a-f]{8}-[0-9a-f]{8})(?![\w-])"),
    Rule(b"nral", rb"(?:^|[^a-z0-9])(?P<value>(?:[a-z]{2}\d\dx{1,2})?[0-9a-f]{27,40})$", rb"nral(?![a-z0-9])"),
    Rule(b"-us", rb"(?:^|[^a-z0-9])(?P<value>[0-9a-z]{32})$", rb"-us\d{1,2}(?![a-z0-9])"),
    Rule(b"jsn", rb"(?:^|[^a-z0-9])(?P<value>[a-z0-9]{10}msh[a-z0-9]{15}p1[a-z0-9]{6})$", rb"jsn[a-z0-9]{12}"),
    Rule(b"tgram://", b"", rb"tgram://(?P<value>\d{6,12}:[\w-]{20,60})"),
    Rule(b":apa91b", b"", rb":(?P<value>apa91b[\w-]{60,200})"),
    Rule(b"gcntfy-", b"", rb"(?P<value>gcntfy-\w{1,60}-[0-9a-f-]{70,75})"),
]  # fmt: skip
