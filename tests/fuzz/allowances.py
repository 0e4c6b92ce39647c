"""Refusals of data that its schema allows: rules that no JSON Schema can say.

Each is named by where it may happen and under which code; a refusal passes only if every one of its
faults is named here. Everything else that a schema allows and the Worker refuses is a disagreement.
"""

import re

_RULES = [
    # code, where (operation and parameter or pointer), and why a schema cannot say it
    ("range", r"\S+ from", "`from` is not after `to`, and they are not too far apart: a comparison of two parameters"),
    ("form", r"\S+ cursor", "a survey's id is a number in sqids: not every text of that form is one"),
    ("unknown_dimension", r"\S+ by", "the dimensions are the survey's own"),
    ("reference", r"\S+ #/.*", "what an id names has to be there"),
    ("duplicate", r"\S+ #/.*", "unique by one member, or with defaults filled in"),
    ("decimals", r"\S+ #/.*", "at most three decimals: `multipleOf` 0.001 is judged in binary by validators, which refuse 0.003"),
    ("range", r"\S+ #/(window|release/every|release/patience|valid_for)", "the length of a duration, whatever its unit"),
    ("order", r"\S+ #/.*", "one number is below the next: a comparison of two members"),
    ("length", r"(create|replace)Survey #/questions(/\d+/map)?", "a sum: of a template's questions and one's own, of the answers in three classes"),
    ("not_comparable", r"(create|replace)Survey #/questions/\d+/show_if/.*", "depends on the question that is named"),
    ("value", r"(create|replace)Survey #/questions/\d+/show_if/is", "depends on the question that is named"),
    ("range", r"(create|replace)Survey #/benchmarks/\d+/value", "depends on the KPI that is named"),
    ("no_visit", r"(create|replace)Survey #/store_visit", "needs questions that equal those of a template, wording aside"),
    ("not_configured", r"(create|replace)Survey #/turnstile", "whether the deployment has a site key"),
    ("origin", r"(create|replace)Survey #/origins/\d+", "a host has at most 253 characters, and an IPv6 address its shortest form"),
    ("page", r"invite #/page", "an https URL without user and fragment"),
    ("range", r"(create|replace)Alert #/when/limit", "what the KPI that is named can reach"),
    ("url", r"createWebhook #/url", "a host has at most 253 characters"),
    ("unlisted_origin", r"invite #/page", "the origins are the survey's own"),
    ("length", r"replaceEngagement #/parts", "how many surveys its parts are of"),
    ("equal", r"replaceEngagement #/parts/\d+/target", "`floor` and `target` differ: a comparison of two members"),
    ("range", r"replaceEngagement #/parts/\d+/(floor|target)", "what the KPI that is named can reach"),
    ("range", r"replaceFacts day", "a day that has begun"),
]
_RULES = [(code, re.compile(where), why) for code, where, why in _RULES]

# Which answers and segments a response may have is in its survey, and whether an invitation opens in a secret.
_OF_THE_SURVEY = re.compile(r"#/(answers|dimensions|invitation|consent/use_customer_id)(/.*)?")


def refusal(case, response):
    """Why this refusal is right although the schema allows the data; `None` if it is a disagreement."""
    operation = case.operation.definition.raw.get("operationId")
    if response.status_code == 412:
        return "412: a precondition that does not hold"
    if response.status_code == 410:
        return "410: nothing is pending any more"
    if response.status_code == 400 and case.media_type == "text/plain":
        return "400: a text that is no JSON; `contentSchema` does not keep JSON Schema from allowing it"
    if response.status_code != 422:
        return None
    if is_page(response):
        return "422, as a page: what a form may hold is in its survey"
    why = [_fault(operation, fault) for fault in response.json()["errors"]]
    return None if None in why else why[0]


def is_page(response):
    return response.headers.get("content-type", [""])[0].startswith("text/html")


def absence(response):
    """Why a 404 is right although what the path names was just made."""
    if is_page(response):
        return "404, as a page: of what the form names, or the path; the API's own calls tell them apart"
    if response.json()["type"] in ("/problems/unknown-submission", "/problems/unknown-reward"):
        return "404: of what the body names, not the path"
    return None


def _fault(operation, fault):
    place = fault.get("pointer", fault.get("parameter"))
    if operation == "respond" and _OF_THE_SURVEY.fullmatch(place):
        return f"{fault['code']}: what a response may say is in its survey"
    for code, where, why in _RULES:
        if fault["code"] == code and where.fullmatch(f"{operation} {place}"):
            return f"{code}: {why}"
    return None
