"""Invariant 1, from the other side: the state is not only the same, it is the right one."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import oracle
from tests.builders import START, STUDENTS, at, attended, enrolled, lambda_event, record, submitted
from tests.histories import (
    COURSES,
    ITEMS,
    ROSTER,
    build,
    histories,
    put_catalogue,
    retractions,
    taken_back,
)

STANDINGS = """
SELECT s.student::text, s.course, s.marks,
       ARRAY(SELECT r.score_bp FROM result r WHERE (r.student, r.course) = (s.student, s.course)
             AND r.weight_milli IS NOT NULL ORDER BY r.scored_at, r.scored_uid),
       s.weight_sum, s.weighted_sum,
       ARRAY(SELECT r.item FROM result r WHERE (r.student, r.course) = (s.student, s.course)),
       s.handed_in, s.late, s.sessions, s.attended, s.last_activity_on, s.last_submitted_on,
       s.incidents, s.suspensions,
       ARRAY(SELECT (ARRAY['incident', 'suspension', 'commendation'])[(one ->> 2)::integer]
             FROM json_array_elements(s.conduct::json) AS one)
FROM standing s"""
CATALOGUE = {(COURSES[0], name): item for name, item in ITEMS.items()}
ENROLLED = {(student, COURSES[0]): enrolments for student, enrolments in ROSTER.items()}


def standings(monitor):
    return {(row[0], row[1]): oracle.Expected(*row[2:]) for row in monitor.rows(STANDINGS)}


@settings(
    max_examples=100,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    drawn=histories,
    taken_back=taken_back,
    seed=st.integers(0, 2**16),
    cut=st.integers(1, 12),
    catalogue=st.sampled_from(["none", "before", "between", "after"]),
)
def test_standings_are_what_the_surviving_events_say(
    monitor, drawn, taken_back, seed, cut, catalogue
):
    events = build(drawn)
    events += retractions(events, taken_back)
    random.Random(seed).shuffle(events)
    parts = [events[i : i + cut] for i in range(0, len(events), cut)]
    put_before = {"before": 0, "between": len(parts) // 2}.get(catalogue)
    monitor.empty()
    for i, part in enumerate(parts):
        if i == put_before:
            put_catalogue(monitor)
        assert monitor.consumer.consume(lambda_event(record(part))) == {"batchItemFailures": []}
    if catalogue == "after":
        put_catalogue(monitor)

    said = ({}, {}) if catalogue == "none" else (CATALOGUE, ENROLLED)
    assert standings(monitor) == oracle.standings(events, *said)


@pytest.mark.parametrize("first", ["left", "attended"])
def test_a_session_held_after_a_student_left_does_not_count(monitor, first):
    left = enrolled("left", STUDENTS[0], 1, "withdrawn")
    came = [attended(f"a{day}", STUDENTS[0], day, "present", f"s{day}") for day in (0.5, 2)]
    for part in ([left], came) if first == "left" else (came, [left]):
        monitor.consume(part)

    assert monitor.rows("SELECT sessions, attended FROM standing") == [(1, 1)]


def test_handing_in_again_makes_work_neither_late_nor_handed_in_twice(monitor):
    due_us = at(2)
    monitor.consume([submitted("again", STUDENTS[0], 5, due_us=due_us)])
    monitor.consume([submitted("first", STUDENTS[0], 1, due_us=due_us)])

    facts = monitor.rows("SELECT handed_in, late, last_submitted_on FROM standing")
    assert facts == [(1, 0, (START + dt.timedelta(days=1)).date())]
