"""Every answer that shows a student's record leaves one row in the ledger, or is not given."""

from __future__ import annotations

import base64
import contextlib
import json
import re
import uuid
from typing import Any

import pytest

import app as front
from tests.http.school import ADA, BODIES, GONE, GRACE, PUPILS, School, operations
from tests.rosters import advises, put_roster

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
OPERATIONS = operations(front.app.routes)
# All that the answer to a change says, unless it shows a record as well.
DONE = {"changed", "number", "accepted", "correlation_id"}


@pytest.fixture
def watched(api, database) -> School:
    return School(api, database)


def told_of(text: str) -> set[str]:
    """Return the pupils whom an answer names, in base64 as well, as of what was set aside."""
    hidden = [_opened(one) for one in re.findall(r"[A-Za-z0-9+/=]{40,}", text)]
    return set(UUID.findall(" ".join([text, *hidden]))) & set(PUPILS)


def _opened(text: str) -> str:
    with contextlib.suppress(ValueError):
        return base64.b64decode(text, validate=True).decode(errors="replace")
    return ""


def shows(operation: str, body: Any, told: set[str]) -> bool:
    """Tell whether an answer shows of a record more than that something was done."""
    if operation in OF_NOBODY:
        return False
    done = isinstance(body, dict) and body.keys() <= DONE
    return bool(told) or ("{student}" in operation and not done)


# What names a student and shows nothing of a record: whom the sender has named, with what is told
# of him, and who is erased, who leaves the ledger as well.
OF_NOBODY = {"POST /v1/people", "GET /v1/students/{student}/erasures"}


def test_every_answer_that_names_a_student_is_noted_once(watched):
    """Whoever adds a route that shows students has to note it: this walks all there are."""
    showing = set()
    for operation in OPERATIONS:
        before = len(watched.noted())
        answer = watched.do(operation)
        assert 200 <= answer.status_code < 300, (operation, answer.body)
        noted, told = watched.noted()[before:], told_of(answer.body.decode())
        if shows(operation, answer.json_body, told):
            assert len(noted) == 1, operation
            assert told <= set(noted[0][1]) <= set(PUPILS), operation
            assert not UUID.search(noted[0][2]), operation
            showing.add(operation)
        else:
            assert [one for one in noted if not one[0].startswith("outside/")] == [], operation
    assert showing == SHOWING


SHOWING = {
    "GET /v1/alerts",
    "GET /v1/alerts/{alert_id}",
    "GET /v1/courses/{course}/students",
    "GET /v1/holds",
    "GET /v1/me",
    "GET /v1/quarantine",
    "GET /v1/quarantine/{quarantine_uid}",
    "GET /v1/students/{student}",
    "GET /v1/students/{student}/advisers",
    "GET /v1/students/{student}/as-of/{moment}",
    "GET /v1/students/{student}/corrections",
    "GET /v1/students/{student}/disclosures",
    "GET /v1/students/{student}/events",
    "GET /v1/students/{student}/person",
    "GET /v1/students/{student}/record",
    "POST /v1/alerts/search",
    "POST /v1/alerts/{alert_id}/acknowledge",
    "POST /v1/alerts/{alert_id}/interventions",
    "POST /v1/alerts/{alert_id}/notes",
    "POST /v1/alerts/{alert_id}/resolve",
    "POST /v1/people/names",
    "POST /v1/students/lookup",
    "POST /v1/students/{student}/erasures",
    "PUT /v1/alerts/{alert_id}/assignee",
    "PUT /v1/alerts/{alert_id}/interventions/{number}",
    "PUT /v1/alerts/{alert_id}/snooze",
    "PUT /v1/students/{student}/corrections/{number}/decision",
    "PUT /v1/students/{student}/corrections/{number}/statement",
}


@pytest.mark.parametrize("student", [GONE, str(uuid.uuid4())], ids=["erased", "made up"])
def test_who_was_erased_or_made_up_never_gets_into_the_ledger(watched, student):
    before = watched.noted()
    for operation in OPERATIONS:
        if "{student}" in operation and operation != "GET /v1/students/{student}/erasures":
            path = watched.path(operation).replace(watched.ids(operation)["student"][0], student)
            body = json.dumps(BODIES.get(operation, {})).encode()
            answer = watched.send(operation.split()[0], path, body)
            if operation.endswith(("/corrections", "/disclosures", "/statement")):
                assert answer.status_code == 404, operation
            if operation.startswith("GET") and not (student == GONE and path.endswith("/record")):
                assert watched.api.get(path)[0] == 404, operation
    assert student not in json.dumps(watched.noted()[len(before) :])


def test_what_nobody_is_told_of_by_a_dry_run_is_not_noted(watched):
    before = watched.noted()
    path = f"/v1/students/{GONE}/erasures"
    status, told = watched.api.post(path, {"reason": "asked for"})
    assert (status, any(told["rows"].values())) == (200, False)
    assert watched.noted() == before


def test_ones_own_lines_are_noted_by_what_one_has_to_do_with_each(watched, database):
    watched.api.put("/v1/people/ada-herself/roles", {"roles": [], "student": ADA})
    put_roster(database, advises("ada-herself", GRACE))
    before = len(watched.noted())
    watched.api.as_("student", sub="ada-herself").found("/v1/me")
    rows = watched.rows(
        "SELECT kind, what, reason, students::text[] FROM access ORDER BY access_id"
    )
    assert sorted(rows[before:]) == [
        ("person", "me", "advises the student", [GRACE]),
        ("student", "me", "is the student", [ADA]),
    ]


def test_a_list_is_one_row_with_all_whom_it_shows(watched):
    watched.api.found("/v1/courses/MATH-1/students")
    what, students, _ = watched.noted()[-1]
    assert (what, set(students)) == ("courses/MATH-1/students", set(PUPILS) - {GONE})


@pytest.mark.parametrize(
    "operation",
    ["GET /v1/students/{student}", "GET /v1/courses/{course}/students", "GET /v1/alerts"],
)
def test_without_the_ledger_nobody_is_shown_anything(watched, operation):
    watched.rows("ALTER TABLE access RENAME TO elsewhere; SELECT 1")
    watched.rows(
        "CREATE TABLE access (LIKE elsewhere, CHECK (false)); GRANT ALL ON access TO api; SELECT 1"
    )
    status, body = watched.api.get(watched.path(operation))
    assert status >= 500
    assert ADA not in json.dumps(body)


@pytest.mark.parametrize(
    "operation",
    [
        "POST /v1/alerts/{alert_id}/notes",
        "PUT /v1/students/{student}/corrections/{number}/decision",
        "PUT /v1/students/{student}/corrections/{number}/statement",
    ],
)
def test_where_a_change_is_made_and_cannot_be_noted_that_is_said(watched, operation):
    def made() -> int:
        ((steps,),) = watched.rows("SELECT count(*) FROM alert_history")
        ((words,),) = watched.rows("SELECT count(decision) + count(statement) FROM correction")
        return steps + words

    before = made()
    watched.rows(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = 'disk_full'; END $$;"
        "CREATE TRIGGER full_disk BEFORE INSERT ON access EXECUTE FUNCTION full_disk(); SELECT 1"
    )
    answer = watched.do(operation)
    assert answer.status_code == 503
    assert "is done" in answer.json_body["detail"]
    assert ADA not in answer.body.decode()
    assert made() == before + 1


def test_on_a_database_that_does_not_take_it_the_answer_is_503(watched):
    name = watched.rows("SELECT current_database()")[0][0]
    watched.rows(
        f'ALTER ROLE api IN DATABASE "{name}" SET default_transaction_read_only = on; SELECT 1'
    )
    watched.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'api'")
    assert watched.api.get(f"/v1/students/{ADA}")[0] == 503
