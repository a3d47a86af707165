"""Who may not see a course's students is told of no few of them; who may is told everything."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import msgspec
import pytest

from chalicelib.domain.roster import Line
from tests.builders import enrolled, scored, submitted
from tests.rosters import holds, put_roster, teaches

ANALYST, TEACHER = "an-analyst", "a-teacher"
BANDS = ["0-19", "20-39", "40-59", "60-79", "80-100"]


@pytest.fixture
def school(api, database) -> Any:
    """Have a course of twelve, of whom eleven have handed the essay in, and one of three."""
    put_roster(database, holds(ANALYST, "analyst"), teaches(TEACHER, "MATH-1"))
    api.put("/v1/courses/MATH-1", {"title": "Mathematics"})
    api.put("/v1/courses/MATH-1/items/essay", {"title": "Essay", "due_at": "2024-10-20T12:00:00Z"})
    students = [str(uuid.UUID(int=n << 120 | 5)) for n in range(12)]
    for n, student in enumerate(students):
        api.consume(enrolled(f"e{n}", student, 0), scored(f"m{n}", student, 3, 40 + 5 * n))
        if n:
            api.consume(submitted(f"s{n}", student, 2, item="essay"))
    api.sweep()
    return api


def test_an_analyst_is_told_the_whole_and_no_few(school):
    found = school.as_("student", sub=ANALYST).found("/v1/courses/MATH-1")
    assert (found["students"], found["enrolled"]) == (12, 12)
    assert (found["class"]["marked"], found["class"]["mean"]) == (12, 68.0)
    assert found["open_alerts"] is None
    assert all(count is None or count >= 10 for count in found["risk"].values())
    assert list(found["risk"]) == BANDS


def test_an_analyst_is_not_told_that_one_has_not_handed_it_in(school):
    (item,) = school.as_("student", sub=ANALYST).found("/v1/courses/MATH-1/items")
    assert (item["item"], item["handed_in"], item["expected"]) == ("essay", None, 12)


@pytest.mark.parametrize("who", ["teacher", "registrar"])
def test_who_sees_the_students_is_told_everything(school, who):
    asking = school.as_("student", sub=TEACHER) if who == "teacher" else school
    found = asking.found("/v1/courses/MATH-1")
    assert sum(found["risk"].values()) == found["students"] == 12
    (item,) = asking.found("/v1/courses/MATH-1/items")
    assert (item["handed_in"], item["expected"]) == (11, 12)


def test_of_a_small_course_an_analyst_is_told_no_number(school):
    school.put("/v1/courses/HIST-7", {"title": "History"})
    for n in range(3):
        school.consume(scored(f"h{n}", str(uuid.UUID(int=n << 120 | 9)), 3, 50, course="HIST-7"))
    school.sweep()
    found = school.as_("student", sub=ANALYST).found("/v1/courses/HIST-7")
    assert (found["students"], found["enrolled"], found["class"]["mean"]) == (None, None, None)
    assert set(found["risk"].values()) == {None}
    listed = school.as_("student", sub=ANALYST).found("/v1/courses")["items"]
    (small,) = (one for one in listed if one["course"] == "HIST-7")
    assert (small["students"], small["open_alerts"]) == (None, None)


@pytest.mark.parametrize("who", ["analyst", "administrator", "integrator"])
def test_the_list_tells_no_few_either_nor_nobody_nor_how_many_have_left(school, database, who):
    put_roster(database, holds(f"an-{who}", who))
    school.put("/v1/courses/EMPTY", {"title": "Nobody's"})
    school.put("/v1/courses/LEFT", {"title": "One of whom has left"})
    students = [str(uuid.UUID(int=n << 120 | 3)) for n in range(11)]
    for n, student in enumerate(students):
        school.consume(msgspec.structs.replace(enrolled(f"l{n}", student, 0), course="LEFT"))
    gone = msgspec.structs.replace(enrolled("x", students[0], 1, "withdrawn"), course="LEFT")
    school.consume(gone)
    school.sweep()

    listed = school.as_("student", sub=f"an-{who}").found("/v1/courses")["items"]

    told = {one["course"]: one["students"] for one in listed}
    assert told == {"MATH-1": 12, "EMPTY": None, "LEFT": None}
    for course, students in told.items():  # one route does not tell what the other one hides
        one = school.as_("student", sub=f"an-{who}").found(f"/v1/courses/{course}")
        assert (one["class"] or {"enrolled": None})["enrolled"] == students
    everything = {one["course"]: one["students"] for one in school.found("/v1/courses")["items"]}
    assert everything == {"MATH-1": 12, "EMPTY": 0, "LEFT": 10}


def test_an_administrator_is_told_of_a_shadow_by_rule_alone(school, database):
    put_roster(database, holds("an-administrator", "administrator"))
    asking = school.as_("student", sub="an-administrator")
    school.put("/v1/policy/shadow", {"early_warning_bp": 9900, "low_mark_bp": 9800})
    school.sweep()
    report = "/v1/policy/shadow/report"

    seen, told = school.found(report), asking.found(report)

    counts = ("both", "only_in_force", "only_in_shadow")
    assert [one["rule"] for one in told["rules"]] == [one["rule"] for one in seen["rules"]]
    for whole, one in zip(seen["rules"], told["rules"], strict=True):
        expected = [None if whole[name] < 10 else whole[name] for name in counts]
        assert [one[name] for name in counts] == expected
        assert set(one["alerts"].values()) == {None}
    assert any(one["only_in_shadow"] for one in told["rules"]), "somebody has ten"
    assert (len(seen["days"]), told["days"]) == (1, [])
    today = str(school.clock.now().date())
    for query in ({"course": "MATH-1"}, {"from": today}, {"to": today}):
        assert asking.get(report, **query)[0] == 403
        assert school.get(report, **query)[0] == 200


@pytest.mark.parametrize("who", ["herself", "adviser"])
def test_a_class_of_a_few_is_not_told_as_of_a_moment_either(school, database, who):
    """Beside her own mean, the mean of two is the other one's."""
    one, other = (str(uuid.UUID(int=n << 120 | 9)) for n in range(2))
    lines = {"herself": Line("one", "self", one), "adviser": Line("one", "advises", one)}
    put_roster(database, lines[who], teaches("of-history", "HIST-7"))
    for student, mark in ((one, 40), (other, 85)):
        school.consume(scored(f"h{mark}", student, 3, mark, course="HIST-7"))
    school.clock.moment = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)  # after it was stored
    path = f"/v1/students/{one}/as-of/now"
    told = {"enrolled": None, "marked": None, "mean": None}
    assert of_class(school.as_("student", sub="one"), path) == told
    whole = {"enrolled": 2, "marked": 2, "mean": 62.5}
    assert of_class(school.as_("student", sub="of-history"), path) == whole
    assert of_class(school, path) == whole


def of_class(api: Any, path: str) -> Any:
    (course,) = api.found(path)["courses"]
    return course["class"]
