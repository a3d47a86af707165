"""A source that used to send and does not is told to operators, by its own rhythm."""

from __future__ import annotations

import datetime as dt

import pytest

from chalicelib.adapters.postgres import queries
from chalicelib.domain import wire
from chalicelib.services.sources import stale_sources
from tests.builders import START, START_US, STUDENTS, active, lambda_event, raw_record

DAY = dt.timedelta(days=1)


def send(monitor, source, *days):
    """Have a source send one record on each of these days."""
    for day in days:
        accepted_us = START_US + round(day * 86_400_000_000)
        event = active(f"{source}-{day}", STUDENTS[0], day)
        packed = wire.pack(wire.Envelope(wire.VERSION, source, "c", accepted_us, [event]))
        answer = monitor.consumer.consume(lambda_event(raw_record(packed)))
        assert answer == {"batchItemFailures": []}


def stale(monitor, day, hours=24):
    monitor.clock.moment = START + day * DAY
    found = stale_sources(store=monitor.store, clock=monitor.clock, hours=hours)
    return [one.source for one in found]


@pytest.mark.parametrize(
    ("day", "names"),
    [
        (7.5, []),  # both have sent within a day
        (8.4, []),
        (8.6, ["lms"]),  # it sent at 1.5, and at 7.5 last
        (9.6, []),  # nor did it send on the third day of the week before
    ],
)
def test_the_same_hours_of_the_week_before_tell_what_to_expect(monitor, day, names):
    send(monitor, "lms", 0.5, 1.5, 7.5)
    send(monitor, "sis", 0.5, 7.5, 8.5, 9.5)
    assert stale(monitor, day) == names


def test_it_can_be_turned_off(monitor):
    send(monitor, "lms", 1)
    assert stale(monitor, 8) == ["lms"]
    assert stale(monitor, 8, hours=0) == []


def test_no_source_is_no_stale_source(monitor):
    assert stale(monitor, 8) == []


def test_sources_are_found_by_index(monitor):
    query = queries.load("sources.sql")["sources"]
    with monitor.database.transaction() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {query}", {"as_of": START, "hours": 24})
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan" not in plan
    assert "receipt_by_source" in plan
