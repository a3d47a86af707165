"""Short histories of a class for property tests: few students, so that everything collides."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

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

Drawn = tuple[str, str, float, str | None, Any]

students = st.sampled_from(STUDENTS)
days = st.sampled_from([0.25, 1, 1.25, 1.5, 2, 30])
items = st.sampled_from(["quiz-1", "quiz-2"])
one_event = st.one_of(
    st.tuples(st.just("scored"), students, days, items, st.sampled_from([10, 39.5, 40, 95, 110])),
    st.tuples(st.just("submitted"), students, days, items, st.none()),
    st.tuples(
        st.just("attended"),
        students,
        days,
        st.sampled_from(["s1", "s2"]),
        st.sampled_from(["present", "absent", "late", "excused"]),
    ),
    st.tuples(st.just("active"), students, days, st.none(), st.integers(0, 3)),
    st.tuples(st.just("conducted"), students, days, st.none(), st.none()),
    st.tuples(
        st.just("enrolled"),
        students,
        days,
        st.none(),
        st.sampled_from(["enrolled", "withdrawn", "completed"]),
    ),
)
histories = st.lists(one_event, min_size=1, max_size=40)
taken_back = st.sets(st.integers(0, 39), max_size=6)
DUE_DAYS = [0.25, 1.5, 1.75, 30]

DUE_AT = START + dt.timedelta(days=1.25)
ITEMS = {"quiz-1": Item("Quiz 1", DUE_AT, 2.5), "quiz-2": Item("Quiz 2", optional=True)}
BEGINS_AT, ENDS_AT = START + dt.timedelta(days=1), START + dt.timedelta(days=200)
ROSTER = {STUDENTS[0]: [Enrolment(BEGINS_AT, ENDS_AT)]}


def build(drawn: list[Drawn]) -> list[Event]:
    """Make the events that were drawn, each with an id of its own."""
    return [_event(i, *one) for i, one in enumerate(drawn)]


def retractions(events: list[Event], numbers: set[int]) -> list[Event]:
    """Take back those of the events that there are."""
    return [retracted(f"retraction-{i}", events[i]) for i in sorted(numbers) if i < len(events)]


def put_catalogue(monitor: Any) -> None:
    """Put what beats the events' own fields: a due date, a weight, an option, an enrolment."""
    for item, content in ITEMS.items():
        monitor.catalogue.put_item("MATH-1", item, content)
    for student, enrolments in ROSTER.items():
        monitor.catalogue.put_enrolments("MATH-1", student, enrolments)


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
            return conducted(event_id, student, day)
        case _:
            return enrolled(event_id, student, day, value)
