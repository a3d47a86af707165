"""What people are told of alerts, and when: the outbox on a real PostgreSQL."""

from __future__ import annotations

import pytest

from chalicelib.adapters.postgres.policies import PostgresPolicies
from chalicelib.domain import alert_requests as ask
from chalicelib.domain.policy import HIGHER_EDUCATION
from chalicelib.services import policies
from tests.builders import scored
from tests.integration.announcers import (
    DAY,
    INSTRUCTOR,
    NOON,
    A,
    has_alerts,
    unsent,
    works,
)


def test_what_is_urgent_is_told_at_once_the_rest_in_the_digest_of_the_next_morning(
    monitor, announcer
):
    has_alerts(monitor, 1)
    has_alerts(monitor, 2, severity=2)
    one = announcer()

    assert one.run() == 1
    assert one.told == [(INSTRUCTOR, False, ["opened"])]
    assert one.run() == 0
    monitor.clock.moment += DAY
    assert one.run() == 1
    assert one.told[1:] == [(INSTRUCTOR, True, ["opened", "opened"])]
    assert (one.run(), unsent(monitor)) == (0, 0)


def test_in_quiet_hours_nothing_is_sent_until_their_end(monitor, announcer):
    monitor.clock.moment = NOON - DAY / 2
    has_alerts(monitor, 1)
    one = announcer()

    assert one.run() == 0
    monitor.clock.moment = NOON - DAY / 6
    assert one.run() == 1
    assert one.told == [(INSTRUCTOR, False, ["opened"])]


def test_beyond_the_budget_all_goes_to_one_digest(monitor, announcer):
    has_alerts(monitor, 4)
    one = announcer()
    assert one.run() == 4
    monitor.clock.moment += DAY / 24
    has_alerts(monitor, 4)

    assert one.run() == 1
    monitor.clock.moment = NOON + DAY
    assert one.run() == 1
    assert one.told[5:] == [(INSTRUCTOR, True, ["opened"] * 3)]
    has_alerts(monitor, 6)
    assert one.run() == 4, "one was told within 24 hours"
    assert unsent(monitor) == 2


def test_a_mark_that_opens_and_clears_before_anybody_was_told_is_settled(monitor, announcer):
    monitor.consume([scored("first", A, 1, 20)])
    monitor.consume([scored("second", A, 2, 90, item="quiz-2")])
    one = announcer()

    assert one.run() == 0
    monitor.clock.moment += DAY
    assert one.run() == 1
    assert one.told == [(INSTRUCTOR, True, ["settled"])]
    assert unsent(monitor) == 0


def test_what_was_taken_back_while_it_waited_is_told_to_nobody(monitor, announcer, api_database):
    has_alerts(monitor, 1)
    ((number,),) = monitor.rows("SELECT alert_id FROM alert")
    one = announcer()
    one.run()
    monitor.clock.moment = NOON + DAY / 2
    works(monitor, api_database, ask.Assign(assignee="ben"), number)
    assert (one.run(), unsent(monitor)) == (0, 1)

    works(monitor, api_database, ask.Assign(assignee=None), number)
    monitor.clock.moment = NOON + DAY
    assert (one.run(), unsent(monitor)) == (0, 0)


def test_the_end_of_a_snooze_is_told_if_it_is_still_that_snooze(monitor, announcer, api_database):
    has_alerts(monitor, 1)
    one = announcer()
    one.run()
    ((number,),) = monitor.rows("SELECT alert_id FROM alert")
    for days in (3, 2):
        works(monitor, api_database, ask.Snooze(until=NOON + days * DAY), number)
        assert one.run() == 0

    told = []
    for _ in range(4):
        monitor.clock.moment += DAY
        told.append(one.run())
    assert told == [0, 1, 0, 0]
    assert one.told[-1] == (INSTRUCTOR, False, ["woken"])
    assert unsent(monitor) == 0


def test_the_institutions_policy_and_the_courses_severity_are_in_force(
    monitor, announcer, api_database
):
    versions = PostgresPolicies(api_database)
    for course, changes in (
        ("", {"time_zone": "Asia/Tokyo", "daily_messages": 9}),
        ("LAW-1", {"immediate_from_severity": "watch"}),
    ):
        policies.put(versions, HIGHER_EDUCATION, course, changes, "", person="ada")
    has_alerts(monitor, 8, severity=1, course="LAW-1")
    has_alerts(monitor, 1, severity=1)
    one = announcer()

    assert one.run() == 0, "it is nine in the evening in Tokyo"
    monitor.clock.moment = NOON + DAY / 2  # nine in the morning
    assert one.run() == 9
    assert one.told[-1] == (INSTRUCTOR, True, ["opened"])


def test_a_course_cannot_say_when_people_are_told(api_database):
    for name, value in (("time_zone", "Asia/Tokyo"), ("digest_hour", 3)):
        with pytest.raises(Exception, match=f"`{name}`: people have several courses"):
            policies.put(
                PostgresPolicies(api_database),
                HIGHER_EDUCATION,
                "LAW-1",
                {name: value},
                "",
                person="ada",
            )
