"""A small school of which every route has something to tell: to be walked, and to be fuzzed."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import urllib.parse
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg2

from tests.builders import active, attended, enrolled, scored, submitted
from tests.http.conftest import student_of
from tests.rosters import advises, put_roster

if TYPE_CHECKING:
    from chalice.test import HTTPResponse

    from tests.conftest import TestDatabase
    from tests.http.conftest import Api

ADA, GRACE, EMMY, LEAVER, GONE = PUPILS = [
    student_of(name) for name in ("ada", "grace", "emmy", "leaver", "gone")
]
LATE = "2024-11-01T00:00:00Z"
BUNDLE = Path(__file__).parent.parent / "data" / "oneroster-1.1"
_EVENT = {
    "event_type": "assessment_scored",
    "event_id": "a-new-mark",
    "student_id": "ada",
    "course_id": "MATH-1",
    "item_id": "essay",
    "score": 7,
    "max_score": 10,
    "occurred_at": LATE,
}
_OUTSIDE = {
    "outcome": "disclosed",
    "party": "County court",
    "interest": "a subpoena",
    "what": "marks",
    "occurred_at": LATE,
    "basis": "99.31(a)(9)",
}
# One good body for each operation that takes any: a new one has to be added here.
BODIES: dict[str, Any] = {
    "POST /v1/events": [_EVENT],
    "POST /v1/students/lookup": {"student_id": "ada"},
    "POST /v1/people": [{"student_id": "ada", "given_name": "Ada"}],
    "POST /v1/people/names": {"students": PUPILS[:2]},
    "POST /v1/alerts/search": {"student": ADA},
    "POST /v1/alerts/{alert_id}/acknowledge": {},
    "POST /v1/alerts/{alert_id}/notes": {"note": "She was ill."},
    "POST /v1/alerts/{alert_id}/resolve": {"outcome": "supported"},
    "POST /v1/alerts/{alert_id}/interventions": {"kind": "meeting"},
    "POST /v1/students/{student}/corrections": {"about": "essay", "wanted": "90"},
    "POST /v1/students/{student}/disclosures": _OUTSIDE,
    "POST /v1/students/{student}/erasures": {"reason": "asked for"},
    "POST /v1/holds": {"student": GRACE, "reason": "a lawsuit"},
    "POST /v1/holds/{hold_id}/lift": None,
    "PUT /v1/alerts/{alert_id}/assignee": {"assignee": "administrator"},
    "PUT /v1/alerts/{alert_id}/interventions/{number}": {"outcome": "improved"},
    "PUT /v1/alerts/{alert_id}/snooze": {"until": None},
    "PUT /v1/clients/{client}": {"source": "local"},
    "PUT /v1/courses/{course}": {"title": "Mathematics"},
    "PUT /v1/courses/{course}/enrolments/{student}": [{"begins_at": "2024-10-07T00:00:00Z"}],
    "PUT /v1/courses/{course}/items/{item}": {"title": "Essay"},
    "PUT /v1/courses/{course}/policy": {"silence_days": 9},
    "PUT /v1/courses/{course}/policy/shadow": {"silence_days": 8},
    "PUT /v1/courses/{course}/staff/{person}": {},
    "PUT /v1/people/{person}/roles": {"roles": [{"role": "analyst"}]},
    "PUT /v1/policy": {"silence_days": 10},
    "PUT /v1/policy/shadow": {"silence_days": 8},
    "PUT /v1/students/{student}/advisers/{person}": {},
    "PUT /v1/students/{student}/corrections/{number}/decision": {
        "decision": "granted",
        "reason": "so it was",
        "event": _EVENT,
    },
    "PUT /v1/students/{student}/corrections/{number}/statement": {"statement": "I was there."},
}
ZIPPED = "POST /v1/roster/imports"  # its body is a bundle
BY_MACHINES = "POST /v1/events"
_USED = ("GET", "POST", "PUT", "DELETE")


def bundle() -> bytes:
    """Return a OneRoster bundle."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as files:
        for path in sorted(BUNDLE.glob("*.csv")):
            files.writestr(path.name, path.read_bytes())
    return packed.getvalue()


def operations(routes: dict[str, Any]) -> list[str]:
    """Return every operation of the API, those that only read first."""
    found = [f"{method} {path}" for path, methods in routes.items() for method in methods]
    return sorted(found, key=lambda one: (_USED.index(one.split()[0]), one))


class School:
    """The API with a class, alerts, names, requests, holds and something in quarantine."""

    def __init__(self, api: Api, database: TestDatabase) -> None:
        self.api, self._database = api, database
        put_roster(database, advises("administrator", ADA))
        self._put()
        self._teach()
        api.clock.moment = dt.datetime.now(dt.UTC)  # what was written bears it: see as-of
        self._ask()
        alert = "SELECT alert_id::text FROM alert WHERE student = %s"
        self._alert, *self._others = (self.rows(alert, one)[0][0] for one in (ADA, GRACE, EMMY))
        ((self._aside,),) = self.rows("SELECT quarantine_uid::text FROM quarantine")
        self._intervene()

    def _put(self) -> None:
        for path, body in (
            ("/v1/courses/MATH-1", {"title": "Mathematics"}),
            ("/v1/courses/MATH-1/items/essay", {"title": "Essay"}),
            ("/v1/clients/platform", {"source": "local"}),
        ):
            assert self.api.put(path, body)[0] == 201

    def _teach(self) -> None:
        # So that nobody closes the alert that is worked on by guessing its number.
        self.rows("ALTER TABLE alert ALTER alert_id RESTART WITH 70001; SELECT 1")
        for n, student in enumerate(PUPILS):
            self.api.consume(
                enrolled(f"e{n}", student, 0),
                submitted(f"s{n}", student, 2),
                scored(f"m{n}", student, 3, 10),
                attended(f"a{n}", student, 4, "absent", "monday"),
                active(f"c{n}", student, 5),
            )
        self.api.consume(scored("m0", ADA, 3, 99))  # says otherwise: set aside
        self.api.sweep()

    def _ask(self) -> None:
        post, put = self.api.post, self.api.put
        people = [{"student_id": one, "given_name": one} for one in ("ada", "grace")]
        assert post("/v1/people", people)[0] == 200
        for course in ("H-1", "H-2", "H-3", "H-4"):
            assert post("/v1/holds", {"course": course, "reason": "a lawsuit"})[0] == 201
        assert post("/v1/holds", {"student": ADA, "reason": "a lawsuit"})[0] == 201
        requests = f"/v1/students/{ADA}/corrections"
        for n in range(1, 9):
            assert post(requests, {"about": f"quiz {n}", "wanted": "90"})[0] == 201
        refusal = {"decision": "refused", "reason": "it is as it was"}
        assert put(f"{requests}/1/decision", refusal)[0] == 200
        gone = f"/v1/students/{GONE}/erasures?dry_run=false"
        assert post(gone, {"reason": "asked for"})[0] == 201

    def _intervene(self) -> None:
        for _ in range(3):
            started = self.send(
                "POST", f"/v1/alerts/{self._alert}/interventions", {"kind": "meeting"}
            )
            assert started.status_code == 201

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return what the owner of the tables is told."""
        connection = psycopg2.connect(self._database.dsn())
        with contextlib.closing(connection), connection, connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall()

    def noted(self) -> list[tuple[Any, ...]]:
        """Return what the ledger has."""
        return self.rows("SELECT what, students::text[], reason FROM access ORDER BY access_id")

    def ids(self, operation: str) -> dict[str, list[str]]:
        """Return what there is for each parameter of a path: the operation succeeds with these."""
        known = {
            "student": [ADA],
            "course": ["MATH-1"],
            "item": ["essay"],
            "alert_id": self._others if operation.endswith("/resolve") else [self._alert],
            "number": ["1", "2", "3"],
            "hold_id": ["1", "2", "3", "4"],
            "quarantine_uid": [self._aside],
            "moment": [self.api.clock.now().isoformat(), "now"],
            "person": ["somebody"],
            "client": ["another"],
        }
        return known | _OTHERWISE.get(operation, {})

    def path(self, operation: str) -> str:
        """Return the path of an operation that succeeds."""
        first = {name: found[0] for name, found in self.ids(operation).items()}
        quoted = {name: urllib.parse.quote(one) for name, one in first.items()}
        return operation.split()[1].format(**quoted)

    def do(self, operation: str) -> HTTPResponse:
        """Do what succeeds."""
        method, path = operation.split()[0], self.path(operation)
        if operation == ZIPPED:
            return self.send(method, path, bundle(), kind="application/zip")
        if operation == BY_MACHINES:
            return self.send(method, path, BODIES[operation], who=self.api.as_("platform"))
        return self.send(method, path, BODIES[operation] if method in {"POST", "PUT"} else b"")

    def send(
        self,
        method: str,
        path: str,
        body: Any,
        *,
        kind: str = "application/json",
        who: Api | None = None,
    ) -> HTTPResponse:
        """Send a request, of whichever version is there."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"If-Match": "*", **({"Content-Type": kind} if content else {})}
        client = (who or self.api).client
        return client.request(method, path, headers=headers, body=content)


_OTHERWISE = {
    "PUT /v1/students/{student}/corrections/{number}/decision": {
        "number": [str(number) for number in range(2, 9)]
    },
    "PUT /v1/students/{student}/corrections/{number}/statement": {"number": ["1"]},
    "GET /v1/students/{student}/erasures": {"student": [GONE]},
    "PUT /v1/courses/{course}/enrolments/{student}": {"student": [EMMY]},  # her alert may clear
    "POST /v1/students/{student}/erasures": {"student": [LEAVER]},
}
