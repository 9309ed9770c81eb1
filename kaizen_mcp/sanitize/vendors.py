"""Find keys beside the name of their vendor that have no form of their own, only letters and digits.

Sources: the rules of gitleaks and kingfisher. Very common words (`front`, `box`) are
left out; others (`apollo`, `travis`) count only beside a value that looks like a key.
"""

import re
from collections.abc import Iterator
from functools import cache, partial

from kaizen_mcp.sanitize.looks import DATE_OR_LINK
from kaizen_mcp.sanitize.secret_values import looks_random
from kaizen_mcp.sanitize.text import UUID, Span, Text, find_places

VENDORS = frozenset(
    "abuseipdb adafruit adafruitio adobe airbrake airtable aiven alchemy algolia alibaba alibabacloud"
    " amplitude anypoint apifonica apilayer apollo appoptics artifactory asana assemblyai atlassian authress"
    " autopilot aviationstack ayrshare azuresearch bannerbear baremetrics beamer besttime betterstack bitbar"
    " bitbucket bitly bitrise bittrex blazemeter blitapp brandfetch browserstack browshot bscscan buddyns"
    " budibase bugherd bugsnag buttercms calendarific calendly capsulecrm carboninterface centralstationcrm"
    " chartmogul chatfuel circleci civo clarifai clearbit clerk clickup cliengo clockify cloudconvert"
    " cloudflare cloudinary cloudmersive cloudplan cloudsmith clustdoc codacy codeclimate codecov codemagic"
    " codequiry cohere coinapi coinbase coinlayer configcat confluent contentful convertkit couchbase"
    " coveralls crowdin cryptocompare currencyfreaks currencylayer currencyscoop dailyco dareboost databento"
    " databox datadog deepgram deepseek detectify detectlanguage diffbot discord disqus docparser documo"
    " droneci dropbox dynalist eagleeyenetworks easypost elevenlabs etherscan ethplorer etsy eventbrite"
    " everhour facebook fastforex fastly figma filestack findl finicity finnhub fixerio flickr flightapi"
    " flutterwave formbucket foursquare freshbooks fullstory geckoboard geoapify geocodify getemail"
    " getresponse gitea gitter glassnode gocardless graphhopper greptile gumroad hellosign helpscout heroku"
    " hiveage holidayapi honeycomb hubspot ibm ibmcloud iconfinder imagekit infomaniak infura insightly"
    " instabot instantly intercom ipapi ipgeolocation ipinfo ipinfodb ipstack jfrog jotform jumpcloud"
    " jupiterone kagi karmacrm kickbox klaviyo kraken kucoin languagelayer launchdarkly lemlist lemonsqueezy"
    " lexigram lighton linkedin linkpreview logzio lokalise looker loyverse mailboxlayer mailchimp mailgun"
    " mailjet mailmodo mailsac mapbox mapquest marketstack mattermost mediastack meraki messagebird miro"
    " mistral mixmax mixpanel monkeylearn moosend moralis netlify newrelic newsapi nftport ngrok nicereply"
    " nozbe numverify nytimes oanda okta ollama omnisend onfleet openai opencage opencagedata openuv"
    " openweather openweathermap opsgenie optimizely packagecloud pagerduty pandadoc paperform parseur"
    " paymongo paypal pdfshift pepipost pinecone pipedrive pixabay plaid planyo plivo positionstack postmark"
    " powrbot privateai proxycrawl pubnub pushbullet pusher pyowm rapidapi razorpay rebrandly refiner restpack"
    " rocketreach salesblink salescookie scaleway scalr scrapeowl scraperapi scrapestack scrapfly scrapingant"
    " scrapingbee screenshotapi screenshotlayer scw selectpdf sendbird sendgrid sentry serpapi serphouse"
    " serpstack sherpadesk shipday shippo shodan shotstack signupgenius simfin simplynoted skrapp smartsheet"
    " snipcart snowflake snyk sonar sonarcloud sonarqube sparkpost splunk spoonacular spotify squarespace"
    " sslmate statuscake stockdata stormglass storyblok sumo sumologic surveybot swiftype taxjar teamworkcrm"
    " tefter telegram telnyx thingsboard ticketmaster tickettailor tiingo timezoneapi todoist toggl tomtom"
    " travis travisci trello twelvedata twitch twitter tyntec typeform uclassify unsplash upstage upstash"
    " uptimerobot urlscan vatlayer vbout vercel versioneye virustotal visualcrossing vultr wakatime walkscore"
    " wandb weatherbit weatherstack webflow weightsandbiases wistia woo woocommerce workos xfigmatoken yandex"
    " yelp yousign zendesk zenrows zenscrape zerobounce zipcodeapi zipcodebase zoho zonkafeedback".split()
)

_FORM = (
    rb"[ \t\w.-]{0,24}?[\"'`\s\\)\]]{0,5}"
    rb"(?P<sign>=>|:=|={1,3}|:{1,3}=?|>|\|\||,|\?=|(?:key|token|secret|access|private)[ \t_.-]{1,4}"
    rb"|\.(?:new|init|configure|client|setup|connect)\w{0,12}\()"
    rb"[\"'`=\s]{0,5}(?P<value>[\w+/=.~:-]{14,300}+)"
)
"""A key beside the name of its vendor: DEEPGRAM = "x", deepgram key x."""

_COMMIT = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SAYS_KEY = re.compile(rb"key|secret|token|access|auth|private|pass|cred")


def find_beside_vendors(text: Text) -> Iterator[Span]:
    """Find the keys beside the names of their vendors."""
    for vendor in VENDORS.intersection(text.lower_words.split()):
        yield from find_places(text, vendor.encode(), [(_pattern(vendor), partial(_judge, text, len(vendor)))])


@cache
def _pattern(vendor: str) -> re.Pattern[bytes]:
    return re.compile(re.escape(vendor.encode()) + _FORM)


def _judge(text: Text, length: int, match: re.Match[bytes]) -> tuple[list[Span], int]:
    """Return the key beside a vendor's name of this length. After a word for keys, a made-up key counts too."""
    value = text.data[slice(*match.span("value"))].decode(errors="replace")
    if match["sign"].startswith(b"."):  # not `Client("model-2024-08-06")`
        is_key = looks_random(value)
    elif _SAYS_KEY.search(text.lower, match.start() + length, match.start("value")):
        is_key = _is_key(value) or _MADE_UP_KEY.fullmatch(value) is not None
    else:  # After a colon, a comma or `_ID`, a hash or a UUID is an id.
        may_be_id = match["sign"] in {b":", b","} or text.lower.endswith(
            b"_id", match.start(), match.start("sign")
        )
        is_id = may_be_id and (_COMMIT.fullmatch(match["value"]) or UUID.match(value))
        is_key = not is_id and _is_key(value)
    return [match.span("value")] if is_key else [], 0


_RANDOM_KEY = re.compile(
    r"(?=(?:[^\d]*\d){3})(?=[^A-Za-z]*[A-Za-z])(?!.*[a-z]{16})(?!.*\w[/.][a-z]+\.[a-z]+)[^\s]{14,}"
)
_MADE_UP_KEY = re.compile(r"(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{20,}")
"""A key in an example or a test: `abcdefghijklmnopqrstuvwxyz123456`."""
_CONSTANT = re.compile(r"[A-Z]+\d*(?:_[A-Z\d]+)+")


def _is_key(value: str) -> bool:
    """Whether a value beside the name of a vendor is a key: long, with letters and several digits, no words."""
    return (
        _RANDOM_KEY.fullmatch(value) is not None
        and not re.match(r"[a-z]{2,}:|[a-z]{3,}/[a-z]{3,}", value)
        and not DATE_OR_LINK.match(value)
        and not _CONSTANT.fullmatch(value)
    )
