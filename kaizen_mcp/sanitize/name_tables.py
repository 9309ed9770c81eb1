"""Words in the names of credentials, and in names that only look like them.

A new name of a credential is a word in `SECRETS_OF_ANY_KIND` or `SECRET_TEXTS`; one that is none, in
`NON_CREDENTIAL_WORDS`, `NON_CREDENTIAL_FIRST_WORDS`, `PLAIN_NAMES` or `PLAIN_KEYS`.
"""

SECRETS_OF_ANY_KIND = frozenset(
    # Passwords
    "password passwd pwd pw passphrase passcode userpass dbpass storepass keypass psw pswd"
    " rootpw adminpw userpw dbpw bindpw storepw keypw ftppw smtppw sshpw"
    # Codes that are typed at a login
    " otp totp hotp verificationcode mfacode otpcode totpcode facode factorcode smscode accesscode logincode"
    " backupcode recoverycode unlockcode pairingcode activationcode puk"
    " memorableword memorabledata memorableinformation memorableinfo"
    " onetimecode authenticationcode authenticatorcode onetimepasscode securityanswer"
    " secretanswer recoveryphrase seedphrase mnemonic twofactorcode signincode doorcode gatecode"
    " alarmcode keypadcode lockcode"
    " safecode entrycode disarmcode erlangcookie"
    " sshpass becomepass sudopass smtppass ftppass mailpass imappass proxypass ldappass"
    " sicherheitscode freischaltcode entsperrcode sicherheitsantwort aktivierungscode abholcode bindcredential"
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
    " geheimnis secreto segredo segreto communitystring"
    " secret token tokens jwt passkey cookie cookiejar apikey accesskey secretkey privatekey signingkey"
    " encryptionkey decryptionkey"
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
    " hubsignature stripesignature slacksignature twiliosignature webhooksignature svixsignature"
    # "Private key", "secret key" and "API key" in other languages
    " claveprivada clavesecreta claveapi clavedeapi cleprivee clesecrete chiaveprivata chiavesegreta chiaveapi"
    " cl\u00e9api cl\u00e9priv\u00e9e cl\u00e9secr\u00e8te chaveprivada chavesecreta chaveapi"
    " privaterschl\u00fcssel privaterschluessel geheimerschl\u00fcssel apischl\u00fcssel"
    # Session cookies by their exact names
    " xsessionid usersession moodlesession hostsession securesession cisession playsession racksession"
    " grafanasession"
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

TEXT_ENDINGS = frozenset({"secret", "token", "apikey", "accesskey", "secretkey", "privatekey", "accountkey"})

CREDENTIAL_STEMS = (
    "pass", "pw", "psw", "secret", "token", "jwt", "auth", "cookie", "cred", "otp", "pin", "ssn", "card",
    "ccnum", "cv", "csc", "code", "key", "connection", "social", "answer", "phrase", "kennwort",
    "contrase", "senha",
    "mnemonic", "clave", "motdepasse", "mdp", "mot de", "wachtwoord", "haslo", "sifre", "parola", "losenord",
    "adgangskode", "heslo", "salasana", "saml", "assertion", "verifier", "csrf", "xsrf", "psk", "sess", "sasurl",
    "connect", "clearance", "antwort", "hmac", "bearer", "mot", "parool", "slapta", "lozink", "geslo", "jelsz",
    "matkhau", "katasandi", "nenosiri", "wagwoord", "pasahitz", "kodeord", "mtan", "smstan", "pushtan", "phototan",
    "chiptan", "mfa", "tfa", "twofactor", "snmp", "seed", "_pat", "puk", "crumb",
    "magic", "memorable", "codice", "codigo", "kode", "weryfik", "signature",
    "chave", "chiave", "priv", "schl", "geheim", "segre", "community",
)  # fmt: skip
"""Each ASCII name above contains one of these. A test checks it."""

FOREIGN_STEMS = (
    "\u043f\u0430\u0440\u043e\u043b", "\u041f\u0430\u0440\u043e\u043b", "\u041f\u0410\u0420\u041e\u041b",
    "\u03ba\u03c9\u03b4\u03b9\u03ba", "\u039a\u03c9\u03b4\u03b9\u03ba",
    "\u05e1\u05d9\u05e1\u05de", "\u5bc6\u7801", "\u5bc6\u78bc", "\u30d1\u30b9\u30ef\u30fc\u30c9",
    "\u6697\u8a3c\u756a\u53f7", "\ube44\ubc00\ubc88\ud638",
    "\ud328\uc2a4\uc6cc\ub4dc", "\uc554\ud638", "\u53e3\u4ee4",
    "\u00f3digo", "\u015fifre", "has\u0142o", "l\u00f6senord", "jelsz", "parol\u0103", "salas\u00f5na", "cl\u00e9",
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
    " feld eingabe campo champ veld provvisoria temporanea temporal provisional provisoire temporaire provisoria"
    " wiederholen wiederholung best\u00e4tigen bestaetigen best\u00e4tigung confirmer confirmar conferma repetir"
    " ripeti herhalen herhaal bevestigen powt\u00f3rz potwierd\u017a"
    " provis\u00f3ria temporaria tempor\u00e1ria inicial iniziale initial initiale nueva nuova nouveau nova"
    " staging test default v sms base64 b64 primary secondary here private base secure backup".split()
)
"""Words after a credential name that do not change its meaning: `passwordConfirmation`, `tokenValue`."""

NON_CREDENTIAL_FIRST_WORDS = frozenset(
    "is has have had needs need requires require required should can may must use uses shows show allow allows"
    " enable enables enabled allowed supported max min total num count prompt completion remaining no supports"
    " input output public reset forgot forget change param attr column label msg err error title invalid"
    " checksum".split()
)
"""First words of names that ask or count something: `isPassword`, `maxTokens`."""

FIRST_WORDS_OF_ACTIONS = frozenset("reset forgot forget change".split())
"""First words of names of actions on a password: `changePassword`, but not `CHANGE_HEALTHCARE_CLIENT_SECRET`."""

PLAIN_NAMES = frozenset("passes pindata datapw clienttoken versiontoken jsonwebtoken".split())
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
    " alternate sequence alert incident dedup deduplication site publishable change"
    " natural search filter facet bucket download upload resource asset content media video photo thumbnail report"
    " locale language country currency region state place time date day week month year default last first current"
    " new old other main locator element selector block component widget react list array json xml row cell sheet"
    " table view model schema version release build keyboard press and or in on for with by is are was".split()
)
"""Words before `key` that make the name of something else: `sortKey`, `primary_key`."""
