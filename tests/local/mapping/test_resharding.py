"""Splits and merges: children after their parents, order kept within a key, nothing lost."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from local.mapping import FileCheckpoints
from tests.local.mapping.conftest import Handler, wait_until

KEYS = [f"key-{i}" for i in range(40)]
SPLIT_AT = str(2**126)


def _round(number: int) -> list[tuple[str, str]]:
    return [(key, f"{number:03d} {key} {i}") for i in range(5) for key in KEYS]


def _split(stream: Any) -> None:
    parent = next(
        s["ShardId"]
        for s in stream.shards()
        if s["HashKeyRange"]["StartingHashKey"] == "0"
        and "EndingSequenceNumber" not in s["SequenceNumberRange"]
    )
    stream.client.split_shard(
        StreamName=stream.name, ShardToSplit=parent, NewStartingHashKey=SPLIT_AT
    )
    stream.wait_until_active()


def _merge(stream: Any) -> None:
    open_shards = [
        s for s in stream.shards() if "EndingSequenceNumber" not in s["SequenceNumberRange"]
    ]
    left, right = sorted(open_shards, key=lambda s: int(s["HashKeyRange"]["StartingHashKey"]))[:2]
    stream.client.merge_shards(
        StreamName=stream.name, ShardToMerge=left["ShardId"], AdjacentShardToMerge=right["ShardId"]
    )
    stream.wait_until_active()


def _reshard_while_writing(stream: Any) -> list[tuple[str, str]]:
    sent: list[tuple[str, str]] = []
    for number, change in enumerate([_split, _merge, _split, None]):
        stream.put(_round(number))
        sent += _round(number)
        if change:
            change(stream)
    return sent


@pytest.mark.parametrize("factor", [1, 4])
def test_resharding_before_the_mapping_starts_loses_no_record_and_no_order(
    make_stream, mapped, factor
):
    stream, handler = make_stream(2), Handler()
    sent = _reshard_while_writing(stream)

    mapping = mapped(stream, handler, batch_size=50, parallelization_factor=factor)

    assert mapping.wait_until_drained(15)
    assert sorted(handler.done) == sorted(data for _, data in sent)
    assert all(rows == sorted(rows, key=_sent_at) for rows in handler.by_key.values())


def test_resharding_while_the_mapping_runs_loses_no_record_and_no_order(make_stream, mapped):
    stream, handler = make_stream(2), Handler()
    mapping = mapped(stream, handler, batch_size=50)

    sent = _reshard_while_writing(stream)

    assert mapping.wait_until_drained(15)
    assert sorted(handler.done) == sorted(data for _, data in sent)
    assert all(rows == sorted(rows, key=_sent_at) for rows in handler.by_key.values())
    assert len(set(handler.shard_of.values())) > 2


def test_a_child_waits_while_its_parent_fails(make_stream, mapped):
    stream, may_pass = make_stream(1), threading.Event()

    def answer(data: list[str]) -> None:
        if data[0].startswith("000") and not may_pass.is_set():
            raise ConnectionError

    handler = Handler(answer)
    stream.put(_round(0))
    _split(stream)
    stream.put(_round(1))
    mapping = mapped(stream, handler, batch_size=10_000)

    assert not mapping.wait_until_drained(1)
    assert all(batch[0].startswith("000") for batch in handler.batches)
    may_pass.set()
    assert mapping.wait_until_drained(10)
    assert sorted(handler.done) == sorted(data for _, data in _round(0) + _round(1))


def test_latest_reads_a_shard_that_comes_later_from_its_beginning(make_stream, mapped):
    stream, handler = make_stream(1), Handler()
    stream.put(_round(0))
    _split(stream)
    stream.put(_round(1))
    mapping = mapped(stream, handler, starting_position="LATEST")
    assert mapping.wait_until_drained(5)

    _merge(stream)
    stream.put(_round(2))

    assert mapping.wait_until_drained(10)
    assert sorted(handler.done) == sorted(data for _, data in _round(2))


def test_a_restart_amid_resharding_reads_no_ended_shard_again(make_stream, mapped, tmp_path):
    stream = make_stream(1)
    stream.put(_round(0))
    _split(stream)
    first = mapped(stream, Handler(), checkpoints=FileCheckpoints(tmp_path / "done"))
    assert first.wait_until_drained(10)
    assert first.stop()
    stream.put(_round(1))
    handler = Handler()

    mapping = mapped(stream, handler, checkpoints=FileCheckpoints(tmp_path / "done"))

    assert mapping.wait_until_drained(10)
    assert sorted(handler.done) == sorted(data for _, data in _round(1))


class EndWatcher:
    """A client that tells when a read has come to the end of a closed shard."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.came = threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def get_records(self, **arguments: Any) -> Any:
        """Read, and look whether there is more to come."""
        answer = self._client.get_records(**arguments)
        if not answer.get("NextShardIterator"):
            self.came.set()
        return answer


def test_a_stop_before_an_ended_shard_is_settled_leaves_it_to_the_next_start(
    make_stream, mapped, tmp_path
):
    def answer(_: list[str]) -> None:
        raise ConnectionError

    stream, failing, handler = make_stream(1), Handler(answer), Handler()
    stream.put(_round(0))
    _split(stream)
    stream.put(_round(1))
    end, done = EndWatcher(stream.client), tmp_path / "done"
    first = mapped(stream, failing, client=end, checkpoints=FileCheckpoints(done))
    assert end.came.wait(20)
    wait_until(lambda: failing.batches)
    assert first.stop(timeout_s=10)

    mapping = mapped(stream, handler, checkpoints=FileCheckpoints(done))

    assert mapping.wait_until_drained(20)
    assert sorted(handler.done) == sorted(data for _, data in _round(0) + _round(1))


def _sent_at(data: str) -> tuple[int, int]:
    number, _, i = data.split(" ")
    return int(number), int(i)
