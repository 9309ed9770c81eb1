"""A secret is masked to its end, however long it is and over however many lines; its likes stay."""

import json
import random
import string

import pytest

from kaizen_mcp.sanitize.safe_mode import SafeMode
from kaizen_mcp.sanitize.text import MASK
from kaizen_mcp.sanitize.text_masker import TextMasker

LETTERS = string.ascii_letters + string.digits


def masked(text: str) -> str:
    return SafeMode(TextMasker()).apply({"log": text}).data["log"]


PRIVATE = "PRIVATE " + "KEY"
LONG = [
    ("PRIVATE_KEY_B64=LS0tLS1CRUdJTi", ""),
    ("api_key=", " "),
    ("password: ", ""),
    ("https://x.example/?token=", "&x=1"),
    ("password%3D", "%26x"),
    ('"token": "', '", "x": 1'),
    ('log: {\\"token\\": \\"', '\\"}'),
    ("Authorization: Bearer ", ""),
    ("X-Api-Key: ", ""),
    ("Cookie: session=", ""),
    ("Set-Cookie: session=", "; Path=/"),
    ("<password>", "</password>"),
    (f"-----BEGIN {PRIVATE}-----\n", f"\n-----END {PRIVATE}-----"),
    ("glpat-", " and more"),
]


@pytest.mark.parametrize("length", [300, 1100, 4500, 9000, 70_000])
@pytest.mark.parametrize(("before", "after"), LONG, ids=[before[:16] for before, _ in LONG])
def test_a_secret_of_any_length_is_masked_to_its_end(before: str, after: str, length: int) -> None:
    secret = "".join(random.Random(length).choices(LETTERS, k=length))  # noqa: S311 - no secret
    shown = masked(f"{before}{secret}{after}")
    assert MASK in shown
    assert not any(secret[at : at + 8] in shown for at in range(length - 8))
    assert len(shown) < len(before + MASK + after) + 20


def test_what_stands_after_a_long_secret_stays() -> None:
    token = "a1B2" * 300
    for text in ('"token": "{}", "id": 7', "Bearer {} for bob", "https://x.example/?token={}&page=2"):
        assert masked(text.format(token)) == text.format(MASK)
    assert json.dumps({"image": "iVBORw0KGgo" * 900}) == masked(json.dumps({"image": "iVBORw0KGgo" * 900}))


# fmt: off
WHOLE = [
    # Values over several lines
    ("password: |\n  %s\nuser: bob", "hunter2-Xa9\n  more9Line8here"),
    ("private_key: >-\n    %s\nuser: bob", "MIIBOgIBAAJBAJtFfagSXdo0JmX6EdwW\n    hRFakQFbAuI769fdsb\n    Qe=="),
    ('token : "%s"', "IBOgIBAAJBAJtFfagSXdo0JmX6EdwWGvFMaXeO\n        hRFakQFbAuI769fdsbkjerfk=="),
    ("api_key = '''%s'''", "KJHfdjs8767gr54534wsFHGf5hJKhK\nkjhKJH876"),
    ('api_key = """\n%s\n"""', "KJHfdjs8767gr54534wsFHGf5hJKhK\nkjhKJH876"),
    ("passwords:\n  - %s\nuser: bob", "Tr0ub4dor3"),
    ('passwords:\n- first-One1\n- "%s"\n', "Tr0ub4dor3"),
    # Signs of a query in a value that is in none
    ("PASSWORD=%s\nX=1", "git&202503251200&R2xlVEmqi+OW130dxWIDhfw1K6XKwgxc5P9t=="),
    ("export DB_PASSWORD=%s", "Ab;9cdEFgh1"),
    ("password: %s", "Hunter2;more9Chars"),
    ("login failed, password=%s\nretry", "Hunter2>more9Chars"),
    # Assignments of make and of other languages, and dashes
    ('confluence_TOKEN ::= "%s"', "q3qrlbrh6x0id9fc5zai69a4"),
    ("bintray_TOKEN :::= %s", "b0kst4yjamdf8611nkr9s3iywx37jcsr"),
    ("token - '%s'", "24203d9f8a1b2c3d4e5f"),
    # Keys that have more than one part, or a colour of a terminal before them
    ("%s", "a25a4ac62a074cd52c668c6b9937cf40-432f2836-db15b420"),
    ("x %s y", "key-a25a4ac62a074cd52c668c6b9937cf40-432f2836-db15b420"),
    ("%s", "6RtqHqPc66Y6DYbkydbrrFJTYnRoA7r40ts7LWS2SkINSFsRABxhJQQJ99BFACAAAAALGcqjAAASAZDO3eqA"),
    ("hash %s", "$krb5asrep$23$bob@d.example:3e156ada591263b8aab0965f5aebd837$" + "007497cb51b6c8116d" * 30),
    ("%s", "SG.h_25d7uhj=l=qjap5=13zub8b-uczpm-rmbz5mhxcx9c7=5-3ejt_wev7r3_3fp6ck"),
    ("\\u001b[93m%s\\u001b[0m", "ghp_" + "0123456789abcdefABCDEF0123456789abcd"),
    ("[1;93m%s[0m", "ghp_" + "0123456789abcdefABCDEF0123456789abcd"),
    ("1 app: -----%s\n1 ok", f"BEGIN {PRIVATE}-----\n1 app: {'MIIEvQIB' * 8}\n1 app: -----END {PRIVATE}-----"),
    # Keys of more vendors and programs
    ("%s", "ptr_" + "9zmQMKyeMqEB_pei887xQBZGhGWm1jXCIT0gI"),
    ("%s", "k2sk_v1_" + "K2UYhW7OPt2jKKLqmFacGNK7"),
    ("%s", "api_live." + "abc123ABC-_.abc123ABC-_abc123ABC-_abc123ABC-"),
    ("%s", "sq0ige-" + "a9khwVJOSwlzBvX0wp4j8t90s2d"),
    ("sandbox-%s", "sq0idb-" + "a9khwVJOSwlzBvX0wp4j8t"),
    ("%s", "thog-key-" + "946c7e0fbee2baff"),
    ("%s", "A3T" + "1DJ4IS97DLLTH2SZ3"),
    ("tgram://%s", "12345678:" + "ulTK_HG7-Sb3_zcz5CV2VjFyoNH0cZoGM1r"),
    ("vault operator unseal %s", "4oX6HCkuQ7nxqBBdGQz9cXHPxXa0mLXyQHjIk7jJ4mQh"),
    ("Unseal Key 1: %s", "fm0nOoXJ+Lz/jF0+0VvLw2d9wYy5cMPxhQ7TA1M9eXQj"),
    ("Unseal Key 2 (hex)  : %s", "9f86d081884c7d65" * 4),
    ('log "quay.io":{"auth":"%s"}', "MTIzOjEyMw=="),
    ('log {"kty":"oct","k":"%s"}', "AyM1SysPpbyDfgZld3"),
    ('log {"k":"%s","alg":"A128KW","kty":"oct"}', "AyM1SysPpbyDfgZld3"),
    ("git+https://%s:@github.com/org/repo.git", "someTok3nValue"),
    # A key as the user's name
    ('curl -u "%s:" https://x.example', "d2LkV78zLx!t"),
    ("curl https://x.example/v1/charges -u %s:", "d2LkV78zLx9tqqwsdf12"),
    ("curl --user  'a:%s' https://x.example", "bSecr3t"),
]
PARTS = [
    ("https://x.example/?password=%s&user=bob", "Ab9cdEF"),
    ("password=%s&user=bob", "Ab9cdEF"),
    ("Server=h;Password=%s;Database=d", "Ab9cdEF"),
    ("Password=%s;Database=d", "Ab9cdEF"),
    ("password: |\n  %s\nuser: bob", "hunter2-Xa9"),
]
STAYS = [
    "password: |\n  Please enter your password here\n  and nothing else",
    "secrets:\n  - db_password\n  - api-token\n",
    "tokens:\n  - name: x1\n  - name: y2",
    "class Token:\n  '''Text\n  of a class.'''",
    "token: foo(a);bar",
    'placeholder="Your password: &quot;"',
    "a25a4ac62a074cd52c668c6b9937cf40-432f2836-db15b420-1",
    "item[12mghp_0",
    "It starts with -----BEGIN PRIVATE KEY----- and the\nlines of it follow, in base64.",
    "ptr_to_the_2nd_element_of_an_array_of_pointers",
    "A3TABCDEFGHIJKLMNOPQ",
    "vault operator unseal -migrate",
    'log {"auth":"MTIzNDU2Nzg5"}',
    'log {"k":"AyM1SysPpbyDfgZld3","x":"y"}',
    "https://bob:@x.example/",
    'curl -u "administrator:" https://x.example',
    "token - 'The token of the API'",
    'password - "Must have 8 characters"',
]
# fmt: on


@pytest.mark.parametrize(("text", "secret"), [*WHOLE, *PARTS])
def test_a_value_is_masked_to_its_end_and_no_further(text: str, secret: str) -> None:
    shown = masked(text % secret)
    assert shown.replace("first-One1", MASK) == (text % MASK).replace("first-One1", MASK)


@pytest.mark.parametrize(
    ("text", "masked_text"),
    [
        ("Cookie: lang=de; sid=a8Fk2lsP0q; theme=dark", "Cookie: lang=de; sid=[masked]; theme=dark"),
        ('curl -b "sid=a8Fk2lsP0q; lang=de" https://x', 'curl -b "sid=[masked]; lang=de" https://x'),
        ('{"Cookie": "sid=a8Fk2lsP0q; lang=de"} x', '{"Cookie": "sid=[masked]; lang=de"} x'),
        ("Set-Cookie: sid=a8Fk2lsP0q; Path=/; HttpOnly", "Set-Cookie: sid=[masked]; Path=/; HttpOnly"),
        ("Cookie: lang=de; _ga=GA1.2.112.17", "Cookie: lang=de; _ga=GA1.2.112.17"),
    ],
)
def test_the_value_of_a_cookie_is_masked_and_no_more(text: str, masked_text: str) -> None:
    assert masked(text) == masked_text


@pytest.mark.parametrize("text", STAYS)
def test_what_only_looks_like_such_a_value_stays(text: str) -> None:
    assert masked(text) == text


MANIFEST = """apiVersion: v1
kind: ConfigMap
data:
  extra: Zq7-first
---
apiVersion: v1
data:
  extra: Zq7-second
  "app.ini": |
    Zq7-third = Zq7-fourth
    other: Zq7-fifth
  # Zq7-comment
  empty: ""
  ref: ${EXTRA}
kind: Secret
metadata:
  name: Zq7-name
---
items:
- kind: ConfigMap
  data:
    extra: Zq7-sixth
- kind: Secret
  stringData:
    extra: "Zq7-seventh"
"""


def test_all_values_of_a_secret_of_kubernetes_are_masked_and_nothing_else() -> None:
    shown = masked(MANIFEST)
    assert [f"Zq7-{word}" in shown for word in "second third fourth fifth seventh".split()] == [False] * 5
    assert [f"Zq7-{word}" in shown for word in "first comment name sixth".split()] == [True] * 4
    assert shown.count("\n") == MANIFEST.count("\n")
    assert (
        masked("it is of kind: Secret\nand has data:\n  more words")
        == "it is of kind: Secret\nand has data:\n  more words"
    )
    assert masked("kind: SecretStore\ndata:\n  extra: Zq7-first") == "kind: SecretStore\ndata:\n  extra: Zq7-first"


@pytest.mark.parametrize(
    ("data", "redacted"),
    [
        ({"kind": "Secret", "data": {"extra": "WnE3", "more": {"x": "eQ=="}}}, ["/data/extra", "/data/more/x"]),
        ({"kind": "Secret", "stringData": {"extra": "zq7"}, "type": "Opaque"}, ["/stringData/extra"]),
        ({"kind": "ConfigMap", "data": {"extra": "WnE3"}, "note": "Secret"}, []),
        ({"kty": "oct", "k": "AyM1SysPpbyDfgZld3", "alg": "A128KW"}, ["/k"]),
        ({"kty": "RSA", "k": "AyM1SysPpbyDfgZld3"}, []),
        ({"grant_type": "authorization_code", "code": "Xk28jslaPq92kdlsoe2"}, ["/code"]),
        ({"type": "error", "code": "Xk28jslaPq92kdlsoe2"}, []),
        (
            {"name": "sid", "value": "0qbr29bsoj96lgp95o5u", "httpOnly": True, "domain": ".unfi"},
            ["/value"],
        ),
        ({"name": "lang", "value": "de", "httpOnly": True, "sameSite": "Lax"}, []),
        ({"name": "batch", "value": "0qbr29bsoj96lgp95o5u"}, []),
        ({"api": {"url": "/v2", "key": "u7Gh2kLm9QpRz4TwX"}}, ["/api/key"]),
        ({"config": {"mailgun": [{"key": "u7Gh2kLm9QpRz4TwX"}]}}, ["/config/mailgun/0/key"]),
        ({"mailgun": True, "downloads": {"files": [{"key": "u7Gh2kLm9QpRz4TwX"}]}}, []),
        ({"wifi": {"ssid": "dock", "key": "kaffee-tasse"}, "sort": {"key": "kaffee-tasse"}}, ["/wifi/key"]),
        ({"snmp": {"version": 2, "community": "heron"}}, ["/snmp/community"]),
        ({"snmp": 1, "forum": {"version": 2, "community": "heron"}}, []),
    ],
)
def test_what_is_beside_or_above_a_field_makes_it_secret(data: dict[str, object], redacted: list[str]) -> None:
    assert SafeMode(TextMasker()).apply(data).redacted == redacted


@pytest.mark.parametrize(
    ("label", "is_secret"),
    [
        ("Code re\u00e7u par SMS", True),
        ("Code \u00e0 6 chiffres", True),
        ("6-stelliger Code", True),
        ("Enter the 6-digit code", True),
        ("C\u00f3digo de 6 d\u00edgitos", True),
        ("4-digit security code", True),
        ("6-digit sort code", False),
        ("Last 4 digits", False),
        ("8-digit claim number", False),
        ("Discount code from our e-mail", False),
    ],
)
def test_the_label_of_a_code_that_is_sent_tells_that_it_is_secret(label: str, is_secret: bool) -> None:  # noqa: FBT001
    for data in ({"form": [{"label": label, "value": "914408"}]}, {label: "914408"}):
        assert bool(SafeMode(TextMasker()).apply(data).redacted) is is_secret
