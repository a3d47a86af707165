"""Invariant 1: the state is a function of the set of events, whatever way they came."""

from __future__ import annotations

import datetime as dt
import random
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.domain.catalogue import Enrolment, Item
from tests.builders import (
    START,
    STUDENTS,
    active,
    attended,
    conducted,
    enrolled,
    lambda_event,
    record,
    retracted,
    scored,
    submitted,
)

if TYPE_CHECKING:
    from chalicelib.domain.wire import Event

students = st.sampled_from(STUDENTS)
days = st.sampled_from([0.25, 1, 1.5, 2, 30])
items = st.sampled_from(["quiz-1", "quiz-2"])
one_event = st.one_of(
    st.tuples(st.just("scored"), students, days, items, st.sampled_from([10, 39.5, 40, 95, 110])),
    st.tuples(st.just("submitted"), students, days, items, st.none()),
    st.tuples(
        st.just("attended"),
        students,
        days,
        st.sampled_from(["s1", "s2"]),
        st.sampled_from(["present", "absent", "late", "excused"]),
    ),
    st.tuples(st.just("active"), students, days, st.none(), st.integers(0, 3)),
    st.tuples(st.just("conducted"), students, days, st.none(), st.none()),
    st.tuples(
        st.just("enrolled"),
        students,
        days,
        st.none(),
        st.sampled_from(["enrolled", "withdrawn", "completed"]),
    ),
)


def build(drawn: list[tuple[str, str, float, str | None, object]]) -> list[Event]:
    events: list[Event] = []
    for i, (kind, student, day, what, value) in enumerate(drawn):
        event_id = f"event-{i}"
        match kind:
            case "scored":
                due = {"due_us": None if i % 3 else 1_728_600_000_000_000 + i}
                more = {"item": what, "excused": i % 7 == 0, "weight_milli": 500 + i, **due}
                events.append(scored(event_id, student, day, value, **more))
            case "submitted":
                events.append(submitted(event_id, student, day, item=what))
            case "attended":
                events.append(attended(event_id, student, day, value, what))
            case "active":
                events.append(active(event_id, student, day, value))
            case "conducted":
                events.append(conducted(event_id, student, day))
            case _:
                events.append(enrolled(event_id, student, day, value))
    return events


def put_catalogue(monitor) -> None:
    """Put what beats the events' own fields: a due date, a weight, an option, an enrolment."""
    due_at = START + dt.timedelta(days=1.25)
    monitor.catalogue.put_item("MATH-1", "quiz-1", Item("Quiz 1", due_at, 2.5))
    monitor.catalogue.put_item("MATH-1", "quiz-2", Item("Quiz 2", optional=True))
    begins_at, ends_at = START + dt.timedelta(days=1), START + dt.timedelta(days=200)
    monitor.catalogue.put_enrolments("MATH-1", STUDENTS[0], [Enrolment(begins_at, ends_at)])


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    drawn=st.lists(one_event, min_size=1, max_size=25),
    taken_back=st.sets(st.integers(0, 24), max_size=6),
    seed=st.integers(0, 2**16),
    cut=st.integers(1, 12),
    when=st.integers(0, 3),
)
def test_any_order_split_repetition_and_catalogue_change_gives_the_same_state(
    monitor, drawn, taken_back, seed, cut, when
):
    events = build(drawn)
    events += [retracted(f"retraction-{i}", events[i]) for i in taken_back if i < len(events)]
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


def test_two_consumers_at_once_give_the_state_of_one(monitor):
    pick = random.Random(11)
    events = build(
        [
            (
                pick.choice(["scored", "submitted", "active"]),
                pick.choice(STUDENTS),
                pick.random() * 40,
                pick.choice(["quiz-1", "quiz-2"]),
                pick.choice([20, 50, 90]),
            )
            for _ in range(400)
        ]
    )
    events += [retracted(f"retraction-{i}", events[i]) for i in range(0, 400, 9)]
    monitor.consume(events)
    alone = monitor.digest()
    monitor.empty()

    failures: list[object] = []

    def consume(seed: int) -> None:
        mine = events.copy()
        random.Random(seed).shuffle(mine)
        consumer = monitor.another_consumer()
        for i in range(0, len(mine), 40):
            answer = consumer.consume(lambda_event(record(mine[i : i + 40])))
            failures.extend(answer["batchItemFailures"])

    threads = [threading.Thread(target=consume, args=(seed,)) for seed in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert failures == []
    assert monitor.digest() == alone


@pytest.mark.parametrize("first", ["event", "retraction"])
def test_a_retraction_counts_whether_it_comes_before_or_after(monitor, first):
    mark = scored("mark", STUDENTS[0], 3, 12)
    kept = scored("kept", STUDENTS[0], 2, 80)
    order = [mark, retracted("r", mark)]
    for event in order if first == "event" else reversed(order):
        monitor.consume([event])
    monitor.consume([kept])

    assert monitor.rows("SELECT marks_bp FROM standing") == [([8000],)]


def test_the_same_set_in_other_words_is_another_state(monitor):
    monitor.consume([scored("a", STUDENTS[0], 3, 12)])
    one = monitor.digest()
    monitor.empty()
    monitor.consume([scored("a", STUDENTS[0], 3, 13)])
    assert monitor.digest() != one
