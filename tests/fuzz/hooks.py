"""What Schemathesis is told about this API beside its OpenAPI document.

`flatmap_case` and `before_call` put real things into generated calls (fitting.py), `filter_failure` lets pass what no JSON
Schema can say (allowances.py), and what was called is written down at the end, so that run.mjs can see
that every operation was reached. None of them lists the calls: a new one is fuzzed as soon as the
document names it.
"""

import atexit
import json
import os
import sys
from collections import Counter, defaultdict
from pathlib import Path

import schemathesis
from hypothesis import strategies as st
from schemathesis.openapi.checks import EnsureResourceAvailability, RejectedPositiveData

sys.path.insert(0, str(Path(__file__).parent))

import allowances  # noqa: E402
import fitting  # noqa: E402

# What was drawn for a case, until it is sent.
choices = {}
replies = defaultdict(Counter)
allowed = Counter()


@schemathesis.hook
def flatmap_case(context, case):
    """Where Hypothesis draws the cases, it draws what they are fitted with, too."""

    def fitted(drawn):
        choice = choices[case.id] = fitting.Choice(drawn)
        fitting.fit(case, choice)
        return case

    return st.integers(min_value=0, max_value=2**32 - 1).map(fitted)


@schemathesis.hook
def before_call(context, case, kwargs):
    choice = choices.pop(case.id, None)
    if choice is None:
        choice = fitting.Choice(case.operation.label, case.path_parameters, case.query, case.headers, case.body)
        fitting.fit(case, choice)
    fitting.fit_key(case, choice)
    fitting.spare_kept(case)


@schemathesis.hook
def after_call(context, case, response):
    # The coverage phase sends methods that an operation does not have; those replies are not the operation's.
    if case.method.upper() == case.operation.method.upper():
        replies[case.operation.label][response.status_code] += 1


@schemathesis.hook
def filter_failure(context, failure, case, response):
    if isinstance(failure, RejectedPositiveData):
        reason = allowances.refusal(case, response)
    elif isinstance(failure, EnsureResourceAvailability):
        reason = allowances.absence(response)
    else:
        return True
    if reason is None:
        return True
    allowed[reason] += 1
    return False


@atexit.register
def report():
    Path(os.environ["FUZZ_REPORT"]).write_text(json.dumps({"replies": replies, "allowed": allowed}))
