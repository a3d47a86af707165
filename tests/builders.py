"""Events, records and Lambda events for tests."""

from __future__ import annotations

import base64
import datetime as dt
import uuid
from typing import Any

from chalicelib.domain import wire

DAY_US = 86_400_000_000
START = dt.datetime(2024, 10, 7, tzinfo=dt.UTC)
START_US = int(START.timestamp()) * 1_000_000
STUDENTS = [str(uuid.UUID(int=n * 2**120 + 7)) for n in (1, 2, 3)]


class Clock:
    """A clock that stands where it was put."""

    def __init__(self, moment: dt.datetime = START + dt.timedelta(days=120)) -> None:
        self.moment = moment

    def now(self) -> dt.datetime:
        return self.moment


def at(day: float) -> int:
    """Return microseconds of a day of the term."""
    return START_US + round(day * DAY_US)


def scored(event_id: str, student: str, day: float, percent: float, **more: Any) -> wire.Scored:
    return wire.Scored(
        event_id=event_id,
        student=student,
        occurred_us=at(day),
        course=more.pop("course", "MATH-1"),
        metadata=more.pop("metadata", None),
        item=more.pop("item", "quiz-1"),
        score=f"{percent:g}",
        max_score="100",
        score_bp=round(percent * 100),
        **more,
    )


def submitted(event_id: str, student: str, day: float, **more: Any) -> wire.Submitted:
    return wire.Submitted(
        event_id=event_id,
        student=student,
        occurred_us=at(day),
        course="MATH-1",
        metadata=None,
        item=more.pop("item", "quiz-1"),
        **more,
    )


def attended(event_id: str, student: str, day: float, status: str, session: str) -> wire.Attended:
    return wire.Attended(
        event_id=event_id,
        student=student,
        occurred_us=at(day),
        course="MATH-1",
        metadata=None,
        session=session,
        status=status,
    )


def active(event_id: str, student: str, day: float, count: int = 1) -> wire.Active:
    return wire.Active(
        event_id=event_id,
        student=student,
        occurred_us=at(day),
        course="MATH-1",
        metadata=None,
        kind="page_view",
        count=count,
    )


def conducted(event_id: str, student: str, day: float, kind: str = "incident") -> wire.Conducted:
    return wire.Conducted(
        event_id=event_id,
        student=student,
        occurred_us=at(day),
        course=None,
        metadata=None,
        kind=kind,
    )


def enrolled(event_id: str, student: str, day: float, status: str = "enrolled") -> wire.Enrolled:
    return wire.Enrolled(
        event_id=event_id,
        student=student,
        occurred_us=at(day),
        course="MATH-1",
        metadata=None,
        status=status,
    )


def retracted(event_id: str, event: wire.Event) -> wire.Retracted:
    return wire.Retracted(
        event_id=event_id,
        student=event.student,
        occurred_us=event.occurred_us + 1,
        course=event.course,
        metadata=None,
        retracted_id=event.event_id,
        retracted_us=event.occurred_us,
    )


def record(events: list[wire.Event], number: int = 1, source: str = "local") -> dict[str, Any]:
    """Return a Kinesis record that holds these events."""
    envelope = wire.Envelope(wire.VERSION, source, "correlation", START_US, events)
    return raw_record(wire.pack(envelope), number)


def raw_record(data: bytes, number: int = 1) -> dict[str, Any]:
    return {
        "kinesis": {"sequenceNumber": str(number), "data": base64.b64encode(data).decode()},
    }


def lambda_event(*records: dict[str, Any]) -> dict[str, Any]:
    return {"Records": list(records)}
