"""Whatever is asked of whichever route, the answer is one that the OpenAPI document foretells."""

from __future__ import annotations

import os

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig

import app as front
from chalicelib.http import openapi
from local.identity import named
from tests.builders import STUDENTS, active, attended, enrolled, scored, submitted
from tests.conftest import TEMPLATE, TestDatabase
from tests.http.conftest import served
from tests.http.wsgi import Wsgi
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
    "GET /v1/students/{student}/as-of/{moment}",
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
    "PUT /v1/people/{person}/roles",
    "POST /v1/roster/imports",
    "POST /v1/holds",
    "POST /v1/students/{student}/disclosures",
    "PUT /v1/students/{student}/corrections/{number}/decision",
    "PUT /v1/people/{person}/roles",
]


SIGNED_IN = {
    name: {"Authorization": f"Bearer {token(named(name))}"}
    for name in ("administrator", "platform")
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
    return getattr(value, "data", str(value).encode(errors="surrogatepass"))


@pytest.fixture(scope="module", autouse=True)
def api(postgres, tmp_path_factory):
    """Serve a course with alerts, students of every kind, and something in quarantine."""
    postgres.create_database("fuzzed", template=TEMPLATE)
    with served(TestDatabase(postgres, "fuzzed"), tmp_path_factory.mktemp("fuzzed")) as api:
        assert api.put("/v1/clients/platform", {"source": "local"})[0] == 201
        assert api.put("/v1/courses/MATH-1", {"title": "Mathematics"})[0] == 201
        assert api.put("/v1/courses/MATH-1/items/essay", {"title": "Essay"})[0] == 201
        for number, student in enumerate(STUDENTS):
            api.consume(
                enrolled(f"e{number}", student, 0),
                submitted(f"s{number}", student, 2),
                scored(f"m{number}", student, 3, 10),
                attended(f"a{number}", student, 4, "absent", "monday"),
                active(f"c{number}", student, 5),
            )
        yield api
    postgres.drop_database("fuzzed")


@schema.parametrize()
def test_every_answer_is_foretold(case):
    if case.meta.generation.mode.is_positive and isinstance(case.query, dict):
        case.query.pop("cursor", None)  # which is one that a page has given, or refused
    machine = case.operation.path == "/v1/events"
    case.call_and_validate(headers=SIGNED_IN["platform" if machine else "administrator"])


@schema.parametrize()
def test_a_strangers_answer_is_foretold_as_well(case):
    answer = case.call_and_validate()
    if answer.request.method == case.operation.method.upper():  # and not, say, OPTIONS
        assert (answer.status_code == 401) == (case.operation.path != "/v1/health")
