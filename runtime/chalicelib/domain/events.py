"""The events of the API: what a sender may say, field by field, and how it is checked.

These types are the one place where the format is written down: requests are decoded into them, and
the JSON Schema and the OpenAPI document are generated from them.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from chalicelib.domain.wire import AttendanceStatus, ConductKind, EnrolmentStatus

MAX_SCORE = 1_000_000
NO_CONTROLS = "^[^\\u0000-\\u001f\\u007f-\\u009f]+$(?!\\n)"  # Python's $ lets one line end by

Id = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=128,
        description="1 to 128 characters, none of them a control character",
        extra_json_schema={"pattern": NO_CONTROLS},
    ),
]
Moment = Annotated[
    dt.datetime, Meta(tz=True, description="RFC 3339 with an offset; kept to the microsecond")
]
Score = Annotated[float, Meta(ge=0, le=MAX_SCORE, description="at most six decimals")]
MaxScore = Annotated[float, Meta(gt=0, le=MAX_SCORE, description="at most six decimals")]
Weight = Annotated[
    float,
    Meta(ge=0, le=1000, description="share of the course's marks; at most three decimals"),
]
Attempt = Annotated[int, Meta(ge=1, le=1000)]
Amount = Annotated[int, Meta(ge=0, le=1_000_000_000)]
_NO_METADATA = msgspec.field(default_factory=lambda: msgspec.Raw(b"null"))


class _Common(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="event_type"
):
    """What every event has, but for the course."""

    event_id: Id
    student_id: Id
    occurred_at: Moment
    metadata: msgspec.Raw = _NO_METADATA


class AssessmentScored(_Common, frozen=True, kw_only=True, tag="assessment_scored"):
    """A test, quiz or assignment was marked; a score above its maximum is extra credit."""

    course_id: Id
    item_id: Id
    score: Score
    max_score: MaxScore
    weight: Weight | None = None
    due_at: Moment | None = None
    attempt: Attempt | None = None
    excused: bool = False


class WorkSubmitted(_Common, frozen=True, kw_only=True, tag="work_submitted"):
    """A piece of work was handed in."""

    course_id: Id
    item_id: Id
    due_at: Moment | None = None
    attempt: Attempt | None = None


class AttendanceRecorded(_Common, frozen=True, kw_only=True, tag="attendance_recorded"):
    """One student at one session; without a course it is the school day as a whole."""

    course_id: Id | None = None
    session_id: Id
    status: AttendanceStatus


class ActivityRecorded(_Common, frozen=True, kw_only=True, tag="activity_recorded"):
    """Engagement: how often, or how long."""

    course_id: Id
    kind: Id
    count: Amount | None = None
    minutes: Amount | None = None


class ConductRecorded(_Common, frozen=True, kw_only=True, tag="conduct_recorded"):
    """Behaviour, in a course or in the school as a whole."""

    course_id: Id | None = None
    kind: ConductKind


class EnrollmentChanged(_Common, frozen=True, kw_only=True, tag="enrollment_changed"):
    """A student began, left or finished a course."""

    course_id: Id
    status: EnrolmentStatus


class Retracts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which event does not count any more: one of the same source and student."""

    event_id: Id
    occurred_at: Moment


class EventRetracted(_Common, frozen=True, kw_only=True, tag="event_retracted"):
    """The named event does not count any more; this may arrive before it."""

    course_id: Id | None = None
    retracts: Retracts


Event = (
    AssessmentScored
    | WorkSubmitted
    | AttendanceRecorded
    | ActivityRecorded
    | ConductRecorded
    | EnrollmentChanged
    | EventRetracted
)
TYPES: tuple[type[_Common], ...] = (
    AssessmentScored,
    WorkSubmitted,
    AttendanceRecorded,
    ActivityRecorded,
    ConductRecorded,
    EnrollmentChanged,
    EventRetracted,
)


class EventError(msgspec.Struct, frozen=True):
    """Why one event of a request was refused."""

    index: int
    event_id: str | None
    path: str  # JSON path within the event
    reason: str
    code: Literal["invalid_event"] = "invalid_event"
