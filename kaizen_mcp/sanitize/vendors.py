"""Names of vendors whose keys have no form of their own: letters and digits, recognised only beside the name.

Sources: the rules of gitleaks and kingfisher. Words with other meanings (`front`, `box`) are left out.
"""

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
