"""Every answer that shows a student's record leaves one row in the ledger, or is not given."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
import urllib.parse
from typing import Any

import psycopg2
import pytest

import app as front
from tests.builders import STUDENTS, active, attended, enrolled, scored, submitted
from tests.conftest import TestDatabase
from tests.rosters import advises, put_roster

ADA = STUDENTS[0]
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# What names a student and shows nothing of a record: who is erased leaves the ledger as well.
NOT_A_RECORD = {"/v1/students/{student}/erasures"}
GETS = sorted(path for path, methods in front.app.routes.items() if "GET" in methods)


class Watched:
    """The API with a class, alerts, names and something in quarantine, and its ledger."""

    def __init__(self, api: Any, database: TestDatabase) -> None:
        self.api, self._database = api, database
        api.put("/v1/courses/MATH-1", {"title": "Mathematics"})
        api.put("/v1/courses/MATH-1/items/essay", {"title": "Essay"})
        for n, student in enumerate(STUDENTS):
            api.consume(
                enrolled(f"e{n}", student, 0),
                submitted(f"s{n}", student, 2),
                scored(f"m{n}", student, 3, 10),
                attended(f"a{n}", student, 4, "absent", "monday"),
                active(f"c{n}", student, 5),
            )
        api.consume(scored("m0", ADA, 3, 99))  # says otherwise: set aside
        api.sweep()
        api.post("/v1/holds", {"student": ADA, "reason": "a lawsuit"})
        api.clock.moment = dt.datetime.now(dt.UTC)  # what was written bears it: see as-of
        ((self.alert_id,), (self.set_aside,)) = (
            self.rows("SELECT min(alert_id) FROM alert WHERE student = %s", ADA)[0],
            self.rows("SELECT quarantine_uid::text FROM quarantine")[0],
        )

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        connection = psycopg2.connect(self._database.dsn())
        with contextlib.closing(connection), connection, connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall()

    def noted(self) -> list[tuple[Any, ...]]:
        return self.rows("SELECT what, students::text[], reason FROM access ORDER BY access_id")

    def path(self, route: str) -> str:
        moment = urllib.parse.quote(self.api.clock.now().isoformat())
        return route.format(
            student=ADA, course="MATH-1", alert_id=self.alert_id, item="essay", number=1,
            quarantine_uid=self.set_aside, moment=moment, person="somebody",
        )  # fmt: skip


@pytest.fixture
def watched(api, database) -> Watched:
    return Watched(api, database)


def test_every_answer_that_names_a_student_is_noted_once(watched):
    """Whoever adds a route that shows students has to note it: this walks all there are."""
    showing = set()
    for route in GETS:
        before = len(watched.noted())
        status, body = watched.api.get(watched.path(route))
        assert status in {200, 404}, (route, body)
        noted = watched.noted()[before:]
        told = set(UUID.findall(json.dumps(body))) & set(STUDENTS)
        if status == 200 and (told or "{student}" in route) and route not in NOT_A_RECORD:
            assert len(noted) == 1, route
            assert told <= set(noted[0][1]) <= set(STUDENTS), route
            assert not UUID.search(noted[0][2]), route
            showing.add(route)
        else:
            assert noted == [], route
    assert {
        "/v1/alerts",
        "/v1/alerts/{alert_id}",
        "/v1/courses/{course}/students",
        "/v1/holds",
        "/v1/quarantine",
        "/v1/quarantine/{quarantine_uid}",
        "/v1/students/{student}",
        "/v1/students/{student}/as-of/{moment}",
        "/v1/students/{student}/corrections",
        "/v1/students/{student}/disclosures",
        "/v1/students/{student}/events",
        "/v1/students/{student}/record",
    } <= showing


def test_a_list_is_one_row_with_all_whom_it_shows(watched):
    watched.api.found("/v1/courses/MATH-1/students")
    ((what, students, _),) = watched.noted()
    assert (what, set(students)) == ("courses/MATH-1/students", set(STUDENTS))


def test_what_a_change_of_an_alert_shows_is_noted_too(watched):
    url = f"/v1/alerts/{watched.alert_id}/acknowledge"
    answer = watched.api.client.http.post(
        url, headers={"Content-Type": "application/json", "If-Match": "*"}, body=b"{}"
    )
    assert answer.status_code == 200
    ((what, students, _),) = watched.noted()
    assert (what, students) == (f"alerts/{watched.alert_id}", [ADA])


def test_an_id_that_is_looked_up_and_names_are_noted(watched):
    key = watched.api.post("/v1/people", [{"student_id": "s-1", "given_name": "Ada"}])[1]
    student = key["items"][0]["student"]
    watched.api.post("/v1/people/names", {"students": [student]})
    assert watched.noted()[-1][:2] == ("people/names", [student])


def test_whom_a_person_advises_is_noted(watched, database):
    put_roster(database, advises("an-adviser", ADA))
    watched.api.found("/v1/people/an-adviser/roles")
    assert watched.noted()[-1][:2] == ("people/roles", [ADA])


@pytest.mark.parametrize(
    "path", ["/v1/students/{student}", "/v1/courses/{course}/students", "/v1/alerts"]
)
def test_without_the_ledger_nobody_is_shown_anything(watched, path):
    watched.rows("ALTER TABLE access RENAME TO elsewhere; SELECT 1")
    watched.rows(
        "CREATE TABLE access (LIKE elsewhere, CHECK (false)); GRANT ALL ON access TO api; SELECT 1"
    )
    status, body = watched.api.get(watched.path(path))
    assert status >= 500
    assert ADA not in json.dumps(body)


def test_on_a_database_that_does_not_take_it_the_answer_is_503(watched):
    name = watched.rows("SELECT current_database()")[0][0]
    watched.rows(
        f'ALTER ROLE api IN DATABASE "{name}" SET default_transaction_read_only = on; SELECT 1'
    )
    watched.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'api'")
    assert watched.api.get(f"/v1/students/{ADA}")[0] == 503
