from __future__ import annotations

import datetime as dt

import pytest

from local.examples import Together
from local.replay import _days, span


def event(name, day):
    return {"event_id": name, "occurred_at": f"2025-03-{day:02d}T10:00:00Z"}


EVENTS = [event("a", 1), event("b", 1), event("c", 4)]


class Course:
    def __init__(self, *events):
        self._events = events

    def events(self):
        return iter(self._events)


def day(number):
    return dt.date(2025, 3, number)


def test_days_without_events_are_played_as_well():
    played = [
        (d, [e["event_id"] for e in members]) for d, members in _days(iter(EVENTS), day(1), day(4))
    ]
    assert played == [(day(1), ["a", "b"]), (day(2), []), (day(3), []), (day(4), ["c"])]


def test_a_replay_that_is_resumed_passes_over_the_days_before():
    assert [d for d, _ in _days(iter(EVENTS), day(3), day(4))] == [day(3), day(4)]
    assert [len(members) for _, members in _days(iter(EVENTS), day(3), day(4))] == [0, 1]


def test_the_span_is_from_the_first_to_the_last_day():
    assert span(iter(EVENTS)) == (day(1), day(4))
    with pytest.raises(ValueError, match="no event"):
        span(iter([]))


def test_courses_are_played_side_by_side_in_the_order_of_time():
    together = Together([Course(event("a", 1), event("c", 5)), Course(event("b", 3))])
    assert [e["event_id"] for e in together.events()] == ["a", "b", "c"]
