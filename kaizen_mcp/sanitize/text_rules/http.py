"""Credentials in HTTP: headers, links, cookies, SAML assertions."""

from kaizen_mcp.sanitize.cookies import secret_parts
from kaizen_mcp.sanitize.looks import (
    follows_host,
    is_basic_credentials,
    is_code_in_link,
    is_no_reference,
    is_no_word,
    looks_like_key,
)
from kaizen_mcp.sanitize.secret_values import has_letters_and_digits
from kaizen_mcp.sanitize.text_rules.rule import Rule

_AUTHORIZATION = rb"authorization[\"'\\]{0,4}\s{0,3}[:=]\s{0,3}[\"'\\]{0,4}"

HTTP = [
    # HTTP authentication: Bearer x, Basic x, Authorization: token x
    Rule(b"bearer", b"", rb"bearer(?:[\s:=+\"'\\]|%20){1,6}(?P<value>[\w.~+/=|-]{8,4000})", is_no_word),
    Rule(b"basic", b"", rb"basic(?:[\s+]|%20){1,4}(?P<value>[a-z0-9+/]{6,2000}={0,2})(?![\w+/=])", is_basic_credentials),
    Rule(b'"auth', b"", rb"\"auth\\{0,3}\"\s{0,3}:\s{0,3}\\{0,3}\"(?P<value>[a-z0-9+/]{6,2000}={0,2})(?=\\{0,3}\")", is_basic_credentials),
    Rule(
        b"authorization", b"",
        _AUTHORIZATION + rb"(?:token|apikey|api-key|ssws|digest|hawk|hoba|negotiate|ntlm|key|genie_?key|pat)[\s=]{1,3}"
        rb"(?P<value>[^\s\"'\0]{8,4000})",
    ),
    Rule(b"authorization", b"", _AUTHORIZATION + rb"(?:[\w-]{1,30}\s{1,3})?(?P<value>[^\s\"'\0]{16,4000})", has_letters_and_digits),
    Rule(b"aws4-hmac", b"", rb"aws4-hmac-sha256 [^\r\n\0]{0,400}?signature=(?P<value>[0-9a-f]{32,128})"),
    Rule(b"ssws ", b"", rb"ssws (?P<value>[\w-]{30,60})(?![\w-])", has_letters_and_digits),
    # Passwords in links and connection strings: https://user:x@host, several hosts, user:x@host:port
    Rule(b"://", b"", rb"://[^/\s:@?#\"'<>\0]{0,200}:(?P<value>[^/\s?\"'<>\0]{1,300})@(?=[\w\[-])", is_no_reference),
    Rule(b"://", b"", rb"://(?P<value>[a-z0-9_-]{20,200})@(?!o\d{1,12}\.ingest\.)(?=[\w\[-])", has_letters_and_digits),
    Rule(b"://", b"", rb"://(?P<value>[^/\s:@?#\"'<>\0]{8,200}):(?:x-oauth-basic)?@(?=[\w\[-])", has_letters_and_digits),
    Rule(b"@", rb"(?<=[\w.+-]):(?P<value>[^\s:@/\"'<>,\0]{3,100})$", rb"@(?=[\w-]{1,60}(?:\.[\w-]{1,60}){1,5}:\d{2,5}\b)"),
    Rule(b"@tcp(", rb":(?P<value>[^\s\"'\0]{1,100})$", rb"@tcp\("),
    Rule(b"jdbc:oracle", b"", rb"jdbc:oracle:\w{1,10}:[^/\s\0]{1,60}/(?P<value>[^@\s\0]{1,200})@"),
    Rule(b":", rb"\w$", rb":(?:\d{2,5}|\*):(?:[\w.*-]{1,60}:)?[\w.@+-]{2,120}:(?P<value>[^\s:\"',;<>\0]{4,100})(?![:\w])", follows_host),
    Rule(b"@//", rb"[\w$#]/(?P<value>[^\s/@\"'\0]{2,100})$", rb"@//[\w.-]"),
    Rule(b"sqlplus ", b"", rb"sqlplus (?:-\w{1,6} ){0,3}[\"']?[\w$#.]{1,60}/(?P<value>[^\s@\"'/\0]{1,100})", is_no_reference),
    # Signed links lose the value of the signature and nothing else
    Rule(b"signature=", rb"(?:[?&;](?:x-amz-|x-goog-|x-oss-|q-|x-cos-)?|cloudfront-)$", rb"signature=(?P<value>[^&\s\"'<>\0]{8,2000})"),
    Rule(b"sig=", rb"[?&;]$", rb"sig=(?P<value>[^&\s\"'<>\0]{16,300})"),
    Rule(b"code=", rb"[?&]$", rb"code=(?P<value>[\w.~+/%-]{20,2000}={0,2})(?![\w])", is_code_in_link),
    Rule(b"reset", rb"/[\w-]{0,20}$", rb"reset[\w-]{0,16}/(?:[\w=]{1,12}/)?(?P<value>[\w-]{20,200})", has_letters_and_digits),
    *(
        Rule(word, rb"/[\w-]{0,20}$", word + rb"[\w-]{0,16}(?:/[\w=-]{0,12}){0,2}\?(?:[\w-]{1,12}=[^&\s\0]{0,40}&){0,2}\w{1,12}=(?P<value>[\w-]{20,200})", looks_like_key)
        for word in (b"reset", b"kennwort", b"passwor", b"recover", b"contrase", b"senha")
    ),
    Rule(b"key=", rb"[?&]$", rb"key=(?P<value>[\w-]{20,200})(?![\w-])", looks_like_key),
    Rule(b"appid=", rb"[?&]$", rb"appid=(?P<value>[0-9a-f]{32})(?![\w-])"),
    Rule(b"&p=", rb"(?:^|[^\w-])(?:u|user|username|login|e?mail)=[^&\s\0]{1,80}$", rb"&p=(?P<value>[^&\s\"'<>\0]{3,40})(?![^&\s\"'<>\0])", is_no_reference),
    # Session cookies by their exact names
    Rule(b"sessionid=", rb"(?:^|[\s;,\"'\0])$", rb"sessionid=[\"']?(?P<value>[a-z0-9]{32}|[\w.:-]{40,400})(?![\w-])"),
    Rule(b"_session_id=", rb"(?:^|[^\w&?])$", rb"_session_id=(?P<value>[\w%-]{16,400})"),
    *(
        Rule(name, rb"(?:^|[^a-z])$", name + rb"[\w-]{0,40}=(?P<value>[^\s;\"'\0]{16,4000})")
        for name in (b"wordpress_logged_in_", b"wordpress_sec_", b"estsauth", b"fedauth", b"ltpatoken", b"keycloak_identity", b"li_at", b"secure-1psid", b"secure-3psid")
    ),
    Rule(b"sess", rb"(?:^|[\s;,\"'\0])s?$", rb"sess[0-9a-f]{32}=(?P<value>[\w%-]{16,400})"),
    *(
        Rule(flag, rb"(?:^|[\n\0])[^\s\0]{1,80}\t(?:true|false)\t[^\s\0]{1,200}$", flag + rb"\d{1,12}\t[^\t\r\n\0]{1,80}\t(?P<value>[^\s\0]{16,4000})", has_letters_and_digits)
        for flag in (b"\ttrue\t", b"\tfalse\t")  # the file of curl and Netscape
    ),
    # Cookie headers: Cookie: name=x, Set-Cookie: name=x; Path=/
    Rule(b"set-cookie", b"", rb"set-cookie2?[\"'\\]{0,4}:\s{0,3}[\"'\\]{0,4}(?P<value>[^\s=;:\"'\0]{1,100}=)", None, rb"(?=[\r\n\"'])", secret_parts),
    Rule(b"cookie:", rb"(?:^|[^-])$", rb"cookie:\s{0,3}(?P<value>[^\s=;:\0]{1,100}=(?=[^\r\n\0\"]))", None, rb"(?=[\r\n\"])", secret_parts),
    # SAML assertions and seeds of one-time passwords
    Rule(b"assertion", rb"<(?:\w{1,20}:)?$", rb"assertion[\s>](?P<value>)", None, rb"(?=</(?:\w{1,20}:)?assertion>)"),
    Rule(b"otpauth", b"", rb"otpauth(?:-migration)?://[^\s\"'<>\0]{0,300}?(?:secret|data)=(?P<value>[^&\s\"'<>\0]{8,2000})"),
]  # fmt: skip
