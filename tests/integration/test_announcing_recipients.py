"""Who is told of alerts, by assignment and roster, on a real PostgreSQL."""

from __future__ import annotations

from collections import Counter

from chalicelib.domain import alert_requests as ask
from chalicelib.domain.alerts import NOBODY
from tests.builders import scored
from tests.integration.announcers import (
    DAY,
    INSTRUCTOR,
    NOON,
    A,
    B,
    has_alerts,
    unsent,
    works,
)
from tests.rosters import as_owner


def test_what_clears_is_told_to_who_was_told_of_it(monitor, announcer, api_database):
    monitor.consume([scored("first", A, 1, 20)])
    one = announcer()
    one.run()
    monitor.clock.moment += DAY
    one.run()
    ((number,),) = monitor.rows("SELECT alert_id FROM alert")
    works(monitor, api_database, ask.Assign(assignee="ada"), number)
    monitor.consume([scored("second", A, 2, 90, item="quiz-2")])
    one.run()
    monitor.clock.moment += DAY
    one.run()

    assert one.told[-1] == (INSTRUCTOR, True, ["cleared"])


def test_who_gets_an_alert_is_told_and_a_change_of_mind_is_not(monitor, announcer, api_database):
    has_alerts(monitor, 1)
    one = announcer()
    one.run()
    ((number,),) = monitor.rows("SELECT alert_id FROM alert")

    works(monitor, api_database, ask.Assign(assignee="ben"), number)
    assert one.run() == 1
    assert one.told[-1] == ("ben", False, ["assigned"])

    works(monitor, api_database, ask.Assign(assignee="cleo"), number)
    works(monitor, api_database, ask.Assign(assignee=None), number)
    assert (one.run(), unsent(monitor)) == (0, 0)


def test_who_is_responsible_by_the_roster_of_the_day_is_told_each(monitor, announcer, api_database):
    today = NOON.date()
    with as_owner(monitor.server) as cursor:
        for line in (
            ("ines", "teaches", "MATH-1", None, None),
            ("ivo", "teaches", "MATH-1", today, today),
            ("otto", "teaches", "MATH-1", None, today - DAY),
            ("nora", "teaches", "MATH-1", today + DAY, None),
            ("lena", "teaches", "LAW-1", None, None),
            ("ada", "advises", A, None, None),
            ("ivo", "advises", A, None, None),
            (A, "self", A, None, None),
        ):
            cursor.execute("INSERT INTO roster VALUES (%s, %s, %s, %s, %s, 1, 'o')", line)
    has_alerts(monitor, 1)
    has_alerts(monitor, 1, student=B)
    has_alerts(monitor, 1, student=NOBODY)
    has_alerts(monitor, 1, course="ART-1")
    one = announcer()

    assert one.run() == 9
    assert Counter(who for who, _, _ in one.told) == {"ines": 3, "ivo": 4, "ada": 2}


def test_who_has_left_is_told_of_nobody_any_more(monitor, announcer, api_database):
    has_alerts(monitor, 1)
    ((number,),) = monitor.rows("SELECT alert_id FROM alert")
    works(monitor, api_database, ask.Assign(assignee="otto"), number)
    with as_owner(monitor.server) as cursor:
        cursor.execute(
            "INSERT INTO roster (person, kind, target, ends_on, set_by)"
            " VALUES ('otto', 'teaches', 'MATH-1', %s, 'o')",
            (NOON.date() - DAY,),
        )
        cursor.execute(
            "INSERT INTO roster_version (person, kind, target, ends_on, version, set_by)"
            " SELECT person, kind, target, ends_on, version, set_by FROM roster"
            " WHERE kind = 'teaches'"
        )
    one = announcer()

    assert one.run() == 1
    assert one.told == [(INSTRUCTOR, False, ["opened"])]
    assert unsent(monitor) == 0


def test_who_leaves_while_something_waits_is_not_told_it(monitor, announcer, api_database):
    with as_owner(monitor.server) as cursor:
        for person, ends_on in (("ines", None), ("otto", NOON.date())):
            line = (person, ends_on)
            cursor.execute(
                "INSERT INTO roster (person, kind, target, ends_on, set_by)"
                " VALUES (%s, 'teaches', 'MATH-1', %s, 'o')",
                line,
            )
        cursor.execute(
            "INSERT INTO roster_version (person, kind, target, ends_on, version, set_by)"
            " SELECT person, kind, target, ends_on, version, set_by FROM roster"
            " WHERE kind = 'teaches'"
        )
    has_alerts(monitor, 1, severity=1)
    one = announcer()
    assert (one.run(), unsent(monitor)) == (0, 2)

    monitor.clock.moment = NOON + DAY
    assert (one.run(), unsent(monitor)) == (1, 1)
    assert (one.run(), unsent(monitor)) == (0, 1)
    monitor.clock.moment = NOON + 2 * DAY
    assert (one.run(), unsent(monitor)) == (1, 0)
    assert one.told == [("ines", True, ["opened"])] * 2, "nothing is lost, and perhaps repeated"
