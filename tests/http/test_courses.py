"""What the API tells of courses: the list, the summary, the students by need, the work."""

from __future__ import annotations

import itertools
import uuid

import pytest

from tests.builders import STUDENTS, active, attended, enrolled, scored, submitted

ADA, BEN, CAT = STUDENTS
CLASS = [str(uuid.UUID(int=(n * 37 % 97 + 1) * 2**120 + n)) for n in range(23)]


def test_a_course_is_listed_by_the_catalogue_or_after_a_sweep(api):
    api.put("/v1/courses/ART-1", {"title": "Art", "subject": "arts", "starts_on": "2024-10-01"})
    api.consume(scored("m1", ADA, 1, 20), scored("m2", BEN, 1, 90))
    assert [one["course"] for one in api.found("/v1/courses")["items"]] == ["ART-1"]
    api.sweep()

    assert api.found("/v1/courses")["items"] == [
        {
            "course": "ART-1",
            "title": "Art",
            "subject": "arts",
            "starts_on": "2024-10-01",
            "ends_on": None,
            "students": 0,
            "open_alerts": 0,
        },
        {
            "course": "MATH-1",
            "title": None,
            "subject": None,
            "starts_on": None,
            "ends_on": None,
            "students": 2,
            "open_alerts": 1,
        },
    ]


def test_courses_are_paged_by_id(api):
    names = [f"C-{n:02d}" for n in range(9)]
    for name in names[::2]:
        api.put(f"/v1/courses/{name}", {"title": name})
    api.consume(*(scored(f"m{name}", ADA, 1, 80, course=name) for name in names[1::2]))
    api.sweep()

    pages = list(api.pages("/v1/courses", limit=4))

    assert [one["course"] for page in pages for one in page] == names
    assert [len(page) for page in pages] == [4, 4, 1]


def test_a_course_is_summed_up_with_its_class_and_the_distribution_of_risk(api):
    api.put("/v1/courses/MATH-1", {"title": "Mathematics", "time_zone": "Europe/Vienna"})
    api.consume(
        *(enrolled(f"e{n}", student, 0) for n, student in enumerate(STUDENTS)),
        enrolled("w", CAT, 9, "withdrawn"),
        scored("m1", ADA, 1, 0),
        scored("m2", BEN, 1, 90),
    )
    before = api.found("/v1/courses/MATH-1")
    api.sweep()

    assert before["class"] is None
    assert api.found("/v1/courses/MATH-1") == {
        "course": "MATH-1",
        "title": "Mathematics",
        "subject": "",
        "starts_on": None,
        "ends_on": None,
        "time_zone": "Europe/Vienna",
        "students": 3,
        "enrolled": 2,
        "open_alerts": 1,
        "risk": {"0-19": 2, "20-39": 0, "40-59": 1, "60-79": 0, "80-100": 0},
        "class": {"as_of": "2025-02-04T00:00:00Z", "enrolled": 2, "marked": 2, "mean": 45.0},
    }


@pytest.mark.parametrize("path", ["", "/students", "/items"])
def test_an_unknown_course_is_404(api, path):
    status, body = api.get(f"/v1/courses/NONE{path}")

    assert (status, body["type"]) == (404, "/problems/not-found")


@pytest.mark.parametrize("path", ["", "/students", "/items"])
def test_a_course_without_students_or_work_is_known_all_the_same(api, path):
    api.put("/v1/courses/ART-1", {"title": "Art"})

    assert api.get(f"/v1/courses/ART-1{path}")[0] == 200


@pytest.mark.parametrize("name", ["A course", "a/b", "é", "50%", "x'; DROP TABLE course"])
def test_any_id_that_an_event_may_have_finds_its_course(api, name):
    api.consume(scored("m1", ADA, 1, 80, course=name))
    encoded = "".join(f"%{byte:02X}" for byte in name.encode())

    assert api.found(f"/v1/courses/{encoded}")["course"] == name
    assert len(api.found(f"/v1/courses/{encoded}/students")["items"]) == 1
    assert api.found(f"/v1/courses/{encoded}/items") == []


def test_a_student_of_a_course_is_shown_with_what_the_list_sorts_by(api):
    api.consume(
        enrolled("e1", ADA, 0),
        submitted("s1", ADA, 1),
        scored("m1", ADA, 2, 20.01),
        scored("m2", ADA, 3, 20.04, item="quiz-2"),
        attended("a1", ADA, 1, "late", "monday"),
        attended("a2", ADA, 2, "absent", "tuesday"),
        active("c1", ADA, 4),
    )

    (found,) = api.found("/v1/courses/MATH-1/students")["items"]

    assert found == {
        "student": ADA,
        "risk_bucket": 6,
        "mean": 20.03,
        "marks": 2,
        "handed_in": 1,
        "late": 0,
        "sessions": 2,
        "attended": 1,
        "last_activity_on": "2024-10-11",
        "open_alerts": 1,
        "enrolled": True,
    }


def test_the_mean_is_the_same_in_the_list_and_on_the_students_own_page(api):
    api.consume(*(scored(f"m{n}", ADA, n, 72.12 + n / 100, item=f"quiz-{n}") for n in (0, 1)))

    (listed,) = api.found("/v1/courses/MATH-1/students")["items"]
    (own,) = api.found(f"/v1/students/{ADA}")["courses"]

    assert listed["mean"] == own["marks"]["mean"] == 72.13


@pytest.fixture
def school(api):
    """Have a class in which many students tie in every sort key."""
    api.consume(
        *(scored(f"m{n}", one, 1, 20 * (n % 5)) for n, one in enumerate(CLASS) if n % 6),
        *(active(f"c{n}", one, n % 4) for n, one in enumerate(CLASS) if n % 3 or n % 6 == 0),
    )
    return api


def last_activity(one):
    return one["last_activity_on"] or ""


ORDER = {
    "risk": lambda one: -one["risk_bucket"],
    "mark": lambda one: 101 if one["mean"] is None else one["mean"],
    "student": lambda one: 0,  # by pseudonym
    "last_activity": last_activity,
}


@pytest.mark.parametrize("sort", ORDER)
def test_a_class_is_sorted_paged_without_gap_and_ties_go_by_student(school, sort):
    pages = list(school.pages("/v1/courses/MATH-1/students", sort=sort, limit=5))

    listed = list(itertools.chain(*pages))
    assert [len(page) for page in pages] == [5, 5, 5, 5, 3]
    assert {one["student"] for one in listed} == set(CLASS)
    keys = [(ORDER[sort](one), one["student"]) for one in listed]
    assert keys == sorted(keys)


def test_those_at_most_risk_come_first_unless_asked_otherwise(school):
    path = "/v1/courses/MATH-1/students"

    assert school.found(path) == school.found(path, sort="risk")


def test_a_page_stays_in_place_when_another_student_joins(school):
    pages = school.pages("/v1/courses/MATH-1/students", sort="student", limit=10)
    first = next(pages)
    newcomer = str(uuid.UUID(int=1))  # would come first of all

    school.consume(active("new", newcomer, 1))

    assert len({one["student"] for page in (first, *pages) for one in page}) == len(CLASS)


@pytest.mark.parametrize("query", [{"sort": "luck"}, {"limit": 0}, {"cursor": "x"}])
def test_a_parameter_that_cannot_be_is_400(school, query):
    assert school.get("/v1/courses/MATH-1/students", **query)[0] == 400


def test_a_cursor_is_good_for_its_own_sort_alone(school):
    path = "/v1/courses/MATH-1/students"
    cursor = school.found(path, sort="mark", limit=3)["next"]

    assert school.get(path, sort="mark", cursor=cursor)[0] == 200
    assert school.get(path, sort="risk", cursor=cursor)[0] == 400


def test_work_is_listed_by_due_date_with_how_the_class_dealt_with_it(api):
    api.put("/v1/courses/MATH-1", {"title": "Mathematics"})
    api.put("/v1/courses/MATH-1/items/final", {"title": "Final", "optional": True})
    api.put(
        "/v1/courses/MATH-1/items/quiz-1",
        {"title": "Quiz", "due_at": "2024-10-11T12:00:00+02:00", "weight": 12.5},
    )
    api.consume(
        *(enrolled(f"e{n}", student, 0) for n, student in enumerate(STUDENTS)),
        submitted("s1", ADA, 1),
        submitted("s2", BEN, 1),
    )
    api.sweep()

    assert api.found("/v1/courses/MATH-1/items") == [
        {
            "item": "quiz-1",
            "title": "Quiz",
            "due_at": "2024-10-11T10:00:00Z",
            "weight": 12.5,
            "optional": False,
            "version": 1,
            "handed_in": 2,
            "expected": 3,
        },
        {
            "item": "final",
            "title": "Final",
            "due_at": None,
            "weight": None,
            "optional": True,
            "version": 1,
            "handed_in": None,
            "expected": None,
        },
    ]
