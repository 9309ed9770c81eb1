"""Code, settings and documentation that only mention credentials stay. Real secrets in such text are masked."""

import pytest

from kaizen_mcp.sanitize.safe_mode import SafeMode
from kaizen_mcp.sanitize.text_masker import TextMasker

# fmt: off
STAYS = [
    # Variables, members, calls and types
    "token = Session.current_token",
    "account_with_login_token = Account.new",
    "self.reset_token = @plain_reset_token = Random.friendly_token",
    "update(current_password: @password, note: 1)",
    "make_account(password: nil).encrypted_password",
    "password = ::Crypt::Engine.hash_secret(password, salt)",
    'set => _password = value?.Trim(\'"\');',
    "account.PrivateKey = _oldPrivateKey;",
    "PrivateKey = _settings.Gateway.PrivateKey",
    "const LOGIN_PASSWORD = __ENV.LOGIN_PASSWORD_HASH;",
    "LicenseKey = principal.GetValue<string>(Names.LicenseKey),",
    "    secret: salt,\n    rounds: 4,",
    "    token: cancellationToken\n",
    "  id_token: token.credential,\n",
    "def sign(self, private_key: SSHPrivateKeyTypes) -> None:",
    "client = Client(api_key=api_key_provider, base_url=url)",
    "client = Client(api_key=lambda: read())",
    "Client(api_key=token_provider_1).copy(api_key=token_provider_2)",
    "[make(token, secret_key=key) for key in keys]",
    "secrets = {k: v for k, v in secrets.items() if v}",
    'arguments = " --username=%s --password=%s" % (user, word)',
    "password = %(ENV_DB_PASS)s",
    "login(userId, dateRange.First, dateRange.Last)",
    'request.headers.set("Authorization", "Bearer "+c.token)',
    'headers: { "AUTHORIZATION" => "Basic #{encode(pair)}" }',
    "CODEPAGE_IBM866_MODEL = IBM866_RUSSIAN_MODEL,",
    # One of two texts
    "label = done ? 'passes' : 'fails'",
    "{isNew ? 'Passkey' : 'Security key'}",
    'const name = hosted ? "Database:OwnPassword" : "Database:Password";',
    # Names of indexes, of services and of files
    'b.HasIndex("Id")\n .HasDatabaseName("IX_Secret_OwnerOrganizationId");',
    'new SqliteConnection("DataSource=:memory:")',
    'Get(serviceKey: "MyReportCache")',
    'con = sqlite3.connect("runs_of_today_1.db")',
    'const API_KEY = "PUT_API_KEY_HERE";\nconst sign = (secret) => hash(secret);\nmap((x) => x.name);',
    'Password: {{$node["New Account"].parameter["password"]}}',
    '#  -e OC_PASS="$NEW_PASSWORD" => pass the password on',
    'text.replace(/(<h2 style="[^"]*color: )#[a-f0-9]+/i, `$1${colors[mood].main}$2`)',
    "Token Splitter1",
    "TOTP account Mars55",
    '{"name": "PRIVATE-TOKEN", "value": "=gitlabToken"}',
    "labels[Kind.TOTP] = 'Use your authenticator app'",
    'if service_key == "cal":',
    'CLIENT_SESSION_KEY = "account_login_state"',
    'client = Client(model="large", api_key="fake")',
    "pin 'mcp<2.0' to keep what runs",
    'LIMITS = {"request_login_code": "1/m/ip"}',
    'COOKIE_HASH = "sha256"',
    '{ "name": "2.x...", "password": "2.z..." }',
    'password=f"password-{number}",',
    'config.OAuthClientId("accountType.id")',
    # Commands
    "pip install -U git+https://github.com/acme/robot.git@main",
    "docker compose -p acme-robots-blue down",
    'requirepass ""\nmaxmemory 256mb',
    "total == seats * seatPrice * (100 - discount)",
    # Documentation
    "It only checks if the password is *present*. It does not say more.",
    "Use ``sensitive_fields`` on password reset pages",
    "Arguments to pass to :py:func:`tool.main`.",
    "Ask for a token at `/oauth/token` with `grant_type=client_credentials`.",
    'Set the cookie of the side bar to "SameSite: lax"',
    "DB_PASSWORD=changeme # replace before deploying",
    '"password": "REPLACE_ME",',
    "The portal asks for an OTP on every login since 2026-11-12; expected: once per 90 days.",
    # Counts
    "'cached_input_tokens': 119_000, 'cache_read_input_tokens': 183250,",
    "tokens: 183250",
    "print(f'Tokens per call: {stats.tokens_per_call:.1f}')",
    # A field, and the next one
    'step: {"name":"Username","value":"lindner_bill"},{"name":"Password","value":"{{vault.password}}"}',
    "monkeylearn: 9b74c9897bac770ffc029102a200c5de5d3ab0c1, of the last build",
    # What only looks like a rule for logs, notes and codes
    'Failed login for "alice", last login from "10.0.0.1"',
    r"chrome --user-data-dir=C:\Users\bob --userns=keep-id:uid=1000",
    "docs/auth.txt\ndocs/billing.txt\ndocs/users.txt",
    "the boarding pass is A12345, and the LLVM pass is loop-unroll2",
    "ZIP code 5 digits: 10115",
    "map the key: user name mail role type",
    "order 554433\nEnter this code",
    "docker build --secret id=npmrc,src=$HOME/.npmrc -t sync .",
    "NETLIFY_SITE_ID=7b1e5a90-40d2-4a57-9d31-c5f0e6a2b811",
    '- navigation "Main":\n  - link "Change password" [ref=e5]: /url: /account/password',
    "mail.password=@mail.password@",
    "Cookie: sid=[redacted]; csrf=***; lang={{ lang }}",
    'otp: "#otp-1"',
    "update_password: on_create",
    "The security code was sent to the number ending in 4471.",
    "Der Code wurde an Ihr Handy gesendet, endend auf 4471.",
    "the owner has a password of 12 characters",
    '[{"n": 1, "action": "fill", "value": "mjones_np"}, {"n": 2, "action": "click", "selector": "#password"}]',
    'cloudflare.new("production", "ops@acme.example")',
    "codecov upload -t unit-tests",
    "gpg: using RSA key 4AEE18F83AFDEB23",
    "API_SECRET=your_random_secret_here_minimum_32_characters",
    '{"input_text": {"index": 3, "text": "<secret>x_username</secret>"}}',
    "API Secret [optional]: <none>",
    "password [PROJ-12]: user123 can not log in",
    "Typed E11.9 into the diagnosis code field",
    "Filled 75001A into the postcode",
    'openai.Client("gpt-4o-mini-2024-07-18")',
    "Choose a password of at-least-8 characters",
    "wifi for customers is 100Mbps",
    "def password=(new_password)",
    "export const selectToken = (state: RootState) => state.auth.token;",
    "api_key: !vault_ref prod/portal#api_key",
    "It sends user name and password base64-encoded in the header.",
    "Which login for the portal?\nAnna: the new one, please",
    "process.env.NEXTPUBLICVERYLONGAPIKEYNAME",
]
MASKED = [
    ("production:\n  username: kerzen\n  password: wachs_und_docht\n", "wachs_und_docht"),
    ("$ cat /etc/openvpn/auth.txt\nberger-site2\nDeich_und_Priel\n$ exit", "Deich_und_Priel"),
    ("user broker_test, pass is lantern99quay (all lowercase)", "lantern99quay"),
    ("PIN zum Zertifikat: Steuer26Biene. Abgabe bis zum 10.", "Steuer26Biene"),
    ("password: PasswordSunny", "PasswordSunny"),
    ("password = _kestrel77x", "kestrel77x"),
    ("token: 482913", "482913"),
    ("TypeAction(reasoning='The password field needs it', id='AAB', text='sommerregen')", "sommerregen"),
    ("wpa_passphrase Home sommerregen", "sommerregen"),
    ("curl -u bob://kestrel77 https://x.example", "kestrel77"),
    ("alice * Kestrel77x *", "Kestrel77x"),
    ("docker login -u bob -p Kestrel77x", "Kestrel77x"),
    ('{"text": "Kestrel77x", "field": "password"}', "Kestrel77x"),
    ("Command:\tUSER lief_4471\nResponse:\t331 Password.\nCommand:\tPASS Schraubenkiste", "Schraubenkiste"),
    ("> b'KLHJ1 LOGIN robot@acme.example \"Paper_plane.30\"'", "Paper_plane.30"),
    ("auth-user-pass <<AUTH\nsvc_rpa\nraincoat-Orbit7\nAUTH", "raincoat-Orbit7"),
    ("KEYWORD Input Password id=loginPw, Hochofen_zwei", "Hochofen_zwei"),
    ("Ihre mobileTAN f\u00fcr den Auftrag \u00fcber 84,50 EUR auf DE21 lautet 418 772.", "418 772"),
    ("Scan the code, or enter this key: JBZX 4KQ2 MN7R WPTD", "4KQ2"),
    ("Hi Erik,\n\nQF4-81T\n\nEnter this code to sign in.", "QF4-81T"),
    ("find_element(By.ID, 'clave').send_keys('cordillera2291')", "cordillera2291"),
    ("origin https://x-access-token:tk77abcDEF9012345@git.example/a.git", "tk77abcDEF"),
    ("DB_PASSWORD=TopSecret", "TopSecret"),
    ("https://bob:GoldenKey@host.example/x", "GoldenKey"),
    ("IDENTIFIED BY 'FlowerToken'", "FlowerToken"),
    ("axios.get('https://api.example/v1/data?', {apiKey: 'abcDEF12345xyz'})", "abcDEF12345xyz"),
    ('curl "https://x.example/login?" -d password=Hunter2xyz', "Hunter2xyz"),
    ("$pw = $isProd ? 'password' : 'S3cretPw9';", "S3cretPw9"),
    ("the pass is: S3cretPw9", "S3cretPw9"),
    ('Dim pass As String = "S3cretPw9"', "S3cretPw9"),
    ('- textbox "pass": S3cretPw9!', "S3cretPw9"),
    ("password: thunder.KuchenAdmin7683!", "KuchenAdmin"),
    ("password: Summer?.2024!", "Summer"),
    ("password: Hello.new!World7", "World7"),
    ("DB_PASSWORD=Welcome.MySecret", "MySecret"),
    ("PASSWORD=_hunterTwo2", "hunterTwo2"),
    ('export PASSWORD="+dkFQc3I/9f74bEJKm2+Vg=="', "dkFQc3I"),
    ("password: bestPasswordEver", "bestPasswordEver"),
    ("password: i_hate_password_rules", "i_hate_password_rules"),
    ('[{"type":"fill","text":"Xy7kkdj9"}, {"selector":"#password"}] x', "Xy7kkdj9"),
    ("type({text: 'Xy7kkdj9'}, '#password')", "Xy7kkdj9"),
    ("docker-compose exec db mysql -u root -p S3cretPw9", "S3cretPw9"),
    ("requirepass $Denver2021!", "Denver2021"),
    ("echo bob:sommer|chpasswd", "sommer"),
    ("pap-secrets: bob * Xy7kkdj9 *", "Xy7kkdj9"),
    ("backup codes: 1234 5678", "1234"),
    ("User.create_user(name, 'S3cretPw9', 3)", "S3cretPw9"),
    ("DB_PASSWORD=path:Xy7!kkdj", "Xy7!kkdj"),
    ("entered S3cretPw9 in the password reset page", "S3cretPw9"),
    ("session_cookie: QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "QWxhZGRpbjpv"),
    ('"set-cookie": "theme=dark; Path=/, sid=9f8e7d6c5b4a3f2e; Path=/"', "9f8e7d6c5b4a3f2e"),
    ("Cookie: _ga_session=9f8e7d6c5b4a3f2e; theme=dark", "9f8e7d6c5b4a3f2e"),
    ("Cookie: theme=dark; 9f8e7d6c5b4a3f2e", "9f8e7d6c5b4a3f2e"),
    ("Enter `hunter2Xq` in the password field.", "hunter2Xq"),
    ('password = "Summer^2024"', "Summer^2024"),
    ("MYSQL_PASSWORD=mysqlpassword", "mysqlpassword"),
    ('tokens = ["482913","582910"]', "482913"),
    ('"bob" * "Correct-Horse!x" *', "Correct-Horse"),
    ("USER bob\r\n331 ok\r\nPASS hunter2Xq", "hunter2Xq"),
    ("coinapi ACCESS 4a6ca234-afd3-1bc2-cd23-fedc239ead0e", "4a6ca234"),
    ("spotify_key = abcdefghijklmnopqrstuvwxyz123456", "abcdefghij"),
    ("they gave us a temporary password of Birk-40-Saal until noon", "Birk-40-Saal"),
    ("Introduzca la clave 604417 para firmar. Utilice la clave 604418.", "604418"),
    ('api = cloudflare.NewClient("41e8f0b6c2d97a3518fe64bb0c9d27a1e35f8", mail)', "41e8f0b6"),
    ('gomail.NewDialer("smtp.acme.example", 465, "robot", "Feldweg_Nord3")', "Feldweg_Nord3"),
    ("codecov upload -t 7b1e5a90-40d2-4a57-9d31-c5f0e6a2b811", "7b1e5a90"),
    ("Your verification code for signing in 482913", "482913"),
    ("Tu c\u00f3digo de verificaci\u00f3n enviado en 482913", "482913"),
    ("npm config set _authToken cGFzc3dvcmQ=", "cGFzc3dvcmQ"),
    ("user bob password Zz9kk1x=", "Zz9kk1x"),
    ('new PasswordDeriveBytes("Hunter2!x", "saltsalt")', "Hunter2!x"),
    ("log in with password Summer2024! and call", "!"),
    ("[09:41] Priya: whats the login for the portal?\n[09:42] Sam: uat_bob / Monsoon_Tea7", "Monsoon_Tea7"),
    ("page.getByPlaceholder('6-digit code').fill('150947');", "150947"),
    ("npx snyk auth 18d0f79a-50d8-49b8-bb57-bdf370cf8b45", "18d0f79a"),
    ('he set the password back to "Winter-Boots7" again', "Winter-Boots7"),
    ("password: @Hunter22@", "Hunter22"),
    ("Cookie: sid={9f8e7d6c5b4a3210}; a=b", "9f8e7d6c"),
    ("AWS Secret Access Key [None]: Vk3mQz8LpT5xWn2bRy7cHd4fJs9gKa1uEo6iNt0P", "Vk3mQz8L"),
    ("log in as bob with password Tern&Gull2025 and go on", "Gull2025"),
    ("Input Vioolspel_88 into index 7 (Wachtwoord)", "Vioolspel_88"),
    ("jdbc:sqlserver://h:1433;user=edi;password=Oleg{K}3rze", "Oleg"),
    ("le mdp du portail c'est Myrtille2020 et la suite", "Myrtille2020"),
    ("votre code \u00e0 usage unique est 618 250. Ne le dites pas.", "618 250"),
    ('{"refreshToken": "my_AgqvucHVcUdVpgF7AZitGnLamiEFZiwtP8"}', "my_Agqv"),
    ("kind: Secret\ndata:\n  password: VmVsbHVtLVRvYWQtODg=\n", "VmVsbHVt"),
    ("vault login -method=userpass username=bob password=Kestrel77x", "Kestrel77x"),
]
# fmt: on


@pytest.mark.parametrize("text", STAYS)
def test_code_and_documentation_about_credentials_stays(text: str) -> None:
    assert SafeMode(TextMasker()).apply({"log": text}).data["log"] == text


@pytest.mark.parametrize(("text", "secret"), MASKED)
def test_a_secret_in_such_text_is_masked(text: str, secret: str) -> None:
    assert secret not in SafeMode(TextMasker()).apply({"log": text}).data["log"]


@pytest.mark.parametrize(
    "data",
    [
        {"password": "TopSecret"},
        {"passcode": "Correct horse battery staple"},
        {"password": "#passw0rd"},
        {"auths": {"a": {"community": "Zx9kQ2mLpr", "version": "2c"}}},
        {"password": "SommerPasswort"},
        {"client_secret": "CorrectHorseBatteryStaple"},
        {"password": "correctTokenHorse"},
        {"otp_tokens": ["482913"]},
        {"tokens": ["482913"]},
        {"password_reset_tokens": ["abcDEF123456ghiJKL"]},
        {"snmp": {"traps": [{"host": "10.0.0.1", "version": "2c", "community": "s3cr3tcomm"}]}},
    ],
    ids=str,
)
def test_a_secret_that_resembles_ordinary_text_is_masked_below_its_name(data: dict[str, object]) -> None:
    assert len(SafeMode(TextMasker()).apply(data).redacted) == 1


@pytest.mark.parametrize("password", ["Hunter2xyz=1", "Hunter2xyz+1"])
def test_a_password_that_reads_like_a_cookie_is_masked_elsewhere_too(password: str) -> None:
    safe = SafeMode(TextMasker()).apply({"password": password, "log": f"typed {password} and it worked"})
    assert safe.redacted == ["/password", "/log"]


def test_a_field_name_that_is_a_secret_is_masked_each_time() -> None:
    data = {"tokens": {"Xy7kkdj9Qm2TzLp4Wv": "laptop"}}
    for _ in range(2):
        assert "Xy7kkdj9Qm2TzLp4Wv" not in str(SafeMode(TextMasker()).apply(data).data)
