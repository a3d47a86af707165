"""The mapping on a real stream: order, partial answers, checkpoints, faults, lag."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.mapping import Checkpoints, FileCheckpoints

if TYPE_CHECKING:
    from pathlib import Path

from tests.local.mapping.conftest import Handler

REPORTS = {"function_response_types": ("ReportBatchItemFailures",)}


def _pairs(count: int, keys: int = 20) -> list[tuple[str, str]]:
    return [(f"key-{i % keys}", f"{i:05d}") for i in range(count)]


def _failing_first(name: str) -> Any:
    """Name one record as failed, once."""
    failed: list[str] = []

    def answer(data: list[str]) -> Any:
        if name not in data or failed:
            return None
        failed.append(name)
        return lambda numbers: {"batchItemFailures": [{"itemIdentifier": numbers[name]}]}

    return answer


@pytest.mark.parametrize("factor", [1, 4])
def test_every_record_arrives_once_and_in_order_of_its_key(make_stream, mapped, factor):
    stream, handler = make_stream(3), Handler()
    pairs = _pairs(2000)
    stream.put(pairs)

    mapping = mapped(stream, handler, batch_size=70, parallelization_factor=factor)

    assert mapping.wait_until_drained(15)
    assert sorted(handler.done) == [data for _, data in pairs]
    assert all(rows == sorted(rows) for rows in handler.by_key.values())
    assert max(len(batch) for batch in handler.batches) <= 70
    assert mapping.lag() == (0, 0)


def test_a_record_reaches_the_handler_in_a_fraction_of_a_second(make_stream, mapped):
    stream, arrived = make_stream(1), threading.Event()
    mapping = mapped(stream, Handler(lambda _: arrived.set()))
    assert mapping.wait_until_drained(5)

    began = time.monotonic()
    stream.put([("key", "data")])

    assert arrived.wait(5)
    assert time.monotonic() - began < 0.5


def test_a_partial_answer_is_retried_from_the_record_that_it_names(make_stream, mapped):
    stream, handler = make_stream(1), Handler(_failing_first("00030"))
    stream.put(_pairs(50))

    mapping = mapped(stream, handler, batch_size=50, **REPORTS)

    assert mapping.wait_until_drained(5)
    assert handler.batches == [
        [f"{i:05d}" for i in range(50)],
        [f"{i:05d}" for i in range(30, 50)],
    ]


def test_a_failing_shard_holds_up_no_other(make_stream, mapped):
    stream, healthy = make_stream(2), threading.Event()
    pairs = _pairs(400, keys=40)

    def answer(data: list[str]) -> None:
        if bad in data:
            raise ConnectionError("the database is away")
        if not healthy.is_set() and all(row in handler.done or row in data for row in rest):
            healthy.set()

    stream.put(pairs)
    where = _shards_by_data(stream)
    bad = pairs[0][1]
    rest = [data for _, data in pairs if where[data] != where[bad]]
    handler = Handler(answer)

    mapping = mapped(stream, handler, batch_size=400)

    assert healthy.wait(10)
    assert not mapping.wait_until_drained(0.2)
    assert mapping.lag().records == len(pairs) - len(rest)
    assert mapping.lag().milliseconds > 0


def test_a_failing_key_lets_the_lanes_beside_it_go_on(make_stream, mapped):
    stream = make_stream(1)

    def answer(data: list[str]) -> None:
        if "bad" in data:
            raise ValueError("no")

    handler = Handler(answer)
    checkpoints = Checkpoints()
    stream.put([("stuck", "bad"), *_pairs(200, keys=30)])
    mapping = mapped(
        stream, handler, parallelization_factor=8, batch_size=10, checkpoints=checkpoints
    )
    deadline = time.monotonic() + 5
    while len(handler.done) < 100 and time.monotonic() < deadline:
        time.sleep(0.01)

    assert len(handler.done) >= 100
    assert all(rows == sorted(rows) for rows in handler.by_key.values())
    assert not checkpoints._done, "nothing before the failing record is done without a gap"
    assert mapping.lag().records == 201


@pytest.mark.parametrize("factor", [1, 3])
def test_a_restart_goes_on_behind_the_checkpoint_and_loses_nothing(
    make_stream, mapped, tmp_path: Path, factor
):
    stream = make_stream(2)
    enough = threading.Event()
    first = Handler(lambda _: enough.set() if len(first.done) > 200 else None)
    pairs = _pairs(1000)
    stream.put(pairs)
    settings = {"batch_size": 20, "parallelization_factor": factor}

    before = mapped(stream, first, checkpoints=FileCheckpoints(tmp_path / "done"), **settings)
    assert enough.wait(10)
    assert before.stop()
    second = Handler()
    after = mapped(stream, second, checkpoints=FileCheckpoints(tmp_path / "done"), **settings)

    assert after.wait_until_drained(10)
    seen = set(first.done) | set(second.done)
    assert seen == {data for _, data in pairs}
    assert len(first.done) + len(second.done) < len(pairs) + 300, "it began all over again"


def test_a_restart_with_nothing_new_invokes_nothing(make_stream, mapped, tmp_path: Path):
    stream = make_stream(2)
    stream.put(_pairs(100))
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
    stream.put(_pairs(10))
    first = mapped(stream, Handler(), checkpoints=checkpoints)
    assert first.wait_until_drained(5)
    assert first.stop()
    kinesis.delete_stream(StreamName=stream.name)
    while stream.name in kinesis.list_streams()["StreamNames"]:
        time.sleep(0.01)
    time.sleep(1)  # kinesalite knows times of creation to the second
    kinesis.create_stream(StreamName=stream.name, ShardCount=1)
    stream.wait_until_active()
    stream.put(_pairs(7))
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


def test_a_window_gathers_records_into_one_batch(make_stream, mapped):
    stream, handler = make_stream(1), Handler()
    mapping = mapped(stream, handler, maximum_batching_window_in_seconds=1, batch_size=1000)
    for i in range(5):
        stream.put([("key", str(i))])
        time.sleep(0.05)

    assert mapping.wait_until_drained(5)
    assert handler.batches == [["0", "1", "2", "3", "4"]]


class Faulty:
    """A client whose reads fail with a named error, so many times."""

    def __init__(self, client: Any, code: str, times: int) -> None:
        self._client = client
        self._code = code
        self.left = times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def get_records(self, **arguments: Any) -> Any:
        """Read, and lose the answer when told to."""
        answer = self._client.get_records(**arguments)
        if self.left and answer["Records"]:
            self.left -= 1
            raise ClientError({"Error": {"Code": self._code, "Message": "as told"}}, "GetRecords")
        return answer


@pytest.mark.parametrize(
    "code", ["ExpiredIteratorException", "ProvisionedThroughputExceededException"]
)
def test_an_expired_iterator_or_a_throttled_read_loses_and_repeats_nothing(
    make_stream, mapped, code
):
    stream, handler = make_stream(1), Handler()
    faulty = Faulty(stream.client, code, times=1)
    mapping = mapped(stream, handler, client=faulty)
    for start in (0, 10):
        stream.put(_pairs(20)[start : start + 10])
        assert mapping.wait_until_drained(5)
        faulty.left = 1 if start == 0 else faulty.left

    assert handler.done == [data for _, data in _pairs(20)]
    assert faulty.left == 0


def test_what_is_given_up_is_told_to_the_destination_and_passed_over(make_stream, mapped):
    stream, told = make_stream(1), []

    def answer(data: list[str]) -> None:
        if "00007" in data:
            raise ValueError("poison")

    handler = Handler(answer)
    stream.put(_pairs(20))

    mapping = mapped(
        stream,
        handler,
        on_failure=told.append,
        maximum_retry_attempts=1,
        bisect_batch_on_function_error=True,
    )

    assert mapping.wait_until_drained(10)
    assert sorted(handler.done) == [f"{i:05d}" for i in range(20) if i != 7]
    (message,) = told
    assert message["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert message["KinesisBatchInfo"]["batchSize"] == 1


def test_stopping_waits_neither_for_a_window_nor_for_a_backoff(make_stream, mapped):
    stream = make_stream(2)

    def answer(_: list[str]) -> None:
        raise ConnectionError

    stream.put(_pairs(20))
    mapping = mapped(stream, Handler(answer), maximum_batching_window_in_seconds=300)
    failing = mapped(stream, Handler(answer))
    time.sleep(0.5)

    began = time.monotonic()

    assert mapping.stop()
    assert failing.stop()
    assert time.monotonic() - began < 2


def _shards_by_data(stream: Any) -> dict[str, str]:
    where = {}
    for shard in stream.shards():
        iterator = stream.client.get_shard_iterator(
            StreamName=stream.name, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        for record in stream.client.get_records(ShardIterator=iterator)["Records"]:
            where[record["Data"].decode()] = shard["ShardId"]
    return where
