"""Checkpoints over a restart: nothing lost, little repeated."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from local.mapping import Checkpoints, FileCheckpoints

if TYPE_CHECKING:
    from pathlib import Path

from tests.local.mapping.conftest import Handler, pairs_of


@pytest.mark.parametrize("factor", [1, 3])
def test_a_restart_goes_on_behind_the_checkpoint_and_loses_nothing(
    make_stream, mapped, tmp_path: Path, factor
):
    stream = make_stream(2)
    enough = threading.Event()
    first = Handler(lambda _: enough.set() if len(first.done) > 200 else None)
    pairs = pairs_of(1000)
    stream.put(pairs)
    settings = {"batch_size": 20, "parallelization_factor": factor}

    before = mapped(stream, first, checkpoints=FileCheckpoints(tmp_path / "done"), **settings)
    assert enough.wait(10)
    _wait_for(tmp_path / "done")  # a slow lane may hold up its shard's first checkpoint
    assert before.stop()
    second = Handler()
    after = mapped(stream, second, checkpoints=FileCheckpoints(tmp_path / "done"), **settings)

    assert after.wait_until_drained(10)
    seen = set(first.done) | set(second.done)
    assert seen == {data for _, data in pairs}
    assert len(second.done) < len(pairs), "it began all over again"


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


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + 10
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} is not written"
        time.sleep(0.01)
