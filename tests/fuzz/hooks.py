"""What Schemathesis is told about this API beside its OpenAPI document.

`before_call` puts real things into generated calls (fitting.py), `filter_failure` lets pass what no JSON
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
from schemathesis.openapi.checks import EnsureResourceAvailability, RejectedPositiveData

sys.path.insert(0, str(Path(__file__).parent))

import allowances  # noqa: E402
import fitting  # noqa: E402

replies = defaultdict(Counter)
allowed = Counter()


@schemathesis.hook
def before_call(context, case, kwargs):
    fitting.fit(case, kwargs)


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
