"""What the API tells of one student: every standing, the work behind it, alerts, the timeline."""

from __future__ import annotations

import uuid

import pytest

from tests.builders import (
    STUDENTS,
    active,
    attended,
    conducted,
    enrolled,
    retracted,
    scored,
    submitted,
)
from tests.http.conftest import student_of

ADA, BEN, _ = STUDENTS
NOBODY = str(uuid.UUID(int=99))
ITEMS = {
    "quiz-1": {"title": "Quiz 1", "due_at": "2024-10-11T23:59:59Z", "weight": 10},
    "essay": {"title": "Essay", "due_at": "2024-10-18T23:59:59Z", "weight": 30},
    "extra": {"title": "Extra", "due_at": "2024-10-18T23:59:59Z", "optional": True},
    "final": {"title": "Final", "due_at": "2025-06-30T23:59:59Z", "weight": 60},
}


@pytest.fixture
def course(api):
    assert api.put("/v1/courses/MATH-1", {"title": "Mathematics"})[0] == 201
    for item, body in ITEMS.items():
        assert api.put(f"/v1/courses/MATH-1/items/{item}", body)[0] == 201
    return api


def standing(api, student=ADA):
    (one,) = api.found(f"/v1/students/{student}")["courses"]
    return one


def test_a_standing_tells_marks_work_attendance_and_activity(course):
    course.consume(
        enrolled("e1", ADA, 0),
        submitted("s1", ADA, 3, item="quiz-1"),
        scored("m1", ADA, 3.5, 72.12, item="quiz-1"),
        submitted("s2", ADA, 20, item="essay"),
        scored("m2", ADA, 21, 40, item="essay"),
        attended("a1", ADA, 1, "present", "monday"),
        attended("a2", ADA, 2, "absent", "tuesday"),
        active("c1", ADA, 25),
    )

    found = standing(course)

    assert found["course"] == "MATH-1"
    assert found["title"] == "Mathematics"
    assert found["enrolled"] is True
    assert found["marks"] == {
        "count": 2,
        "mean": 48.03,  # (10 x 72.12 + 30 x 40) / 40
        "latest": 40.0,
        "weeks": [
            {"week": "2024-W41", "mean": 72.12, "count": 1},
            {"week": "2024-W44", "mean": 40.0, "count": 1},
        ],
    }
    assert found["work"] == {"due": 2, "handed_in": 2, "late": 1, "missing": 0}
    assert found["attendance"] == {"sessions": 2, "attended": 1, "rate": 50.0}
    assert found["last_activity_on"] == "2024-11-01"


def test_work_is_missing_from_the_moment_it_was_due_and_not_when_excused(course):
    course.consume(enrolled("e1", ADA, 0), scored("m1", ADA, 1, 0, item="quiz-1", excused=True))
    course.clock.moment = course.clock.moment.replace(year=2024, month=10, day=18, hour=23)
    before = standing(course)["work"]

    course.clock.moment = course.clock.moment.replace(day=19)

    assert before == {"due": 1, "handed_in": 0, "late": 0, "missing": 0}
    assert standing(course)["work"] == {"due": 2, "handed_in": 0, "late": 0, "missing": 1}


def test_nothing_is_missing_outside_of_enrolment(course):
    course.consume(enrolled("e1", ADA, 5), enrolled("e2", ADA, 8, "withdrawn"))

    found = standing(course)

    assert found["enrolled"] is False
    assert found["work"]["due"] == found["work"]["missing"] == 0


def test_the_pieces_of_work_are_listed_with_what_is_shown_of_each(course):
    course.consume(
        submitted("s1", ADA, 3, item="quiz-1"),
        scored("m1", ADA, 4, 80, item="quiz-1"),
        submitted("s2", ADA, 20, item="extra"),
        scored("m2", ADA, 21, 10, item="extra"),
    )

    found = standing(course)

    assert found["items"] == [
        {
            "item": "quiz-1",
            "title": "Quiz 1",
            "mark": 80.0,
            "excused": False,
            "optional": False,
            "submitted_at": "2024-10-10T00:00:00Z",
            "due_at": "2024-10-11T23:59:59Z",
            "late": False,
        },
        {
            "item": "extra",
            "title": "Extra",
            "mark": 10.0,
            "excused": False,
            "optional": True,
            "submitted_at": "2024-10-27T00:00:00Z",
            "due_at": "2024-10-18T23:59:59Z",
            "late": True,
        },
    ]
    assert found["marks"]["mean"] == 80.0
    assert [week["mean"] for week in found["marks"]["weeks"]] == [80.0]


def test_what_belongs_to_no_course_stands_under_null(api):
    api.consume(conducted("k1", ADA, 1), scored("m1", ADA, 2, 80))

    assert [one["course"] for one in api.found(f"/v1/students/{ADA}")["courses"]] == [
        None,
        "MATH-1",
    ]


def test_open_alerts_come_with_the_reason_and_leave_when_cleared(course):
    course.consume(*(scored(f"m{n}", ADA, n, 20, item=f"quiz-{n}") for n in (1, 2, 3)))
    (alert,) = course.found(f"/v1/students/{ADA}")["alerts"]
    course.consume(*(scored(f"r{n}", ADA, 10 + n, 95, item=f"quiz-{n}") for n in (1, 2, 3)))

    assert alert["rule"] == "low_marks"
    assert alert["course"] == "MATH-1"
    assert alert["severity"] == "high"
    assert "20 %" in alert["because"]
    assert alert["evidence"]["mean_bp"] == 2000
    assert alert["opened_at"].endswith("Z")
    assert course.found(f"/v1/students/{ADA}")["alerts"] == []


def test_the_answer_says_of_which_moment_it_is(api):
    api.consume(scored("m1", ADA, 1, 80))

    assert api.found(f"/v1/students/{ADA}")["as_of"] == "2025-02-04T00:00:00Z"


@pytest.mark.parametrize("path", ["", "/events"])
@pytest.mark.parametrize("student", [NOBODY, "somebody", "%00", "é"])
def test_an_unknown_student_is_404_and_a_problem_document(api, student, path):
    status, body = api.get(f"/v1/students/{student}{path}")

    assert status == 404
    assert body["type"] == "/problems/not-found"
    assert body["instance"]


def test_lookup_gives_the_pseudonym_of_a_student_with_a_standing_alone(api):
    student = student_of("S-4711")
    before, _ = api.post("/v1/students/lookup", {"student_id": "S-4711"})
    api.consume(scored("m1", student, 1, 80))

    assert before == 404
    assert api.post("/v1/students/lookup", {"student_id": "S-4711"}) == (200, {"student": student})


@pytest.mark.parametrize(
    ("body", "path"),
    [({}, "$"), ({"student_id": ""}, "$.student_id"), ({"student_id": "a", "x": 1}, "$")],
)
def test_lookup_says_where_a_body_is_wrong(api, body, path):
    status, problem = api.post("/v1/students/lookup", body)

    assert status == 400
    assert problem["errors"][0]["path"] == path


def timeline(api, **query):
    return [
        event["event_id"]
        for page in api.pages(f"/v1/students/{ADA}/events", **query)
        for event in page
    ]


def test_the_timeline_tells_each_event_as_it_was_sent(api):
    mark = scored("m1", ADA, 1, 72.5, weight_milli=12500, due_us=1728691199000000, attempt=2)
    api.consume(mark, retracted("x1", mark))

    taken_back, told = api.found(f"/v1/students/{ADA}/events")["items"]

    assert told == {
        "event_id": "m1",
        "event_type": "assessment_scored",
        "source": "local",
        "course": "MATH-1",
        "subject": "quiz-1",
        "occurred_at": "2024-10-08T00:00:00Z",
        "score": 72.5,
        "max_score": 100.0,
        "mark": 72.5,
        "weight": 12.5,
        "due_at": "2024-10-11T23:59:59Z",
        "attempt": 2,
    }
    assert taken_back["event_type"] == "event_retracted"
    assert taken_back["subject"] == "m1"
    assert taken_back["retracted_at"] == told["occurred_at"]


def test_the_timeline_is_paged_newest_first_without_gap_or_repetition(api):
    # All on one of two moments, so that only the event's own identity tells them apart.
    api.consume(*(active(f"c{n}", ADA, n % 2) for n in range(25)))

    pages = list(api.pages(f"/v1/students/{ADA}/events", limit=7))

    assert [len(page) for page in pages] == [7, 7, 7, 4]
    events = [event for page in pages for event in page]
    assert {event["event_id"] for event in events} == {f"c{n}" for n in range(25)}
    moments = [event["occurred_at"] for event in events]
    assert moments == sorted(moments, reverse=True)


def test_the_timeline_stays_in_place_while_events_arrive(api):
    api.consume(*(active(f"c{n}", ADA, n) for n in range(10)))
    pages = api.pages(f"/v1/students/{ADA}/events", limit=4)
    first = next(pages)

    api.consume(active("newer", ADA, 20), active("older", ADA, 1.5))

    rest = [event["event_id"] for page in pages for event in page]
    assert [event["event_id"] for event in first] == ["c9", "c8", "c7", "c6"]
    assert rest == ["c5", "c4", "c3", "c2", "older", "c1", "c0"]


def test_the_timeline_is_narrowed_by_course_and_type(api):
    api.consume(
        active("c1", ADA, 1),
        scored("m1", ADA, 2, 80),
        scored("m2", ADA, 3, 80, course="ART-1"),
        active("other", BEN, 1),
    )

    assert timeline(api, course="MATH-1") == ["m1", "c1"]
    assert timeline(api, type="assessment_scored") == ["m2", "m1"]
    assert timeline(api, type="assessment_scored", course="ART-1") == ["m2"]
    assert timeline(api, type="conduct_recorded") == []


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 201},
        {"limit": "many"},
        {"limit": -1},
        {"type": "party"},
        {"course": ""},
        {"course": "a\0b"},
        {"cursor": "bm9uc2Vuc2U"},
        {"cursor": "%%%"},
    ],
)
def test_a_parameter_that_cannot_be_is_400(api, query):
    api.consume(active("c1", ADA, 1))

    status, body = api.get(f"/v1/students/{ADA}/events", **query)

    assert status == 400
    assert body["type"] == "/problems/invalid-request"


def test_a_changed_cursor_and_another_lists_cursor_are_refused(api):
    api.consume(*(active(f"c{n}", ADA, n) for n in range(3)))
    path = f"/v1/students/{ADA}/events"
    cursor = api.found(path, limit=1)["next"]
    changed = [
        cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :]
        for at in range(len(cursor) - 1)  # the last character may hold unused bits alone
    ]

    assert {api.get(path, cursor=one)[0] for one in changed} == {400}
    assert api.get("/v1/alerts", cursor=cursor)[0] == 400
    assert api.get(path, cursor=cursor)[0] == 200
