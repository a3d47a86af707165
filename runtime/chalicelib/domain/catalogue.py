"""What is put through the API about courses, their work and enrolment, and how it is checked."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import msgspec
from msgspec import Meta

from chalicelib.domain.asked import Id, check_moments
from chalicelib.domain.errors import InvalidRequestError
from chalicelib.domain.events import NO_CONTROLS, Moment, Weight
from chalicelib.domain.local_time import is_time_zone

_MAYBE_EMPTY = NO_CONTROLS.replace("+$", "*$")
Title = Annotated[str, Meta(min_length=1, max_length=300, pattern=NO_CONTROLS)]


class Course(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A course; `time_zone` is an IANA name."""

    title: Title
    subject: Annotated[str, Meta(max_length=100, pattern=_MAYBE_EMPTY)] = ""
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    time_zone: str = "UTC"

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValueError("`ends_on` is before `starts_on`")
        if not is_time_zone(self.time_zone):
            raise ValueError(f"`time_zone` {self.time_zone!r} is no IANA time zone")


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A piece of work of a course; what stands here beats what events say of it."""

    title: Title
    due_at: Moment | None = None
    weight: Weight | None = None
    optional: bool = False

    def __post_init__(self) -> None:
        """Refuse a weight that thousandths cannot hold, and a date that nobody means."""
        check_moments(due_at=self.due_at)
        if self.weight is not None and round(self.weight * 1000) / 1000 != self.weight:
            raise ValueError("`weight` has more than three decimals")

    @property
    def weight_milli(self) -> int | None:
        """The weight in thousandths."""
        return None if self.weight is None else round(self.weight * 1000)


class Enrolment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A time during which a student is enrolled; open-ended without `ends_at`."""

    begins_at: Moment
    ends_at: Moment | None = None

    def __post_init__(self) -> None:
        """Refuse an end before the beginning."""
        check_moments(begins_at=self.begins_at, ends_at=self.ends_at)
        if self.ends_at and self.ends_at < self.begins_at:
            raise ValueError("`ends_at` is before `begins_at`")


def distinct(enrolments: list[Enrolment]) -> list[Enrolment]:
    """Return them by their beginning; InvalidRequestError names one that begins as another does."""
    begun: set[dt.datetime] = set()
    for number, one in enumerate(enrolments):
        if one.begins_at in begun:
            path, reason = f"$[{number}].begins_at", "another one begins at this time"
            raise InvalidRequestError(f"{path}: {reason}", [{"path": path, "reason": reason}])
        begun.add(one.begins_at)
    return sorted(enrolments, key=lambda one: one.begins_at)


class Lookup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose pseudonym is wanted."""

    student_id: Id
