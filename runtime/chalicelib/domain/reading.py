"""Read one event of the API from its JSON, or say what is wrong with it and where."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import msgspec

from chalicelib.domain import events, wire
from chalicelib.domain.identity import pseudonym

if TYPE_CHECKING:
    from collections.abc import Callable

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
_MILLION = 1_000_000
MAX_SCORE_BP = 2_000_000_000
# What may hide a control character or a lone surrogate: an escape, DEL, or one of C1 in UTF-8.
_SUSPECT = re.compile(rb"\\[ubfnrt]|\x7f|\xc2[\x80-\x9f]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_LONG_FRACTION = re.compile(rb"(:\d\d\.\d{6})\d+")
_AT_PATH = re.compile(r"^(.*?)(?: - at `(.*)`)?$", re.DOTALL)
_FIELD_IN_MESSAGE = re.compile(r"field `([^`]+)`")

_decode = msgspec.json.Decoder(events.Event).decode
_decode_any = msgspec.json.decode


class InvalidEventError(ValueError):
    """One event is not as it should be; `path` is a JSON path within it."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(reason)
        self.path = path
        self.reason = reason


def read_event(raw: bytes, key: bytes) -> wire.Event:
    """Return the validated event with the student's pseudonym under `key`.

    Raises InvalidEventError for the first thing that is wrong; nothing is guessed or repaired.
    """
    try:
        raw.decode()
        event = _decode(raw)
        if _LONG_FRACTION.search(raw):
            cut = _decode(_LONG_FRACTION.sub(rb"\1", raw))
            event = msgspec.structs.replace(cut, metadata=event.metadata)
    except msgspec.ValidationError as error:
        raise _located(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidEventError("$", f"not readable as JSON: {error}") from error
    if _SUSPECT.search(raw):
        _refuse_controls(_decode_any(raw), "$")
    return _WIRE[type(event)](event, pseudonym(event.student_id, key), _metadata(event.metadata))


def event_id_of(raw: bytes) -> str | None:
    """Return the event_id of an event that may be wrong otherwise, for the sender's sake."""
    try:
        named = _decode_any(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    found = named.get("event_id") if isinstance(named, dict) else None
    return found[:128] if isinstance(found, str) else None


def _located(message: str) -> InvalidEventError:
    """Part the library's message into the path and the reason."""
    found = _AT_PATH.match(message)
    reason, path = (found[1], found[2]) if found else (message, None)
    field = _FIELD_IN_MESSAGE.search(reason)
    at = (path or "$") + (f".{field[1]}" if field else "")
    return InvalidEventError(at, reason)


def _metadata(raw: msgspec.Raw) -> str | None:
    """Return metadata as the sender wrote it."""
    text = bytes(raw)
    if text == b"null":
        return None
    if not text.startswith(b"{"):
        raise InvalidEventError("$.metadata", "Expected `object`")
    if len(text) > events.MAX_METADATA_BYTES:
        most = events.MAX_METADATA_BYTES
        raise InvalidEventError("$.metadata", f"{len(text)} bytes; at most {most} are kept")
    return text.decode()


def _refuse_controls(value: object, path: str) -> None:
    if isinstance(value, str):
        if _CONTROL.search(value):
            raise InvalidEventError(path, "a control character or a lone surrogate")
    elif isinstance(value, dict):
        for name, inner in value.items():
            _refuse_controls(name, path)
            _refuse_controls(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            _refuse_controls(inner, f"{path}[{i}]")


def micros(moment: dt.datetime) -> int:
    """Return whole microseconds since 1970 UTC."""
    return (moment - _EPOCH) // _MICROSECOND


def _micros_or_none(moment: dt.datetime | None) -> int | None:
    return None if moment is None else micros(moment)


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


def _scored(e: events.AssessmentScored, student: str, metadata: str | None) -> wire.Event:
    return wire.Scored(
        event_id=e.event_id,
        student=student,
        occurred_us=micros(e.occurred_at),
        course=e.course_id,
        metadata=metadata,
        item=e.item_id,
        score=_plain(e.score),
        max_score=_plain(e.max_score),
        score_bp=score_bp(e.score, e.max_score),
        weight_milli=weight_milli(e.weight),
        due_us=_micros_or_none(e.due_at),
        attempt=e.attempt,
        excused=e.excused,
    )


def _plain(number: float) -> str:
    """Return a number in plain decimals, without an exponent."""
    return f"{number:.6f}".rstrip("0").rstrip(".")


def _submitted(e: events.WorkSubmitted, student: str, metadata: str | None) -> wire.Event:
    return wire.Submitted(
        event_id=e.event_id,
        student=student,
        occurred_us=micros(e.occurred_at),
        course=e.course_id,
        metadata=metadata,
        item=e.item_id,
        due_us=_micros_or_none(e.due_at),
        attempt=e.attempt,
    )


def _attended(e: events.AttendanceRecorded, student: str, metadata: str | None) -> wire.Event:
    return wire.Attended(
        event_id=e.event_id,
        student=student,
        occurred_us=micros(e.occurred_at),
        course=e.course_id,
        metadata=metadata,
        session=e.session_id,
        status=e.status,
    )


def _active(e: events.ActivityRecorded, student: str, metadata: str | None) -> wire.Event:
    if e.count is None and e.minutes is None:
        raise InvalidEventError("$", "activity needs `count` or `minutes`")
    return wire.Active(
        event_id=e.event_id,
        student=student,
        occurred_us=micros(e.occurred_at),
        course=e.course_id,
        metadata=metadata,
        kind=e.kind,
        count=e.count or 0,
        minutes=e.minutes or 0,
    )


def _conducted(e: events.ConductRecorded, student: str, metadata: str | None) -> wire.Event:
    return wire.Conducted(
        event_id=e.event_id,
        student=student,
        occurred_us=micros(e.occurred_at),
        course=e.course_id,
        metadata=metadata,
        kind=e.kind,
    )


def _enrolled(e: events.EnrollmentChanged, student: str, metadata: str | None) -> wire.Event:
    return wire.Enrolled(
        event_id=e.event_id,
        student=student,
        occurred_us=micros(e.occurred_at),
        course=e.course_id,
        metadata=metadata,
        status=e.status,
    )


def _retracted(e: events.EventRetracted, student: str, metadata: str | None) -> wire.Event:
    return wire.Retracted(
        event_id=e.event_id,
        student=student,
        occurred_us=micros(e.occurred_at),
        course=e.course_id,
        metadata=metadata,
        retracted_id=e.retracts.event_id,
        retracted_us=micros(e.retracts.occurred_at),
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
