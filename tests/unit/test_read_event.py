"""What a sender may say, and how exactly it is taken."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain import wire
from chalicelib.domain.conversion import InvalidEventError
from chalicelib.domain.identity import pseudonym
from chalicelib.domain.reading import event_id_of, read_event

KEY = b"a key of thirty-two bytes, or so"
COMMON = {"event_id": "e1", "student_id": "S1", "occurred_at": "2024-10-07T10:00:00Z"}
WORK = {**COMMON, "event_type": "work_submitted", "course_id": "MATH-1", "item_id": "quiz-1"}
MARK = {**WORK, "event_type": "assessment_scored", "score": 7.5, "max_score": 10}
PRESENT = {
    **COMMON,
    "event_type": "attendance_recorded",
    "session_id": "2024-10-07",
    "status": "present",
}
CLICKS = {
    **COMMON,
    "event_type": "activity_recorded",
    "course_id": "MATH-1",
    "kind": "page_view",
    "count": 3,
}
INCIDENT = {**COMMON, "event_type": "conduct_recorded", "kind": "incident"}
ENROLLED = {
    **COMMON,
    "event_type": "enrollment_changed",
    "course_id": "MATH-1",
    "status": "enrolled",
}
TAKEN_BACK = {
    **COMMON,
    "event_type": "event_retracted",
    "retracts": {"event_id": "e0", "occurred_at": "2024-10-06T10:00:00Z"},
}
EVERY_TYPE = (WORK, MARK, PRESENT, CLICKS, INCIDENT, ENROLLED, TAKEN_BACK)


def read(event: Any, **more: Any) -> Any:
    return read_event(json.dumps({**event, **more}).encode(), KEY)


def refusal(event: Any, **more: Any) -> tuple[str, str]:
    with pytest.raises(InvalidEventError) as refused:
        read(event, **more)
    return refused.value.path, refused.value.reason


@pytest.mark.parametrize("event", EVERY_TYPE, ids=lambda event: event["event_type"])
def test_an_event_of_each_type_travels_under_a_pseudonym_alone(event):
    found = read(event)

    assert found.student == pseudonym("S1", KEY)
    assert b"S1" not in msgspec.json.encode(found)
    assert msgspec.json.decode(msgspec.json.encode(found), type=wire.Event) == found


@pytest.mark.parametrize("event", EVERY_TYPE, ids=lambda event: event["event_type"])
def test_no_field_that_an_event_needs_may_lack(event):
    needed = set(event) - ({"course_id"} if "status" in event and "session_id" in event else set())
    for name in needed:
        without = {key: value for key, value in event.items() if key != name}
        with pytest.raises(InvalidEventError):
            read_event(json.dumps(without).encode(), KEY)


@pytest.mark.parametrize("event", EVERY_TYPE, ids=lambda event: event["event_type"])
def test_a_field_that_no_event_has_is_refused_by_name(event):
    path, reason = refusal(event, colour="red")

    assert path == "$.colour"
    assert reason == "Object contains unknown field `colour`"


@pytest.mark.parametrize(
    ("event", "more", "path"),
    [
        (WORK, {"event_type": "grade_changed"}, "$.event_type"),
        (WORK, {"event_id": ""}, "$.event_id"),
        (WORK, {"student_id": "S" * 129}, "$.student_id"),
        (WORK, {"course_id": None}, "$.course_id"),
        (WORK, {"item_id": 7}, "$.item_id"),
        (WORK, {"occurred_at": "2024-10-07T10:00:00"}, "$.occurred_at"),
        (WORK, {"occurred_at": "2024-02-30T10:00:00Z"}, "$.occurred_at"),
        (WORK, {"occurred_at": 1728295200}, "$.occurred_at"),
        (WORK, {"occurred_at": "0001-01-01T00:00:00Z"}, "$.occurred_at"),
        (WORK, {"due_at": "9999-12-31T23:59:59Z"}, "$.due_at"),
        (WORK, {"attempt": 0}, "$.attempt"),
        (MARK, {"score": -0.5}, "$.score"),
        (MARK, {"score": True}, "$.score"),
        (MARK, {"score": "7"}, "$.score"),
        (MARK, {"score": 0.1234567}, "$.score"),
        (MARK, {"score": 10**400}, "$.score"),
        (MARK, {"score": 1_000_000, "max_score": 0.000001}, "$.score"),
        (MARK, {"max_score": 0}, "$.max_score"),
        (MARK, {"weight": 0.0001}, "$.weight"),
        (MARK, {"weight": 1001}, "$.weight"),
        (PRESENT, {"status": "asleep"}, "$.status"),
        (CLICKS, {"count": -1}, "$.count"),
        (CLICKS, {"count": None}, "$"),
        (INCIDENT, {"kind": "quarrel"}, "$.kind"),
        (TAKEN_BACK, {"retracts": {"event_id": "e0"}}, "$.retracts.occurred_at"),
        (WORK, {"metadata": "text"}, "$.metadata"),
        (WORK, {"metadata": {"note": "n" * 8192}}, "$.metadata"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(event, more, path):
    assert refusal(event, **more)[0] == path


@pytest.mark.parametrize("bad", ["\0", "\n", "\x7f", "\x80", "\x9f"])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_no_control_character_gets_in_anywhere(bad, ascii_only):
    for event, path in (
        ({**WORK, "event_id": f"e{bad}"}, "$.event_id"),
        ({**WORK, "metadata": {"a": [{"b": f"x{bad}"}]}}, "$.metadata.a[0].b"),
        ({**WORK, "metadata": {bad: 1}}, "$.metadata"),
    ):
        raw = json.dumps(event, ensure_ascii=ascii_only).encode()
        with pytest.raises(InvalidEventError) as refused:
            read_event(raw, KEY)
        assert refused.value.path == path


def test_no_lone_surrogate_gets_in_but_a_pair_does():
    for escaped in (r"\ud800", r"\udc00", r"\ud800x", r"\udc00\ud800", r"\ud800\u0041"):
        for where in ("e1", "S1", "MATH-1"):
            raw = json.dumps(WORK).replace(where, escaped).encode()
            with pytest.raises(InvalidEventError):
                read_event(raw, KEY)
            assert event_id_of(raw) in {None, "e1"}

    assert (
        read_event(json.dumps(WORK).replace("e1", r"\ud83d\ude00").encode(), KEY).event_id == "😀"
    )


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1" * 400])
def test_no_number_that_is_not_finite_gets_in(literal):
    for raw in (
        json.dumps(MARK).replace("7.5", literal),
        json.dumps({**WORK, "metadata": {"a": 7.5}}).replace("7.5", literal),
        json.dumps({**WORK, "metadata": {"a": 7.5, "b": "\n"}}).replace("7.5", literal),
    ):
        with pytest.raises(InvalidEventError):
            read_event(raw.encode(), KEY)


@pytest.mark.parametrize("depth", [200, 900, 4000])
def test_metadata_that_nobody_could_read_again_is_refused(depth):
    for end in ("1", r'"\n"'):
        nested = f'{{"a":{"[" * depth}{end}{"]" * depth}}}'
        raw = json.dumps({**WORK, "metadata": 0}).replace('"metadata": 0', f'"metadata":{nested}')
        with pytest.raises(InvalidEventError):
            read_event(raw.encode(), KEY)


def test_metadata_is_kept_as_it_was_written():
    text = '{ "b" : 1.50, "a":"\\u00fc", "at":"10:00:00.123456789", "hex":"3e999", "b": 2 }'
    raw = json.dumps({**WORK, "metadata": 0}).replace("0}", f"{text}}}")

    assert read_event(raw.encode(), KEY).metadata == text


def test_a_time_is_cut_to_the_microsecond_and_not_rounded():
    late = "2024-10-07T12:00:59.9999999+02:00"

    found = read(MARK, occurred_at=late, due_at=late)

    assert found.occurred_us == found.due_us == 1_728_295_259_999_999
    retraction = read(TAKEN_BACK, retracts={"event_id": "e0", "occurred_at": late})
    assert retraction.retracted_us == 1_728_295_259_999_999


def test_what_looks_like_a_time_within_an_id_is_left_alone():
    name, late = "log:10:00:00.123456789", "2024-10-07T10:00:00.1234567Z"

    found = read(WORK, event_id=name, item_id=name, occurred_at=late)
    retraction = read(TAKEN_BACK, retracts={"event_id": name, "occurred_at": late})

    assert (found.event_id, found.item, found.occurred_us % 1_000_000) == (name, name, 123456)
    assert retraction.retracted_id == name


@settings(max_examples=300, derandomize=True)
@given(points=st.integers(0, 10**9), out_of=st.integers(1, 10**9))
def test_a_score_is_its_exact_share_in_basis_points_half_to_even(points, out_of):
    score, max_score = points / 1000, out_of / 1000
    exact = round(Fraction(10_000 * points, out_of))
    if exact > 2_000_000_000:
        assert refusal(MARK, score=score, max_score=max_score)[0] == "$.score"
        return

    found = read(MARK, score=score, max_score=max_score)

    assert found.score_bp == exact
    assert (float(found.score), float(found.max_score)) == (score, max_score)


def test_a_score_of_minus_nothing_is_nothing():
    assert read(MARK, score=-0.0) == read(MARK, score=0)


def test_a_score_above_its_maximum_is_extra_credit():
    assert read(MARK, score=12, max_score=10).score_bp == 12_000


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def assert_event_or_error(raw: bytes) -> None:
    """Have these bytes be an event that the consumer reads so, or an error that can be told."""
    event_id_of(raw)
    try:
        found = read_event(raw, KEY)
    except InvalidEventError as error:
        told = [error.path, error.reason]
        assert msgspec.json.decode(msgspec.json.encode(told)) == told
        return
    packed = wire.pack(wire.Envelope(wire.VERSION, "local", "c", 0, [found]))
    assert wire.unpack(packed)[0].events == [found]


@settings(max_examples=500, derandomize=True)
@given(raw=st.binary(max_size=200))
def test_any_bytes_are_an_event_or_an_error(raw):
    assert_event_or_error(raw)


@settings(max_examples=1500, derandomize=True)
@given(
    event=st.sampled_from(EVERY_TYPE),
    name=st.sampled_from(sorted({name for event in EVERY_TYPE for name in event} | {"metadata"})),
    value=JSON,
    ascii_only=st.booleans(),
)
def test_any_value_of_any_field_gives_an_event_that_the_consumer_reads_or_an_error(
    event, name, value, ascii_only
):
    text = json.dumps({**event, name: value}, ensure_ascii=ascii_only)
    assert_event_or_error(text.encode(errors="surrogatepass"))


@settings(max_examples=500, derandomize=True)
@given(event=st.sampled_from(EVERY_TYPE), at=st.integers(0, 400), new=st.binary(max_size=3))
def test_damage_anywhere_gives_an_event_or_an_error(event, at, new):
    raw = json.dumps({**event, "metadata": {"a": "é\\u0041"}}, ensure_ascii=False).encode()
    at %= len(raw)
    assert_event_or_error(raw[:at] + new + raw[at + 1 :])
