"""Which fields and values of an output plainly say that something went wrong, with products that write so.

To have one more word quoted, add a row.
"""

from typing import Literal

Kind = Literal["word", "false", "trouble", "text", "http", "exit", "severity", "sap"]
"""What a field says if something went wrong: one of `WORDS`; false; anything but nothing or zero; a text that does
not say "none"; an HTTP error; a number that is not zero; one of `SEVERITIES`; the type of an SAP message that is
an error."""

HTTP_ERRORS = range(400, 600)

SEVERITIES = frozenset({"error", "fatal"})

LAST_WORDS: dict[str, Kind] = {
    "status": "word",  # Skyvern, Apify, Step Functions, Browserbase, Logic Apps, Stedi, and most others
    "state": "word",  # Airflow, UiPath, Prefect
    "result": "word",  # Azure DevOps, Jenkins, SonarQube
    "outcome": "word",  # Zephyr, FHIR ClaimResponse
    "conclusion": "word",  # GitHub Actions: workflow runs, jobs, steps, check runs
    "disposition": "word",  # FHIR ClaimResponse, X12 277 in JSON
    "error": "text",  # Salesforce's `sf__Error`, Google Ads' `partialFailureError`; a number may be a deviation
    "errors": "trouble",  # Shopify's `userErrors`, Stedi's `aaaErrors`, `validationErrors`
    "exception": "text",
    "exceptions": "trouble",
    "failures": "trouble",
}
"""Kind of a field by the last word of its name: `status` of `claimStatus`."""

NAMES: dict[str, Kind] = {
    "success": "false",  # Zapier, Cloudflare, reCAPTCHA, most REST APIs
    "issuccess": "false",  # .NET
    "issuccessful": "false",  # RestSharp, Azure
    "successful": "false",  # Elasticsearch
    "succeeded": "false",  # Azure, NuGet
    "ok": "false",  # Slack, Telegram, Playwright specs
    "passed": "false",  # Mocha, TestRail
    "error": "trouble",  # n8n, Step Functions, Apify, GraphQL clients
    "errors": "trouble",  # GraphQL, JSON:API, Stedi, Elasticsearch bulk (a flag there)
    "errormessage": "trouble",  # Lambda, UiPath
    "failurereason": "trouble",  # Skyvern, Expensify
    "exception": "trouble",  # Java services, Python workers
    "haserrors": "trouble",  # Salesforce composite
    "iserror": "trouble",  # MCP tool results
    "statuscode": "http",  # HTTP nodes of n8n and Power Automate, Lambda proxies
    "httpstatus": "http",
    "httpstatuscode": "http",
    "exitcode": "exit",  # Docker, GitHub runners
    "returncode": "exit",  # Python's subprocess
    "severity": "severity",  # FHIR OperationOutcome, linters
}
"""Kind of a field by its whole name, without case, blanks, `_` and `-`."""

COUNTED = frozenset(
    "failed"  # JUnit reports, Step Functions map runs, Kaizen's own batch statistics
    " failure failures"  # JUnit, Mocha
    " error errors"  # JUnit, Kubernetes
    " errored"  # RSpec
    " rejected"  # X12 999 and 277CA in JSON, Salesforce bulk jobs
    " denied"  # remittance summaries
    " unexpected"  # Playwright's stats
    " unsuccessful".split()
)
"""Words of a field that counts or lists what went wrong, alone or with one of `FILLERS`: `failed_count`."""

FILLERS = frozenset(
    "count counts total num number of no row rows record records item items claim claims test tests job jobs task"
    " tasks step steps suite suites spec specs file files check checks request requests document documents"
    " message messages email emails user users page pages".split()
)

TROUBLE = frozenset(
    "error errors failure failures failed fail exception rejected rejection reject denied denial decline declined"
    " cancellation".split()
)
TELLING = frozenset(
    "reason reasons message messages detail details description descriptions cause causes text code codes".split()
)
"""Words that together name a text about what went wrong: `rejectionReason`, `failureMessages`, `Denial reason`."""

NOT_TROUBLE = frozenset(
    "on if max min allowed resolved fixed corrected expected ignored handled possible default standard mean margin"
    " average root squared without tolerance threshold rate".split()
)
"""Words of a name that is not about what went wrong, whatever else it says: `onError`, `resolvedErrors`."""

BESIDE = frozenset(
    "message statusmessage statusreason statusdetail reason reasons detail details description remark remarks"
    " comment comments note notes explanation disposition diagnostics cause info body".split()
)
"""Whole names of fields that say more of a bad word beside them; a `body` only if it is an object."""

LABELS = ("name", "title", "id", "key")
"""Fields that name a row, the likeliest first; else its first field does."""

TEXTS = frozenset(
    "message text log logs output stdout stderr console summary report result results statusmessage status"
    " description details content".split()
)
"""Names of fields whose text may count what failed, by their last word: `2 failing`."""

WORDS = frozenset(
    "failed failure fail"  # nearly everywhere
    " faulted stopped"  # UiPath jobs, .NET tasks
    " error errors errored crashed"  # n8n, Browserbase, Zapier
    " timedout timeout"  # Step Functions, Apify, GitHub, Playwright
    " aborted cancelled canceled terminated interrupted"  # Apify, Step Functions, Skyvern, Playwright
    " rejected denied declined unsuccessful"  # payers' answers: Stedi, Availity, 277CA
    " runfailed upstreamfailed startupfailure actionrequired stale"  # Apify webhooks, Airflow, GitHub
    " partial partialfailure partiallyfailed partiallysucceeded"  # Azure DevOps, Salesforce
    " completedwitherrors succeededwithissues"  # Azure DevOps
    " unstable unexpected broken invalid"  # Jenkins, Playwright, Allure
    " blocked expired notfound unauthorized forbidden"  # portals and proxies
    # Not done, and told as such:
    " pending queued waiting inprogress running processing"  # Stedi, GitHub, Step Functions
    " onhold held incomplete notstarted".split()  # Zapier, Airflow, FHIR
)
"""Values of a `word` field that are quoted, without case, blanks, `_` and `-`; or as first or last word."""

NEGATIONS = frozenset("no not without zero never".split())
"""First words of a value that is not what its last word says: `No error`."""

NOT_BELOW = frozenset(
    "request config configuration headers node context location options"
    " params parameters input inputs settings schema metadata".split()
)
"""Names of fields below which nothing tells what happened: they hold what was asked for."""

PAST = frozenset("history events timeline audit auditlog auditlogs activitylog".split())
"""Names of fields whose rows happened at other times: that a login failed then does not mean that a run did."""

NOUNS = (
    "tests?|test cases?|test suites?|specs?|suites?|scenarios?|steps?|tasks?|jobs?|checks?|assertions?|records?"
    "|rows?|items?|claims?|files?|documents?|requests?|messages?|emails?|users?|invoices?|orders?|entries|lines?|actions?"
    "|operations?|uploads?|downloads?|submissions?|transactions?|payments?"
)
"""What a text counts, as a pattern."""
