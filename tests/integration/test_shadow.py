"""What the sweep keeps of a policy in shadow: the same however often, found by index, bounded."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest

from chalicelib.adapters.postgres import queries
from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.shadow import PostgresShadows
from chalicelib.domain.alerts import NOBODY
from tests.builders import STUDENTS, scored

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDER = {"early_warning_bp": 7000}
KEPT = """
SELECT course, day, student::text, rule, in_force, shadow FROM shadow_finding
UNION ALL
SELECT course, opened_at::date, student::text, rule, in_force, cleared_at IS NULL FROM shadow_alert
ORDER BY 1, 2, 3, 4, 5, 6"""
FILL = """
INSERT INTO shadow_finding (course, day, student, rule, edition, in_force, shadow)
SELECT 'C-' || mod(n, 50), date '2025-01-01' + n / 500, gen_random_uuid(), 'low_marks', 1, true,
       true
FROM generate_series(1, 50000) AS t (n);
INSERT INTO shadow_alert (course, student, rule, edition, severity, because, in_force, opened_at,
                          cleared_at)
SELECT 'C-' || mod(n, 50), gen_random_uuid(), 'low_marks', 1, 2, '', true,
       timestamptz '2025-01-01' + n / 500 * interval '1 day', timestamptz '2025-04-01'
FROM generate_series(1, 50000) AS t (n)"""


@pytest.fixture
def shadows(database: Any) -> Iterator[PostgresShadows]:
    connected = Database(database.dsn("api"))
    yield PostgresShadows(connected)
    connected.close()


def put(shadows: PostgresShadows, overrides: dict[str, Any], course: str = "") -> bool:
    return shadows.put(course, overrides, "", person="ada", check=lambda _: None)


def marks(percent: float) -> list[Any]:
    return [
        scored(
            f"{student[:2]}-{n}-{percent}", student, 5 + percent / 100, percent, item=f"quiz-{n}"
        )
        for student in STUDENTS
        for n in range(3)
    ]


def test_sweeping_twice_keeps_what_one_sweep_keeps(monitor, shadows):
    put(shadows, WIDER)
    monitor.consume(marks(60))
    monitor.sweep()
    once = monitor.rows(KEPT)
    monitor.sweep()

    assert len(once) == 6  # three students: flagged, and an alert each
    assert monitor.rows(KEPT) == once


def test_what_is_in_shadow_changes_nothing_else(monitor, shadows):
    monitor.consume(marks(60))
    monitor.sweep()
    state = "SELECT s.*, s.ctid FROM standing s ORDER BY s.student"
    before = monitor.digest(), monitor.rows(state), monitor.rows("SELECT * FROM alert")
    put(shadows, WIDER)
    monitor.sweep()

    assert monitor.rows("SELECT count(*) FROM shadow_finding") == [(3,)]
    assert (monitor.digest(), monitor.rows(state), monitor.rows("SELECT * FROM alert")) == before


def test_a_days_findings_grow_and_never_shrink(monitor, shadows):
    put(shadows, WIDER)
    monitor.consume(marks(60))
    monitor.sweep()
    monitor.consume(marks(95))
    monitor.sweep()

    assert monitor.rows("SELECT shadow, count(*) FROM shadow_finding GROUP BY 1") == [(True, 3)]
    assert monitor.rows("SELECT count(*) FROM shadow_alert WHERE cleared_at IS NULL") == [(0,)]


def test_a_new_edition_replaces_what_the_last_one_said_of_the_day(monitor, shadows):
    put(shadows, WIDER)
    low = [scored(f"low-{n}", STUDENTS[0], 9, 20, item=f"quiz-{n}") for n in range(3)]
    monitor.consume([*marks(60), *low])
    monitor.sweep()
    flagged = "SELECT student::text, in_force, shadow FROM shadow_finding WHERE rule = 'low_marks'"
    before = sorted(monitor.rows(flagged))
    put(shadows, {"early_warning_bp": 4000})
    monitor.sweep()

    first, second, third = STUDENTS
    assert before == [(first, True, True), (second, False, True), (third, False, True)]
    assert monitor.rows(f"{flagged} AND edition = 2") == [(first, True, True)]
    open_now = "SELECT student::text, in_force FROM shadow_alert WHERE edition = 2"
    assert monitor.rows(open_now) == [(first, True)]


def test_a_sweep_forgets_a_bounded_number_of_old_rows(monitor):
    monitor.rows(f"{FILL} RETURNING 1")
    for _ in range(2):
        with monitor.store.unit() as unit:
            unit.forget_shadows(dt.date(2025, 2, 1), 1000)

    assert monitor.rows("SELECT count(*) FROM shadow_finding") == [(48_000,)]
    assert monitor.rows("SELECT count(*) FROM shadow_alert") == [(48_000,)]
    with monitor.store.unit() as unit:
        unit.forget_shadows(dt.date(2025, 1, 1), 1000)
    assert monitor.rows("SELECT count(*) FROM shadow_finding") == [(48_000,)]


VALUES = {
    "known_alerts": {"student": "{" + ",".join(STUDENTS) + "}", "edition": 1},
    "forget": {"before": dt.date(2025, 1, 1), "most": 1000},
    "report": {
        "first": dt.date(2025, 3, 1),
        "last": dt.date(2025, 3, 28),
        "begins": dt.datetime(2025, 3, 1, tzinfo=dt.UTC),
        "ends": dt.datetime(2025, 3, 29, tzinfo=dt.UTC),
        "nobody": NOBODY,
    },
}


@pytest.mark.parametrize(
    ("name", "course"),
    [("known_alerts", "C-7"), ("forget", None), ("report", "C-7"), ("report", None)],
)
def test_comparisons_are_found_by_index(database, name, course):
    connection = psycopg2.connect(database.dsn())
    connection.autocommit = True
    as_of = dt.datetime(2025, 4, 1, tzinfo=dt.UTC)
    values = {**VALUES[name], "course": course, "as_of": as_of}
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(FILL)
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute(f"EXPLAIN {queries.load('shadow.sql')[name]}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "shadow_alert" in plan
    assert "Seq Scan on shadow_" not in plan
