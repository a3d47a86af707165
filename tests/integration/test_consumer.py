"""What becomes of poison, conflicts, outages and the unforeseen."""

from __future__ import annotations

import contextlib
import zlib

import aws_kinesis_agg.aggregator
import psycopg2
import pytest

from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.store import PostgresStore
from chalicelib.consumer import Consumer
from chalicelib.domain import poison, wire
from chalicelib.domain.policy import HIGHER_EDUCATION
from chalicelib.services.judge import Judge
from tests.builders import (
    START_US,
    STUDENTS,
    Clock,
    active,
    attended,
    lambda_event,
    raw_record,
    record,
    retracted,
    scored,
)

GOOD = active("good", STUDENTS[0], 1)
DONE = {"batchItemFailures": []}


def stored(monitor):
    return sorted(event_id for (event_id,) in monitor.rows("SELECT event_id FROM event"))


def set_aside(monitor):
    return monitor.rows("SELECT reason, event_id FROM quarantine ORDER BY reason, event_id")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"garbage", "not_compressed"),
        (zlib.compress(b"[]")[:-2], "not_compressed"),
        (zlib.compress(b'{"v":1}'), "not_an_envelope"),
        (zlib.compress(b"[" * 200_000), "not_an_envelope"),
        (zlib.compress(b'{"v":' + b"[" * 200_000), "not_an_envelope"),
        (wire.pack(wire.Envelope(99, "local", "c", 1, [])), "unknown_version"),
        (b"\xf3\x89\x9a\xc2 no digest", "damaged_aggregate"),
    ],
)
def test_a_poisonous_record_is_kept_with_its_reason_and_its_neighbours_are_stored(
    monitor, data, reason
):
    answer = monitor.consumer.consume(
        lambda_event(
            record([GOOD], 1), raw_record(data, 2), record([scored("b", STUDENTS[1], 1, 50)], 3)
        )
    )

    assert answer == DONE
    assert stored(monitor) == ["b", "good"]
    kept = monitor.rows("SELECT reason, payload, sequence_number FROM quarantine")
    (payload,) = poison.parts(data)  # its text, where it has one
    assert [(r, bytes(p), n) for r, p, n in kept] == [(reason, payload, "2")]


def test_a_record_of_a_newer_writer_is_set_aside_by_student_and_can_be_brought_in_later(monitor):
    events = [GOOD, scored("b", STUDENTS[1], 1, 50), active("third", STUDENTS[0], 2)]
    monitor.consume(events)
    digest = monitor.digest()
    monitor.empty()
    sent = wire.Envelope(2, "local", "c", START_US, events)
    for number in (1, 2):  # it comes again
        monitor.consumer.consume(lambda_event(raw_record(wire.pack(sent), number)))

    kept = monitor.rows(
        "SELECT source, correlation_id, students::text[], payload FROM quarantine ORDER BY students"
    )
    assert [tuple(row[:3]) for row in kept] == [("local", "c", [s]) for s in STUDENTS[:2]]
    assert stored(monitor) == []
    for *_, payload in kept:  # by a consumer that knows the version
        text = bytes(payload).replace(b'"v":2', b'"v":1')
        monitor.consumer.consume(lambda_event(raw_record(zlib.compress(text))))
    assert stored(monitor) == ["b", "good", "third"]
    assert monitor.digest() == digest


def test_one_bad_event_of_an_envelope_does_not_take_the_others_along(monitor):
    envelope = wire.Envelope(1, "local", "c", START_US, [GOOD, scored("b", STUDENTS[1], 1, 50)])
    text = zlib.decompress(wire.pack(envelope)).replace(b'"page_view"', b"17")
    monitor.consumer.consume(lambda_event(raw_record(zlib.compress(text))))

    assert stored(monitor) == ["b"]
    assert set_aside(monitor) == [("not_an_event", None)]


def test_a_text_that_no_column_can_hold_takes_no_neighbour_along(monitor):
    events = [GOOD, active("with\0nul", STUDENTS[1], 1), active("third", STUDENTS[2], 1)]
    assert monitor.consumer.consume(lambda_event(record(events))) == DONE

    assert stored(monitor) == ["good", "third"]
    assert [reason for reason, _ in monitor.rows("SELECT reason, 1 FROM quarantine")] == [
        "unexpected_error"
    ]


def test_poison_beside_the_unforeseen_is_kept_with_where_it_came_from(monitor):
    envelope = wire.Envelope(1, "local", "c", START_US, [GOOD, active("\0", STUDENTS[1], 1)])
    text = zlib.decompress(wire.pack(envelope)).replace(b'"page_view"', b"17", 1)
    assert monitor.consumer.consume(lambda_event(raw_record(zlib.compress(text)))) == DONE

    assert monitor.rows("SELECT reason, source, correlation_id FROM quarantine ORDER BY 1") == [
        ("not_an_event", "local", "c"),
        ("unexpected_error", "local", "c"),
    ]


@pytest.mark.parametrize("source", ["local", "with\0nul"])
def test_poison_is_kept_whatever_its_source_is(monitor, source):
    envelope = wire.Envelope(1, source, "c", START_US, [GOOD, active("\0", STUDENTS[1], 1)])
    text = zlib.decompress(wire.pack(envelope)).replace(b'"page_view"', b"17")

    assert monitor.consumer.consume(lambda_event(raw_record(zlib.compress(text)))) == DONE
    assert [reason for reason, _ in set_aside(monitor)] == ["not_an_event", "not_an_event"]


@pytest.mark.parametrize("student", ["z" * 36, "00000000-0000-0000-0000-00000000000-"])
def test_a_pseudonym_that_is_none_takes_no_neighbour_along(monitor, student):
    assert monitor.consumer.consume(lambda_event(record([GOOD, active("b", student, 1)]))) == DONE

    assert stored(monitor) == ["good"]
    assert set_aside(monitor) == [("unexpected_error", "b")]


def test_an_id_longer_than_any_sender_may_send_is_no_event(monitor):
    events = [GOOD, scored("long", STUDENTS[1], 1, 50, item="x" * 3000)]
    assert monitor.consumer.consume(lambda_event(record(events))) == DONE

    assert stored(monitor) == ["good"]
    assert set_aside(monitor) == [("not_an_event", None)]


def test_other_content_under_a_known_identity_is_set_aside_once(monitor):
    other = active("good", STUDENTS[0], 1, count=99)
    for _ in range(3):
        monitor.consume([GOOD, other])

    assert monitor.rows("SELECT amount FROM activity_day") == [(1,)]
    assert set_aside(monitor) == [("conflict", "good")]
    assert monitor.rows("SELECT correlation_id FROM quarantine") == [("correlation",)]


def test_metadata_written_otherwise_is_the_same_content(monitor):
    monitor.consume([scored("a", STUDENTS[0], 1, 50, metadata='{"x": 1, "y": [2]}')])
    monitor.consume([scored("a", STUDENTS[0], 1, 50, metadata='{"y":[2],"x":1}')])

    assert set_aside(monitor) == []
    assert monitor.consumer.last.repeated == 1


def test_what_has_no_place_in_time_is_set_aside_with_that_reason(monitor):
    monitor.consume([active("future", STUDENTS[0], 122), active("old", STUDENTS[0], -900), GOOD])

    assert set_aside(monitor) == [("before_horizon", "old"), ("in_the_future", "future")]
    assert stored(monitor) == ["good"]


def test_an_outage_names_the_first_record_not_done():
    nowhere = PostgresStore(Database("host=127.0.0.1 port=1 dbname=x user=x"))
    consumer = Consumer(store=nowhere, judge=Judge(HIGHER_EDUCATION), clock=Clock())

    answer = consumer.consume(lambda_event(record([GOOD], 41), record([GOOD], 42)))

    assert answer == {"batchItemFailures": [{"itemIdentifier": "41"}]}


def test_a_database_that_only_reads_is_an_outage_until_another_takes_over(monitor):
    monitor.consume([GOOD])
    owner = psycopg2.connect(monitor.server.dsn())
    owner.autocommit = True
    with contextlib.closing(owner), owner.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        ((name,),) = cursor.fetchall()
        cursor.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        monitor.database.close()  # as in a failover, which leaves a connection to the old side
        assert monitor.consumer.consume(batch()) == {"batchItemFailures": [{"itemIdentifier": "1"}]}
        cursor.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")

    assert monitor.consumer.consume(batch()) == DONE
    assert stored(monitor) == ["bad", "fourth", "good", "third"]


class FailingStore:
    """A store in which folding one event brings about what nobody has foreseen."""

    def __init__(self, store, event_id, *, up=True):
        self._store, self._event_id, self._up = store, event_id, up

    def answers(self):
        return self._up

    @contextlib.contextmanager
    def unit(self):
        with self._store.unit() as unit:
            count = unit.count

            def failing(new):
                if any(incoming.event.event_id == self._event_id for incoming in new):
                    raise ZeroDivisionError("nobody has foreseen this")
                return count(new)

            unit.count = failing
            yield unit


def batch():
    return lambda_event(
        record([GOOD, active("bad", STUDENTS[1], 1), active("third", STUDENTS[2], 1)], 1),
        record([attended("fourth", STUDENTS[0], 1, "present", "s")], 2),
    )


def test_the_unforeseen_isolates_the_single_event_and_keeps_its_traceback(monitor):
    store = FailingStore(monitor.store, "bad")
    consumer = Consumer(store=store, judge=Judge(HIGHER_EDUCATION), clock=monitor.clock)

    assert consumer.consume(batch()) == DONE
    assert stored(monitor) == ["fourth", "good", "third"]
    ((reason, detail),) = monitor.rows("SELECT reason, detail FROM quarantine")
    assert reason == "unexpected_error"
    assert "ZeroDivisionError: nobody has foreseen this" in detail


def test_the_unforeseen_of_a_store_that_is_gone_is_an_outage(monitor):
    store = FailingStore(monitor.store, "bad", up=False)
    consumer = Consumer(store=store, judge=Judge(HIGHER_EDUCATION), clock=monitor.clock)

    assert consumer.consume(batch()) == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert set_aside(monitor) == []


def test_records_that_a_producer_library_aggregated_are_taken_apart(monitor):
    packer = aws_kinesis_agg.aggregator.RecordAggregator()
    for i in range(3):
        envelope = wire.Envelope(1, "local", "c", START_US, [active(f"e{i}", STUDENTS[i], 1)])
        packer.add_user_record(f"lane-{i}", wire.pack(envelope))
    _, _, data = packer.clear_and_get().get_contents()

    assert monitor.consumer.consume(lambda_event(raw_record(data))) == DONE
    assert stored(monitor) == ["e0", "e1", "e2"]


@pytest.mark.parametrize("role", ["ingest", "api", "reader", "privacy"])
@pytest.mark.parametrize("change", ["DELETE FROM event", "UPDATE event SET course = 'x'"])
def test_nobody_but_the_owner_may_change_or_remove_an_event(monitor, role, change):
    database = Database(monitor.server.dsn(role))
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), database.transaction() as cursor:
        cursor.execute(change)
    database.close()


def test_an_id_that_two_students_share_names_an_event_of_each(monitor):
    one, other = (active("same", student, 1, count=3) for student in STUDENTS[:2])
    monitor.consume([one])
    monitor.consume([one, other])

    assert monitor.rows("SELECT student::text, amount FROM activity_day ORDER BY 1") == [
        (STUDENTS[0], 3),
        (STUDENTS[1], 3),
    ]
    assert set_aside(monitor) == []


def test_a_retraction_takes_nothing_from_another_student_of_the_same_id(monitor):
    one, other = (active("same", student, 1, count=3) for student in STUDENTS[:2])
    monitor.consume([retracted("gone", one)])
    monitor.consume([one, other])

    assert monitor.rows("SELECT student::text, amount FROM activity_day") == [(STUDENTS[1], 3)]
    seen = "SELECT student::text FROM standing WHERE last_activity_on IS NOT NULL"
    assert monitor.rows(seen) == [(STUDENTS[1],)]


def test_activity_by_day_sums_up_what_counts_and_the_last_day_goes_back_with_a_retraction(monitor):
    early, more, late = (
        active(name, STUDENTS[0], day, count=count)
        for name, day, count in (("a", 1, 3), ("b", 1.2, 4), ("c", 2, 5))
    )
    monitor.consume([late, early, more])
    days = "SELECT events, amount FROM activity_day ORDER BY day"
    last = "SELECT (last_activity_on - (SELECT min(day) FROM activity_day))::integer FROM standing"
    assert monitor.rows(days) == [(2, 7), (1, 5)]
    assert monitor.rows(last) == [(1,)]

    monitor.consume([retracted("gone", late), retracted("gone-too", more)])
    assert monitor.rows(days) == [(1, 3)]
    assert monitor.rows(last) == [(0,)]

    monitor.consume([retracted("all-gone", early)])
    assert monitor.rows(days) == []
    assert monitor.rows("SELECT last_activity_on FROM standing") == [(None,)]


def test_activity_by_day_is_for_whole_records_and_for_analysts(monitor):
    monitor.consume([active("a", STUDENTS[0], 1, count=3)])
    for role in ("privacy", "reader"):
        database = Database(monitor.server.dsn(role))
        assert database.ask("SELECT student::text, amount FROM activity_day", {}) == [
            (STUDENTS[0], 3)
        ]
        database.close()
    database = Database(monitor.server.dsn("api"))
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        database.ask("SELECT FROM activity_day", {})
    database.close()


def test_repeats_and_contradictions_are_told_apart_in_a_batch_and_from_before(monitor):
    known, fresh = active("known", STUDENTS[0], 1), active("fresh", STUDENTS[0], 1)
    others = [active(name, STUDENTS[0], 1, count=9) for name in ("known", "fresh")]
    monitor.consume([known])
    monitor.consume([known, fresh, *others, known, fresh])

    last = monitor.consumer.last
    assert (last.new, last.repeated, last.quarantined) == (1, 3, 2)
    assert stored(monitor) == ["fresh", "known"]
    assert set_aside(monitor) == [("conflict", "fresh"), ("conflict", "known")]
