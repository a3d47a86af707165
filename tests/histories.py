"""Short histories of two courses for property tests: few students, so that everything collides."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import msgspec
from hypothesis import strategies as st

from chalicelib.domain.catalogue import Enrolment, Item
from tests.builders import (
    START,
    STUDENTS,
    active,
    at,
    attended,
    conducted,
    enrolled,
    retracted,
    scored,
    submitted,
)

if TYPE_CHECKING:
    from chalicelib.domain.wire import Event

Drawn = tuple[str, str, str | None, float, str | None, Any]

COURSES = ["MATH-1", "PHYS-1"]  # of the second, no catalogue says anything

students = st.sampled_from(STUDENTS)
courses = st.sampled_from(COURSES)
days = st.sampled_from([0.25, 1, 1.25, 1.5, 2, 30])
items = st.sampled_from(["quiz-1", "quiz-2"])
one_event = st.one_of(
    st.tuples(
        st.just("scored"), students, courses, days, items, st.sampled_from([10, 39.5, 40, 95, 110])
    ),
    st.tuples(st.just("submitted"), students, courses, days, items, st.none()),
    st.tuples(
        st.just("attended"),
        students,
        courses,
        days,
        st.sampled_from(["s1", "s2"]),
        st.sampled_from(["present", "absent", "late", "excused"]),
    ),
    st.tuples(st.just("active"), students, courses, days, st.none(), st.integers(0, 3)),
    st.tuples(
        st.just("conducted"),
        students,
        st.sampled_from([None, COURSES[0]]),
        days,
        st.none(),
        st.sampled_from(["incident", "suspension", "commendation"]),
    ),
    st.tuples(
        st.just("enrolled"),
        students,
        courses,
        days,
        st.none(),
        st.sampled_from(["enrolled", "withdrawn", "completed"]),
    ),
)
# From 8 on: of any size at all, half would have six events or fewer, which seldom collide.
histories = st.lists(one_event, min_size=8, max_size=40)
taken_back = st.sets(st.integers(0, 39), max_size=6)
DUE_DAYS = [0.25, 1.5, 1.75, 30]

DUE_AT = START + dt.timedelta(days=1.25)
ITEMS = {"quiz-1": Item("Quiz 1", DUE_AT, 2.5), "quiz-2": Item("Quiz 2", optional=True)}
BEGINS_AT, ENDS_AT = START + dt.timedelta(days=1), START + dt.timedelta(days=200)
ROSTER = {STUDENTS[0]: [Enrolment(BEGINS_AT, ENDS_AT)]}


def build(drawn: list[Drawn]) -> list[Event]:
    """Make the events that were drawn, each with an id of its own."""
    return [
        msgspec.structs.replace(_event(i, kind, student, day, what, value), course=course)
        for i, (kind, student, course, day, what, value) in enumerate(drawn)
    ]


def retractions(events: list[Event], numbers: set[int]) -> list[Event]:
    """Take back those of the events that there are."""
    return [retracted(f"retraction-{i}", events[i]) for i in sorted(numbers) if i < len(events)]


def put_catalogue(monitor: Any) -> None:
    """Put what beats the events' own fields: a due date, a weight, an option, an enrolment."""
    for item, content in ITEMS.items():
        monitor.catalogue.put_item(COURSES[0], item, content)
    for student, enrolments in ROSTER.items():
        monitor.catalogue.put_enrolments(COURSES[0], student, enrolments)


def _event(i: int, kind: str, student: str, day: float, what: Any, value: Any) -> Event:
    event_id = f"event-{i}"
    due_us = at(DUE_DAYS[i // 2 % 4]) if i % 2 else None
    match kind:
        case "scored":
            more = {"item": what, "excused": i % 7 == 0, "weight_milli": 500 + i, "due_us": due_us}
            return scored(event_id, student, day, value, **more)
        case "submitted":
            return submitted(event_id, student, day, item=what, due_us=due_us)
        case "attended":
            return attended(event_id, student, day, value, what)
        case "active":
            return active(event_id, student, day, value)
        case "conducted":
            return conducted(event_id, student, day, value)
        case _:
            return enrolled(event_id, student, day, value)
