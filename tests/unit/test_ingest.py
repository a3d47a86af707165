"""What becomes of a POST: every event is accepted, rejected or worth sending again, never two."""

from __future__ import annotations

import json
import random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain import wire
from chalicelib.domain.errors import InvalidRequestError, TooLargeError
from chalicelib.domain.identity import lane_of, pseudonym
from chalicelib.services.ingest import MAX_BYTES, MAX_RECORD_BYTES, Ingest, Receipt, accept
from tests.builders import Clock
from tests.fakes import FakeStream

KEY = b"a key of thirty-two bytes, or so"
LANES = 8


def event(number: int, student: str = "S1", **more: Any) -> dict[str, Any]:
    return {
        "event_id": f"e{number}",
        "event_type": "work_submitted",
        "student_id": student,
        "course_id": "MATH-1",
        "item_id": "quiz-1",
        "occurred_at": "2024-10-07T10:00:00Z",
        **more,
    }


def post(body: Any, stream: FakeStream | None = None) -> tuple[Receipt, FakeStream]:
    stream = stream or FakeStream()
    using = Ingest(stream, Clock(), KEY, lanes=LANES, deadline_s=1)
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return accept(raw, "lms", "correlation", using), stream


def on(stream: FakeStream) -> list[wire.Event]:
    """Return the events on a stream, as the consumer reads them."""
    return [found for _, data in stream.records for found in wire.unpack(data)[0].events]


def test_one_event_needs_no_list():
    receipt, stream = post(event(1))

    assert [one.event_id for one in receipt.accepted] == ["e1"]
    assert [one.event_id for one in on(stream)] == ["e1"]


def test_the_envelope_says_who_sent_it_and_under_which_correlation_id():
    envelope, bad = wire.unpack(post(event(1))[1].records[0][1])

    assert (envelope.source, envelope.correlation_id, bad) == ("lms", "correlation", [])
    assert envelope.accepted_us == int(Clock().now().timestamp()) * 1_000_000


def test_good_events_go_on_beside_bad_ones_that_are_named():
    receipt, stream = post([event(0), event(1, course_id=None), 7, event(3)])

    assert [(one.index, one.event_id) for one in receipt.accepted] == [(0, "e0"), (3, "e3")]
    assert [(one.index, one.event_id, one.path) for one in receipt.rejected] == [
        (1, "e1", "$.course_id"),
        (2, None, "$"),
    ]
    assert {one.event_id for one in on(stream)} == {"e0", "e3"}


def test_the_events_of_a_student_keep_their_order_in_one_lane():
    body = [event(n, student=f"S{n % 40}") for n in range(400)]

    _, stream = post(body)

    lanes = [key for key, _ in stream.records]
    assert len(lanes) == len(set(lanes)) <= LANES
    for key, data in stream.records:
        events = wire.unpack(data)[0].events
        assert {f"lane-{lane_of(one.student, LANES)}" for one in events} == {key}
        numbers = [int(one.event_id[1:]) for one in events]
        assert numbers == sorted(numbers)


def test_no_id_of_an_institution_gets_onto_the_stream():
    _, stream = post([event(n, student=f"PERSON-{n}") for n in range(50)])

    for _, data in stream.records:
        assert b"PERSON" not in msgspec.json.encode(wire.unpack(data)[0])


def test_what_the_stream_does_not_take_is_worth_sending_again():
    students = [f"S{n}" for n in range(40)]
    lanes = {student: f"lane-{lane_of(pseudonym(student, KEY), LANES)}" for student in students}
    refused = lanes["S0"]

    receipt, stream = post(
        [event(n, student=student) for n, student in enumerate(students)], FakeStream({refused})
    )

    again = {one.event_id for one in receipt.unavailable}
    assert again == {f"e{n}" for n, student in enumerate(students) if lanes[student] == refused}
    assert {one.event_id for one in receipt.accepted} == {one.event_id for one in on(stream)}
    assert len(receipt.accepted) + len(again) == 40


def test_a_record_that_would_be_too_large_is_split():
    noise = random.Random(1)
    note = lambda: "".join(chr(noise.randrange(0x4E00, 0x9FFF)) for _ in range(2600))  # noqa: E731
    body = [event(n, metadata={"n": note()}) for n in range(400)]
    raw = json.dumps(body, ensure_ascii=False).encode()
    assert len(raw) < MAX_BYTES

    receipt, stream = post(raw)

    assert len(stream.records) > 1
    assert all(len(data) <= MAX_RECORD_BYTES for _, data in stream.records)
    assert [one.event_id for one in on(stream)] == [f"e{n}" for n in range(400)]
    assert len(receipt.accepted) == 400


def test_nothing_is_put_when_no_event_is_good():
    receipt, stream = post([event(1, status="late")])

    assert (receipt.accepted, receipt.unavailable, stream.records) == ([], [], [])


@pytest.mark.parametrize(
    "body", [b"", b"  ", b"[]", b"7", b'"x"', b"null", b"[1,", b"\xff", b"[" * 100_000, b"nonsense"]
)
def test_a_body_that_holds_no_event_is_refused_as_a_whole(body):
    with pytest.raises(InvalidRequestError) as refused:
        post(body)
    assert refused.value.status == 400


def test_500_events_are_taken_and_501_are_not():
    assert len(post([event(n) for n in range(500)])[0].accepted) == 500
    with pytest.raises(TooLargeError):
        post([event(n) for n in range(501)])


def test_4_mb_are_taken_and_no_byte_more():
    body = json.dumps([event(1)]).encode()
    assert len(post(body + b" " * (MAX_BYTES - len(body)))[0].accepted) == 1
    with pytest.raises(TooLargeError):
        post(body + b" " * (MAX_BYTES - len(body) + 1))


@settings(max_examples=100, derandomize=True)
@given(
    kinds=st.lists(st.tuples(st.booleans(), st.integers(0, 30)), min_size=1, max_size=60),
    refuses=st.sets(st.sampled_from([f"lane-{n}" for n in range(LANES)])),
)
def test_every_event_has_one_outcome_and_only_the_acknowledged_are_accepted(kinds, refuses):
    body = [
        event(n, student=f"S{student}", **({} if good else {"attempt": 0}))
        for n, (good, student) in enumerate(kinds)
    ]

    receipt, stream = post(body, FakeStream(refuses))

    outcomes = [*receipt.accepted, *receipt.rejected, *receipt.unavailable]
    assert sorted(one.index for one in outcomes) == list(range(len(body)))
    assert {one.event_id for one in receipt.accepted} == {one.event_id for one in on(stream)}
    assert {one.index for one in receipt.rejected} == {
        n for n, (good, _) in enumerate(kinds) if not good
    }


def test_the_largest_post_can_be_read_again():
    most = json.dumps({"n": "\\" * 4090})  # backslashes double on their way
    body = json.dumps([{**event(n), "metadata": {}} for n in range(500)], separators=(",", ":"))
    raw = body.replace('"metadata":{}', f'"metadata":{most}').encode()
    assert 0.98 * MAX_BYTES < len(raw) <= MAX_BYTES

    receipt, stream = post(raw)

    assert len(receipt.accepted) == len(on(stream)) == 500
