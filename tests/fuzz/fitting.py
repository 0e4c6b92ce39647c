"""Puts real things into generated calls, so that they get further than 404 and 422.

Only what was generated as valid is touched, and never all of it: a fifth of the calls goes out as
generated. What is chosen follows from generated values alone, so a run repeats with its seed.
"""

import hashlib
import json
import os
from pathlib import Path

from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import TestPhase

OBJECTS = json.loads(Path(os.environ["FUZZ_OBJECTS"]).read_text())


class Choice:
    """Decisions that follow from values, such as those of a generated case."""

    def __init__(self, *values):
        self.state = repr(values).encode("utf-8", "backslashreplace")

    def below(self, n):
        self.state = hashlib.sha256(self.state).digest()
        return int.from_bytes(self.state, "big") % n

    def of(self, values):
        return values[self.below(len(values))]


def fit(case, choice):
    if case.meta is None or choice.below(5) == 0:
        return
    # In the stateful phase the ids come from replies to earlier calls.
    if valid(case, ParameterLocation.PATH) and case.meta.phase.name != TestPhase.STATEFUL:
        fit_path(case, choice)
    if valid(case, ParameterLocation.QUERY):
        fit_query(case, choice)
    if valid(case, ParameterLocation.HEADER):
        fit_headers(case, choice)
    if valid(case, ParameterLocation.BODY):
        fit_body(case, choice)


def fit_key(case, choice):
    """Sends a key that may do less in place of the good one, now and then; one that is no good stays."""
    headers = dict(case.headers or {})
    for name, value in headers.items():
        if name.lower() == "authorization" and value == f"Bearer {os.environ['FUZZ_KEY']}" and choice.below(8) == 0:
            headers[name] = f"Bearer {choice.of(OBJECTS['lesserKeys'])}"
    case.headers = headers


def valid(case, location):
    component = case.meta.components.get(location)
    return component is not None and component.mode.is_positive


def known_things(case):
    """What there is for a path: by the longest known start of it, so paths below it are fitted too."""
    starts = [start for start in OBJECTS["paths"] if (case.path + "/").startswith(start + "/")]
    return OBJECTS["paths"][max(starts, key=len)] if starts else None


def fit_path(case, choice):
    things = known_things(case)
    if things:
        chosen = choice.of(things.get(case.method.upper(), things["any"]))
        case.path_parameters = {**case.path_parameters, **chosen}


def spare_kept(case):
    """Schemathesis finds ids in replies, lists among them. What others need is not deleted or replaced."""
    things = known_things(case)
    if things and case.method.upper() in things and case.path_parameters in things["any"]:
        case.path_parameters = dict(things[case.method.upper()][0])


def fit_query(case, choice):
    query = dict(case.query or {})
    if "from" in query or "to" in query:
        # Any two days are seldom in order; the shape of the range stays by chance.
        query.pop("from", None)
        query.pop("to", None)
        query.update(choice.of(OBJECTS["ranges"]))
    if "by" in query:
        query["by"] = choice.of(OBJECTS["dimensions"])
    if "cursor" in query:
        del query["cursor"]
    case.query = query


def fit_headers(case, choice):
    headers = dict(case.headers or {})
    names = {name.lower(): name for name in headers}
    if "origin" in names:
        headers[names["origin"]] = OBJECTS["origin"]
    if "if-match" in names:
        headers[names["if-match"]] = "*"
    case.headers = headers


def fit_body(case, choice):
    fitted = BODIES.get(case.operation.definition.raw.get("operationId"))
    if fitted is None:
        return
    if isinstance(case.body, dict):
        body = json.loads(json.dumps(case.body))
        fitted(body, case, choice)
        case.body = body
    elif case.media_type == "text/plain":
        # JSON sent as text: Schemathesis generates any text, since `contentSchema` is an annotation alone.
        body = json.loads(json.dumps(choice.of(OBJECTS["texts"][case.operation.definition.raw["operationId"]])))
        fitted(body, case, choice)
        case.body = json.dumps(body)


# By operation; one without an entry is sent as generated.


def respond(body, case, choice):
    notice = OBJECTS["notices"].get((case.path_parameters or {}).get("id"))
    if notice is None:
        return
    body["consent"]["notice"] = notice
    body["answers"] = choice.of(OBJECTS["answers"])
    if "invitation" in body:
        body["invitation"] = choice.of(OBJECTS["invitations"])
    if "dimensions" in body:
        body["dimensions"] = {"channel": "web"}


def withdraw(body, case, choice):
    submissions = OBJECTS["submissions"].get((case.path_parameters or {}).get("id"))
    if submissions:
        body["submission_id"] = choice.of(submissions)


def invite(body, case, choice):
    if "page" in body:
        body["page"] = OBJECTS["origin"] + "/feedback"
    if "valid_for" in body:
        body["valid_for"] = choice.of(["1h", "90d"])


def key(body, case, choice):
    if "surveys" in body:
        body["surveys"] = list(OBJECTS["notices"])[: len(body["surveys"])]


def alert(body, case, choice):
    body["webhook"] = choice.of(OBJECTS["webhooks"])
    when = body["when"]
    if "limit" in when:
        when["limit"] = choice.below(101)
    if "survey" in when:
        when.update({"survey": OBJECTS["survey"], "question": "recommend", "kpi": "nps"})
        when.pop("option", None)
        when.pop("theme", None)
    elif when.get("business") != "conversion_rate":
        when.pop("channel", None)


def facts(body, case, choice):
    seen = {}
    for item in body["items"]:
        seen.setdefault(item.get("channel", ""), item)
        for name, value in item["facts"].items():
            item["facts"][name] = round(value, 3)
    body["items"] = list(seen.values())


def survey(body, case, choice):
    """Makes true what survey.schema.json says, in `$comment`, that it cannot say."""
    body.pop("benchmarks", None)
    if "window" in body:
        body["window"] = choice.of(["30d", "2160h"])
    for name, value in (("every", "10s"), ("patience", "10d")):
        if name in body.get("release", {}):
            body["release"][name] = value
    if "origins" in body:
        body["origins"] = [origin for origin in body["origins"] if "[" not in origin and len(origin) < 200]
    if "template" in body and "questions" in body:
        del body["template"]
    if body.get("template") != "visits":
        body.pop("store_visit", None)
    body.pop("turnstile", None)
    body.pop("relay", None)
    earlier = {}
    for question in body.get("questions", []):
        if question["id"] in earlier:
            continue
        fit_question(question, earlier)
        earlier[question["id"]] = question
    if "questions" in body:
        body["questions"] = list(earlier.values())
    if not any(question["kind"] == "comment" for question in earlier.values()):
        body.pop("themes", None)


def fit_question(question, earlier):
    numeric = [id for id, other in earlier.items() if other["kind"] in ("csat", "ces", "rating")]
    if "show_if" in question:
        if numeric:
            question["show_if"] = {"question": numeric[0], "at_most": 2}
        else:
            del question["show_if"]
    if question["kind"] == "number":
        least, most = sorted(round(question[name], 3) for name in ("min", "max"))
        question["min"], question["max"] = least, most if most > least else least + 1
        bins = sorted({round(edge, 3) for edge in question.get("bins", [])})
        question["bins"] = [edge for edge in bins if question["min"] < edge < question["max"]]
    if "map" in question:
        left, seen = {}, set()
        for name, answers in question["map"].items():
            left[name] = [a for a in answers if not (a in seen or seen.add(a))][:6]
        question["map"] = left
        if not left["detractors"] or not left["promoters"]:
            del question["map"]
    if question["kind"] == "choice":
        options = {option if isinstance(option, str) else option["id"]: option for option in question["options"]}
        question["options"] = list(options.values()) if len(options) > 1 else ["one", "two"]


def redeem(body, case, choice):
    body["code"] = choice.of(OBJECTS["rewards"])


def send_page(body, case, choice):
    notice = OBJECTS["notices"].get((case.path_parameters or {}).get("id"))
    if notice is None:
        return
    body.clear()
    body.update({"consent.notice": notice, "consent.process_answers": "1", "answers.recommend": str(choice.below(11))})
    if choice.below(4) == 0:
        body["answers.minutes"] = "601"
    if choice.below(4) == 0:
        body["receipt"] = "1"


BODIES = {
    "redeem": redeem,
    "sendPage": send_page,
    "sendWithdrawal": withdraw,
    "createSurvey": survey,
    "replaceSurvey": survey,
    "respond": respond,
    "withdraw": withdraw,
    "invite": invite,
    "createKey": key,
    "createAlert": alert,
    "replaceAlert": alert,
    "replaceFacts": facts,
}
