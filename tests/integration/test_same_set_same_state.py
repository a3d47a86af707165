"""Invariant 1: the state is a function of the set of events, whatever way they came."""

from __future__ import annotations

import random
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import STUDENTS, lambda_event, record, retracted, scored
from tests.histories import COURSES, build, histories, put_catalogue, retractions, taken_back

if TYPE_CHECKING:
    from chalicelib.domain.wire import Event


@settings(
    max_examples=30,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    drawn=histories,
    taken_back=taken_back,
    seed=st.integers(0, 2**16),
    cut=st.integers(1, 12),
    when=st.integers(0, 3),
)
def test_any_order_split_repetition_and_catalogue_change_gives_the_same_state(
    monitor, drawn, taken_back, seed, cut, when
):
    events = build(drawn)
    events += retractions(events, taken_back)
    monitor.empty()
    put_catalogue(monitor)
    monitor.consume(events)
    monitor.sweep()
    plain = monitor.digest()

    shuffled = events + random.Random(seed).choices(events, k=len(events) // 2)
    random.Random(seed + 1).shuffle(shuffled)
    parts = [shuffled[i : i + cut] for i in range(0, len(shuffled), cut)]
    monitor.empty()
    consumers = [monitor.another_consumer(), monitor.another_consumer()]
    for i, part in enumerate(parts):
        if i == min(when, len(parts) - 1):
            put_catalogue(monitor)
        answer = consumers[i % 2].consume(lambda_event(record(part)))
        assert answer == {"batchItemFailures": []}

    assert monitor.digest() == plain


@pytest.mark.parametrize("seed", range(4))
def test_two_consumers_at_once_beside_catalogue_and_sweep_give_the_state_of_one(monitor, seed):
    events = _a_busy_term(random.Random(seed))
    monitor.consume(events)
    put_catalogue(monitor)
    monitor.sweep()
    alone = monitor.digest()
    monitor.empty()
    failures: list[object] = []

    def consume(order: int) -> None:
        mine = events.copy()
        random.Random(100 * seed + order).shuffle(mine)
        consumer = monitor.another_consumer()
        for i in range(0, len(mine), 40):
            answer = consumer.consume(lambda_event(record(mine[i : i + 40])))
            failures.extend(answer["batchItemFailures"])

    work = [lambda: consume(1), lambda: consume(2), lambda: put_catalogue(monitor), monitor.sweep]
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert failures == []
    assert not any(thread.is_alive() for thread in threads)
    assert monitor.digest() == alone


def _a_busy_term(pick: random.Random) -> list[Event]:
    """Return 400 events of three students, and retractions of some."""
    kinds = {
        "scored": (["quiz-1", "quiz-2"], [20, 50, 90]),
        "submitted": (["quiz-1", "quiz-2"], [None]),
        "active": ([None], [1]),
        "attended": (["s1", "s2", "s3"], ["present", "absent", "late"]),
        "enrolled": ([None], ["enrolled", "withdrawn"]),
        "conducted": ([None], ["incident", "suspension", "commendation"]),
    }
    drawn = []
    for _ in range(400):
        kind = pick.choice(list(kinds))
        whats, values = kinds[kind]
        drawn.append(
            (
                kind,
                pick.choice(STUDENTS),
                pick.choice(COURSES),
                pick.random() * 40,
                pick.choice(whats),
                pick.choice(values),
            )
        )
    events = build(drawn)
    return events + retractions(events, set(range(0, 400, 9)))


@pytest.mark.parametrize("first", ["event", "retraction"])
def test_a_retraction_counts_whether_it_comes_before_or_after(monitor, first):
    mark = scored("mark", STUDENTS[0], 3, 12)
    kept = scored("kept", STUDENTS[0], 2, 80)
    order = [mark, retracted("r", mark)]
    for event in order if first == "event" else reversed(order):
        monitor.consume([event])
    monitor.consume([kept])

    assert monitor.rows("SELECT score_bp FROM result") == [(8000,)]


def test_the_same_set_in_other_words_is_another_state(monitor):
    monitor.consume([scored("a", STUDENTS[0], 3, 12)])
    one = monitor.digest()
    monitor.empty()
    monitor.consume([scored("a", STUDENTS[0], 3, 13)])
    assert monitor.digest() != one
