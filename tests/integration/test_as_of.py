"""Looking back where not everything is known: in a replay, in a huge class, in an old history."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest

from chalicelib.adapters.postgres.as_of import PostgresPast
from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.past_page import past_page
from chalicelib.domain import wire
from chalicelib.domain.catalogue import Item
from chalicelib.domain.conversion import micros
from chalicelib.domain.policy import HIGHER_EDUCATION
from chalicelib.services.as_of import look_back
from tests.builders import START, STUDENTS, active, lambda_event, raw_record, retracted, scored
from tests.rosters import advises, put_roster

if TYPE_CHECKING:
    from collections.abc import Iterator

ADA, BEN, _ = STUDENTS


def day(number: float) -> dt.datetime:
    return START + dt.timedelta(days=number)


@pytest.fixture
def asking(database: Any) -> Iterator[Database]:
    """Ask as an adviser of one student, whose rights do not reach the class."""
    put_roster(database, advises("adviser", ADA))
    connected = Database(database.dsn("api"))
    yield connected
    connected.close()


def consume(monitor: Any, number: float, *events: wire.Event) -> None:
    """Consume what the API accepted on a day of the replay."""
    monitor.clock.moment = day(number)
    envelope = wire.Envelope(wire.VERSION, "local", "c", micros(day(number)), list(events))
    answer = monitor.consumer.consume(lambda_event(raw_record(wire.pack(envelope))))
    assert answer == {"batchItemFailures": []}


def seen(past: PostgresPast, at: dt.datetime, **more: Any) -> Any:
    now = dt.datetime.now(dt.UTC)
    view = look_back(ADA, at, past.seen_by("adviser"), HIGHER_EDUCATION, now=now, **more)
    return None if view is None else past_page(view, lambda _: True)


def test_in_a_replay_it_goes_by_when_the_api_accepted(monitor, asking):
    past = PostgresPast(asking, replayed=True)
    first = scored("m1", ADA, 1, 30)
    consume(monitor, 10, first, active("c1", ADA, 9))
    consume(monitor, 20, scored("late", ADA, 2, 90), active("c2", ADA, 15))

    assert seen(past, day(9)) is None
    (then,) = seen(past, day(12))["courses"]
    (now,) = seen(past, day(20))["courses"]
    assert (then["marks"]["mean"], then["last_activity_on"]) == (30.0, "2024-10-16")
    assert (now["marks"]["mean"], now["last_activity_on"]) == (90.0, "2024-10-22")
    assert seen(PostgresPast(asking), day(20)) is None  # by the wall clock all of it came later


def test_in_a_replay_catalogue_and_retractions_count_from_the_beginning(monitor, asking):
    past = PostgresPast(asking, replayed=True)
    wrong = scored("m1", ADA, 1, 30, item="quiz-2")
    consume(monitor, 10, wrong, scored("m2", ADA, 1, 80))
    monitor.catalogue.put_item("MATH-1", "quiz-1", Item("Quiz", day(3), 2.0))
    consume(monitor, 20, retracted("x1", wrong))

    (then,) = seen(past, day(12))["courses"]

    assert then["marks"]["mean"] == 80.0
    assert [one["title"] for one in then["items"]] == ["Quiz"]


def test_the_last_day_of_activity_is_not_one_that_was_retracted(monitor, asking):
    past = PostgresPast(asking, replayed=True)
    wrong = active("c2", ADA, 8)
    consume(monitor, 10, active("c1", ADA, 5), wrong, retracted("x1", wrong))

    (then,) = seen(past, day(10))["courses"]

    assert then["last_activity_on"] == "2024-10-12"


def test_of_a_class_that_is_too_large_nothing_is_said(monitor, asking):
    past = PostgresPast(asking, replayed=True)
    consume(monitor, 10, scored("m1", ADA, 1, 30), scored("m1", BEN, 1, 30))

    (whole,) = seen(past, day(10), most=2)["courses"]
    (part,) = seen(past, day(10), most=1)["courses"]

    assert whole["findings"]
    assert whole["class"]["enrolled"] == 2
    assert [part[name] for name in ("findings", "risk", "risk_bucket", "class")] == [None] * 4
    assert part["marks"] == whole["marks"]


def test_of_a_history_without_numbers_only_the_last_ones_are_told(monitor, asking, database):
    past = PostgresPast(asking, replayed=True)
    consume(monitor, 10, *(scored(f"m{n}", ADA, n, 30, item=f"quiz-{n}") for n in range(3)))
    consume(monitor, 20, *(scored(f"r{n}", ADA, 15, 10, item=f"quiz-{n}") for n in range(3)))
    connection = psycopg2.connect(database.dsn())
    with contextlib.closing(connection), connection, connection.cursor() as cursor:
        cursor.execute("UPDATE alert_history SET severity = NULL, evidence = NULL")

    (before,) = seen(past, day(12))["alerts"]
    (after,) = seen(past, day(20))["alerts"]

    assert "30 %" in before["because"]
    assert (before["severity"], before["evidence"]) == (None, None)
    assert "10 %" in after["because"]
    assert (after["severity"], after["evidence"]["mean_bp"]) == ("high", 1000)
