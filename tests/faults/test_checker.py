"""The checker of `acknowledged means kept` names each way of breaking that word."""

from __future__ import annotations

import contextlib

import pytest
from msgspec.structs import replace

from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.store import PostgresStore
from chalicelib.consumer import Consumer
from chalicelib.domain.delivery import Quarantined
from chalicelib.domain.policy import HIGHER_EDUCATION
from chalicelib.services.judge import Judge
from local.checker import check, holdings, identities
from tests.builders import STUDENTS, Clock, active, lambda_event, record


class BrokenStore:
    """A real store whose transactions a test may meddle with."""

    def __init__(self, store, meddle):
        self._store, self._meddle = store, meddle

    def answers(self):
        return True

    @contextlib.contextmanager
    def unit(self):
        with self._store.unit() as unit:
            self._meddle(unit)
            yield unit


def whole(unit):
    """Break nothing."""


def drops_one(unit):
    add = unit.add_events
    unit.add_events = lambda incoming: add([i for i in incoming if i.event.event_id != "e3"])


def doubles_one(unit):
    add = unit.add_events

    def doubling(incoming):
        again = [replace(i, _uid="f" * 32) for i in incoming if i.event.event_id == "e3"]
        sorted_ = add([*incoming, *again])
        return sorted_._replace(new=[i for i in sorted_.new if i < len(incoming)])

    unit.add_events = doubling


def quarantines_a_good_one(unit):
    add = unit.add_events

    def refusing(incoming):
        kept = [i for i in incoming if i.event.event_id != "e3"]
        for one in incoming:
            if one.event.event_id == "e3":
                event = one.event
                unit.quarantine(
                    [
                        Quarantined(
                            "mood",
                            "no reason",
                            b"{}",
                            event_id=event.event_id,
                            student=event.student,
                            occurred_us=event.occurred_us,
                        )
                    ]
                )
        return add(kept)

    unit.add_events = refusing


def verdict_of(database, meddle):
    store = PostgresStore(Database(database.dsn("ingest")))
    consumer = Consumer(
        store=BrokenStore(store, meddle), judge=Judge(HIGHER_EDUCATION), clock=Clock()
    )
    events = [active(f"e{i}", STUDENTS[i % 3], i) for i in range(6)]
    with contextlib.suppress(IndexError):  # a broken consumer may also fall over its own feet
        consumer.consume(lambda_event(record(events)))
    sent = [(e.event_id, _text(e.occurred_us)) for e in events]
    return check(identities(sent), *holdings(database.dsn()))


def _text(occurred_us):
    import datetime as dt

    moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=occurred_us)
    return moment.isoformat()


def test_a_sound_consumer_is_found_sound(database):
    verdict = verdict_of(database, whole)
    assert verdict.ok
    assert str(verdict) == "every acknowledged event is there, exactly once"


@pytest.mark.parametrize(
    ("meddle", "fault"),
    [
        (drops_one, "lost: 1 (e3)"),
        (doubles_one, "doubled: 1 (e3)"),
        (quarantines_a_good_one, "wrongly quarantined: 1 (e3)"),
    ],
)
def test_each_broken_consumer_is_named(database, meddle, fault):
    verdict = verdict_of(database, meddle)
    assert not verdict.ok
    assert fault in str(verdict)


def test_what_was_expected_in_quarantine_must_be_there():
    sent = {("a", 1), ("b", 2)}
    assert check(sent, [("a", 1)], [("b", 2)], {("b", 2)}).ok
    assert check(sent, [("a", 1), ("b", 2)], [], {("b", 2)}).wrongly_stored == [("b", 2)]


def test_what_nobody_sent_is_named():
    assert check(set(), [("ghost", 1)], []).unknown == [("ghost", 1)]
