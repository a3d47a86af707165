"""The synthetic school term: the same every time, labelled, and what the school rules need."""

from __future__ import annotations

import collections
import datetime as dt
import hashlib
import json

import msgspec
import pytest

from chalicelib.domain import catalogue, reading
from local.example import ExampleCourse
from local.term import ExampleTerm, synthetic_term
from local.term.pupils import OFTEN_ABSENT, PUPILS

KEY = b"a key of thirty-two bytes, or so"
# pragma: allowlist nextline secret
DIGEST = "7d0878ad8afbd4499a45fd43512acc24a48d135ad6ab7a18d18034f773383b28"


@pytest.fixture(scope="module")
def term() -> ExampleTerm:
    return synthetic_term()


@pytest.fixture(scope="module")
def events(term):
    return list(term.events())


def test_the_same_seed_gives_the_same_bytes_on_every_python(events):
    assert hashlib.sha256(json.dumps(events, sort_keys=True).encode()).hexdigest() == DIGEST


def test_another_seed_gives_another_term(events):
    assert list(synthetic_term(seed=2).events()) != events


def test_everything_is_labelled_as_synthetic(term, events):
    assert {event["student_id"][:10] for event in events} == {"synthetic-"}
    for course in term.courses:
        assert course.course_id.startswith("synthetic-")
        assert course.catalogue["course"]["title"].startswith("Synthetic ")
        items = course.catalogue["items"].values()
        assert all(item["title"].startswith("Synthetic ") for item in items)


def test_it_has_four_courses_of_twelve_weekly_quizzes(term):
    subjects = [course.catalogue["course"]["subject"] for course in term.courses]

    assert subjects == ["mathematics", "english", "science", "history"]
    assert all(isinstance(course, ExampleCourse) for course in term.courses)
    assert {len(course.catalogue["items"]) for course in term.courses} == {12}


def test_sixty_pupils_are_enrolled_in_every_course(events):
    enrolled = {(e["student_id"], e["course_id"]) for e in events if e.get("status") == "enrolled"}

    assert len(enrolled) == 4 * PUPILS


def test_events_come_in_the_order_of_their_time_with_ids_of_their_own(events):
    moments = [dt.datetime.fromisoformat(event["occurred_at"]) for event in events]

    assert moments == sorted(moments)
    assert len({event["event_id"] for event in events}) == len(events)


def test_the_api_accepts_the_catalogue(term):
    for one in term.courses:
        course = msgspec.convert(one.catalogue["course"], catalogue.Course)
        items = msgspec.convert(list(one.catalogue["items"].values()), list[catalogue.Item])
        assert course.title == one.catalogue["course"]["title"]
        assert all(course.starts_on <= item.due_at.date() <= course.ends_on for item in items)


def test_the_api_accepts_every_event(events):
    read = [reading.read_event(json.dumps(event).encode(), KEY) for event in events]
    assert [one.event_id for one in read] == [event["event_id"] for event in events]


def test_attendance_is_taken_on_school_days_alone_once_a_day(events):
    taken = [e for e in events if e["event_type"] == "attendance_recorded"]

    assert {dt.date.fromisoformat(e["session_id"]).weekday() for e in taken} == {0, 1, 2, 3, 4}
    assert len({e["session_id"] for e in taken}) == 60
    assert len({(e["student_id"], e["session_id"]) for e in taken}) == len(taken)
    assert {e["status"] for e in taken} == {"present", "absent", "late", "excused"}


def test_some_are_chronically_absent_and_most_are_not(events):
    attended = collections.defaultdict(list)
    for event in events:
        if event["event_type"] == "attendance_recorded":
            attended[event["student_id"]].append(event["status"] in ("present", "late"))
    chronic = [days for days in attended.values() if sum(days) <= 0.9 * len(days)]

    assert OFTEN_ABSENT // 2 <= len(chronic) <= 2 * OFTEN_ABSENT


def test_there_are_incidents_and_fewer_suspensions(events):
    kinds = collections.Counter(e["kind"] for e in events if e["event_type"] == "conduct_recorded")

    assert kinds["incident"] > kinds["suspension"] > 0
    assert kinds["commendation"] > 0


def test_nothing_happens_to_a_pupil_who_has_left(events):
    left = {e["student_id"]: e["occurred_at"] for e in events if e.get("status") == "withdrawn"}
    after = [e for e in events if e["occurred_at"] > left.get(e["student_id"], "9999")]

    assert left
    assert after == []


def test_some_quizzes_come_late_and_some_never(events, term):
    due = term.courses[0].catalogue["items"]["quiz-01"]["due_at"]
    handed_in = [
        event["occurred_at"]
        for event in events
        if event["event_type"] == "work_submitted" and event["item_id"] == "quiz-01"
    ]

    assert 0 < sum(moment > due for moment in handed_in) < len(handed_in) < 4 * PUPILS
