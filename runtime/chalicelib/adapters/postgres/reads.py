"""The reads of the API: one transaction, one query, one answer each."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from chalicelib.adapters.postgres import queries
from chalicelib.adapters.postgres.classes import FIRST
from chalicelib.domain.standing import MICROS_PER_DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from chalicelib.adapters.postgres.database import Database

_SQL = queries.load("reads.sql")
LATEST = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)
LAST = "ffffffff-ffff-ffff-ffff-ffffffffffff"
TYPES = (
    "assessment_scored",
    "work_submitted",
    "attendance_recorded",
    "activity_recorded",
    "conduct_recorded",
    "enrollment_changed",
    "event_retracted",
)
# Where a list begins, by its sort key and student.
SORTS = {"risk": (20, FIRST), "mark": (-1, FIRST), "name": (0, FIRST), "last_activity": (-2, FIRST)}
Json = dict[str, Any]


class Page(NamedTuple):
    """A page of a list, and the keyset of its last row when there may be more."""

    rows: list[Json]
    last: list[Any] | None


class PostgresReads:
    """Answers questions about students, courses and alerts for a named person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def student(self, student: str, as_of: dt.datetime, *, person: str = "") -> bytes | None:
        """Return the JSON of one student's standings and open alerts; None when unknown."""
        return self._json("student", {"student": student, "as_of": as_of}, person)

    def known(self, student: str, *, person: str = "") -> Json | None:
        """Return the pseudonym when the monitor has a standing of it."""
        return (
            {"student": student}
            if self._rows("has_student", {"student": student}, person)
            else None
        )

    def timeline(
        self,
        student: str,
        course: str | None,
        after: Sequence[Any],
        limit: int,
        *,
        person: str = "",
    ) -> Page | None:
        """Return a student's events, newest first; None when the student is unknown."""
        before, uid = after or (LATEST, LAST)
        values = {
            "student": student,
            "course": course,
            "before": before,
            "before_uid": uid,
            "limit": limit,
        }
        rows = self._rows("timeline", values, person)
        if not rows and not self._rows("has_student", values, person):
            return None
        return _page(rows, limit, _event, 2)

    def courses(self, after: Sequence[Any], limit: int, *, person: str = "") -> Page:
        """Return courses by id."""
        values = {"after": after[0] if after else "", "limit": limit}
        return _page(self._rows("courses", values, person), limit, _course, 1)

    def course(self, course: str, as_of: dt.datetime, *, person: str = "") -> bytes | None:
        """Return the JSON of one course's summary; None when unknown."""
        return self._json("course", {"course": course, "as_of": as_of}, person)

    def students(
        self,
        course: str,
        sort: str,
        after: Sequence[Any],
        limit: int,
        as_of: dt.datetime,
        *,
        person: str = "",
    ) -> Page | None:
        """Return the students of a course, sorted by a key of SORTS; None when it is unknown."""
        key, student = after or SORTS[sort]
        values = {
            "course": course,
            "after_key": key,
            "after": student,
            "limit": limit,
            "as_of": as_of,
        }
        rows = self._rows(f"students_by_{sort}", values, person)
        if not rows and not self._rows("has_course", values, person):
            return None
        return _page(rows, limit, _student, 2)

    def items(self, course: str, *, person: str = "") -> bytes | None:
        """Return the JSON list of a course's work; None when the course is unknown."""
        found = self._json("items", {"course": course}, person)
        if found == b"[]" and not self._rows("has_course", {"course": course}, person):
            return None
        return found

    def alerts(
        self,
        wanted: Mapping[str, str | None],
        after: Sequence[Any],
        limit: int,
        *,
        person: str = "",
    ) -> Page:
        """Return alerts, newest first; `wanted` narrows by course, student, rule and state."""
        before, number = after or (LATEST, 2**62)
        values = {**wanted, "before": before, "before_id": number, "limit": limit}
        return _page(self._rows("alerts", values, person), limit, _alert, 2)

    def alert(self, alert_id: int, *, person: str = "") -> bytes | None:
        """Return the JSON of one alert with its history; None when unknown."""
        return self._json("alert", {"alert_id": alert_id}, person)

    def quarantine(self, after: Sequence[Any], limit: int, *, person: str = "") -> Page:
        """Return what was set aside, newest first."""
        before, uid = after or (LATEST, FIRST)
        values = {"before": before, "before_uid": uid, "limit": limit}
        return _page(self._rows("quarantine", values, person), limit, _set_aside, 2)

    def health(self) -> Json:
        """Return what the database tells of itself; UnavailableError when it does not answer."""
        ((schema, unsent, quarantined),) = self._rows("health", {}, "")
        return {
            "schema": schema,
            "unsent_announcements": unsent,
            "quarantined_last_day": quarantined,
        }

    def _rows(self, name: str, values: Mapping[str, Any], person: str) -> list[tuple[Any, ...]]:
        with self._database.transaction(person=person) as cursor:
            cursor.execute(_SQL[name], values)
            return cursor.fetchall()

    def _json(self, name: str, values: Mapping[str, Any], person: str) -> bytes | None:
        rows = self._rows(name, values, person)
        return rows[0][0].encode() if rows else None


def _page(
    rows: list[tuple[Any, ...]], limit: int, to_json: Callable[..., Json], key_columns: int
) -> Page:
    """Return the rows as JSON; a full page has a keyset, made of its last row's first columns."""
    last = list(rows[-1][:key_columns]) if len(rows) == limit else None
    return Page([to_json(*row) for row in rows], last)


def _event(
    occurred_at: dt.datetime,
    _: str,
    number: int,
    source: str,
    event_id: str,
    course: str | None,
    subject: str,
    details: str,
) -> Json:
    told = msgspec.json.decode(details)
    for name in ("due_us", "retracted_us"):
        if name in told:
            told[name.replace("_us", "_at")] = _moment(told.pop(name))
    return {
        "event_id": event_id,
        "event_type": TYPES[number - 1],
        "source": source,
        "course": course,
        "subject": subject or None,
        "occurred_at": occurred_at,
        **told,
    }


def _moment(micros: int) -> dt.datetime:
    days, rest = divmod(micros, MICROS_PER_DAY)
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=days, microseconds=rest)


def _course(
    course: str,
    title: str | None,
    subject: str | None,
    starts_on: dt.date | None,
    ends_on: dt.date | None,
    students: int,
    open_alerts: int,
) -> Json:
    return {
        "course": course or None,
        "title": title,
        "subject": subject,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "students": students,
        "open_alerts": int(open_alerts),
    }


def _student(
    _: int,
    student: str,
    marks_bp: list[int],
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
    return {
        "student": student,
        "risk_bucket": risk_bucket,
        "mean": round(weighted_sum / weight_sum / 100, 2) if weight_sum else None,
        "marks": len(marks_bp),
        "handed_in": handed_in,
        "late": late,
        "sessions": sessions,
        "attended": attended,
        "last_activity_on": last_activity_on,
        "open_alerts": open_alerts,
        "enrolled": enrolled,
    }


def _alert(
    opened_at: dt.datetime,
    alert_id: int,
    student: str,
    course: str | None,
    rule: str,
    severity: str,
    because: str,
    cleared_at: dt.datetime | None,
    version: int,
) -> Json:
    return {
        "alert_id": alert_id,
        "student": student,
        "course": course,
        "rule": rule,
        "severity": severity,
        "state": "cleared" if cleared_at else "open",
        "because": because,
        "opened_at": opened_at,
        "cleared_at": cleared_at,
        "version": version,
    }


def _set_aside(
    recorded_at: dt.datetime,
    uid: str,
    reason: str,
    detail: str,
    source: str | None,
    event_id: str | None,
    student: str | None,
    occurred_at: dt.datetime | None,
    correlation_id: str | None,
    sequence_number: str | None,
    payload_bytes: int,
) -> Json:
    return {
        "quarantine_uid": uid,
        "reason": reason,
        "detail": detail.strip().splitlines()[-1] if detail.strip() else "",
        "source": source,
        "event_id": event_id,
        "student": student,
        "occurred_at": occurred_at,
        "correlation_id": correlation_id,
        "sequence_number": sequence_number,
        "payload_bytes": payload_bytes,
        "recorded_at": recorded_at,
    }
