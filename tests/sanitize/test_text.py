"""Credentials in real text are masked however they are written, and ordinary text stays."""

import json

import pytest

from kaizen_mcp.sanitize.safe_mode import SafeMode
from kaizen_mcp.sanitize.text import MASK
from kaizen_mcp.sanitize.text_masker import TextMasker

SECRET = "Zq7hunter2X"

# fmt: off
MASKED = [
'x_api_key = "%s"','PASSWORD:="%s"',"password := '%s'","'password' => '%s'","password != '%s'",'set_password("bob", "password", "%s")','("password", "%s")',
'"password" "%s"',"connect -Password %s -User bob","cmd --token %s","password %s","machine h\n  login bob\n  password %s\n","machine h login bob password %s",
'<add key="DbPassword" value="%s"/>',"<property name='password' value='%s'/>","DB_PASSWORD='a''%s'",'{\\"password\\": \\"%s\\"}',"the password is '%s'",'The password for user "u" is "%s"',
"Password is %s","mongodb://u:%s@h1:27017,h2:27017/db","postgres://u:p@%s@host/db","mongodb://a:x@h1,b:%s@h2/db","amqp://u:%s@q:5672/v","redis://:%s@h:6379/0",
"Server=s;User Id=a;Password=%s;Encrypt=true","Driver={SQL};Uid=a;Pwd=%s;","user:%s@tcp(db:3306)/x","jdbc:mysql://h/db?user=u&password=%s","Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=r;SharedAccessKey=%s",
"Authorization: Bearer %s",'"Authorization": "Bearer %s"',"{'Authorization': 'Basic dXNlcjpIdW50ZXIyWDEy'}","Authorization: Token %s1234","Cookie: a=%s; b=1","Set-Cookie: sid=%s; Path=/","JSESSIONID=%s","url;jsessionid=%s?x=1","connect.sid=s%%3A%s","PHPSESSID: %s","ASP.NET_SessionId=%s",
"SAMLResponse=PHNhbWxwOlJlc3BvbnNl%s","otpauth://totp/x:bob?secret=%s&issuer=x","proxy.example.com:8080:bob:%s","1.2.3.4:3128:user1:%s","ISA*00*          *01*Zq7hunter2*ZZ*","$2b$12$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01%s",
'locator resolved to <input type="password" id="p"/>\n  - fill("%s")','locator(\'#sign-password\').fill("%s")','locator("#sign-password")\nawait x.fill("%s")',"page.get_by_label('Password').fill('%s')",'page.getByPlaceholder("Password *").pressSequentially("%s")','- textbox "Password": %s','- textbox "Password" [active] [ref=e5]: %s',
'driver.find_element(By.ID, "password").send_keys("%s")','<input type="password" name="p" value="%s">','Typed "%s" into the password field','Filled "%s" into "Password"',"x-rapidapi-key: %s","?app_key=%s","consumerKey=%s",'client-key: "%s"',
"curl -u bob:%s https://x",'curl -H "X-Api-Key: %s" https://x',"mysql -uroot -p%s db","sshpass -p %s ssh x","export PGPASSWORD=%s",'password: "%s"',"password: %s","DB_PASS=%s","db.password=%s","spring.datasource.password=%s",'os.environ["API_KEY"] = "%s"','api_key="%s",','token="%s"',"secret: %s","<password>%s</password>",'<wsse:Password Type="x">%s</wsse:Password>',"| Password | %s |","<td>Password</td><td>%s</td>","<key>password</key><string>%s</string>",
"Your username is bob and your password is %s.","Login: bob / Password: %s","user/pass: bob/%s","Temporary password: %s","PIN code: 4821","New password - %s","the new password is %s, please change","password=%s&x=1","?access_token=%s","#access_token=%s&x",'auth=("bob", "%s")','auth=("password","%s")','pwd = r"%s"',"PASSWORD=%s ./run","ENV DB_PASSWORD %s","ENV DB_PASSWORD=%s","-e MYSQL_ROOT_PASSWORD=%s","--set auth.password=%s","--from-literal=password=%s","identified by '%s'",'IDENTIFIED BY "%s"',"CREATE USER a WITH PASSWORD '%s'","requirepass %s","net use x: \\\\srv /user:bob %s","//registry/:_authToken=%s","license key: ABCD-EFGH-1234-5678-%s","stream key: live_123_%s","aws_secret_access_key = wJalrXUtnFEMIK7MDENGbPxRfiCY%s",'"secretAccessKey":"wJalrXUtnFEMIK7MDENGbPx%s"','passphrase: "%s"','rpc_password="%s"','string password = "%s";',"const apiKey = `%s`;","$password = '%s';",'password => "%s"','"password","%s"',"Bearer %s12345",'{"name":"password","value":"%s"}',"api key is %s","token: %s",'password=>"%s"',"senha: %s","Passwort: %s","contraseña: %s","пароль: %s","密码：%s","密码: %s","mot de passe : %s","PWD: %s","%s is the password for bob",'wifi password "%s"',"root password was set to %s","changed password to %s",
]
CODES = ["482913 is your verification code","Your passcode is\n4417-902815","Use DBS-553021 within 3 minutes","G-482913 is your Google verification code","Your code is: 482913. It expires in 10 minutes","<p>Your verification code is</p><h1>482913</h1>","OTP: 482913","Your one-time password is 482913","Enter 482913 to sign in","Your security code: 482 913","verification code:\n\n482913","Use code 482913 to verify your account","482913 is your Amazon OTP. Do not share it","Your PIN is 4821","Your login code for Acme is K7XQ2M","Kaiser: 482913 is your one-time code","Code: 482913. Valid for 5 minutes","<b>482913</b> is your code","Your Delta Dental access code is 482913","One-time passcode 482913","Enter this code to log in: 482913","Your temporary code is 48213","SMS code 482913","Your 2FA code is 123456","Your OTP for login is 482913"]
UNCHANGED = ["sort_key = abc123def456","primary_key: id_12345678","foreign-key=claims_2026_01","the password is wrong","Invalid Token: 'Invalid token'","token=null","Your zip code is 33602","procedure code D0120","confirmation number 482913","Claim 482913 is your reference","error code 12345","Use within 30 days","Password must contain 8 characters","password: required","PIN: must be 4 digits","Token Ring","authorization number A12345","commit 4015b57a143aec5156fd1444a017a32137a3fd0f","id 6f1d2c3b-4a59-4e0f-9b7a-2d8c1e5f0a94","Passwords expire after 90 days","1 token = 4 characters","password reset link sent","secret santa 2026","the key is under the mat","press any key: 12","api key: missing","password field: found","token count: 1234","NPI 1234567893","tracking 1Z999AA10123456784","IBAN DE89370400440532013000","VIN 1HGCM82633A004352","data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk","Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36","#password-input","input[name='password']","https://x.example/reset-password?next=/home","const password = getPassword()","token = request.headers['x']","self.password = password","password=os.environ['X']","if (password == other)","keyboard: us","Enter your PIN at the terminal","code 12345 in group","Your claim code is 48213","area code 813-555-0142","Your promo code is SAVE20","secret = None","password: ********","api_key: <your key>","token: ${TOKEN}",'"password": "string"',"cookie: accepted","Set the password in Settings > Security"]
# fmt: on


def masked(text: str) -> str:
    return SafeMode(TextMasker()).apply({"log": text}).data["log"]


@pytest.mark.parametrize("text", MASKED)
def test_a_secret_is_masked_in_every_form(text: str) -> None:
    shown = masked(text.replace("%s", SECRET).replace("%%", "%"))
    assert MASK in shown
    assert SECRET not in shown


@pytest.mark.parametrize("text", MASKED)
def test_a_secret_is_masked_in_the_midst_of_other_lines(text: str) -> None:
    log = "10:14:07 opened the page\n{}\n10:14:09 closed it".format(text.replace("%s", SECRET).replace("%%", "%"))
    assert SECRET not in masked(log)
    assert SECRET not in masked(json.dumps({"log": [log]}))


@pytest.mark.parametrize("text", CODES)
def test_a_one_time_code_is_masked(text: str) -> None:
    assert MASK in masked(text)
    assert MASK in masked(f"From: bank\n{text}\nBye")


@pytest.mark.parametrize("text", UNCHANGED)
def test_ordinary_text_stays(text: str) -> None:
    assert masked(text) == text
