"""Names of credentials: the tables of words, and what a field of such a name must hold to be masked.

* a field name such as `apiKey`: a word in `SECRETS_OF_ANY_KIND` or `SECRET_TEXTS`
* a name that looks like a credential and is none: `NON_CREDENTIAL_WORDS`, `NON_CREDENTIAL_FIRST_WORDS` or
  `PLAIN_KEYS`
* a word in place of a secret, such as `expired`: `STATES`

Names are compared as words, without case: `x-api-key` and `xApiKey` are both `x`, `api`, `key`.
"""

import re
import unicodedata
from enum import Enum
from functools import lru_cache
from typing import NamedTuple, cast

from kaizen_mcp.json_types import JsonObject

SECRETS_OF_ANY_KIND = frozenset(
    # Passwords
    "password passwd pwd pw passphrase passcode userpass dbpass storepass keypass psw pswd"
    " rootpw adminpw userpw dbpw bindpw storepw keypw ftppw smtppw sshpw"
    # Codes that are typed at a login
    " otp totp hotp verificationcode mfacode otpcode totpcode facode factorcode smscode accesscode logincode"
    " backupcode recoverycode unlockcode pairingcode activationcode puk"
    " onetimecode authenticationcode authenticatorcode onetimepasscode securityanswer"
    " secretanswer recoveryphrase seedphrase mnemonic twofactorcode signincode doorcode gatecode"
    " sicherheitscode freischaltcode entsperrcode"
    # Personal and payment numbers
    " pin pinnumber pinno ssn ssnnumber socialsecurity socialsecuritynumber"
    " cardnumber cardnum cardno ccnumber ccnum creditcard debitcard cvv cvc csc cvvcode cvccode securitycode"
    # "Password" in German, Spanish, French, Italian, Portuguese, Dutch, Polish, Turkish, Russian, Greek, Hebrew,
    # Chinese, Japanese and Korean
    " passwort kennwort contrase\u00f1a contrasena motdepasse mdp senha wachtwoord haslo has\u0142o \u015fifre"
    " sifre parola l\u00f6senord losenord adgangskode heslo jelsz\u00f3 salasana parool salas\u00f5na"
    " slapta\u017eodis lozinka geslo jelszo parol\u0103 matkhau katasandi nenosiri wagwoord contrasenya pasahitza"
    " passord kodeord palavrapasse paroladordine mfaseed totpseed otpseed parolachiave zugangscode"
    " \u043f\u0430\u0440\u043e\u043b\u044c \u03ba\u03c9\u03b4\u03b9\u03ba\u03cc\u03c2"
    " \u05e1\u05d9\u05e1\u05de\u05d4"
    " \u5bc6\u7801 \u5bc6\u78bc \u30d1\u30b9\u30ef\u30fc\u30c9 \u6697\u8a3c\u756a\u53f7"
    " \ube44\ubc00\ubc88\ud638 \ud328\uc2a4\uc6cc\ub4dc \uc554\ud638 \u53e3\u4ee4".split()
)
"""Names whose values are secret whatever they look like, a short number too. In the singular, lower case, their
words joined. A name may also end in these words."""

SECRET_TEXTS = frozenset(
    " secret token jwt passkey cookie cookiejar apikey accesskey secretkey privatekey signingkey encryptionkey"
    " decryptionkey"
    " masterkey authkey sessionkey subscriptionkey accountkey sharedaccesskey sharedkey webhookkey"
    " connectionstring"
    " licensekey licencekey streamkey appkey applicationkey clientkey consumerkey rapidapikey integrationkey"
    " serverkey servicekey deploykey sshkey pgpkey gpgkey hmackey aeskey rsakey cryptkey cipherkey"
    " authtoken sessiontoken samlresponse samlassertion clientassertion xauth authheader basicauth"
    " productkey activationkey apisecret securekey functionkey mapskey devkey developerkey apitoken"
    " proxyauthorization codeverifier csrf xsrf presharedkey psk jsessionid phpsessid aspnetsessionid connectsid"
    " sessioncookie sasurl sastoken asession cfauthorization cfclearance aspxauth laravelsession djangosession"
    " gitlabsession webhooksecret bearer snmpcommunity"
    " skey tokenkey jenkinscrumb oauthsignature magiclink magicurl secretid"
    # "Private key", "secret key" and "API key" in other languages
    " claveprivada clavesecreta claveapi clavedeapi cleprivee clesecrete chiaveprivata chiavesegreta chiaveapi"
    " cl\u00e9api cl\u00e9priv\u00e9e cl\u00e9secr\u00e8te chaveprivada chavesecreta chaveapi"
    " privaterschl\u00fcssel privaterschluessel geheimerschl\u00fcssel apischl\u00fcssel"
    # Session cookies by their exact names
    " usersession moodlesession hostsession securesession cisession playsession racksession grafanasession"
    " forumsession redminesession keycloaksession smsession mrhsession flasksession symfonysession ghsess"
    " koasess ocsessid jsessionidsso sessionsig aspnetcorecookies aspnetcoresession"
    " aspnetapplicationcookie"
    # Keys of hashes
    " hmac".split()
)
"""Names whose values are secret if they are text that could be a secret."""

NAMES_OF_CODES = frozenset("mtan smstan pushtan phototan chiptan mfa tfa twofactor".split())
"""Names that hold a code of a login, or much else."""

AMBIGUOUS_NAMES = NAMES_OF_CODES | frozenset(
    "authorization auth pass credential cred authcode pincode clave".split()
)
"""Names with other meanings too: an insurer's prior authorization, a check that passed. The value decides."""

CREDENTIAL_ENDINGS = (
    "password",
    "passwd",
    "pwd",
    "sqlpass",
    "rootpass",
    "adminpass",
    "passphrase",
    "passcode",
    "passwort",
    "kennwort",
    "wachtwoord",
    "contrase\u00f1a",
    "contrasena",
    "senha",
    "has\u0142o",
    "haslo",
    "l\u00f6senord",
    "adgangskode",
    "passord",
    "salasana",
    "storepass",
    "keypass",
    "dbpass",
    "userpass",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "secretkey",
    "privatekey",
    "accountkey",
)
"""Endings of credential names that are written as one word: `newpassword`, `CSRFTOKEN`."""

_TEXT_ENDINGS = frozenset({"secret", "token", "apikey", "accesskey", "secretkey", "privatekey", "accountkey"})

CREDENTIAL_STEMS = (
    "pass", "pw", "psw", "secret", "token", "jwt", "auth", "cookie", "cred", "otp", "pin", "ssn", "card",
    "ccnum", "cv", "csc", "code", "key", "connection", "social", "answer", "phrase", "kennwort",
    "contrase", "senha",
    "mnemonic", "clave", "motdepasse", "mdp", "mot de", "wachtwoord", "haslo", "sifre", "parola", "losenord",
    "adgangskode", "heslo", "salasana", "saml", "assertion", "verifier", "csrf", "xsrf", "psk", "sess", "sasurl",
    "connect", "clearance", "hmac", "bearer", "mot", "parool", "slapta", "lozink", "geslo", "jelsz", "matkhau",
    "katasandi", "nenosiri", "wagwoord", "pasahitz", "kodeord", "mtan", "smstan", "pushtan", "phototan",
    "chiptan", "mfa", "tfa", "twofactor", "snmp", "seed", "_pat", "puk", "crumb",
    "magic", "chave", "chiave", "priv", "schl",
)  # fmt: skip
"""Each ASCII name above contains one of these. A test checks it."""

FOREIGN_STEMS = (
    "\u043f\u0430\u0440\u043e\u043b", "\u041f\u0430\u0440\u043e\u043b", "\u041f\u0410\u0420\u041e\u041b",
    "\u03ba\u03c9\u03b4\u03b9\u03ba", "\u039a\u03c9\u03b4\u03b9\u03ba",
    "\u05e1\u05d9\u05e1\u05de", "\u5bc6\u7801", "\u5bc6\u78bc", "\u30d1\u30b9\u30ef\u30fc\u30c9",
    "\u6697\u8a3c\u756a\u53f7", "\ube44\ubc00\ubc88\ud638",
    "\ud328\uc2a4\uc6cc\ub4dc", "\uc554\ud638", "\u53e3\u4ee4",
    "\u015fifre", "has\u0142o", "l\u00f6senord", "jelsz", "parol\u0103", "salas\u00f5na", "cl\u00e9",
)  # fmt: skip
"""Each other name contains one of these, in the cases that occur."""

PARTS_OF_NAMES = frozenset(
    "connect session key keys code codes card cards security social connection answer answers"
    " phrase pass passe mot auth cred pin one header access api oauth crumb pat".split()
)
"""Words that are no names of credentials alone, but with the words beside them."""

TRAILING_WORDS = frozenset(
    "value values text plain plaintext raw hash hashed header confirm confirmation confirmed repeat repeated"
    " again retype new old current data string str encrypted enc list field input box textbox prod live dev"
    " staging test default base64 b64 primary secondary here private base secure backup".split()
)
"""Words after a credential name that do not change its meaning: `passwordConfirmation`, `tokenValue`."""

NON_CREDENTIAL_FIRST_WORDS = frozenset(
    "is has have had needs need requires require required should can may must use uses shows show allow allows"
    " enable enables enabled allowed supported max min total num count prompt completion remaining no supports"
    " input output public reset forgot forget change param attr column label msg err error title invalid".split()
)
"""First words of names that ask or count something: `isPassword`, `maxTokens`."""

FIRST_WORDS_OF_ACTIONS = frozenset("reset forgot forget change".split())
"""First words of names of actions on a password: `changePassword`, but not `CHANGE_HEALTHCARE_CLIENT_SECRET`."""

PLAIN_NAMES = frozenset("pindata datapw clienttoken jsonwebtoken".split())
"""Whole names, their words joined, that are not credentials in spite of their words."""

NON_CREDENTIAL_WORDS = frozenset(
    "page insurance forgot next prev previous cancellation continuation truncated to existing remaining"
    " ratelimit".split()
)
"""Words of names that are not credentials: `nextPageToken`, `insuranceCardNumber`, `forgotPassword`."""

PARTS_OF_SIGNED_LINKS = frozenset({"amzcredential", "googcredential", "osscredential"})
"""Names in signed links that are no use without the signature, which is masked."""

PLAIN_KEYS = frozenset(
    "sort primary foreign public partition cache object row unique composite candidate natural surrogate range"
    " dictionary dict map group join lookup index shift arrow enter escape tab hot soft home function space delete"
    " control ctrl alt cmd command return end page down up the this that a an your my of idempotency message event"
    " translation label field data record item product order entity business document file path folder"
    " storage s3 bucket blob image step block workflow execution run task job batch parameter param query config"
    " setting option feature flag column property attribute tag category type name id answer low high major minor"
    " piano car house room door hotel screenshot downloads download error code reason status result claim member"
    " patient provider payer plan invoice issue ticket project board registry value key no any each every which"
    " issuer parent child node edge tree leaf hash distribution shard cluster clustering secondary"
    " alternate sequence alert incident dedup deduplication site publishable"
    " natural search filter facet bucket download upload resource asset content media video photo thumbnail report"
    " locale language country currency region state place time date day week month year default last first current"
    " new old other main locator element selector block component widget react list array json xml row cell sheet"
    " table view model schema version release build keyboard press and or in on for with by is are was".split()
)
"""Words before `key` that make the name of something else: `sortKey`, `primary_key`."""

KNOWN_SIBLINGS = frozenset(
    "type id object name domain path created createdat updated updatedat expires expiresat expiresin expiry"
    " expiration tokentype scope scopes samesite secure httponly hostonly session url algorithm alg"
    " issuer provider"
    " label description status state count usage input output total size length email username user kid"
    " lastused lastusedat region issuedat note title format kind role version"
    " kmskeyid keyid arn secretarn secretstatus href link rel method".split()
)
"""Fields below a credential's name that describe it: the `domain` and `path` of a cookie."""

SCHEMA_FIELDS = frozenset(
    "type format minlength maxlength description title required readonly writeonly issuer digits period algorithm"
    " interval error errors message hint help placeholder label visible pattern"
    " regex enum inputmode autocomplete id name status url href brand errormessage"
    " statusmessage trackingnumber timestep skew window".split()
)
"""Fields below a password's or code's name that only describe it: `{"password": {"type": "string"}}`."""

RULE_WORDS = frozenset("min max minimum maximum length count days minutes hours attempts age history".split())
"""First or last words of fields that say what a password must be like: `minLength`, `historyCount`."""

STATES = frozenset(
    "expired expires required missing invalid incorrect wrong valid accepted rejected refused denied changed reset"
    " updated unchanged unknown empty null nil none true false yes no on off ok okay failed failure success passed"
    " verified unverified pending sent set unset optional hidden masked redacted protected locked active"
    " inactive enabled disabled forgotten forgot supported unsupported present absent undefined revoked mismatch"
    " matched blocked confirmed unconfirmed needed available unavailable provided default created deleted unused"
    " read write admin owner readonly readwrite bearer basic digest negotiate sms email totp"
    " authenticator strong weak removed added generated rotated stored encrypted received notrequired"
    " manual automatic filled skipped complete completed error loading configured unconfigured rotating"
    " preferred discouraged visible found entered approved nan n/a include same-origin omit inherit allow"
    " deny allowed essential necessary string str number boolean int bool varchar"
    # In other languages
    " pflichtfeld erforderlich ung\u00fcltig falsch abgelaufen gesetzt leer fehlt requerido requerida obligatorio"
    " obligatoria inv\u00e1lida inv\u00e1lido incorrecta caducada expirada obligatoire requis invalide incorrecte"
    " expir\u00e9 manquant obbligatorio obbligatoria richiesta errata scaduta verplicht ongeldig verlopen onjuist"
    " wymagane nieprawid\u0142owe b\u0142\u0119dne obrigat\u00f3rio obrigat\u00f3ria".split()
)
"""Words in place of a secret that say something about it."""

FILLERS = STATES | frozenset(
    "is are was were be been has have had will would must should cannot could can may might please this that the a"
    " an your my our his her their its not too and or for from with in at to of on by as if when then than into"
    " only very also now here there we you they it i string number text boolean int integer object array password"
    " passwords token tokens secret key code pin otp field fields input value values page form box screen prompt"
    " username user name length minimum maximum policy manager protection settings between contains least enter"
    " base64 utf8 utf-8 hex ascii latin1 binary str bool bytes float char varchar void null list dict tuple"
    " different same wrong stored typed used using needs need does did do no any all each".split()
)
"""Words of prose after a credential's name, which are no secrets."""

LABEL_WORDS = frozenset(
    "name key id label field parameter param variable header attribute type selector locator placeholder question"
    " target element autocomplete property setting subject"
    " libell\u00e9 libelle bezeichnung etichetta etiqueta r\u00f3tulo nom nome nombre naam"
    " clave chave chiave sleutel feld veld campo champ".split()
)
VALUE_WORDS = frozenset(
    "value values val text answer input default content typed filled entered code with"
    " wert valeur valor valore waarde".split()
)
"""Last words of the two fields of a split key-value pair, such as `{"name": "PIN", "value": 1234}`."""

LOCATOR = "locator"
"""Field whose object labels the fields beside it: `{"locator": {"label": "PIN"}, "value": 1234}`."""

LOCATORS = frozenset({LOCATOR, "target", "element", "selectors"})
"""Names of such fields."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")
_IN_BRACKETS = re.compile(r"\([^()]*\)")
STEM = re.compile("|".join(CREDENTIAL_STEMS), re.IGNORECASE)
_MAX_NAME, _MAX_LABEL = 200, 60
_MAX_LOCATOR_DEPTH = 2
_MAX_NAME_WORDS = 4
_WORDS_OF_HELP = frozenset("help hint error alt tooltip info button link".split())  # `helpText`
_MAX_VALUE_WORDS = 2  # `parameterValue`, but not `bannerHelpText`

_AUTH_SCHEME = re.compile(
    r"(?:basic|bearer|token|digest|negotiate|apikey|aws4-hmac-sha256|ssws|hawk|hoba|ntlm)\s+\S", re.IGNORECASE
)
_MIN_LONG_CODE = 16  # an authorization code of OAuth; that of a payment is shorter
_MIN_PRIVATE_PART = 40  # of the shortest private keys
_MIN_TOKEN = 6  # shorter ones are words and pieces of words
_FINGERPRINT = re.compile(r"(?:0x)?[0-9A-F]{8,40}")
_MUST_LOOK_LIKE = {
    "samlresponse": re.compile(r"^[^@]{16,}$"),  # encoded, or an attribute in it
    "samlassertion": re.compile(r"^[^@]{16,}$"),
    "connectionstring": re.compile(r"@|pass|pwd|key|sig|token|secret", re.IGNORECASE),
    "hmac": re.compile(r"^(?=.*\d)(?=.*[A-Za-z]).{16,}$"),
    "csrf": re.compile(r"^.{8,}$"),  # shorter ones are words about it
    "magiclink": re.compile(r"[/?&=#](?=[\w-]{0,40}\d)[\w-]{16,}"),
    "magicurl": re.compile(r"[/?&=#](?=[\w-]{0,40}\d)[\w-]{16,}"),
    "secretid": re.compile(
        r"^(?:[\da-fA-F]{8}(?:-[\da-fA-F]{4}){3}-[\da-fA-F]{12}|[\w-]{32,})$"
    ),  # of an app role
}
"""What a value below these names looks like, by the word for the name."""
_PLAIN_COOKIE = re.compile(r"[A-Za-z]+|[a-z]{2}[_-][A-Z]{2}|[\w.-]+=[a-z]{2,10}(?:[_-][A-Za-z]{2})?;?")
_POSTCODE = re.compile(r"\d{5,6}|\d{3} \d{3}")
_LINK = re.compile(r"https?://[^?#]*")
_NAMES_OF_LINKS = frozenset(
    {"magiclink", "magicurl", "connectionstring"}
)  # other links lose their signatures only
_WORDS_JOINED = re.compile(r"[A-Za-z]+(?:[/_-][A-Za-z]+)+")
_PREFIXED_ID = re.compile(r"[a-z]{2,8}_[A-Za-z0-9]{8,}")
_CONSTANT = re.compile(r"[A-Z]{2,12}(?:_[A-Z]{2,12})*|[A-Z][a-z]+(?:-[A-Z][a-z]+)+|[a-z]{3,}(?:[A-Z][a-z]+){2,}")
APP_PASSWORD = re.compile(r"[a-z]{4}([ -])[a-z]{4}\1[a-z]{4}\1[a-z]{4}")  # as Google writes them
_LICENCE = re.compile(r"[A-Z][A-Za-z.-]{0,7}")  # a provider's credential, such as MD or CRNA
_MEASURE = re.compile(
    r"[\d\s.,:+-]*|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)?"
    r"|[\^~<>=]{1,2} ?v?\d+(?:\.[\dx*]+){0,3}(?:-[\w.]+)?",
    re.ASCII,
)
_PUBLIC = re.compile(
    r"(?:[0-9a-f]{2}:){15,31}[0-9a-f]{2}|(?:SHA256|MD5):.*|ssh-[\w-]+ .*|ecdsa-[\w-]+ .*|arn:.*"
    r"|[a-z-]+(?:\.[a-z-]+)+|(?=.*/[A-Za-z]{4,}(?:[/.]|$))(?:/[\w.-]+){3,}",
    re.ASCII,
)
_IDENTIFIER = re.compile(r"[a-z]+|[A-Za-z]?[a-z\d]*(?:[A-Z][a-z]+){2,}|[A-Z]{2,}[a-z]+(?:[A-Z][a-z]+)*", re.ASCII)
_FOLDER = re.compile(r"[/~]\w+/|/\w+$|[A-Za-z]:\\|\.{1,2}/")  # `PWD=/home/bob`
_DIGITS_OF_PIN = 3  # fewer are the number of a pin of a board
_PIN_OF_A_BOARD = re.compile(r"[A-Za-z]*|[A-Za-z]{0,5}[_ ]?\d{1,2}")  # or of a layout: `top`, `GPIO17`, `13`
_SPACED_CODE = re.compile(r"\d{2,3}[ -]?\d{2,3}(?:[ -]?\d{1,4})?", re.ASCII)
_LOGIN_CODE = re.compile(r"\d{6,}", re.ASCII)
_PLACEHOLDER = re.compile(
    r"[*\u2022\u25cf.\s_-]{3,}|[xX]{3,}(?:-[xX]{3,})*|#[a-z]+(?:[A-Z][a-z]+)+|[a-z]*\[[a-z-]+[*^$~|]?=.*\]|[#.][a-z]+(?:[-_][a-z]+)+|sha\d{1,3}-[\w+/]{20,}={0,2}|<[^<>]*>|\$[A-Za-z_](?:[\w.:/-]|\(\))*[})\]]*|\$\w+/.*|\$\d}?|arn:[\w-]+:.*|\$[{(].*|\{\{.*|\{(?:[A-Za-z_][\w.]{0,23}|[^{}\d]*|\d)\}|%\w+%|%\d"
    r"|\[[\w ]+\]|--[a-z][a-z-]+|&{1,2}[a-z]+(?:_[a-z]+)+"
    r"|(?i:your|my|the|enter|insert|some|process\.env|os\.environ|env|var|secrets|vault)[_. -].*"
    r"|(?i:\S*[_-](?:your[_-]\S*|here))|(?:[A-Z]+_)*(?:PASSWORD|PASSWD|PASSPHRASE|PASS|TOKEN|SECRET|KEY|PIN|OTP|CODE)"
    # Tags of YAML, annotations, types, keywords before an expression, folders
    r"|![a-z_]+|@[A-Z]\w+|%~\w+|(?:Secret)?(?:Str|String|Bytes|Text)(?:[!?)\]].*)?|(?i:new|await|yield|typeof|lambda|async|range)"
    r"|~?(?:/[a-z0-9._-]+){2,}/?|[A-Za-z_.-]{2,30}=|[\w.-]{2,40}=(?:\.{3}|<.*>|\*+)"
    r"|\+ ?[a-z]\w*\)?;?|\d{1,3};"
    # Masked by others, the word for it, schemes before a variable, sentences of validators
    r"|[\w-]{0,12}(?:\*{3,}|\u2022{3,}|[xX]{6,})[\w-]{0,8}|[\w-]{1,12}\u2026.{0,12}|[\w-]{1,12}[_-]\.{3}|\([a-z]+.*"
    r"|[*_\[<({#-]+(?i:redacted|masked|hidden|removed|filtered|secret|sensitive)\b.*"
    r"|(?:Bearer|Basic|Token) [<{$].*"
    r"|(?i:is|are|must|should|has|does|doesn't|can't|cannot|needs|may|was|muss|darf|ist|doit|debe|deve|moet) .*"
)
_SENTENCE = re.compile(r"[\w']+,?(?: [\w'-]+,?){2,}[.!]?")
_LONG_SENTENCE = re.compile(r"[A-Z][\w'-]*,?(?: [\w'-]+[,.;:]?){4,}[.!]")
_CAPITALIZED = re.compile(r"[A-Z][a-z]+")
_VARIABLE = re.compile(
    r"[a-z]+(?:_[a-z]+)+|[a-z]+(?:[A-Z][a-z]+)+|(?:[A-Z][a-z]+){2,}|\w+: ?"
    r"|(?:[A-Z][a-z]*-)+[A-Z][a-z]*|(?:[a-z]+-)+passwords?"
)
_SELECTOR = re.compile(r"[#\[\]>=@]|^//|\.[\w-]+$|\w\(")
_CODE_WITH_LENGTH = re.compile(r"\b[4-8][- ]?(?:digit|chiffres|stellig|d\u00edgitos|cifre|cijfer)", re.IGNORECASE)
_SEGMENT = re.compile(r"[\w-]+")
_ENVIRONMENT = re.compile(r"[A-Z][A-Z\d_]*=")


class Kind(Enum):
    """What a field of a credential's name must hold to be masked."""

    ANY = "anything"
    TEXT = "text that could be a secret"
    AMBIGUOUS = "text that has no other meaning"
    KEY = "text that looks random"


class CredentialName(NamedTuple):
    """A credential's name.

    Attributes:
        word: the word by which it was recognised, such as `apikey`.
        kind: what its field must hold to be masked.
        bare: whether that word is the whole name.
    """

    word: str
    kind: Kind
    bare: bool


def words_of(name: str) -> tuple[str, ...]:
    """Split a field's name into lower-case words: `x-api-key` and `xApiKey` give `x`, `api`, `key`."""
    if (
        name.isascii() and name.isalpha() and name[1:].islower() and len(name) <= _MAX_NAME
    ):  # one word, the usual case
        return (name.lower(),)
    without_brackets = _IN_BRACKETS.sub(" ", unicodedata.normalize("NFKC", name[:_MAX_NAME]))
    return tuple(word.lower() for word in _WORD.findall(without_brackets))


def find_credential_name(name: str) -> CredentialName | None:
    """Return what a field of this name, in any case or style, holds if it is a credential's, or None.

    Whole words count: `newPassword2` and `x-api-key` are credentials; `tokenCount`, `passwordless`, `secretary`
    and `pinned` are not.
    """
    return _find_credential_name(name[:_MAX_NAME])


def forget_names() -> None:
    """Forget the names judged so far, because words of texts are among them."""
    _find_credential_name.cache_clear()


@lru_cache(maxsize=4096)
def _find_credential_name(name: str) -> CredentialName | None:
    if name in {"d", "k"}:  # the private part of a key in JSON Web Key format
        return CredentialName("d", Kind.KEY, bare=True)
    if name.lower() == "tan":  # too short to be looked for in other names
        return CredentialName("tan", Kind.AMBIGUOUS, bare=True)
    if name.isascii() and not STEM.search(name) and "(" not in name:  # text in brackets may split a stem
        return None
    words = [*words_of(name)]
    if "".join(words) in PLAIN_NAMES:
        return None
    while len(words) > 1 and (words[-1].isdigit() or words[-1] in TRAILING_WORDS):
        words.pop()
    if words[:3] == ["secure", "next", "auth"] or words[:2] == ["next", "auth"]:  # the cookies of a library
        words = words[words.index("next") + 1 :]
    if not words or not NON_CREDENTIAL_WORDS.isdisjoint(words):
        return None
    found = _judge_ending(words)
    if found and not found.bare and words[0] in NON_CREDENTIAL_FIRST_WORDS:
        is_input = words[0] == "input" and found.kind is Kind.ANY  # `inputPassword`, but not `inputTokens`
        is_owner = words[0] in FIRST_WORDS_OF_ACTIONS and found.kind is not Kind.ANY
        return found if is_input or is_owner else None
    return found


def _judge_ending(words: list[str]) -> CredentialName | None:
    if "".join(words[-2:]) in PARTS_OF_SIGNED_LINKS:
        return None
    for count in range(min(_MAX_NAME_WORDS, len(words)), 0, -1):
        ending = "".join(words[-count:])
        for singular in (ending, ending.removesuffix("s"), ending.removesuffix("es")):
            for kind, table in _KINDS:
                if singular in table:
                    return CredentialName(singular, kind, count == len(words))
    if words[-1].endswith(CREDENTIAL_ENDINGS):
        word = next(ending for ending in CREDENTIAL_ENDINGS if words[-1].endswith(ending))
        return CredentialName(word, Kind.TEXT if word in _TEXT_ENDINGS else Kind.ANY, bare=False)
    if len(words) > 1 and words[-1] == "pat":
        return CredentialName("pat", Kind.KEY, bare=False)
    if words[-2:] in (["primary", "key"], ["secondary", "key"]):  # of an account; or of a table
        return CredentialName("primarykey", Kind.KEY, bare=False)
    if len(words) > 1 and words[-1] == "key" and words[-2] not in PLAIN_KEYS and not words[-2].isdigit():
        return CredentialName("key", Kind.KEY, bare=False)
    return None


_KINDS = ((Kind.ANY, SECRETS_OF_ANY_KIND), (Kind.TEXT, SECRET_TEXTS), (Kind.AMBIGUOUS, AMBIGUOUS_NAMES))


def is_credential_name(name: str) -> bool:
    """Whether a name is a credential's, and has no other meaning."""
    found = find_credential_name(name)
    return found is not None and found.kind not in {Kind.AMBIGUOUS, Kind.KEY}


def is_secret(name: CredentialName, value: object) -> bool:
    """Whether the value of a field with a credential's name is the secret. Lists and objects count as such."""
    if isinstance(value, bool) or value is None:
        return False
    if isinstance(value, int | float):
        return name.kind is Kind.ANY and (name.word != "pin" or abs(value) >= 10 ** (_DIGITS_OF_PIN - 1))
    if not isinstance(value, str):
        return name.kind in {Kind.ANY, Kind.TEXT}
    text = value.strip()
    if not text or is_state(text) or (_LINK.fullmatch(text) and name.word not in _NAMES_OF_LINKS):
        return False
    if name.kind is Kind.ANY:
        return not (
            (name.word == "pin" and _PIN_OF_A_BOARD.fullmatch(text))
            or (name.word == "pwd" and _FOLDER.match(text))
        )
    if name.kind is Kind.TEXT:
        return _could_be_secret(name, text)
    if name.kind is Kind.AMBIGUOUS:
        return _is_ambiguous_secret(name.word, text)
    if name.word == "primarykey":
        return _BASE64.fullmatch(text) is not None
    return looks_random(text) and (name.word != "d" or len(text) >= _MIN_PRIVATE_PART)


def is_state(text: str) -> bool:
    """Whether a text stands in place of a secret: a state such as `expired`, a placeholder, or dots."""
    text = text.strip("`").lstrip("\\")
    if text[:1] == text[-1:] == "'":
        text = text[1:-1]
    lower = text.strip(".!?\"'();, ").lower()
    return (
        lower in STATES
        or (lower[:4] in {"not ", "not-", "not_"} and len(lower) < _MAX_LABEL)
        or _PLACEHOLDER.fullmatch(text) is not None
        or _names_a_credential(text.rstrip(";,"))
    )


def _names_a_credential(text: str) -> bool:
    """Whether a text in place of a secret is a variable (`dbPassword`), a prompt, a label, or a sentence."""
    if _LONG_SENTENCE.fullmatch(text):
        return True
    if _CAPITALIZED.fullmatch(text):
        return "".join(words_of(text)) in SECRETS_OF_ANY_KIND
    if _SENTENCE.fullmatch(text):
        return any(map(is_credential_name, text.split()))
    return _VARIABLE.fullmatch(text.lstrip("#.")) is not None and is_credential_name(text)


def _could_be_secret(name: CredentialName, text: str) -> bool:
    if (_MEASURE.fullmatch(text) and not _LOGIN_CODE.fullmatch(text)) or _PUBLIC.fullmatch(text):
        return False
    if _CONSTANT.fullmatch(text) or (name.word == "signingkey" and _FINGERPRINT.fullmatch(text)):
        return False
    if name.word in _MUST_LOOK_LIKE:
        return _MUST_LOOK_LIKE[name.word].search(text) is not None
    if name.word.endswith("cookie") and _PLAIN_COOKIE.fullmatch(text):
        return False
    if (
        name.word == "secret" and name.bare and _WORDS_JOINED.fullmatch(text)
    ):  # the name of one that is kept elsewhere
        return "/" not in text and not text.endswith("key") and find_credential_name(text) is None
    return name.word != "token" or not name.bare or _is_token(text)


def _is_token(text: str) -> bool:
    """Whether a text under `token` is no word, as the tokens of a language model are."""
    is_mix = any(map(str.isdigit, text)) or _MIXED_CASE.search(text) is not None
    return " " not in text and len(text) >= _MIN_TOKEN and (is_mix or len(text) >= _MIN_LONG_CODE)


def _is_ambiguous_secret(word: str, text: str) -> bool:
    if word == "tan" or word in NAMES_OF_CODES:
        return _SPACED_CODE.fullmatch(text) is not None
    if word == "pincode":
        return not _POSTCODE.fullmatch(text)
    if _MEASURE.fullmatch(text) and not text.isdigit():
        return False
    if (
        "://" in text
        or _PUBLIC.fullmatch(text)
        or (word == "authorization" and _PREFIXED_ID.fullmatch(text))
        or (word in {"cred", "credential"} and _IDENTIFIER.fullmatch(text))
    ):
        return False
    if re.search(r"\s", text):
        return (word == "pass" and APP_PASSWORD.fullmatch(text) is not None) or (
            word in {"authorization", "auth"} and _AUTH_SCHEME.match(text) is not None
        )
    if word in {"authorization", "auth", "authcode"}:
        return len(text) >= _MIN_LONG_CODE and has_letters_and_digits(text)
    return len(text) >= 4 and not _LICENCE.fullmatch(text)  # noqa: PLR2004 - the shortest password


def has_letters_and_digits(text: str) -> bool:
    """Whether a text has a letter and a digit."""
    return any(map(str.isdigit, text)) and any(map(str.isalpha, text))


_BASE64 = re.compile(r"(?=.*\d)(?=.*[a-z])(?=.*[A-Z])[A-Za-z0-9+/]{40,}={1,2}")
_MIXED_CASE = re.compile(r"(?:[a-z]{1,3}[A-Z]{1,4}){3}")
_RANDOM = re.compile(r"[A-Za-z0-9_+=~-]{16,}", re.ASCII)
_RUN_OF_LETTERS = re.compile(
    r"[a-z]{12,}|[A-Z]{12,}|[A-Z]?[a-z]{4,}[_-][A-Za-z]{4,}|[a-z]{4,}[A-Z][a-z]{4,}[A-Z]", re.ASCII
)


def looks_random(text: str) -> bool:
    """Whether a text is one unbroken mix of letters and digits, without words, dates or the groups of a number."""
    groups = text.split("-")
    return _BASE64.fullmatch(text) is not None or (
        _RANDOM.fullmatch(text) is not None
        and (has_letters_and_digits(text) or _MIXED_CASE.search(text) is not None)
        and not _RUN_OF_LETTERS.search(text)
        and max(map(len, groups)) >= 12  # noqa: PLR2004 - longer than the groups of claim numbers
    )


def has_credential_label(fields: JsonObject) -> CredentialName | None:
    """Return the credential that a field such as `name`, `label` or `locator` names for the value beside it."""
    labels = [text for key in LOCATORS for text in _texts_in(fields.get(key), _MAX_LOCATOR_DEPTH)]
    labels += [value for key, value in fields.items() if is_label_field(key)]
    found = next(filter(None, map(find_label, labels)), None)
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


@lru_cache(maxsize=1024)
def is_label_field(key: str) -> bool:
    """Whether a field may label the value beside it."""
    words = words_of(key)
    return key in LOCATORS or not LABEL_WORDS.isdisjoint((*words[-1:], "".join(words)))


@lru_cache(maxsize=1024)
def is_sibling(key: str) -> bool:
    """Whether a field below a credential's name describes the credential."""
    return "".join(words_of(key)) in KNOWN_SIBLINGS


@lru_cache(maxsize=1024)
def describes(secret: CredentialName, key: str) -> bool:
    """Whether a field below a credential's name only describes the credential, or says what it must be like."""
    if secret.kind is not Kind.ANY:
        return is_sibling(key)
    words = words_of(key)
    return "".join(words) in SCHEMA_FIELDS or not RULE_WORDS.isdisjoint(words[:1] + words[-1:])


def find_label(value: object) -> CredentialName | None:
    """Return the credential that a short text names, as a label or as a selector of an element, or None."""
    if not isinstance(value, str) or len(value) > 2 * _MAX_LABEL or _MEASURE.fullmatch(value):
        return None
    if _ENVIRONMENT.match(value):
        return None
    names = [value] if len(value) <= _MAX_LABEL else []
    if value.upper().endswith("_PASS"):
        names = [f"{value}word"]
    if _CODE_WITH_LENGTH.search(value):
        names.append("otp")
    if _SELECTOR.search(value):
        names += ["password" if name == "pass" else name for name in _SEGMENT.findall(value)]
    return next((find_credential_name(name) for name in names if is_credential_name(name)), None)


def is_value_field(key: str, value: object) -> bool:
    """Whether a field is the value of a split key-value pair."""
    # An execution named "Rotate the secret" has an `input` too, which is not the secret.
    if words_of(key)[-1:] == ("code",) and value:  # the code itself, not that of a country or an error
        return words_of(key) == ("code",) and _LOGIN_CODE.fullmatch(str(value)) is not None
    return _is_value_name(key) and (not isinstance(value, dict) or words_of(key) == ("value",))


@lru_cache(maxsize=1024)
def _is_value_name(key: str) -> bool:
    words = words_of(key)
    is_help = len(words) > 1 and words[0] in _WORDS_OF_HELP
    return len(words) <= _MAX_VALUE_WORDS and not VALUE_WORDS.isdisjoint(words[-1:]) and not is_help
