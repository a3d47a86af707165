"""The roster through the API: put line by line, in force at once."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.builders import STUDENTS, scored
from tests.http.conftest import student_of

A, B, _ = STUDENTS
DAY = dt.timedelta(days=1)
TODAY = dt.datetime.now(dt.UTC).date()
STAFF = "/v1/courses/MATH-1/staff"


@pytest.fixture
def school(api):
    api.consume(scored("a", A, 1, 10), scored("b", B, 1, 10))
    return api


def test_who_is_put_may_at_once_and_who_has_ended_may_not_any_more(school):
    eve = school.as_("educator", sub="eve")
    may = [eve.get("/v1/courses/MATH-1/students")[0]]
    for span in (
        {"begins_on": str(TODAY + DAY)},
        {"ends_on": str(TODAY + DAY)},
        {"ends_on": str(TODAY - DAY)},
    ):
        assert school.put(f"{STAFF}/eve", span) == (201, {"changed": True})
        may.append(eve.get("/v1/courses/MATH-1/students")[0])

    assert may == [403, 403, 200, 403]
    told = school.found(STAFF)
    assert told["course"] == "MATH-1"
    assert [(one["person"], one["version"], one["set_by"]) for one in told["items"]] == [
        ("eve", 3, "administrator")
    ]
    assert [one["version"] for one in told["history"]] == [3, 2, 1]
    assert told["items"][0]["recorded_at"].endswith("Z")


def test_the_same_again_changes_nothing(school):
    path = f"/v1/students/{A}/advisers/ann"
    assert [school.put(path, {})[0] for _ in range(2)] == [201, 200]
    assert [one["person"] for one in school.found(f"/v1/students/{A}/advisers")["items"]] == ["ann"]


def test_an_adviser_sees_her_student_and_no_other(school):
    school.put(f"/v1/students/{A}/advisers/ann", {})
    ann = school.as_("adviser", sub="ann")

    assert ann.get(f"/v1/students/{A}")[0] == 200
    refused = [ann.get(f"/v1/students/{one}") for one in (B, student_of("nobody at all"))]
    assert [status for status, _ in refused] == [403, 403]
    assert len({problem["detail"] for _, problem in refused}) == 1, "no hint whether there is one"


def test_a_student_reads_her_own_record_once_she_is_known(school):
    jo = school.as_("student", sub="jo")
    assert jo.get(f"/v1/students/{A}")[0] == 403

    assert school.put("/v1/people/jo/roles", {"student": A})[0] == 201

    assert [jo.get(f"/v1/students/{one}")[0] for one in (A, B)] == [200, 403]
    assert [(one["kind"], one["target"]) for one in jo.found("/v1/me")["items"]] == [("self", A)]


def test_nobody_raises_her_own_rights(school):
    own = "administrator"
    for path, body in (
        (f"/v1/people/{own}/roles", {"roles": [{"role": "analyst"}]}),
        (f"{STAFF}/{own}", {}),
        (f"/v1/students/{A}/advisers/{own}", {}),
    ):
        assert school.put(path, body)[0] == 403
    assert school.as_("educator", sub="eve").put(f"{STAFF}/eve", {})[0] == 403


def test_the_last_administrator_cannot_be_removed(school):
    grace = school.as_("educator", sub="grace")
    until = {"roles": [{"role": "administrator", "ends_on": str(TODAY + DAY)}]}
    assert school.put("/v1/people/grace/roles", until)[0] == 201

    status, problem = grace.put("/v1/people/administrator/roles", {})

    assert (status, problem["type"]) == (409, "/problems/conflict")
    assert school.put("/v1/people/grace/roles", {})[0] == 201
    assert grace.put("/v1/people/administrator/roles", {})[0] == 403, "she is none any more"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"{STAFF}/eve", {"begins_on": "2025-02-01", "ends_on": "2025-01-01"}),
        (f"{STAFF}/eve", {"ends_on": "31 January"}),
        (f"{STAFF}/eve", {"until": "2025-01-01"}),
        ("/v1/people/eve/roles", {"roles": [{"role": "owner"}]}),
        ("/v1/people/eve/roles", {"roles": [{"role": "analyst"}, {"role": "analyst"}]}),
        ("/v1/people/eve/roles", {"student": "4711"}),
    ],
)
def test_what_makes_no_sense_is_refused(school, path, body):
    status, problem = school.put(path, body)
    assert status == 400, problem
    assert problem["errors"]
