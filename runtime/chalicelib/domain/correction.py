"""Requests to correct a record: asked for, decided, and answered by a statement where refused.

34 CFR 99.20 gives the student the request and 99.21 the statement, which stays beside what it
contests and is shown wherever that is.
"""

from __future__ import annotations

import datetime as dt  # msgspec reads the types
from collections.abc import Iterable
from typing import Literal

import msgspec

from chalicelib.domain import events  # msgspec reads the types
from chalicelib.domain.alert_requests import Text  # msgspec reads the types
from chalicelib.domain.asked import Id  # msgspec reads the types
from chalicelib.domain.errors import ConflictError, InvalidRequestError
from chalicelib.domain.identity import pseudonym

REGISTRAR = "registrar"  # the source of events that correct
MOST = 1_000  # of one student


class _Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One step of a correction."""


class Contest(_Request, frozen=True, kw_only=True):
    """What is wrong, and what it should be."""

    about: Text
    wanted: Text
    course: Id | None = None


class Decide(_Request, frozen=True, kw_only=True):
    """What becomes of it, and why.

    `event` corrects the record: a new mark, say, of the source registrar. An event_retracted takes
    back what another `source` has sent, and is then sent as that, since a retraction names an event
    of its own source.
    """

    decision: Literal["granted", "refused"]
    reason: Text
    event: events.Event | None = None
    source: Id | None = None


class State(_Request, frozen=True, kw_only=True):
    """What the student says to a refusal."""

    statement: Text


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """One request, with what has become of it."""

    number: int
    course: str | None
    about: str
    wanted: str
    requested_by: str
    requested_at: dt.datetime
    decision: str | None = None
    reason: str | None = None
    decided_by: str | None = None
    decided_at: dt.datetime | None = None
    correcting: str | None = None
    statement: str | None = None
    stated_by: str | None = None
    stated_at: dt.datetime | None = None


def check_event(wanted: Decide, student: str, key: bytes) -> None:
    """Raise InvalidRequestError unless the event, if any, corrects this student's record."""
    event = wanted.event
    if event is None:
        if wanted.source is not None:
            raise _wrong("source", "there is no event")
        return
    if wanted.decision != "granted":
        raise _wrong("event", "a refusal corrects nothing")
    if pseudonym(event.student_id, key) != student:
        raise _wrong("event.student_id", "this is another student")
    if wanted.source is not None and not isinstance(event, events.EventRetracted):
        raise _wrong("source", "only a retraction is of another source than the registrar")


def courses_of(
    wanted: Decide, number: int, known: Iterable[Correction], hers: Iterable[str]
) -> set[str]:
    """Return the courses that a decision is about: of the request, and of the event.

    A retraction may be of any of `hers`, the student's: it says which event, not of which course.
    """
    told = {one.course for one in known if one.number == number}
    if isinstance(wanted.event, events.EventRetracted):
        told |= set(hers)
    return {course for course in (*told, getattr(wanted.event, "course_id", None)) if course}


def decided(before: Correction, wanted: Decide, person: str, as_of: dt.datetime) -> Correction:
    """Return the request as decided; ConflictError when it was."""
    if before.decision is not None:
        raise ConflictError("It has been decided.")
    return msgspec.structs.replace(
        before,
        decision=wanted.decision,
        reason=wanted.reason,
        decided_by=person,
        decided_at=as_of,
        correcting=wanted.event.event_id if wanted.event else None,
    )


def stated(before: Correction, wanted: State, person: str, as_of: dt.datetime) -> Correction:
    """Return the request with the student's statement, which may be changed."""
    if before.decision != "refused":
        raise ConflictError("Only beside a refusal is a statement kept.")
    return msgspec.structs.replace(
        before, statement=wanted.statement, stated_by=person, stated_at=as_of
    )


def _wrong(path: str, reason: str) -> InvalidRequestError:
    return InvalidRequestError(f"$.{path}: {reason}", [{"path": f"$.{path}", "reason": reason}])
