"""Texts about an error that say nothing by themselves, and texts that say that there is none."""

import re

_MAX_VAGUE = 120

_VAGUE = re.compile(
    r"(?:(?:an?|the|one or more|some|your|multiple|unknown|unexpected|internal|server|general|generic|fatal"
    r"|bulk|batch|child|sub)\s+)*"
    r"(?:error|errors|failure|failed|action|request|step|task|job|run|workflow|execution|operation|command|process"
    r"|script|something|validation|activity|function|flow|scenario|bad request|not found|unprocessable entity)s?"
    r"(?:\s+(?:execution|validation|request|task))?(?:\s+(?:has|have|was|were))?"
    r"(?:\s+(?:error|errors|failure|failed|occurred|occured|happened|went wrong|raised|unsuccessful))?"
    r"(?:\s+in (?:the )?(?:response|request))?"
    r"(?:\s+with (?:status|exit|error)? ?code \d+|\s+with exit code \d+|\s+\(?\d{3}\)?)?"
    r"(?:[.:;]\s*(?:no dependent actions succeeded|please (?:try|check)[^.]*|see [^.]*|details?))?[.!: ]*"
    r"|process completed with exit code \d+\.?|bad request - please check your parameters"
    r"|the requested action could not be performed, semantically incorrect, or failed business validation\.?"
    r"|internal server error|unknown",
    re.IGNORECASE,
)
"""As Logic Apps, axios, n8n, .NET, GitHub Actions, Temporal, Kestra, Google Ads and PayPal write them."""

_CODE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[A-Z0-9-]{4,}|\w+(?:[._]\w+)+|[A-Z]\w*(?:Error|Exception)")
"""Codes in place of a message: `LOGIN_FAILED`, `ECONNREFUSED`, `States.TaskFailed`, `NodeApiError`."""

_NOTHING = frozenset(
    "|none|null|nil|no|false|true|0|n/a|na|-|--|–|—|ok|okay|success|successful|passed|noerror|undefined"
    "|nothing".split("|")
)
_NO_TROUBLE = re.compile(
    r"(?:there (?:are|were|is|was) )?(?:no|0|zero|without|not any) (?:\w+ )?"
    r"(?:errors?|failures?|failed|failing|problems?|issues?|exceptions?|rejections?|rejected|denials?)"
    r"\b[\w ]{0,30}"
    r"|(?:errors?|failures?|failed|exceptions?|rejected) ?[:=] ?(?:none|no|0|n/a|null|\[\])",
)
_MAX_NOTHING = 80


def is_vague(text: str) -> bool:
    """Whether a text about an error is a code, or says no more than that there was one."""
    text = text.strip()
    return len(text) <= _MAX_VAGUE and bool(_VAGUE.fullmatch(text) or _CODE.fullmatch(text))


def says_nothing(text: str) -> bool:
    """Whether the text of an error field says that there is none, or nothing about it."""
    if len(text) > _MAX_NOTHING:
        return not text.strip()
    said = " ".join(text.split()).lower().rstrip(".!")
    return said in _NOTHING or _NO_TROUBLE.fullmatch(said) is not None
