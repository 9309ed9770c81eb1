"""Find the fields that label the value beside them, such as `{"name": "PIN", "value": 1234}`, or describe it."""

import re
from typing import cast

from kaizen_mcp.json_types import JsonObject
from kaizen_mcp.sanitize.name_tables import NAMES_OF_CODES
from kaizen_mcp.sanitize.names import (
    CredentialName,
    Kind,
    find_credential_name,
    is_credential_name,
    words_of,
)
from kaizen_mcp.sanitize.secret_values import LOGIN_CODE, MEASURE, TYPED

KNOWN_SIBLINGS = frozenset(
    "type id object name domain path created createdat updated updatedat expires expiresat expiresin expiry"
    " expiration tokentype scope scopes samesite secure httponly hostonly session url algorithm alg"
    " issuer provider"
    " resolved integrity"
    " label description status state count usage input output total size length email username user kid"
    " clientid tenantid tenant accountid userid projectid subject"
    " lastused lastusedat region issuedat note title format kind role version"
    " kmskeyid keyid arn secretarn secretstatus href link rel method".split()
)
"""Fields below a credential's name that describe it: the `domain` and `path` of a cookie."""

SCHEMA_FIELDS = frozenset(
    "type format minlength maxlength description title required readonly writeonly issuer digits period algorithm"
    " interval error errors message hint help placeholder label visible pattern"
    " regex enum in inputmode autocomplete id name status url href brand errormessage account"
    " accountname user username statusmessage trackingnumber timestep skew window subject body from to".split()
)
"""Fields below a password's or code's name that only describe it: `{"password": {"type": "string"}}`."""

RULE_WORDS = frozenset("min max minimum maximum length count days minutes hours attempts age history".split())
"""First or last words of fields that say what a password must be like: `minLength`, `historyCount`."""

LABEL_WORDS = frozenset(
    "name key id label field parameter param variable header attribute type selector locator placeholder question"
    " target element autocomplete property setting subject"
    " libell\u00e9 libelle designation bezeichnung etichetta etiqueta r\u00f3tulo nom nome nombre naam"
    " clave chave chiave sleutel feld veld campo champ"
    " reasoning intention thought".split()
)
"""Last words of a field that names the value beside it: `name` in `{"name": "PIN", "value": 1234}`."""

VALUE_WORDS = frozenset(
    "value values val text answer input default content typed filled entered code with"
    " wert valeur valor valore waarde".split()
)
"""Last words of the field with that value."""

ENTRY = "entry"
"""Word for a field of a map in which every value is secret."""

LOCATOR = "locator"
"""Field whose object labels the fields beside it: `{"locator": {"label": "PIN"}, "value": 1234}`."""

LOCATORS = frozenset({LOCATOR, "target", "element", "selectors", "interacted_element", "interactedElement"})
"""Names of such fields."""

ARGUMENTS = frozenset("params parameters args arguments input".split())
"""Fields whose texts a label beside them labels too: `{"element": "Password", "params": {"text": "x"}}`."""

RESULTS = frozenset("output result".split())
"""Fields in which such a label labels only a code."""

_MAX_LABEL, _MAX_REASON = 60, 500  # characters
_MAX_LOCATOR_DEPTH = 2
_WORDS_OF_HELP = frozenset("help hint error alt tooltip info button link".split())  # `helpText`
_MAX_VALUE_WORDS = 2  # `parameterValue`, but not `bannerHelpText`
_SELECTOR = re.compile(r"[#\[\]>=@]|^//|\.[\w-]+$|\w\(")
_SEGMENT = re.compile(r"[\w-]+")
_ENVIRONMENT = re.compile(r"[A-Z][A-Z\d_]*=")
_PLACE_OF_SECRET = re.compile(r"/secrets/[\w.-]+")  # the id of a secret in a cloud
_REASONS = frozenset({"reasoning", "intention", "thought"})
"""Last words of a field in which a model says what it types beside it, and why."""
_NAMES_PASSWORD = re.compile(
    r"(?!.*\b(?:user ?name|user id|e-?mail)\b)"
    r".*\b(?:password|passphrase|passcode|one-time code|otp|2fa|verification code|pin)\b",
    re.IGNORECASE | re.DOTALL,
)
_SECRET = CredentialName("secret", Kind.TEXT, bare=False)
_TYPED = CredentialName(TYPED, Kind.AMBIGUOUS, bare=False)


def find_label_in(fields: JsonObject) -> CredentialName | None:
    """Return the credential that a field such as `name`, `label` or `locator` names for the value beside it."""
    labels = [text for key in LOCATORS for text in _texts_in(fields.get(key), _MAX_LOCATOR_DEPTH)]
    labels += [value for key, value in fields.items() if is_label_field(key)]
    found = next(filter(None, map(find_label, labels)), None)
    reasons = (fields[key] for key in fields if not _REASONS.isdisjoint(words_of(key)[-1:]))
    if not found and any(map(_names_password, reasons)):
        return _TYPED
    # A form that asks for a PIN means no pin of a board.
    return found._replace(word="password") if found and found.word == "pin" else found


def _texts_in(locator: object, depth: int) -> list[str]:
    """The texts of a locator: `{"label": "PIN"}`, `[["aria/PIN"], ["#pin"]]`."""
    parts: list[object] = []
    if isinstance(locator, dict):
        parts = [*cast("JsonObject", locator).values()]
    elif isinstance(locator, list):
        parts = cast("list[object]", locator)
    texts = [part for part in parts if isinstance(part, str)]
    return [*texts, *(text for part in parts if depth for text in _texts_in(part, depth - 1))]


def is_label_field(key: str) -> bool:
    """Whether a field may label the value beside it."""
    words = words_of(key)
    return key in LOCATORS or not LABEL_WORDS.isdisjoint((*words[-1:], "".join(words)))


def is_sibling(key: str) -> bool:
    """Whether a field below a credential's name describes the credential."""
    return "".join(words_of(key)) in KNOWN_SIBLINGS


def describes(secret: CredentialName, key: str) -> bool:
    """Whether a field below a credential's name only describes the credential, or says what it must be like."""
    if secret.word == ENTRY:
        return False
    if secret.kind is not Kind.ANY:
        return is_sibling(key)
    words = words_of(key)
    return "".join(words) in SCHEMA_FIELDS or not RULE_WORDS.isdisjoint(words[:1] + words[-1:])


def may_label(text: str) -> bool:
    """Whether a text may label the value beside it."""
    return find_label(text) is not None or _names_password(text)


def _names_password(value: object) -> bool:
    """Whether a sentence is about a password or a code, and not about the name of a user."""
    return isinstance(value, str) and len(value) <= _MAX_REASON and _NAMES_PASSWORD.match(value) is not None


def find_label(value: object) -> CredentialName | None:
    """Return the credential that a short text names, as a label or as a selector of an element, or None."""
    if isinstance(value, str) and len(value) <= _MAX_REASON and _PLACE_OF_SECRET.search(value):
        return _SECRET
    if not isinstance(value, str) or len(value) > 2 * _MAX_LABEL or MEASURE.fullmatch(value):
        return None
    if _ENVIRONMENT.match(value):
        return None
    names = [value] if len(value) <= _MAX_LABEL else []
    if value.upper().endswith("_PASS"):
        names = [f"{value}word"]
    if _SELECTOR.search(value):
        names += ["password" if name == "pass" else name for name in _SEGMENT.findall(value)]
    return next((find_credential_name(name) for name in names if _is_label(name)), None)


def _is_label(name: str) -> bool:
    found = find_credential_name(name)
    return is_credential_name(name) or (found is not None and found.word in NAMES_OF_CODES | {"tan"})


def is_value_field(key: str, value: object) -> bool:
    """Whether a field is the value of a split key-value pair."""
    # An execution named "Rotate the secret" has an `input` too, which is not the secret.
    if words_of(key)[-1:] == ("code",) and value:  # the code itself, not that of a country or an error
        return words_of(key) == ("code",) and LOGIN_CODE.fullmatch(str(value)) is not None
    return _is_value_name(key) and (not isinstance(value, dict) or words_of(key) == ("value",))


def _is_value_name(key: str) -> bool:
    words = words_of(key)
    is_help = len(words) > 1 and words[0] in _WORDS_OF_HELP
    return len(words) <= _MAX_VALUE_WORDS and not VALUE_WORDS.isdisjoint(words[-1:]) and not is_help
