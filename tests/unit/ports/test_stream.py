"""What every Stream promises: the fake, and Kinesis as it is emulated here."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.adapters.kinesis import KinesisStream
from local.paths import PROJECT
from tests.fakes import FakeStream

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.ports.accepting import Stream
    from local.emulator import Emulator

_number = itertools.count()


@pytest.fixture(params=["fake", "kinesis"])
def stream(request: pytest.FixtureRequest) -> tuple[Stream, Callable[[], list[tuple[str, bytes]]]]:
    """Give a stream and a function that reads it from its beginning."""
    if request.param == "fake":
        fake = FakeStream()
        return fake, lambda: fake.records
    emulator: Emulator = request.getfixturevalue("emulator")
    name = f"events-{next(_number)}"
    emulator.create_stream(name, 1)
    client = emulator.client("kinesis")
    return KinesisStream(name, client=client), lambda: _read(client, name)


@pytest.fixture(params=["fake", "kinesis"])
def gone(request: pytest.FixtureRequest) -> Stream:
    """Give a stream that does not answer."""
    if request.param == "fake":
        return FakeStream(down=True)
    emulator: Emulator = request.getfixturevalue("emulator")
    return KinesisStream("no-such-stream", client=emulator.client("kinesis"))


def test_what_is_acknowledged_is_on_the_stream_in_order(stream):
    put_on, read = stream
    records = [(f"lane-{i % 3}", f"data {i}".encode()) for i in range(20)]

    assert put_on.put(records, timeout_s=5) == [True] * 20
    assert read() == records


def test_more_records_than_a_call_takes_go_all_the_same(stream):
    put_on, read = stream
    records = [("lane", str(i).encode()) for i in range(1100)]

    assert all(put_on.put(records, timeout_s=20))
    assert len(read()) == 1100


def test_nothing_to_put_is_no_fault(stream):
    assert stream[0].put([], timeout_s=1) == []


def test_a_stream_that_is_well_says_so(stream):
    assert stream[0].health() == "ACTIVE"


def test_a_refusal_is_an_answer_in_time_and_no_exception(gone):
    began = time.monotonic()

    assert gone.put([("a", b"1"), ("b", b"2")], timeout_s=0.3) == [False, False]
    assert time.monotonic() - began < 2


def test_a_stream_that_is_gone_has_no_health(gone):
    with pytest.raises(Exception, match=r"down|no-such-stream|not found"):
        gone.health()


class Throttled:
    """A client that refuses records until each has been tried so often; it counts its calls."""

    def __init__(self, refusals: dict[bytes, int]) -> None:
        self.refusals = refusals
        self.taken: list[bytes] = []
        self.calls: list[list[bytes]] = []

    def put_records(self, *, StreamName: str, Records: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803  # boto3's
        self.calls.append([record["Data"] for record in Records])
        return {"Records": [self._answer(record["Data"]) for record in Records]}

    def _answer(self, data: bytes) -> dict[str, Any]:
        if self.refusals.get(data, 0) > 0:
            self.refusals[data] -= 1
            return {"ErrorCode": "ProvisionedThroughputExceededException"}
        self.taken.append(data)
        return {"SequenceNumber": "1", "ShardId": "shardId-0"}


def test_only_what_was_refused_is_sent_again():
    client = Throttled({b"b": 2})
    stream = KinesisStream("events", client=client)

    assert stream.put([("k", b"a"), ("k", b"b"), ("k", b"c")], timeout_s=10) == [True] * 3
    assert client.calls == [[b"a", b"b", b"c"], [b"b"], [b"b"]]
    assert sorted(client.taken) == [b"a", b"b", b"c"]


def test_what_stays_refused_is_told_when_the_deadline_is_over():
    client = Throttled({b"b": 10**6})
    began = time.monotonic()

    answer = KinesisStream("events", client=client).put([("k", b"a"), ("k", b"b")], timeout_s=0.3)

    assert answer == [True, False]
    assert time.monotonic() - began < 0.5
    assert client.taken == [b"a"]


def test_no_call_is_larger_than_kinesis_takes():
    client = Throttled({})
    records = [("lane-1", bytes(1_000_000)) for _ in range(25)]

    assert all(KinesisStream("events", client=client).put(records, timeout_s=5))
    assert [len(call) for call in client.calls] == [10, 10, 5]


def test_importing_the_front_needs_no_setting_and_loads_no_aws_client():
    code = "import app, sys; sys.exit('boto3' in sys.modules or 'botocore.client' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT / "runtime", check=False, env={}
    )
    assert done.returncode == 0


def _read(client: Any, name: str) -> list[tuple[str, bytes]]:
    shard = client.list_shards(StreamName=name)["Shards"][0]["ShardId"]
    iterator = client.get_shard_iterator(
        StreamName=name, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    found: list[tuple[str, bytes]] = []
    while True:
        answer = client.get_records(ShardIterator=iterator, Limit=10_000)
        if not answer["Records"]:
            return found
        found += [(record["PartitionKey"], record["Data"]) for record in answer["Records"]]
        iterator = answer["NextShardIterator"]
