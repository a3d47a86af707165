"""Rows of the reads as the API shows them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import msgspec

from chalicelib.domain.standing import MICROS_PER_DAY

if TYPE_CHECKING:
    from collections.abc import Callable

TYPES = (
    "assessment_scored",
    "work_submitted",
    "attendance_recorded",
    "activity_recorded",
    "conduct_recorded",
    "enrollment_changed",
    "event_retracted",
)
Json = dict[str, Any]


def percent(basis_points: int, of: int) -> float | None:
    """Return basis points divided by a sum of weights, in percent of two decimals, half up."""
    return (2 * basis_points + of) // (2 * of) / 100 if of else None


def event(
    occurred_at: dt.datetime,
    _: str,
    number: int,
    source: str,
    event_id: str,
    course: str | None,
    subject: str,
    details: str,
) -> Json:
    """Return an event of a timeline."""
    told = {
        shown: as_shown(value)
        for name, value in msgspec.json.decode(details).items()
        for shown, as_shown in (_SHOWN.get(name, (name, _unchanged)),)
    }
    return {
        "event_id": event_id,
        "event_type": TYPES[number - 1],
        "source": source,
        "course": course,
        "subject": subject or None,
        "occurred_at": occurred_at,
        **told,
    }


def moment(micros: int) -> dt.datetime:
    """Return microseconds since 1970 as a time in UTC."""
    days, rest = divmod(micros, MICROS_PER_DAY)
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=days, microseconds=rest)


def _unchanged(value: Any) -> Any:
    return value


# What is stored in exact integers and decimals, as the API speaks of it.
_SHOWN: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "score": ("score", float),
    "max_score": ("max_score", float),
    "score_bp": ("mark", lambda basis_points: percent(basis_points, 1)),
    "weight_milli": ("weight", lambda thousandths: thousandths / 1000),
    "due_us": ("due_at", moment),
    "retracted_us": ("retracted_at", moment),
}


def course(
    course: str,
    title: str | None,
    subject: str | None,
    starts_on: dt.date | None,
    ends_on: dt.date | None,
    students: int | None,
    open_alerts: int | None,
) -> Json:
    """Return a course of a list; null is a number that is not for who asks."""
    return {
        "course": course or None,
        "title": title,
        "subject": subject,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "students": students,
        "open_alerts": open_alerts,
    }


def student(
    _: int,
    student: str,
    marks: int,
    weight_sum: int,
    weighted_sum: int,
    handed_in: int,
    late: int,
    sessions: int,
    attended: int,
    last_activity_on: dt.date | None,
    open_alerts: int,
    enrolled: bool,  # noqa: FBT001  # a column
    risk_bucket: int,
) -> Json:
    """Return a student of a course's list."""
    return {
        "student": student,
        "risk_bucket": risk_bucket,
        "mean": percent(weighted_sum, weight_sum),
        "marks": marks,
        "handed_in": handed_in,
        "late": late,
        "sessions": sessions,
        "attended": attended,
        "last_activity_on": last_activity_on,
        "open_alerts": open_alerts,
        "enrolled": enrolled,
    }


def set_aside(
    recorded_at: dt.datetime,
    uid: str,
    reason: str,
    detail: str,
    source: str | None,
    correlation_id: str | None,
    sequence_number: str | None,
    named: int | None,
    payload_bytes: int,
) -> Json:
    """Return why something was set aside, without its content; of a traceback the last line.

    `students_named` is None until the nightly maintenance has looked for them.
    """
    return {
        "quarantine_uid": uid,
        "reason": reason,
        "detail": detail.strip().splitlines()[-1] if detail.strip() else "",
        "source": source,
        "correlation_id": correlation_id,
        "sequence_number": sequence_number,
        "students_named": named,
        "payload_bytes": payload_bytes,
        "recorded_at": recorded_at,
    }


def quarantined(*columns: Any) -> Json:
    """Return the same with what tells whose it is."""
    *told, event_id, student, students, occurred_at = columns
    whose = {"student": student, "students": students or [], "event_id": event_id}
    return {**set_aside(*told), **whose, "occurred_at": occurred_at}
