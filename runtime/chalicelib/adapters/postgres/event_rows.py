"""How an event of the stream becomes a row of the event table, and a row an event again."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import msgspec

from chalicelib.domain import wire

TYPE_NUMBER = {
    wire.Scored: 1,
    wire.Submitted: 2,
    wire.Attended: 3,
    wire.Active: 4,
    wire.Conducted: 5,
    wire.Enrolled: 6,
    wire.Retracted: 7,
}


class Row(NamedTuple):
    """One row of the event table, without what tells where it came from."""

    event_uid: str  # 32 hex digits
    occurred_us: int
    student: str
    event_type: int
    source: str
    event_id: str
    course: str
    subject: str
    details: str
    metadata: str | None


class _Details(msgspec.Struct, omit_defaults=True):
    """What a type of event has besides its subject; scores are decimals as sent."""

    score: str | None = None
    max_score: str | None = None
    score_bp: int | None = None
    weight_milli: int | None = None
    due_us: int | None = None
    attempt: int | None = None
    excused: bool = False
    status: str | None = None
    count: int = 0
    minutes: int = 0
    retracted_us: int | None = None


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Details).decode


def to_row(event: wire.Event, uid: str, source: str) -> Row:
    """Return the row that keeps this event; two rows are equal when the events' contents are."""
    subject, details = content_of(event)
    return Row(
        uid,
        event.occurred_us,
        event.student,
        TYPE_NUMBER[type(event)],
        source,
        event.event_id,
        event.course or "",
        subject,
        details,
        event.metadata,
    )


def content_of(event: wire.Event) -> tuple[str, str]:
    """Return what an event is about, and what else its type has as JSON."""
    content: tuple[str, str] = _CONTENT[type(event)](event)
    return content


def from_row(row: Row) -> wire.Event:
    """Return the event that a row keeps."""
    head = {
        "event_id": row.event_id,
        "student": row.student,
        "occurred_us": row.occurred_us,
        "course": row.course or None,
        "metadata": row.metadata,
    }
    event: wire.Event = _EVENT[row.event_type](head, row.subject, _decode(row.details))
    return event


def same_content(one: Row, other: Row) -> bool:
    """Tell whether two rows of one identity say the same, however their metadata is written."""
    return one[:-1] == other[:-1] and _canonical(one.metadata) == _canonical(other.metadata)


def _canonical(metadata: str | None) -> bytes | None:
    if metadata is None:
        return None
    return msgspec.json.encode(msgspec.json.decode(metadata), order="sorted")


def _details(**values: Any) -> str:
    return _encode(_Details(**values)).decode()


# What comes again and again is written once; by position, since names double the cost of asking.
@functools.lru_cache(maxsize=1024)
def _submitted(due_us: int | None, attempt: int | None) -> str:
    return _details(due_us=due_us, attempt=attempt)


@functools.lru_cache(maxsize=1024)
def _active(count: int, minutes: int) -> str:
    return _details(count=count, minutes=minutes)


@functools.lru_cache(maxsize=16)
def _attended(status: str) -> str:
    return _details(status=status)


def _scored(event: wire.Scored) -> tuple[str, str]:
    details = _Details(
        event.score,
        event.max_score,
        event.score_bp,
        event.weight_milli,
        event.due_us,
        event.attempt,
        event.excused,
    )
    return event.item, _encode(details).decode()


_CONTENT: dict[type, Any] = {
    wire.Scored: _scored,
    wire.Submitted: lambda e: (e.item, _submitted(e.due_us, e.attempt)),
    wire.Attended: lambda e: (e.session, _attended(e.status)),
    wire.Active: lambda e: (e.kind, _active(e.count, e.minutes)),
    wire.Conducted: lambda e: (e.kind, "{}"),
    wire.Enrolled: lambda e: ("", _details(status=e.status)),
    wire.Retracted: lambda e: (e.retracted_id, _details(retracted_us=e.retracted_us)),
}

_EVENT: dict[int, Any] = {
    1: lambda head, subject, d: wire.Scored(
        **head,
        item=subject,
        score=d.score,
        max_score=d.max_score,
        score_bp=d.score_bp,
        weight_milli=d.weight_milli,
        due_us=d.due_us,
        attempt=d.attempt,
        excused=d.excused,
    ),
    2: lambda head, subject, d: wire.Submitted(
        **head, item=subject, due_us=d.due_us, attempt=d.attempt
    ),
    3: lambda head, subject, d: wire.Attended(**head, session=subject, status=d.status),
    4: lambda head, subject, d: wire.Active(**head, kind=subject, count=d.count, minutes=d.minutes),
    5: lambda head, subject, _: wire.Conducted(**head, kind=subject),
    6: lambda head, _, d: wire.Enrolled(**head, status=d.status),
    7: lambda head, subject, d: wire.Retracted(
        **head, retracted_id=subject, retracted_us=d.retracted_us
    ),
}
