"""The arithmetic of shards, partitions and disk: of what is stated, and of what does not fit."""

from __future__ import annotations

import hashlib
import json

import pytest

from chalicelib.services.ingest import Ingest, accept
from infrastructure import sizing
from infrastructure.environments import ENVIRONMENTS, PROD
from tests.builders import Clock
from tests.fakes import FakeStream

PEAK = {
    "events_per_second": 10_000,
    "events_per_post": 50,
    "event_bytes": 350,
    "lanes": 16,
    "parallelization_factor": 2,
}


def test_the_figures_that_the_arithmetic_tells_are_right():
    records = 10_000 / 50 * sizing.records_per_post(50, 16)

    assert round(sizing.records_per_post(50, 16), 1) == 15.4
    assert round(records, -1) == 3_070
    assert sizing.fullest_share(8, 16) == 3 / 16
    assert sizing.fullest_share(7, 16) == 4 / 16
    assert 3.5 * sizing.fullest_share(8, 16) <= sizing.SHARE_USED
    assert 3.5 * sizing.fullest_share(7, 16) > sizing.SHARE_USED
    assert sizing.shards_needed(**PEAK) == 8


@pytest.mark.parametrize(
    ("more", "shards"),
    [
        ({"events_per_second": 5_000}, 3),  # fewer events
        ({"event_bytes": 500}, 15),  # larger ones
        ({"events_per_post": 1, "events_per_second": 2_000}, 4),  # POSTed one by one: records count
    ],
)
def test_shards_follow_from_each_figure(more, shards):
    assert sizing.shards_needed(**PEAK | more) == shards


def test_a_peak_that_no_number_of_shards_takes_is_refused():
    with pytest.raises(ValueError, match="do not fit into 2 lanes"):
        sizing.shards_needed(**PEAK | {"lanes": 2})


@pytest.mark.parametrize("environment", ENVIRONMENTS.values(), ids=lambda one: one.name)
def test_there_are_lanes_for_every_shard_and_a_consumer_for_every_second(environment):
    share = sizing.fullest_share(environment.shards, environment.lanes)
    consumed = sizing.CONSUMER_EVENTS_PER_SECOND * environment.parallelization_factor

    assert environment.lanes >= environment.shards
    assert environment.peak_events_per_second * share <= consumed


def test_shards_are_filled_by_the_keys_that_the_runtime_uses():
    stream = FakeStream()
    event = {
        "event_type": "work_submitted",
        "course_id": "MATH-1",
        "item_id": "quiz-1",
        "occurred_at": "2024-10-07T10:00:00Z",
    }
    body = [event | {"event_id": f"e{n}", "student_id": f"S{n}"} for n in range(500)]
    using = Ingest(stream, Clock(), b"k" * 32, lanes=PROD.lanes, deadline_s=1)

    accept(json.dumps(body).encode(), "local", "correlation", using)

    keys = {key for key, _ in stream.records}
    places = [int(hashlib.md5(key.encode()).hexdigest(), 16) >> 125 for key in keys]  # noqa: S324
    assert len(keys) == PROD.lanes
    assert PROD.shards == 8  # an eighth of the space of hashes each: its upper three bits
    assert max(places.count(shard) for shard in range(8)) / 16 == sizing.fullest_share(8, 16)


def test_the_disk_holds_what_is_kept_with_a_part_free():
    kept = PROD.events_per_year * 2 * sizing.EVENT_STORED_BYTES / 2**30

    assert PROD.storage_gib == 70
    assert kept / PROD.storage_gib <= 1 - sizing.FREE_SHARE
    assert PROD.max_storage_gib == 280
