"""Which courses a sweep takes on, and what it leaves to the next one."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from msgspec.structs import replace

from chalicelib.domain.catalogue import Course
from chalicelib.domain.policy import HIGHER_EDUCATION
from chalicelib.services.judge import Judge
from chalicelib.services.sweep import sweep
from tests.builders import START, STUDENTS, scored

DAY = dt.timedelta(days=1)


def swept(monitor):
    """Return when each course was swept last, as minutes of the test's clock."""
    rows = monitor.rows("SELECT course, as_of FROM course_context ORDER BY as_of, course")
    return [(course, as_of) for course, as_of in rows]


def run(monitor, **more):
    sweep(store=monitor.store, judge=Judge(HIGHER_EDUCATION), clock=monitor.clock, **more)


@pytest.fixture
def school(monitor):
    monitor.consume(
        [replace(scored(f"m-{c}", STUDENTS[0], 1, 50), course=c) for c in ("A", "B", "C")]
    )
    monitor.clock.moment = START + 10 * DAY
    return monitor


def test_what_there_is_no_time_for_is_first_in_the_next_run(school):
    seen = []
    for _ in range(4):
        school.clock.moment += dt.timedelta(minutes=5)
        run(school, within_s=0)
        seen.append(swept(school)[-1])

    assert [course for course, _ in seen] == ["A", "B", "C", "A"]
    assert all(one[1] < other[1] for one, other in pairwise(seen))


def test_a_course_that_is_over_is_swept_once_a_day(school):
    ends_on = (school.clock.moment - 31 * DAY).date()
    course = Course("Old", "art", ends_on - dt.timedelta(days=90), ends_on, "UTC")
    school.catalogue.put_course("B", course)
    run(school)
    assert {course for course, _ in swept(school)} == {"A", "B", "C"}

    school.clock.moment += dt.timedelta(minutes=5)
    run(school)
    assert [c for c, at in swept(school) if at < school.clock.moment] == ["B"]

    school.clock.moment += DAY - dt.timedelta(minutes=5)
    run(school)
    assert [c for c, at in swept(school) if at < school.clock.moment] == []


def test_a_course_that_ended_a_month_ago_is_still_on(school):
    ends_on = (school.clock.moment - 30 * DAY).date()
    course = Course("Old", "art", ends_on - dt.timedelta(days=90), ends_on, "UTC")
    school.catalogue.put_course("B", course)
    run(school)
    school.clock.moment += dt.timedelta(minutes=5)
    run(school)

    assert [c for c, at in swept(school) if at < school.clock.moment] == []
