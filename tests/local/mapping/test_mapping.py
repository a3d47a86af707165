"""The mapping on a real stream: order, latency, windows."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    pass

from tests.local.mapping.conftest import Handler, pairs_of, wait_until


@pytest.mark.parametrize("factor", [1, 4])
def test_every_record_arrives_once_and_in_order_of_its_key(make_stream, mapped, factor):
    stream, handler = make_stream(3), Handler()
    pairs = pairs_of(2000)
    stream.put(pairs)

    mapping = mapped(stream, handler, batch_size=70, parallelization_factor=factor)

    assert mapping.wait_until_drained(15)
    assert sorted(handler.done) == [data for _, data in pairs]
    assert all(rows == sorted(rows) for rows in handler.by_key.values())
    assert max(len(batch) for batch in handler.batches) <= 70
    assert mapping.lag() == (0, 0)


def test_a_record_reaches_the_handler_within_a_second(make_stream, mapped):
    stream, arrived = make_stream(1), threading.Event()
    mapping = mapped(stream, Handler(lambda _: arrived.set()))
    assert mapping.wait_until_drained(5)

    began = time.monotonic()
    stream.put([("key", "data")])

    assert arrived.wait(5)
    assert time.monotonic() - began < 1


def test_a_window_gathers_records_into_one_batch(make_stream, mapped):
    stream, handler = make_stream(1), Handler()
    mapping = mapped(stream, handler, maximum_batching_window_in_seconds=3, batch_size=1000)
    assert mapping.wait_until_drained(20)  # it reads, so the window begins with the first record
    for i in range(5):
        stream.put([("key", str(i))])
        time.sleep(0.05)

    assert mapping.wait_until_drained(20)
    assert handler.batches == [["0", "1", "2", "3", "4"]]


def test_a_full_batch_waits_for_no_window_and_what_is_left_does(make_stream, mapped):
    stream, handler = make_stream(1), Handler()
    mapping = mapped(stream, handler, maximum_batching_window_in_seconds=300, batch_size=10)

    stream.put(pairs_of(25))

    wait_until(lambda: len(handler.done) >= 20 and mapping.lag().records == 5)
    assert not mapping.wait_until_drained(0.5)
    assert handler.batches == [
        [f"{i:05d}" for i in range(10)],
        [f"{i:05d}" for i in range(10, 20)],
    ]
