"""One call shows everything that is held on a student, and nothing of another."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import uuid
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest

from chalicelib.adapters.postgres.alert_changes import PostgresAlertChanges
from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.ledger import PostgresLedger
from chalicelib.adapters.postgres.record import PostgresRecords
from chalicelib.domain import record
from chalicelib.domain.alert_changes import Limits, change
from chalicelib.domain.alert_requests import AddNote
from chalicelib.domain.ledger import Origin
from chalicelib.domain.principal import Principal
from chalicelib.services.ledger import record_read
from tests.builders import (
    STUDENTS,
    active,
    attended,
    conducted,
    enrolled,
    retracted,
    scored,
    submitted,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

ADA, BEN, *_ = STUDENTS


def life(student: str) -> list[Any]:
    name = student[:4]
    wrong = scored(f"{name}-w", student, 3, 0, item="quiz-2")
    return [
        enrolled(f"{name}-e", student, 0),
        scored(f"{name}-s", student, 1, 12, metadata='{"note": "told in confidence"}'),
        submitted(f"{name}-h", student, 2, item="quiz-2"),
        *(attended(f"{name}-a{n}", student, n, "absent", f"s{n}") for n in range(8)),
        active(f"{name}-v", student, 4),
        conducted(f"{name}-c", student, 5),
        wrong,
        retracted(f"{name}-r", wrong),
    ]


@pytest.fixture
def records(monitor) -> Iterator[PostgresRecords]:
    privacy = Database(monitor.server.dsn("privacy"))
    yield PostgresRecords(privacy)
    privacy.close()


@pytest.fixture
def lived(monitor) -> Any:
    monitor.consume([*life(ADA), *life(BEN)])
    monitor.sweep()
    return monitor


def everything(records: PostgresRecords, monitor: Any, student: str) -> dict[str, Any]:
    assert records.has_any(student)
    found: dict[str, Any] = {section.name: [] for section in record.SECTIONS}
    for row in records.rows(student, monitor.clock.now(), None):
        found[row.section].append(json.loads(bytes(row.content)))
    return found


def test_every_table_that_knows_a_student_is_in_the_record(database):
    """A table that is added later is missing here until it has a section."""
    connection = psycopg2.connect(database.dsn("owner"))
    with contextlib.closing(connection), connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM tables_of_students() UNION SELECT name FROM tables_of_alerts()"
        )
        known = {name for (name,) in cursor.fetchall()}
    assert {"event", "access", "correction", "alert_history"} <= known
    assert known | {"erasure", "quarantine", "catalogue_version"} <= record.TABLES | {"result"}


def test_a_life_is_in_its_sections(records, lived):
    found = everything(records, lived, ADA)
    for section in (
        *("enrolment_changes", "standings", "attendance", "activity", "conduct", "risk"),
        *("alerts", "alert_history", "announcements", "events", "retractions"),
    ):
        assert found[section], section
    assert {one["event_type"] for one in found["events"]} >= {
        "assessment_scored",
        "event_retracted",
    }
    assert [one["metadata"] for one in found["events"] if one["metadata"]] == [
        '{"note": "told in confidence"}'
    ]
    assert found["attendance"][0]["status"] == "absent"


def test_nothing_of_another_student_is_in_it(records, lived):
    everybody = Principal("teacher", "person", "dashboard")
    api = Database(lived.server.dsn("api"))
    record_read(PostgresLedger(api), everybody, "x", [ADA, BEN], "teaches", Origin("", ""))
    api.close()
    found = everything(records, lived, ADA)
    assert BEN not in json.dumps(found)
    assert BEN[:4] + "-s" not in json.dumps(found)
    assert [one["others"] for one in found["ledger"]] == [1]


def test_of_who_is_unknown_nothing_is_held(records, lived):
    assert not records.has_any(str(uuid.uuid4()))


def test_a_note_is_shown_when_it_is_marked_and_is_known_to_be_there_when_not(records, lived):
    api = Database(lived.server.dsn("owner"))
    changes = PostgresAlertChanges(api)
    ((alert_id,),) = lived.rows(
        "SELECT min(alert_id) FROM alert WHERE student = %(student)s", student=ADA
    )
    limits = Limits(dt.timedelta(1), dt.timedelta(1))
    for note in (
        AddNote(note="between us"),
        AddNote(note="for the meeting", shareable=True),
    ):
        changes.change(
            alert_id, "ada", lived.clock.now(),
            lambda case, note=note: change(note, case, "ada", lived.clock.now(), limits=limits),
        )  # fmt: skip
    api.close()
    told = [
        one["details"] for one in everything(records, lived, ADA)["alert_history"]
        if one["change"] == "noted"
    ]  # fmt: skip
    assert told == [{"note_withheld": True}, {"note": "for the meeting", "shareable": True}]
