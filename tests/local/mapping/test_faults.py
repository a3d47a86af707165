"""Failing handlers, shards, lanes and reads: what waits, what goes on, what is told."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.mapping import Checkpoints

if TYPE_CHECKING:
    pass

from tests.local.mapping.conftest import Handler, pairs_of

REPORTS = {"function_response_types": ("ReportBatchItemFailures",)}


def _failing_first(name: str) -> Any:
    """Name one record as failed, once."""
    failed: list[str] = []

    def answer(data: list[str]) -> Any:
        if name not in data or failed:
            return None
        failed.append(name)
        return lambda numbers: {"batchItemFailures": [{"itemIdentifier": numbers[name]}]}

    return answer


def test_a_partial_answer_is_retried_from_the_record_that_it_names(make_stream, mapped):
    stream, handler = make_stream(1), Handler(_failing_first("00030"))
    stream.put(pairs_of(50))

    mapping = mapped(stream, handler, batch_size=50, **REPORTS)

    assert mapping.wait_until_drained(5)
    assert handler.batches == [
        [f"{i:05d}" for i in range(50)],
        [f"{i:05d}" for i in range(30, 50)],
    ]


def test_a_failing_shard_holds_up_no_other(make_stream, mapped):
    stream, healthy = make_stream(2), threading.Event()
    pairs = pairs_of(400, keys=40)

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
    stream.put([("stuck", "bad"), *pairs_of(200, keys=30)])
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
        stream.put(pairs_of(20)[start : start + 10])
        assert mapping.wait_until_drained(5)
        faulty.left = 1 if start == 0 else faulty.left

    assert handler.done == [data for _, data in pairs_of(20)]
    assert faulty.left == 0


def test_what_is_given_up_is_told_to_the_destination_and_passed_over(make_stream, mapped):
    stream, told = make_stream(1), []

    def answer(data: list[str]) -> None:
        if "00007" in data:
            raise ValueError("poison")

    handler = Handler(answer)
    stream.put(pairs_of(20))

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

    stream.put(pairs_of(20))
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
