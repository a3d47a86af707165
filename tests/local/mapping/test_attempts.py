"""Retries, bisecting, age and giving up, without a stream or a clock."""

from __future__ import annotations

import collections
import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.mapping import MappingSettings, attempts
from local.mapping.events import Record
from local.mapping.failures import AGE_EXCEEDED, RETRIES_EXHAUSTED

NOON = dt.datetime(2024, 10, 5, 12, tzinfo=dt.UTC)
REPORT = ("ReportBatchItemFailures",)


def _records(count: int, arrived_at: dt.datetime = NOON) -> list[Record]:
    return [Record(f"{i:04d}", f"key-{i % 3}", b"data", arrived_at) for i in range(count)]


def _span(batch: str) -> list[str]:
    """Return the numbers of a batch written as "5-7" or "5"."""
    first, _, last = batch.partition("-")
    return [f"{i:04d}" for i in range(int(first), int(last or first) + 1)]


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


@given(st.integers(1, 40), st.sets(st.integers(0, 39)), st.integers(0, 3), st.booleans())
def test_bisecting_gives_up_the_poison_alone_after_all_its_retries(count, bad, retries, partial):
    records = _records(count)
    poison = {f"{i:04d}" for i in bad} & set(_numbers(records))

    bench = Bench(poison, partial=partial).run(
        records,
        maximum_retry_attempts=retries,
        bisect_batch_on_function_error=True,
    )

    assert [numbers for numbers, _, _ in bench.given_up] == [[number] for number in sorted(poison)]
    alone = collections.Counter(batch[0] for batch in bench.invoked if len(batch) == 1)
    assert all(alone[number] == retries + 1 for number in poison)
    assert len(bench.waits) == retries * len(poison), "a half was taken for a retry"


@pytest.mark.parametrize("retries", [0, 1, 5])
def test_so_many_retries_are_one_attempt_more(retries):
    bench = Bench({"0001"}).run(_records(3), maximum_retry_attempts=retries)

    assert bench.tries("0001") == retries + 1
    assert bench.given_up == [(["0000", "0001", "0002"], RETRIES_EXHAUSTED, retries + 1)]


@pytest.mark.parametrize(
    ("partial", "poison", "invoked", "invokes"),
    [
        # split at the number named; then nothing is done, so the rest is halved
        (True, "0005", ["0-7", "5-7", "5", "5", "6-7"], 4),
        # the last one: split at the number named, and alone
        (True, "0007", ["0-7", "7", "7"], 3),
        # the first one: nothing is ever done but by halving
        (True, "0000", ["0-7", "0-3", "0-1", "0", "0", "1", "2-3", "4-7"], 5),
        (False, "0005", ["0-7", "0-3", "4-7", "4-5", "4", "5", "5", "6-7"], 5),
    ],
)
def test_bisecting_comes_down_to_the_poison_and_tries_each_batch_in_order(
    partial, poison, invoked, invokes
):
    bench = Bench({poison}, partial=partial)

    bench.run(_records(8), maximum_retry_attempts=1, bisect_batch_on_function_error=True)

    assert bench.invoked == [_span(batch) for batch in invoked]
    assert bench.given_up == [([poison], RETRIES_EXHAUSTED, invokes)]
    assert bench.waits == [attempts.FIRST_BACKOFF_S]


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
