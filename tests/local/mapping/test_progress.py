"""What is checkpointed, batched and begun, and when."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.mapping import FileCheckpoints, lineage
from local.mapping.checkpoints import ENDED, Checkpoints
from local.mapping.events import Record
from local.mapping.lane import fitting
from local.mapping.progress import Progress

NOON = dt.datetime(2024, 10, 5, 12, tzinfo=dt.UTC)


def _records(count: int, arrived_at: dt.datetime = NOON) -> list[Record]:
    return [Record(f"{i:04d}", f"key-{i % 3}", b"data", arrived_at) for i in range(count)]


def _numbers(records: Any) -> list[str]:
    return [record.sequence_number for record in records]


@given(st.lists(st.integers(0, 3), min_size=1, max_size=60), st.randoms())
def test_the_checkpoint_is_the_highest_record_without_a_gap_before_it(lanes, random):
    records = _records(len(lanes))
    noted: list[str] = []
    progress = Progress(noted.append)
    progress.take(records)
    queues = {n: [r for r, at in zip(records, lanes, strict=True) if at == n] for n in set(lanes)}
    settled: set[str] = set()

    while queues:
        lane = random.choice(sorted(queues))
        batch = [queues[lane].pop(0) for _ in range(random.randint(1, len(queues[lane])))]
        if not queues[lane]:
            del queues[lane]
        progress.settle(batch)
        settled |= set(_numbers(batch))
        gapless = 0
        while gapless < len(records) and records[gapless].sequence_number in settled:
            gapless += 1
        assert (noted[-1] if noted else None) == (
            _numbers(records)[gapless - 1] if gapless else None
        )

    assert noted == sorted(noted)
    assert progress.open_records() == 0


@given(st.lists(st.integers(0, 1_000_000), min_size=1, max_size=30), st.integers(1, 20))
def test_a_batch_keeps_to_its_size_in_records_and_bytes(sizes, batch_size):
    records = [Record(str(i), "key", bytes(size), NOON) for i, size in enumerate(sizes)]

    count, full = fitting(records, batch_size)

    assert 1 <= count <= min(batch_size, len(records))
    assert sum(sizes[:count]) * 4 / 3 <= 6_000_000
    assert full == (count < len(records) or count == batch_size)


def test_checkpoints_in_a_file_are_kept_per_stream_and_shard(tmp_path):
    path = tmp_path / "deep" / "done.json"
    first = FileCheckpoints(path)
    first.put("stream 1", "shard 1", "10")
    first.put("stream 1", "shard 1", "11")
    first.put("stream 2", "shard 1", ENDED)

    again = FileCheckpoints(path)

    assert again.get("stream 1", "shard 1") == "11"
    assert again.get("stream 2", "shard 1") == ENDED
    assert again.get("stream 1", "shard 2") is None
    assert list(path.parent.iterdir()) == [path]


def test_checkpoints_that_a_power_cut_spoilt_mean_reading_again(tmp_path):
    path = tmp_path / "done.json"
    path.write_text('{"stream": {"sha')

    assert FileCheckpoints(path).get("stream", "shard") is None


@pytest.mark.parametrize(
    ("done", "ready", "waiting"),
    [
        ({}, ["a", "b"], ["ab"]),
        ({"a": ENDED}, ["b"], ["ab"]),
        ({"a": ENDED, "b": "17"}, ["b"], ["ab"]),
        ({"a": ENDED, "b": ENDED}, ["ab"], []),
        ({"a": ENDED, "b": ENDED, "ab": ENDED}, [], []),
    ],
)
def test_a_merged_shard_waits_for_both_its_parents(done, ready, waiting):
    shards = [
        {"ShardId": "a"},
        {"ShardId": "b"},
        {"ShardId": "ab", "ParentShardId": "a", "AdjacentParentShardId": "b"},
    ]
    everything = {shard["ShardId"]: done.get(shard["ShardId"]) for shard in shards}

    assert lineage.due(shards, everything) == (ready, waiting)


def test_a_parent_that_the_stream_has_forgotten_holds_nobody_up():
    assert lineage.due([{"ShardId": "b", "ParentShardId": "a"}], {"b": None}) == (["b"], [])


def test_latest_passes_over_closed_shards_whole():
    checkpoints = Checkpoints()
    shards = [
        {"ShardId": "closed", "SequenceNumberRange": {"EndingSequenceNumber": "9"}},
        {"ShardId": "open", "SequenceNumberRange": {}},
    ]

    lineage.begin_at_latest(shards, "stream", checkpoints)

    assert checkpoints.get("stream", "closed") == ENDED
    assert checkpoints.get("stream", "open") == "LATEST"
