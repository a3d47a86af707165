"""What takes two: nobody raises her own rights, and nobody decides on her own record."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from chalicelib.domain.roster import ROLES, Line
from tests.builders import enrolled, scored
from tests.http.conftest import student_of
from tests.rosters import advises, as_owner, holds, put_roster, teaches

if TYPE_CHECKING:
    from tests.http.conftest import Api

A, B = student_of("ada"), student_of("ben")
SINCE = [{"begins_at": "2024-09-01T00:00:00Z"}]
# What each line shows of the names of ada, in MATH-1, and ben, in LAW-1.
LINES = {role: (holds("both", role), set()) for role in ROLES} | {
    "registrar": (holds("both", "registrar"), {A, B}),
    "privacy_officer": (holds("both", "privacy_officer"), {A, B}),
    "educator": (teaches("both", "MATH-1"), {A}),
    "adviser": (advises("both", A), {A}),
    "student": (Line("both", "self", B), set()),
}


@pytest.fixture
def school(api: Api) -> Api:
    """Have two classes of one student each, who are known by name."""
    for name, course in (("ada", "MATH-1"), ("ben", "LAW-1")):
        assert api.put(f"/v1/courses/{course}", {"title": "A course"})[0] == 201
        events = [
            enrolled(f"e{name}", student_of(name), 0),
            scored(f"m{name}", student_of(name), 3, 10),
        ]
        api.consume(*(msgspec.structs.replace(one, course=course) for one in events))
    people = [{"student_id": name, "given_name": name} for name in ("ada", "ben")]
    assert api.post("/v1/people", people)[0] == 200
    api.sweep()
    return api


def someone(api: Api, database: Any, *lines: Line) -> Api:
    put_roster(database, *lines)
    return api.as_("educator", sub=lines[0].person)


def test_two_lines_show_the_names_that_either_does_and_no_more(school, database):
    for one, other in itertools.combinations(LINES, 2):
        (line, seen), (second, also) = LINES[one], LINES[other]
        who = f"{one}-{other}"
        both = someone(school, database, line._replace(person=who), second._replace(person=who))

        status, body = both.post("/v1/people/names", {"students": [A, B]})

        told = {row["student"] for row in body.get("items", []) if row["given_name"]}
        assert (status, told) == ((200, seen | also) if seen | also else (403, set())), who


@pytest.mark.parametrize("role", ["registrar", "integrator"])
def test_who_enrols_does_not_do_so_into_her_own_course(school, database, role):
    both = someone(school, database, holds("both", role), teaches("both", "MATH-1"))
    before = both.get(f"/v1/students/{B}/person")

    status, problem = both.put(f"/v1/courses/MATH-1/enrolments/{B}", SINCE)

    assert status == 403
    assert problem["detail"].startswith("You teach MATH-1")
    assert both.get(f"/v1/students/{B}/person")[0] == before[0]
    assert both.put(f"/v1/courses/LAW-1/enrolments/{A}", SINCE)[0] == 201
    assert school.put(f"/v1/courses/MATH-1/enrolments/{B}", SINCE)[0] == 201


def test_nobody_does_any_of_it_for_herself(school, database):
    hers = someone(
        school,
        database,
        *(holds("both", role) for role in ("administrator", "integrator", "privacy_officer")),
        Line("both", "self", A),
    )
    for path, body in {
        "/v1/people/both/roles": {"roles": [{"role": "registrar"}]},
        "/v1/courses/MATH-1/staff/both": {"ends_on": None},
        f"/v1/students/{B}/advisers/both": {},
        f"/v1/students/{A}/advisers/another": {},
        f"/v1/courses/MATH-1/enrolments/{A}": SINCE,
        "/v1/clients/both": {"source": "local"},
    }.items():
        status, problem = hers.put(path, body)
        assert (status, "somebody else" in problem["detail"]) == (403, True), path


def test_nobody_decides_on_her_own_record(school, database):
    lines = [holds("both", role) for role in ("privacy_officer", "registrar")]
    hers = someone(school, database, *lines, Line("both", "self", A))
    own = f"/v1/students/{A}"
    assert hers.post(f"{own}/corrections", {"about": "a mark", "wanted": "90"})[0] == 201
    assert school.post("/v1/holds", {"student": A, "reason": "a lawsuit"})[0] == 201
    number = school.found("/v1/holds")["items"][0]["hold_id"]
    refusal, outside = {"decision": "refused", "reason": "r"}, {"party": "a court"}
    refused = [
        hers.put(f"{own}/corrections/1/decision", refusal),
        hers.post(f"{own}/erasures?dry_run=false", {"reason": "r"}),
        hers.post(f"{own}/disclosures", outside),
        hers.post("/v1/holds", {"student": A, "reason": "r"}),
        hers.post(f"/v1/holds/{number}/lift", {}),
    ]

    assert [status for status, _ in refused] == [403] * len(refused)
    assert {body["detail"] for _, body in refused} == {
        "This is about your own record: somebody else has to do it."
    }
    assert school.put(f"{own}/corrections/1/decision", refusal)[0] == 200
    assert hers.post("/v1/holds", {"student": B, "reason": "r"})[0] == 201


def test_who_teaches_a_course_decides_on_no_mark_of_it(school, database):
    hers = someone(school, database, holds("both", "registrar"), teaches("both", "LAW-1"))
    event = {
        "event_type": "assessment_scored", "event_id": "fix-1", "student_id": "ada",
        "course_id": "LAW-1", "item_id": "quiz-1", "score": 80, "max_score": 100,
        "occurred_at": "2024-10-20T12:00:00Z",
    }  # fmt: skip
    for student, course in ((A, None), (B, "LAW-1"), (A, "MATH-1")):
        asked = {"about": "a mark", "wanted": "80 %", "course": course}
        assert school.post(f"/v1/students/{student}/corrections", asked)[0] == 201
    granted = {"decision": "granted", "reason": "r"}
    own = [
        hers.put(f"/v1/students/{A}/corrections/1/decision", {**granted, "event": event}),
        hers.put(f"/v1/students/{B}/corrections/1/decision", granted),
    ]

    assert [(status, body["detail"]) for status, body in own] == [
        (403, "You teach LAW-1: somebody else has to do it.")
    ] * 2
    assert school.stream.records == []
    assert hers.put(f"/v1/students/{A}/corrections/2/decision", granted)[0] == 200


def test_a_retraction_may_be_of_any_course_of_the_student(school, database):
    hers = someone(school, database, holds("both", "registrar"), teaches("both", "LAW-1"))
    decisions = {}
    for student, name in ((A, "ada"), (B, "ben")):
        event = {
            "event_type": "event_retracted", "event_id": f"back-{name}", "student_id": name,
            "retracts": {"event_id": f"m{name}", "occurred_at": "2024-10-08T12:00:00Z"},
            "occurred_at": "2024-10-20T12:00:00Z",
        }  # fmt: skip
        asked = {"about": "a mark", "wanted": "none", "course": None}
        assert school.post(f"/v1/students/{student}/corrections", asked)[0] == 201
        granted = {"decision": "granted", "reason": "r", "event": event}
        decisions[name] = hers.put(f"/v1/students/{student}/corrections/1/decision", granted)

    assert decisions["ben"][0] == 403
    assert decisions["ben"][1]["detail"] == "You teach LAW-1: somebody else has to do it."
    assert decisions["ada"][0] == 200


ACTS = [
    ("POST", "acknowledge", {}),
    ("POST", "notes", {"note": "x"}),
    ("POST", "resolve", {"outcome": "helped"}),
    ("POST", "interventions", {"kind": "plan"}),
    ("PUT", "assignee", {"assignee": "z"}),
    ("PUT", "snooze", {"until": "2025-03-01T00:00:00Z"}),
    ("PUT", "interventions/1", {"outcome": "done"}),
]


@pytest.mark.parametrize("line", [teaches("both", "MATH-1"), holds("both", "registrar")])
def test_who_learns_where_she_teaches_does_not_work_on_her_own_alerts(school, database, line):
    hers = someone(school, database, line, Line("both", "self", A))
    number = school.found("/v1/alerts", course="MATH-1")["items"][0]["alert_id"]
    headers = {"Content-Type": "application/json", "If-Match": "*"}

    for method, what, body in ACTS:
        sent = {"headers": headers, "body": json.dumps(body).encode()}
        answer = hers.client.http.request(method, f"/v1/alerts/{number}/{what}", **sent)
        assert (answer.status_code, "your own record" in answer.json_body["detail"]) == (403, True)
    assert hers.get(f"/v1/alerts/{number}")[0] == 403
    assert hers.found(f"/v1/students/{A}")["alerts"]


def test_an_official_who_reads_her_own_record_reads_as_a_student(school, database):
    hers = someone(school, database, holds("both", "registrar"), Line("both", "self", A))
    hers.found(f"/v1/students/{A}")
    hers.found(f"/v1/students/{B}")
    hers.found("/v1/alerts")

    with as_owner(database) as cursor:
        cursor.execute(
            "SELECT what, kind, reason, students::text[] FROM access WHERE subject = 'both'"
            " ORDER BY access_id"
        )
        noted = cursor.fetchall()
    own, official = ("student", "is the student", [A]), ("person", "is registrar", [B])
    assert noted == [
        ("students", *own), ("students", *official), ("alerts", *own), ("alerts", *official),
    ]  # fmt: skip
