"""What a privacy officer may ask of records through the API, field by field."""

from __future__ import annotations

import uuid  # msgspec reads the types

import msgspec

from chalicelib.domain.alert_requests import Text  # msgspec reads the types
from chalicelib.domain.asked import Id  # msgspec reads the types
from chalicelib.domain.errors import InvalidRequestError


class _Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One thing to be done, and why."""

    reason: Text


class Erase(_Request, frozen=True, kw_only=True):
    """A student's record shall go."""


class Hold(_Request, frozen=True, kw_only=True):
    """Nothing shall be deleted of a student, or of a course: one of both is named."""

    student: uuid.UUID | None = None
    course: Id | None = None


def held(wanted: Hold) -> dict[str, str | None]:
    """Return what is to be held; InvalidRequestError unless it is one thing."""
    if (wanted.student is None) == (wanted.course is None):
        raise InvalidRequestError("A hold names either a `student` or a `course`.")
    return {"student": str(wanted.student) if wanted.student else None, "course": wanted.course}
