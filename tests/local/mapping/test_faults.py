"""Failing handlers, shards, lanes and reads: what waits, what goes on, what is told."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.mapping import Checkpoints, attempts
from tests.local.mapping.conftest import Handler, pairs_of, wait_until

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
    bad = pairs[0][1]
    (rest,) = [held for held in stream.data_by_shard().values() if bad not in held]
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


EXPIRED = "ExpiredIteratorException"
THROTTLED = "ProvisionedThroughputExceededException"


class Faulty:
    """A client whose reads fail with a named error when told to; what expired stays expired."""

    def __init__(self, client: Any, code: str) -> None:
        self._client = client
        self._code = code
        self.armed = False
        self.asked: list[str] = []  # iterators
        self.failed: list[str] = []  # those whose answer was lost

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def get_records(self, **arguments: Any) -> Any:
        """Read, and lose the answer when told to."""
        iterator = arguments["ShardIterator"]
        self.asked.append(iterator)
        if self._code == EXPIRED and iterator in self.failed:
            raise self._error()
        answer = self._client.get_records(**arguments)
        if self.armed and answer["Records"]:
            self.armed = False
            self.failed.append(iterator)
            raise self._error()
        return answer

    def _error(self) -> ClientError:
        return ClientError({"Error": {"Code": self._code, "Message": "as told"}}, "GetRecords")


@pytest.mark.parametrize("code", [EXPIRED, THROTTLED])
def test_an_expired_iterator_or_a_throttled_read_loses_and_repeats_nothing(
    make_stream, mapped, code
):
    stream, handler = make_stream(1), Handler()
    faulty = Faulty(stream.client, code)
    mapping = mapped(stream, handler, client=faulty)
    for start in (0, 10):  # before there is anything to go on behind, and after
        faulty.armed = True
        stream.put(pairs_of(20)[start : start + 10])
        assert mapping.wait_until_drained(20)
        assert not faulty.armed

    assert handler.done == [data for _, data in pairs_of(20)]
    times = [faulty.asked.count(iterator) for iterator in faulty.failed]
    assert times == ([1, 1] if code == EXPIRED else [2, 2])


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


def test_stopping_waits_neither_for_a_window_nor_for_a_backoff(make_stream, mapped, monkeypatch):
    monkeypatch.setattr(attempts, "FIRST_BACKOFF_S", 30.0)
    stream = make_stream(2)

    def answer(_: list[str]) -> None:
        raise ConnectionError

    stream.put(pairs_of(20))
    gathering, failing = Handler(), Handler(answer)
    gatherer = mapped(stream, gathering, maximum_batching_window_in_seconds=300)
    retrier = mapped(stream, failing)
    wait_until(lambda: failing.batches and gatherer.lag().records == 20)
    assert gathering.batches == []

    assert gatherer.stop(timeout_s=10)
    assert retrier.stop(timeout_s=10)
    assert gathering.batches == []
