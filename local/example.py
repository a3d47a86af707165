"""What an example is: a catalogue to PUT, events to POST in the order of their time, outcomes."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Event = dict[str, Any]  # one element of the body of POST /v1/events


class CourseBody(TypedDict):
    """The body of a course's PUT; `starts_on` and `ends_on` are dates, both inclusive."""

    title: str
    subject: str
    starts_on: str
    ends_on: str
    time_zone: str


class ItemBody(TypedDict):
    """The body of an item's PUT; `weight` is a percentage of the course's marks."""

    title: str
    due_at: str
    weight: float
    optional: bool


class Catalogue(TypedDict):
    """What is PUT before the events: the course, and its items by their id."""

    course_id: str
    course: CourseBody
    items: dict[str, ItemBody]


class Draft(NamedTuple):
    """An event before it is written out; drafts sort by time, then by id."""

    occurred_at: dt.datetime  # UTC
    event_id: str
    event_type: str
    student_id: str
    course_id: str | None
    details: Mapping[str, Any]

    def as_event(self) -> Event:
        """Return the event as the API takes it."""
        event: Event = {
            "event_id": self.event_id,
            "event_type": self.event_type,
            "student_id": self.student_id,
            "occurred_at": timestamp(self.occurred_at),
        }
        if self.course_id is not None:
            event["course_id"] = self.course_id
        return event | dict(self.details)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ExampleCourse:
    """One course with everything that happened in it; reading it again gives the same events."""

    catalogue: Catalogue
    outcomes: Mapping[str, str]  # student_id -> final result; empty where nobody knows
    starts: dt.date  # day 0
    days: int  # the last day of the course, counted from day 0
    drafts: tuple[Draft, ...]  # sorted

    @property
    def course_id(self) -> str:
        """The course's id in the API."""
        return self.catalogue["course_id"]

    @property
    def courses(self) -> tuple[ExampleCourse, ...]:
        """The courses of this example: itself. A term has several."""
        return (self,)

    def events(self) -> Iterator[Event]:
        """Yield every event in the order of its time."""
        return (draft.as_event() for draft in self.drafts)


def timestamp(moment: dt.datetime) -> str:
    """Return a moment of UTC in RFC 3339."""
    return moment.replace(tzinfo=None).isoformat() + "Z"
