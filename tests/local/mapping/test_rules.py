"""The rules by themselves, without a stream or a clock: answers, attempts, progress, batches."""

from __future__ import annotations

import collections
import datetime as dt
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.mapping import FileCheckpoints, MappingSettings, attempts, lineage
from local.mapping.answers import first_not_done
from local.mapping.checkpoints import ENDED, Checkpoints
from local.mapping.events import Record, lambda_event
from local.mapping.failures import AGE_EXCEEDED, RETRIES_EXHAUSTED, Origin, message
from local.mapping.lane import fitting
from local.mapping.progress import Progress

NOON = dt.datetime(2024, 10, 5, 12, tzinfo=dt.UTC)
NUMBERS = ["10", "11", "12", "13"]
REPORT = ("ReportBatchItemFailures",)


def _records(count: int, arrived_at: dt.datetime = NOON) -> list[Record]:
    return [Record(f"{i:04d}", f"key-{i % 3}", b"data", arrived_at) for i in range(count)]


def _numbers(records: Any) -> list[str]:
    return [record.sequence_number for record in records]


class Bench:
    """Stands in for a shard: a function with poison in it, a destination, a clock to turn."""

    def __init__(self, poison: set[str] = frozenset(), *, partial: bool = False) -> None:
        self.poison = set(poison)
        self.partial = partial
        self.invoked: list[list[str]] = []
        self.settled: list[str] = []
        self.given_up: list[tuple[list[str], str, int]] = []
        self.waits: list[float] = []
        self.now = NOON

    def run(self, records: list[Record], **settings: Any) -> Bench:
        """Settle them."""
        if self.partial:
            settings["function_response_types"] = REPORT
        attempts.run(
            records,
            MappingSettings(**settings),
            attempts.Invoker(
                self._invoke,
                lambda done: self.settled.extend(_numbers(done)),
                lambda given, why, invokes: self.given_up.append((_numbers(given), why, invokes)),
                self._wait,
                lambda: self.now,
            ),
        )
        return self

    def tries(self, number: str) -> int:
        """Return how often a record was tried."""
        return sum(number in batch for batch in self.invoked)

    def _invoke(self, records: Any) -> Any:
        numbers = _numbers(records)
        self.invoked.append(numbers)
        failed = [number for number in numbers if number in self.poison]
        if self.partial:
            return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}
        if failed:
            raise ValueError(failed)
        return None

    def _wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += dt.timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        {"batchItemFailures": None},
        {"batchItemFailures": []},
        {"other": 1},
    ],
)
def test_an_empty_answer_means_that_all_is_done(answer):
    assert first_not_done(answer, NUMBERS, reports=True) == (4, False)


@pytest.mark.parametrize("named", [[""], [None], ["99"], [12], ["12", "99"], ["12", ""]])
def test_an_unknown_or_empty_identifier_means_that_the_whole_batch_failed(named):
    answer = {"batchItemFailures": [{"itemIdentifier": number} for number in named]}

    assert first_not_done(answer, NUMBERS, reports=True) == (0, True)


@pytest.mark.parametrize(
    "answer",
    [
        "no",
        [],
        7,
        {"batchItemFailures": "12"},
        {"batchItemFailures": ["12"]},
        {"batchItemFailures": [{}]},
    ],
)
def test_an_answer_that_cannot_be_understood_means_that_the_whole_batch_failed(answer):
    assert first_not_done(answer, NUMBERS, reports=True) == (0, True)


def test_the_answer_is_ignored_unless_the_settings_ask_for_it():
    answer = {"batchItemFailures": [{"itemIdentifier": "11"}]}

    assert first_not_done(answer, NUMBERS, reports=False) == (4, False)


@given(st.permutations(NUMBERS), st.integers(1, 4))
def test_the_lowest_number_named_is_the_checkpoint(order, count):
    answer = {"batchItemFailures": [{"itemIdentifier": number} for number in order[:count]]}

    done, whole = first_not_done(answer, NUMBERS, reports=True)

    assert NUMBERS[done] == min(order[:count])
    assert not whole


@given(
    st.integers(1, 40), st.sets(st.integers(0, 39)), st.integers(0, 3), st.booleans(), st.booleans()
)
def test_every_record_is_settled_once_and_in_order_whatever_fails(
    count, bad, retries, bisect, partial
):
    poison = {f"{i:04d}" for i in bad}
    records = _records(count)

    bench = Bench(poison, partial=partial).run(
        records,
        maximum_retry_attempts=retries,
        bisect_batch_on_function_error=bisect,
    )

    assert bench.settled == _numbers(records)
    given_up = {number for numbers, _, _ in bench.given_up for number in numbers}
    assert given_up >= poison & set(_numbers(records))


@given(st.integers(1, 40), st.sets(st.integers(0, 39)), st.integers(0, 3))
def test_bisecting_gives_up_the_poison_alone_after_all_its_retries(count, bad, retries):
    records = _records(count)
    poison = {f"{i:04d}" for i in bad} & set(_numbers(records))

    bench = Bench(poison).run(
        records,
        maximum_retry_attempts=retries,
        bisect_batch_on_function_error=True,
    )

    assert {numbers[0] for numbers, _, _ in bench.given_up} == poison
    assert all(len(numbers) == 1 for numbers, _, _ in bench.given_up)
    alone = collections.Counter(batch[0] for batch in bench.invoked if len(batch) == 1)
    assert all(alone[number] == retries + 1 for number in poison)
    assert len(bench.waits) == retries * len(poison), "a half was taken for a retry"


@pytest.mark.parametrize("retries", [0, 1, 5])
def test_so_many_retries_are_one_attempt_more(retries):
    bench = Bench({"0001"}).run(_records(3), maximum_retry_attempts=retries)

    assert bench.tries("0001") == retries + 1
    assert bench.given_up == [(["0000", "0001", "0002"], RETRIES_EXHAUSTED, retries + 1)]


def test_bisecting_splits_a_partial_answer_at_the_number_it_names():
    bench = Bench({"0005"}, partial=True)

    bench.run(_records(8), maximum_retry_attempts=0, bisect_batch_on_function_error=True)

    assert [batch[0] for batch in bench.invoked] == ["0000", "0005"]
    assert bench.waits == []


def test_a_record_too_old_is_given_up_while_it_is_retried():
    bench = Bench({"0000"})

    bench.run(_records(2), maximum_record_age_in_seconds=60)

    assert bench.given_up == [(["0000", "0001"], AGE_EXCEEDED, len(bench.invoked))]
    assert dt.timedelta(seconds=60) < bench.now - NOON < dt.timedelta(seconds=120)


def test_a_record_too_old_from_the_first_is_never_tried():
    old, young = _records(1, NOON - dt.timedelta(seconds=61))[0], _records(2)[1]

    bench = Bench().run([old, young], maximum_record_age_in_seconds=60)

    assert bench.invoked == [["0001"]]
    assert bench.given_up == [(["0000"], AGE_EXCEEDED, 0)]
    assert bench.settled == ["0000", "0001"]


def test_without_limits_it_waits_longer_and_longer_and_gives_up_nothing():
    bench = Bench({"0000"})
    wait = bench._wait

    def until_healed(seconds: float) -> None:
        wait(seconds)
        if len(bench.waits) == 15:
            bench.poison.clear()

    bench._wait = until_healed
    bench.run(_records(1))

    assert bench.waits == sorted(bench.waits)
    assert (bench.waits[0], bench.waits[-1]) == (0.1, 30.0)
    assert (bench.settled, bench.given_up) == (["0000"], [])


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


def test_the_message_to_the_destination_has_lambdas_shape():
    records = _records(2)
    origin = Origin("arn:aws:lambda:x", "arn:aws:kinesis:y", "shardId-000000000003")

    told = message(origin, records, RETRIES_EXHAUSTED, 4, NOON + dt.timedelta(milliseconds=1234))

    assert re.fullmatch(r"[0-9a-f-]{36}", told["requestContext"].pop("requestId"))
    assert told == {
        "requestContext": {
            "functionArn": "arn:aws:lambda:x",
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 4,
        },
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled",
        },
        "version": "1.0",
        "timestamp": "2024-10-05T12:00:01.234Z",
        "KinesisBatchInfo": {
            "shardId": "shardId-000000000003",
            "startSequenceNumber": "0000",
            "endSequenceNumber": "0001",
            "approximateArrivalOfFirstRecord": "2024-10-05T12:00:00.000Z",
            "approximateArrivalOfLastRecord": "2024-10-05T12:00:00.000Z",
            "batchSize": 2,
            "streamArn": "arn:aws:kinesis:y",
        },
    }


def test_a_record_looks_to_the_handler_as_in_lambda():
    record = Record("4959", "lane-3", b"\x00data", NOON + dt.timedelta(milliseconds=250))
    arn = "arn:aws:kinesis:us-east-1:000000000000:stream/events"

    (seen,) = lambda_event([record], "shardId-000000000001", arn)["Records"]

    assert seen.pop("invokeIdentityArn").startswith("arn:aws:iam::")
    assert seen == {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "lane-3",
            "sequenceNumber": "4959",
            "data": "AGRhdGE=",
            "approximateArrivalTimestamp": 1728129600.25,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": "shardId-000000000001:4959",
        "eventName": "aws:kinesis:record",
        "awsRegion": "us-east-1",
        "eventSourceARN": arn,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"batch_size": 0},
        {"batch_size": 10_001},
        {"maximum_batching_window_in_seconds": 301},
        {"parallelization_factor": 0},
        {"parallelization_factor": 11},
        {"maximum_retry_attempts": -2},
        {"maximum_retry_attempts": 10_001},
        {"maximum_record_age_in_seconds": 59},
        {"maximum_record_age_in_seconds": 604_801},
        {"starting_position": "MIDDLE"},
        {"function_response_types": ("Other",)},
    ],
)
def test_settings_that_aws_would_refuse_are_refused_by_name(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        MappingSettings(**wrong)


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
