"""Find keys beside the name of their vendor that have no form of their own, only letters and digits.

Sources: the rules of gitleaks and kingfisher. Words with other meanings (`front`, `box`) are left out.
"""

import re
from collections.abc import Iterator
from functools import cache, partial

from kaizen_mcp.sanitize.key_search import UUID
from kaizen_mcp.sanitize.looks import DATE_OR_LINK
from kaizen_mcp.sanitize.text import Span, Text, find_places

VENDORS = frozenset(
    "civo ibm ibmcloud instantly lighton scw weightsandbiases woo xfigmatoken"
    " abuseipdb adafruit adafruitio adobe airbrake airtable aiven alchemy algolia alibaba alibabacloud"
    " amplitude apilayer apollo appoptics artifactory asana assemblyai atlassian authress autopilot"
    " aviationstack ayrshare bannerbear baremetrics beamer besttime betterstack bitbar bitbucket bitly bitrise"
    " bittrex blazemeter brandfetch browserstack browshot bscscan budibase bugherd bugsnag buttercms"
    " calendarific calendly carboninterface chartmogul chatfuel circleci clarifai clearbit clerk clickup"
    " clockify cloudconvert cloudflare cloudinary cloudmersive cloudsmith codacy codeclimate codecov codemagic"
    " cohere coinapi coinbase coinlayer configcat confluent contentful convertkit couchbase coveralls crowdin"
    " cryptocompare currencylayer databento databox datadog deepgram deepseek detectify diffbot discord disqus"
    " docparser droneci dropbox easypost elevenlabs etherscan etsy eventbrite everhour facebook fastforex"
    " fastly figma filestack finicity finnhub fixerio flickr flutterwave foursquare freshbooks fullstory"
    " geckoboard geoapify geocodify getresponse gitea gitter glassnode gocardless graphhopper greptile gumroad"
    " helpscout heroku honeycomb hubspot imagekit infomaniak infura insightly intercom ipapi ipgeolocation"
    " ipinfo ipstack jfrog jotform jumpcloud kagi klaviyo kraken kucoin launchdarkly lemlist lemonsqueezy"
    " linkedin lokalise looker loyverse mailboxlayer mailchimp mailgun mailjet mapbox mapquest marketstack"
    " mattermost mediastack meraki messagebird mistral mixmax mixpanel moralis netlify newrelic newsapi ngrok"
    " numverify nytimes okta ollama omnisend onfleet openai opencage opencagedata openuv openweather"
    " openweathermap opsgenie optimizely packagecloud pagerduty pandadoc paymongo paypal pinecone pipedrive"
    " pixabay plaid plivo positionstack postmark privateai pushbullet pusher pyowm rapidapi razorpay rebrandly"
    " refiner rocketreach scaleway scalr scraperapi scrapfly scrapingant scrapingbee sendbird sendgrid sentry"
    " serpapi serpstack shippo shodan shotstack snipcart snowflake snyk sonar sonarcloud sonarqube sparkpost"
    " splunk spoonacular spotify squarespace sslmate statuscake stormglass storyblok sumo sumologic swiftype"
    " taxjar telegram telnyx ticketmaster tiingo todoist tomtom travis travisci trello twelvedata twitch"
    " twitter typeform unsplash upstage upstash uptimerobot urlscan vercel virustotal visualcrossing vultr"
    " wakatime wandb weatherbit weatherstack webflow wistia woocommerce workos yandex yelp zendesk zenrows"
    " zenscrape zerobounce zoho".split()
)

_FORM = (
    rb"[ \t\w.-]{0,24}?[\"'`\s\\)\]]{0,5}"
    rb"(?P<sign>=>|:=|={1,3}|:{1,3}=?|>|\|\||,|\?=)"
    rb"[\"'`=\s]{0,5}(?P<value>[\w+/=.~:-]{14,300}+)"
)
"""A key beside the name of its vendor: DEEPGRAM = "x"."""

_COMMIT = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SAYS_KEY = re.compile(rb"key|secret|token|access|auth|private|pass|cred")


def find_beside_vendors(text: Text) -> Iterator[Span]:
    """Find the keys beside the names of their vendors."""
    for vendor in VENDORS.intersection(text.lower_words.split()):
        yield from find_places(text, vendor.encode(), [(_pattern(vendor), partial(_judge, text))])


@cache
def _pattern(vendor: str) -> re.Pattern[bytes]:
    return re.compile(re.escape(vendor.encode()) + _FORM)


def _judge(text: Text, match: re.Match[bytes]) -> tuple[list[Span], int]:
    """Return the key beside the name of its vendor, if it looks random."""
    if not _is_key(text.data[slice(*match.span("value"))].decode(errors="replace")):
        return [], 0
    # After a colon or comma, a hash or a UUID is an id, unless a word calls it a key.
    may_be_id = match["sign"] in {b":", b","} or text.lower.endswith(b"_id", match.start(), match.start("sign"))
    is_id = may_be_id and (_COMMIT.fullmatch(match["value"]) or UUID.match(match["value"]))
    is_key = not is_id or _SAYS_KEY.search(text.lower, match.start(), match.start("value"))
    return [match.span("value")] if is_key else [], 0


_KEY = re.compile(r"(?=(?:[^\d]*\d){3})(?=[^A-Za-z]*[A-Za-z])(?!.*[a-z]{16})(?!.*\w[/.][a-z]+\.[a-z]+)[^\s]{14,}")
_CONSTANT = re.compile(r"[A-Z]+\d*(?:_[A-Z\d]+)+")


def _is_key(value: str) -> bool:
    """Whether a value beside the name of a vendor is a key: long, with letters and several digits, no words."""
    return (
        _KEY.fullmatch(value) is not None
        and not re.match(r"[a-z]{2,}:|[a-z]{3,}/[a-z]{3,}", value)
        and not DATE_OR_LINK.match(value)
        and not _CONSTANT.fullmatch(value)
    )
