"""What is older than its class is kept goes, in steps, never of whom a hold is in force."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import msgspec
import psycopg2
import pytest

from chalicelib import bootstrap, jobs
from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.privacy import PostgresPrivacy
from chalicelib.adapters.postgres.retention import PostgresRetention
from chalicelib.domain.catalogue import Course
from chalicelib.domain.errors import ConfigurationError
from chalicelib.domain.retention import SHIPPED, Retention, read
from chalicelib.services import retention
from chalicelib.settings import Settings
from tests.builders import START, STUDENTS, attended, enrolled, lambda_event, record, scored

if TYPE_CHECKING:
    from collections.abc import Iterator

HELD, OTHER, _ = STUDENTS
LATER = START + dt.timedelta(days=1000)
KEPT = Retention(**dict.fromkeys(Retention.__struct_fields__, 300))
COUNTS = {
    "events": "SELECT count(*) FROM event_stray",
    "receipts": "SELECT count(*) FROM receipt",
    "quarantine": "SELECT count(*) FROM quarantine",
    "alerts": "SELECT count(*) FROM alert WHERE cleared_at IS NOT NULL",
    "notes": "SELECT count(*) FROM alert_history JOIN alert a USING (alert_id)"
    " WHERE details LIKE '%%secret%%' AND a.cleared_at IS NOT NULL",
    "risk_daily": "SELECT count(*) FROM risk_daily",
    "shadow_finding": "SELECT count(*) FROM shadow_finding",
    "shadow_alert": "SELECT count(*) FROM shadow_alert",
    "records": "SELECT count(*) FROM standing WHERE course = 'MATH-1'",
}


@pytest.fixture
def rows(database: Any) -> Iterator[PostgresRetention]:
    owner = Database(database.dsn("owner"))
    yield PostgresRetention(owner)
    owner.close()


@pytest.fixture
def privacy(database: Any) -> Iterator[PostgresPrivacy]:
    connected = Database(database.dsn("privacy"))
    yield PostgresPrivacy(connected)
    connected.close()


@pytest.fixture
def old(monitor: Any, database: Any) -> Any:
    """Give a monitor with something past of each class, of two students, seen years later."""
    monitor.catalogue.put_course(
        "MATH-1", Course("Mathematics", starts_on=START.date(), ends_on=dt.date(2025, 1, 31))
    )
    for student in (HELD, OTHER):
        name = student[:2]
        monitor.consume(
            [
                enrolled(f"{name}e", student, 0),
                scored(f"{name}s", student, 1, 10),
                scored(f"{name}x", student, 1, 10, course="ART-1"),
                *(attended(f"{name}a{n}", student, n, "present", f"s{n}") for n in range(3)),
            ]
        )
        monitor.consumer.consume(lambda_event(record([scored(f"{name}s", student, 1, 99)])))
    monitor.sweep()
    connection = psycopg2.connect(database.dsn())
    with connection, connection.cursor() as cursor:  # time passes
        for statement in (
            "INSERT INTO shadow_finding (course, day, student, rule, edition, in_force, shadow)"
            " SELECT course, %(then)s, student, 'low_marks', 1, true, true FROM standing",
            "INSERT INTO shadow_alert (course, student, rule, edition, severity, because,"
            " in_force, opened_at)"
            " SELECT course, student, 'low_marks', 1, 2, 'b', true, %(then)s FROM standing",
            "UPDATE quarantine SET recorded_at = %(then)s",
            "UPDATE receipt SET accepted_at = %(then)s",
            "UPDATE risk_daily SET day = %(then)s",
            "UPDATE alert SET opened_at = %(then)s, cleared_at = %(then)s, outcome = 'other'"
            " WHERE course = 'MATH-1'",
            "UPDATE alert_history SET changed_at = %(then)s,"
            """ details = '{"note": "secret", "kind": "meeting"}'""",
        ):
            cursor.execute(statement, {"then": START})
    connection.close()
    monitor.clock.moment = LATER
    return monitor


def _left(old: Any) -> dict[str, int]:
    return {name: old.rows(query)[0][0] for name, query in COUNTS.items()}


def test_a_dry_run_tells_what_goes_and_nothing_else_goes(old, rows):
    before = _left(old)
    told = {one["class"]: one["rows"] for one in retention.report(rows, KEPT, LATER)}
    assert _left(old) == before
    assert all(told[name] > 0 for name in told if name != "events")

    assert retention.apply(rows, KEPT, old.clock) == {
        name: n for name, n in told.items() if n and name != "notes"
    }  # the notes went with their alerts

    assert _left(old) == dict.fromkeys(COUNTS, 0)
    assert retention.apply(rows, KEPT, old.clock) == {}
    kept = old.rows("SELECT course, count(*) FROM standing GROUP BY 1 ORDER BY 1")
    assert kept == [("ART-1", 2)]  # no end is known of it
    assert old.rows("SELECT count(*) FROM attendance") == [(0,)]
    assert old.rows("SELECT count(*) FROM alert_history h LEFT JOIN alert a USING (alert_id)"
                    " WHERE a IS NULL") == [(0,)]  # fmt: skip


def test_nothing_that_is_young_goes(old, rows):
    before = _left(old)
    early = dt.timedelta(days=10)
    assert retention.report(rows, KEPT, START + early)[0]["rows"] == 0
    old.clock.moment = START + early
    assert retention.apply(rows, KEPT, old.clock) == {}
    assert _left(old) == before


@pytest.mark.parametrize(
    "what", [{"student": HELD, "course": None}, {"student": None, "course": "MATH-1"}]
)
def test_what_is_held_stays_until_the_hold_is_lifted(old, rows, privacy, what):
    privacy.put_hold(**what, reason="case 7", person="counsel", as_of=START)
    before = {
        "alerts": old.rows(
            "SELECT count(*) FROM alert WHERE cleared_at IS NOT NULL AND"
            " (student = %(s)s OR course = %(c)s)",
            s=what["student"],
            c=what["course"],
        )[0][0]
    }
    retention.apply(rows, KEPT, old.clock)
    left = _left(old)
    assert left["alerts"] == before["alerts"] > 0
    assert left["quarantine"] == (1 if what["student"] else 2)
    assert left["records"] == (1 if what["student"] else 2)
    assert left["risk_daily"] > 0
    assert left["notes"] > 0
    assert left["receipts"] == 0

    (hold,) = privacy.holds()
    privacy.lift_hold(hold["hold_id"], person="counsel", as_of=LATER)
    retention.apply(rows, KEPT, old.clock)
    assert _left(old) == dict.fromkeys(COUNTS, 0)


def test_what_was_set_aside_of_one_who_is_held_among_others_stays(old, rows, privacy):
    owner = psycopg2.connect(old.server.dsn())
    with contextlib.closing(owner), owner, owner.cursor() as cursor:
        cursor.execute(
            "UPDATE quarantine SET students = students || %s::uuid WHERE student <> %s",
            (HELD, HELD),
        )
    privacy.put_hold(student=HELD, course=None, reason="r", person="counsel", as_of=START)
    retention.apply(rows, KEPT, old.clock)
    assert _left(old)["quarantine"] == 2


def test_what_was_written_goes_before_its_alert_and_that_it_was_stays(old, rows):
    kept = msgspec.structs.replace(KEPT, alerts=2000)
    before = _left(old)
    assert retention.apply(rows, kept, old.clock)["notes"] == before["notes"]
    assert _left(old) | {"alerts": 0} == dict.fromkeys(COUNTS, 0)
    assert _left(old)["alerts"] == before["alerts"]
    told = old.rows(
        "SELECT DISTINCT details FROM alert_history JOIN alert a USING (alert_id)"
        " WHERE a.cleared_at IS NOT NULL"
    )
    assert told == [('{"kind": "meeting"}',)]


def test_a_partition_goes_without_the_events_that_are_held(old, rows, privacy):
    privacy.put_hold(student=HELD, course=None, reason="r", person="counsel", as_of=START)
    before = old.rows("SELECT * FROM event WHERE student = %(s)s ORDER BY event_uid", s=HELD)
    with rows._database.transaction() as cursor:
        cursor.execute("SELECT drop_event_partitions('2025-01-01')")
        assert cursor.fetchall()[0][0] > 0

    assert old.rows("SELECT DISTINCT student::text FROM event") == [(HELD,)]
    assert old.rows("SELECT * FROM event ORDER BY event_uid") == before
    retention.apply(rows, KEPT, old.clock)
    assert old.rows("SELECT count(*) FROM event") == [(len(before),)]

    (hold,) = privacy.holds()
    privacy.lift_hold(hold["hold_id"], person="counsel", as_of=LATER)
    assert retention.apply(rows, KEPT, old.clock)["events"] == len(before)
    assert old.rows("SELECT count(*) FROM event") == [(0,)]


def test_it_goes_in_steps_and_each_class_leaves_a_proof(old, rows, monkeypatch):
    monkeypatch.setattr(retention, "STEP", 1)
    steps: list[tuple[str, int]] = []
    delete = rows.delete_past

    def delete_past(class_, before, most):
        deleted = delete(class_, before, most)
        steps.append((class_, deleted))
        return deleted

    monkeypatch.setattr(rows, "delete_past", delete_past)
    told = {one["class"]: one["rows"] for one in retention.report(rows, KEPT, LATER)}

    done = retention.apply(rows, KEPT, old.clock)

    # The notes went with their alerts.
    assert done == {name: n for name, n in told.items() if n and name != "notes"}
    assert done["quarantine"] == 2
    assert steps.count(("quarantine", 1)) == 2
    assert max(deleted for _, deleted in steps) == 1
    assert _left(old) == dict.fromkeys(COUNTS, 0)
    proofs = rows.proofs()
    assert {one["class"]: one["deleted"] for one in proofs} == done
    assert {one["before"] for one in proofs} == {LATER - dt.timedelta(days=300)}


@pytest.mark.parametrize(("days", "deleted"), [(20, 2), (3650, None)])
def test_the_maintenance_does_it_by_the_file_that_is_set(old, database, tmp_path, days, deleted):
    file = tmp_path / "retention.toml"
    file.write_text(SHIPPED.read_text().replace("quarantine = 180", f"quarantine = {days}"))
    settings = Settings(
        database_conninfo=database.dsn(), retention_file=str(file), retention_days=300
    )
    service = bootstrap.build(settings)
    told = jobs.migrate(dataclasses.replace(service, clock=old.clock))
    assert told["deleted"].get("quarantine") == deleted
    assert told["partitions"]["dropped"] > 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("events = 1\n", "missing"),
        (SHIPPED.read_text().replace("notes = 365", "notes = 0"), "notes"),
        (SHIPPED.read_text().replace("notes = 365", "notess = 365"), "notess"),
        (SHIPPED.read_text().replace("notes = 365", "notes = "), "value"),
        (SHIPPED.read_text().replace("records = 1825", "records = 9"), "records"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_the_reason(tmp_path, text, told):
    path = tmp_path / "retention.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=f"(?i){told}"):
        read(path, events=730)


def test_the_deployment_settles_how_long_events_are_kept():
    assert read(SHIPPED, events=90).events == 90
