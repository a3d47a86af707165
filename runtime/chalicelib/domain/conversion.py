"""Turn a checked event of the API into what travels on the stream: exact integers, a pseudonym."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from chalicelib.domain import events, metadata, wire
from chalicelib.domain.identity import pseudonym

if TYPE_CHECKING:
    from collections.abc import Callable

    import msgspec

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
_MILLION = 1_000_000
MAX_SCORE_BP = 2_000_000_000
_EARLIEST_US = -2_208_988_800 * _MILLION  # 1900; what lies outside of these does not travel
_LATEST_US = 7_258_118_400 * _MILLION  # 2200


class InvalidEventError(ValueError):
    """One event is not as it should be; `path` is a JSON path within it."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(reason)
        self.path = path
        self.reason = reason


def to_wire(event: events.Event, key: bytes) -> wire.Event:
    """Return the event with the student's pseudonym under `key`, or raise InvalidEventError."""
    return _WIRE[type(event)](event, pseudonym(event.student_id, key), _note(event.metadata))


def _note(raw: msgspec.Raw) -> str | None:
    """Return metadata as the sender wrote it."""
    text = bytes(raw)
    if text == b"null":
        return None
    if reason := metadata.wrong_with(text):
        raise InvalidEventError("$.metadata", reason)
    return text.decode()


def micros(moment: dt.datetime) -> int:
    """Return whole microseconds since 1970 UTC."""
    return (moment - _EPOCH) // _MICROSECOND


def _at(moment: dt.datetime, path: str) -> int:
    """Return a moment of an event in microseconds; it lies between 1900 and 2200."""
    us = micros(moment)
    if not _EARLIEST_US <= us < _LATEST_US:
        raise InvalidEventError(path, "not between the years 1900 and 2200")
    return us


def _due(moment: dt.datetime | None) -> int | None:
    return None if moment is None else _at(moment, "$.due_at")


def _scaled(value: float, factor: int, path: str, decimals: str) -> int:
    """Return value x factor as an exact integer."""
    scaled = round(value * factor)
    if scaled / factor != value:
        raise InvalidEventError(path, f"more than {decimals} decimals")
    return scaled


def score_bp(score: float, max_score: float) -> int:
    """Return the score in basis points of its maximum, exactly, half to even."""
    points = _scaled(score, _MILLION, "$.score", "six")
    out_of = _scaled(max_score, _MILLION, "$.max_score", "six")
    whole, rest = divmod(10_000 * points, out_of)
    if 2 * rest > out_of or (2 * rest == out_of and whole % 2):
        whole += 1
    if whole > MAX_SCORE_BP:
        raise InvalidEventError("$.score", "more than 200,000 times its maximum")
    return whole


def weight_milli(weight: float | None) -> int | None:
    """Return a weight in thousandths, exactly."""
    return None if weight is None else _scaled(weight, 1000, "$.weight", "three")


def _scored(e: events.AssessmentScored, student: str, note: str | None) -> wire.Event:
    return wire.Scored(
        event_id=e.event_id,
        student=student,
        occurred_us=_at(e.occurred_at, "$.occurred_at"),
        course=e.course_id,
        metadata=note,
        item=e.item_id,
        score=_plain(e.score),
        max_score=_plain(e.max_score),
        score_bp=score_bp(e.score, e.max_score),
        weight_milli=weight_milli(e.weight),
        due_us=_due(e.due_at),
        attempt=e.attempt,
        excused=e.excused,
    )


def _plain(number: float) -> str:
    """Return a number in plain decimals, without an exponent."""
    return f"{number + 0.0:.6f}".rstrip("0").rstrip(".")  # adding zero takes the sign of -0


def _submitted(e: events.WorkSubmitted, student: str, note: str | None) -> wire.Event:
    return wire.Submitted(
        event_id=e.event_id,
        student=student,
        occurred_us=_at(e.occurred_at, "$.occurred_at"),
        course=e.course_id,
        metadata=note,
        item=e.item_id,
        due_us=_due(e.due_at),
        attempt=e.attempt,
    )


def _attended(e: events.AttendanceRecorded, student: str, note: str | None) -> wire.Event:
    return wire.Attended(
        event_id=e.event_id,
        student=student,
        occurred_us=_at(e.occurred_at, "$.occurred_at"),
        course=e.course_id,
        metadata=note,
        session=e.session_id,
        status=e.status,
    )


def _active(e: events.ActivityRecorded, student: str, note: str | None) -> wire.Event:
    if e.count is None and e.minutes is None:
        raise InvalidEventError("$", "activity needs `count` or `minutes`")
    return wire.Active(
        event_id=e.event_id,
        student=student,
        occurred_us=_at(e.occurred_at, "$.occurred_at"),
        course=e.course_id,
        metadata=note,
        kind=e.kind,
        count=e.count or 0,
        minutes=e.minutes or 0,
    )


def _conducted(e: events.ConductRecorded, student: str, note: str | None) -> wire.Event:
    return wire.Conducted(
        event_id=e.event_id,
        student=student,
        occurred_us=_at(e.occurred_at, "$.occurred_at"),
        course=e.course_id,
        metadata=note,
        kind=e.kind,
    )


def _enrolled(e: events.EnrollmentChanged, student: str, note: str | None) -> wire.Event:
    return wire.Enrolled(
        event_id=e.event_id,
        student=student,
        occurred_us=_at(e.occurred_at, "$.occurred_at"),
        course=e.course_id,
        metadata=note,
        status=e.status,
    )


def _retracted(e: events.EventRetracted, student: str, note: str | None) -> wire.Event:
    return wire.Retracted(
        event_id=e.event_id,
        student=student,
        occurred_us=_at(e.occurred_at, "$.occurred_at"),
        course=e.course_id,
        metadata=note,
        retracted_id=e.retracts.event_id,
        retracted_us=_at(e.retracts.occurred_at, "$.retracts.occurred_at"),
    )


_WIRE: dict[type, Callable[..., wire.Event]] = {
    events.AssessmentScored: _scored,
    events.WorkSubmitted: _submitted,
    events.AttendanceRecorded: _attended,
    events.ActivityRecorded: _active,
    events.ConductRecorded: _conducted,
    events.EnrollmentChanged: _enrolled,
    events.EventRetracted: _retracted,
}
