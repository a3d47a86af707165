"""Checkpoints over a restart: nothing lost, little repeated."""

from __future__ import annotations

import itertools
import threading
import time
from typing import TYPE_CHECKING

import pytest

from local.mapping import Checkpoints, FileCheckpoints
from tests.local.mapping.conftest import Handler, pairs_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("factor", [1, 3])
def test_a_restart_goes_on_at_the_first_record_that_was_not_done(
    make_stream, mapped, tmp_path: Path, factor
):
    stream, enough, stopped = make_stream(2), threading.Event(), threading.Event()

    def answer(_: list[str]) -> None:
        if len(first.done) > 200:
            enough.set()
            stopped.wait(60)  # a slow batch: the stop comes while it is under way

    first, second = Handler(answer), Handler()
    stream.put(pairs_of(1000))
    settings = {"batch_size": 20, "parallelization_factor": factor}
    before = mapped(stream, first, checkpoints=FileCheckpoints(tmp_path / "done"), **settings)
    assert enough.wait(20)
    assert not before.stop(timeout_s=0)
    stopped.set()
    assert before.stop(timeout_s=10)
    assert 200 < len(first.done) < 1000

    after = mapped(stream, second, checkpoints=FileCheckpoints(tmp_path / "done"), **settings)

    assert after.wait_until_drained(20)
    # One lane repeats nothing; of several, each repeats what it did behind the first gap.
    undone = [
        itertools.dropwhile(set(first.done).__contains__, held)
        for held in stream.data_by_shard().values()
    ]
    assert sorted(second.done) == sorted(itertools.chain.from_iterable(undone))


def test_a_restart_with_nothing_new_invokes_nothing(make_stream, mapped, tmp_path: Path):
    stream = make_stream(2)
    stream.put(pairs_of(100))
    first = mapped(stream, Handler(), checkpoints=FileCheckpoints(tmp_path / "done"))
    assert first.wait_until_drained(5)
    assert first.stop()
    again = Handler()

    mapping = mapped(stream, again, checkpoints=FileCheckpoints(tmp_path / "done"))

    assert mapping.wait_until_drained(5)
    assert again.batches == []


def test_a_stream_made_anew_under_the_same_name_is_read_from_its_beginning(
    make_stream, mapped, kinesis
):
    stream, checkpoints = make_stream(1), Checkpoints()
    stream.put(pairs_of(10))
    first = mapped(stream, Handler(), checkpoints=checkpoints)
    assert first.wait_until_drained(5)
    assert first.stop()
    kinesis.delete_stream(StreamName=stream.name)
    while stream.name in kinesis.list_streams()["StreamNames"]:
        time.sleep(0.01)
    time.sleep(1)  # kinesalite knows times of creation to the second
    kinesis.create_stream(StreamName=stream.name, ShardCount=1)
    stream.wait_until_active()
    stream.put(pairs_of(7))
    handler = Handler()

    mapping = mapped(stream, handler, checkpoints=checkpoints)

    assert mapping.wait_until_drained(5)
    assert len(handler.done) == 7


def test_latest_passes_over_what_was_there_and_a_restart_keeps_its_place(make_stream, mapped):
    stream, checkpoints = make_stream(1), Checkpoints()
    stream.put([("key", "old")])
    handler = Handler()
    mapping = mapped(stream, handler, starting_position="LATEST", checkpoints=checkpoints)
    assert mapping.wait_until_drained(5)

    stream.put([("key", "new")])
    assert mapping.wait_until_drained(5)
    assert mapping.stop()
    stream.put([("key", "while it was away")])
    again = mapped(stream, handler, starting_position="LATEST", checkpoints=checkpoints)

    assert again.wait_until_drained(5)
    assert handler.done == ["new", "while it was away"]
