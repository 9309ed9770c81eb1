"""Find the fields that label the value beside them, such as `{"name": "PIN", "value": 1234}`, or describe it."""

import re
from collections.abc import Iterable
from typing import cast

from kaizen_mcp.json_types import JsonObject
from kaizen_mcp.sanitize.names import (
    OTHER_CODE,
    TYPED,
    CredentialName,
    Kind,
    find_credential_name,
    words_of,
)
from kaizen_mcp.sanitize.secret_values import LOGIN_CODE, MEASURE

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
    " regex enum in inputmode autocomplete id name status url href brand errormessage"
    " statusmessage source trackingnumber timestep skew window subject body from to".split()
)
"""Fields below a password's or code's name that only describe it: `{"password": {"type": "string"}}`."""

RULE_WORDS = frozenset(
    "timeout min max minimum maximum length count days minutes hours attempts age history".split()
)
"""First or last words of fields that say what a password must be like: `minLength`, `historyCount`."""

_REASONS = frozenset({"reasoning", "intention", "thought"})
"""Last words of a field in which a model says what it types beside it, and why."""

LABEL_WORDS = _REASONS | frozenset(
    "name key k id label field parameter param variable header attribute type selector locator placeholder"
    " question target element autocomplete property setting subject"
    " libell\u00e9 libelle designation bezeichnung etichetta etiqueta r\u00f3tulo nom nome nombre naam"
    " clave chave chiave sleutel feld veld campo champ".split()
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
"""Fields with the arguments of an action. If it types into an element, the label of the element labels them too:
`{"action": "fill", "selector": "#password", "params": {"text": "x"}}`."""

TYPED_FIELDS = frozenset("text value input typed".split())
"""Fields with what a model types."""

_VERB_FIELDS = frozenset("action action_type actiontype method tool name command type".split())
"""Fields that say what a browser does, in small letters."""
_VERBS = frozenset("fill type input enter typetext inputtext sendkeys setvalue clearandtype".split())
"""What they say where something is typed, the words joined."""
_ELEMENT_WORDS = frozenset("selector locator element target".split())
"""Last words of fields that name an element of a page."""

_MAX_LABEL, _MAX_REASON = 60, 500  # characters
_MAX_LOCATOR_DEPTH = 2
_WORDS_OF_HELP = frozenset("help hint error alt tooltip info button link".split())  # `helpText`
_MAX_VALUE_WORDS = 2  # `parameterValue`, but not `bannerHelpText`
_SELECTOR = re.compile(r"[#\[\]>=@]|^//|\.[\w-]+$|\w\(")
_SEGMENT = re.compile(r"[\w-]+")
_ENVIRONMENT = re.compile(r"[A-Z][A-Z\d_]*=")
_PATH_OF_SECRET = re.compile(
    r"projects/[\w-]+/secrets/[\w-]+(?:/versions/\w+)?|https://[\w.-]+\.vault\.azure\.\w+/secrets/[\w-]+(?:/\w+)?"
)
"""The id of a secret in a store of Google or Microsoft."""
_TYPES_PASSWORD = re.compile(
    r"\b(?:enter(?:ing|ed)?|typ(?:e|ing|ed)|fill(?:ing|ed)?|input(?:ting)?|put(?:ting)?|provid(?:e|ing|ed)|us(?:e|ing))\b"
    r"[^.;!?]{0,60}\b(?:password|passphrase|passcode|one-time code|otp|2fa code|verification code|pin)\b",
    re.IGNORECASE,
)
"""A sentence that says that a password or a code is typed: `I enter the verification code`."""
_USER_OR_DONE = re.compile(
    r"\b(?:user ?name|user id|e-?mail|accepted|already|done|succeeded|worked|reset)\b", re.IGNORECASE
)
"""Words in such a sentence that say that it is a user's name, or that the typing is over."""
SECRET_OF_STORE = CredentialName("secret", Kind.TEXT, bare=False)
TYPED_SECRET = CredentialName(TYPED, Kind.AMBIGUOUS, bare=False)
_TRANSACTION_NUMBERS = frozenset("mtan smstan pushtan phototan chiptan".split())
"""Codes of banks, whose names mean nothing else."""


def find_label_in(fields: JsonObject) -> CredentialName | None:
    """Return the credential that a field such as `name`, `label` or `locator` names for the value beside it."""
    labels = [text for key in LOCATORS for text in _texts_in(fields.get(key), _MAX_LOCATOR_DEPTH)]
    labels += [value for key, value in fields.items() if is_label_field(key)]
    found = next(filter(None, map(find_label, labels)), None)
    reasons = (fields[key] for key in fields if not _REASONS.isdisjoint(words_of(key)[-1:]))
    if not found and any(map(_types_password, reasons)):
        return TYPED_SECRET
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


def names_element(names: Iterable[str]) -> bool:
    """Whether one of these fields names an element of a page."""
    return any(key in LOCATORS or not _ELEMENT_WORDS.isdisjoint(words_of(key)[-1:]) for key in names)


def fills_element(fields: JsonObject) -> bool:
    """Whether an object says that something is typed into an element of a page."""
    return names_element(fields) and any(
        key.lower() in _VERB_FIELDS and _is_verb_of_typing(value) for key, value in fields.items()
    )


def types_into(verb: object, element: str) -> bool:
    """Whether two items of a list say that the next one is typed somewhere: `["fill", "#password"]`."""
    return _is_verb_of_typing(verb) and _SELECTOR.search(element) is not None


def _is_verb_of_typing(value: object) -> bool:
    return isinstance(value, str) and "".join(words_of(value)) in _VERBS


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
    return find_label(text) is not None or _types_password(text)


def _types_password(value: object) -> bool:
    """Whether a sentence says that a password or a code is typed, and no name of a user."""
    if not isinstance(value, str) or len(value) > _MAX_REASON:
        return False
    return _TYPES_PASSWORD.search(value) is not None and not _USER_OR_DONE.search(value)


def find_label(value: object) -> CredentialName | None:
    """Return the credential that a text names: as a label, a selector, or the path of a secret; or None."""
    if not isinstance(value, str) or len(value) > 2 * _MAX_LABEL:
        return None
    if _PATH_OF_SECRET.fullmatch(value):
        return SECRET_OF_STORE
    if MEASURE.fullmatch(value) or _ENVIRONMENT.match(value):
        return None
    names = [value] if len(value) <= _MAX_LABEL else []
    if value.upper().endswith("_PASS"):
        names = [f"{value}word"]
    if _SELECTOR.search(value):
        names += ["password" if name == "pass" else name for name in _SEGMENT.findall(value)]
    return next(
        (found for name in names if (found := find_credential_name(name)) and _is_clear(name, found)), None
    )


def _is_clear(name: str, found: CredentialName) -> bool:
    """Whether a name has no other meaning where it labels a value."""
    if found.kind not in {Kind.AMBIGUOUS, Kind.KEY}:
        return True
    return found.word == OTHER_CODE or found.word in _TRANSACTION_NUMBERS or name == "TAN"


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
