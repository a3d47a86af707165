"""Whatever is asked of whichever route, the answer is one that the OpenAPI document foretells."""

from __future__ import annotations

import collections
import os
import zlib

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.core import NOT_SET
from schemathesis.core.parameters import ParameterLocation

import app as front
from chalicelib.domain.roster import Line
from chalicelib.http import openapi
from local.identity import named
from tests.conftest import TEMPLATE, TestDatabase
from tests.http.conftest import served
from tests.http.school import ADA, BODIES, BY_MACHINES, GRACE, ZIPPED, School, bundle
from tests.http.wsgi import Wsgi
from tests.rosters import advises, put_roster, teaches
from tests.signed_in import token

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "10"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))  # 1: the same examples in every run
# What a request that keeps to its schema may be answered: a tag or a state may still be wrong.
WELL_FORMED = ["2xx", "401", "403", "404", "409", "412", "429"]
# Whose content has rules that no schema can say, such as an order of two dates.
WITH_RULES = [
    "GET /v1/students/{student}/as-of/{moment}",
    "GET /v1/alerts",
    "POST /v1/alerts/search",
    "PUT /v1/alerts/{alert_id}/interventions/{number}",
    "POST /v1/alerts/{alert_id}/interventions",
    "PUT /v1/alerts/{alert_id}/snooze",
    "PUT /v1/courses/{course}",
    "PUT /v1/courses/{course}/enrolments/{student}",
    "PUT /v1/courses/{course}/items/{item}",
    "PUT /v1/courses/{course}/policy",
    "PUT /v1/courses/{course}/policy/shadow",
    "GET /v1/policy/shadow/report",
    "PUT /v1/courses/{course}/staff/{person}",
    "PUT /v1/students/{student}/advisers/{person}",
    "PUT /v1/people/{person}/roles",
    "PUT /v1/policy",
    "PUT /v1/policy/shadow",
    "POST /v1/events",
    "POST /v1/holds",
    "POST /v1/people",
    "POST /v1/students/{student}/disclosures",
    "PUT /v1/students/{student}/corrections/{number}/decision",
]


ANSWERED = collections.defaultdict(
    collections.Counter
)  # statuses, by operation and whether they were made up
SIGNED_IN = {
    name: {"Authorization": f"Bearer {token(named(name))}"}
    for name in ("administrator", "educator", "platform")
}


def _accepts(*statuses):
    return {"positive_data_acceptance": {"expected-statuses": [*WELL_FORMED, *statuses]}}


document = openapi.document(front.app.routes, "test")
for operation in (one for path in document["paths"].values() for one in path.values()):
    operation["security"] = []  # or whether there is a token would be fuzzed too: it is told below
schema = schemathesis.openapi.from_dict(
    document,
    config=SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "suppress-health-check": ["all"],
            "generation": {
                "max-examples": EXAMPLES,
                "deterministic": SEED == 1,
                "database": "none",
            },
            "checks": {
                "missing_required_header": {"expected-statuses": [400, 401, 403, 428]},
                **_accepts(),
            },
            "operations": [{"include-name": name, "checks": _accepts("400")} for name in WITH_RULES]
            # its body is a zip file, which no schema makes: tests/http/test_roster_import.py
            + [{"include-name": "POST /v1/roster/imports", "checks": _accepts("400", "415")}],
        }
    ),
)
schema.app = Wsgi(front.app)


@schemathesis.serializer("application/toml")
def as_toml(_, value):
    return str(value).encode(errors="surrogatepass")


@schemathesis.serializer("application/zip")
def as_zip(_, value):
    known = value if isinstance(value, bytes) else str(value).encode(errors="surrogatepass")
    return getattr(value, "data", known)


@pytest.fixture(scope="module", autouse=True)
def school(postgres, tmp_path_factory):
    """Serve a school, and one who teaches its course, is a student in it and advises another."""
    postgres.create_database("fuzzed", template=TEMPLATE)
    database = TestDatabase(postgres, "fuzzed")
    with served(database, tmp_path_factory.mktemp("fuzzed")) as api:
        put_roster(
            database,
            teaches("educator", "MATH-1"),
            advises("educator", GRACE),
            Line("educator", "self", ADA),
        )
        yield School(api, database)
    postgres.drop_database("fuzzed")


@schema.hook
def before_add_examples(context, examples):
    """Try first what is known to succeed: what the school itself would ask (school.py)."""
    operation = context.operation
    body = bundle() if operation.label == ZIPPED else BODIES.get(operation.label, NOT_SET)
    if body is not NOT_SET or operation.method.upper() in {"GET", "DELETE"}:
        kind = "application/zip" if operation.label == ZIPPED else "application/json"
        examples.append(
            operation.Case(
                path_parameters={one.name: "0" for one in operation.path_parameters},
                headers={"If-Match": "*"} if "{alert_id}/" in operation.path else {},
                body=body,
                media_type=None if body is NOT_SET else kind,
            )
        )


@schema.parametrize()
def test_every_answer_is_foretold(case, school):
    label, chosen = case.operation.label, _number_of(case)
    _aim(case, school.ids(label), chosen)
    if _is_good(case, "query"):
        (case.query or {}).pop("cursor", None)  # which is one that a page has given, or refused
    teaching = case.meta is not None and chosen % 8 == 7
    who = "platform" if label == BY_MACHINES else ("educator" if teaching else "administrator")
    answer = case.call_and_validate(headers=SIGNED_IN[who])  # which fails on what is not foretold
    assert answer.status_code < 500
    if answer.request.method == case.operation.method.upper():  # and not, say, OPTIONS
        ANSWERED[label, case.meta is not None][answer.status_code] += 1


def _number_of(case):
    """Return a number that is the same whenever the same case is tried again."""
    body = None if case.body is NOT_SET else case.body  # whose name has an address in it
    return zlib.crc32(repr((case.path_parameters, case.query, body)).encode())


def _aim(case, ids, chosen):
    """Let most of what is asked for exist, of whichever version, as far as it is well formed."""
    ours = case.meta is None
    if ours or (_is_good(case, "path") and chosen % 4):
        for name in case.path_parameters or {}:
            case.path_parameters[name] = ids[name][0 if ours else chosen % len(ids[name])]
    if not ours and _is_good(case, "header") and "If-Match" in (case.headers or {}) and chosen % 3:
        case.headers["If-Match"] = "*"


def _is_good(case, place):
    """Tell whether that part of a case keeps to its schema."""
    told = case.meta.components.get(ParameterLocation(place)) if case.meta else None
    return told is None or told.mode.is_positive


@schema.parametrize()
def test_a_strangers_answer_is_foretold_as_well(case):
    answer = case.call_and_validate()
    if answer.request.method == case.operation.method.upper():  # and not, say, OPTIONS
        assert (answer.status_code == 401) == (case.operation.path != "/v1/health")


# What only who knows the school can ask for, so that nothing that is made up gets anywhere.
NEVER_BY_CHANCE = {
    ZIPPED: "its body is a zip file of CSV",
    "POST /v1/students/lookup": "its body names somebody by the institution's own id",
}
ACTED = {*range(200, 300), 409, 412}  # it was done, or would have been in another state


def test_every_operation_has_succeeded_and_what_was_made_up_got_as_far(request):
    """Otherwise nothing behind its first checks was tried; not where tests were chosen by name."""
    labels = {one.ok().label for one in schema.get_all_operations()}
    if request.config.getoption("keyword") or any("::" in arg for arg in request.config.args):
        pytest.skip("tests were chosen by name")
    assert {label for label, _ in ANSWERED} == labels
    well = {label for (label, _), told in ANSWERED.items() if min(told) < 300}
    by_chance = {
        label for (label, chance), told in ANSWERED.items() if chance and ACTED & told.keys()
    }
    assert (sorted(labels - well), labels - by_chance) == ([], NEVER_BY_CHANCE.keys())
