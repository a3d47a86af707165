"""What a person may ask of an alert through the API, field by field."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from chalicelib.domain.asked import Id, check_moments
from chalicelib.domain.events import Moment

Text = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=4000,
        pattern="^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f]+$",
        description="1 to 4,000 characters; of the control characters only line breaks and tabs",
    ),
]
Outcome = Literal["improved", "supported", "referred", "no_response", "false_alarm", "other"]
Kind = Literal[
    "conversation", "message", "family_contact", "meeting", "tutoring", "plan", "referral", "other"
]
Effect = Literal["improved", "no_change", "worse", "not_completed"]
State = Literal["active", "open", "acknowledged", "in_progress", "snoozed", "resolved", "cleared"]


class _Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One change that a person wants."""


class Acknowledge(_Request, frozen=True, kw_only=True):
    """Somebody has seen it."""

    note: Text | None = None


class Assign(_Request, frozen=True, kw_only=True):
    """It is this person's; null: nobody's, which makes it the course's again."""

    assignee: Id | None


class AddNote(_Request, frozen=True, kw_only=True):
    """What somebody has learnt or thought; `shareable`: the student may be shown it."""

    note: Text
    shareable: bool = False


class Resolve(_Request, frozen=True, kw_only=True):
    """It is closed, and this came of it."""

    outcome: Outcome
    note: Text | None = None


class Snooze(_Request, frozen=True, kw_only=True):
    """It shall rest until then; null: no longer."""

    until: Moment | None


class Intervene(_Request, frozen=True, kw_only=True):
    """Something is done for the student; from now on, unless it began before."""

    kind: Kind
    started_at: Moment | None = None
    note: Text | None = None

    def __post_init__(self) -> None:
        """Refuse a moment that nobody means."""
        check_moments(started_at=self.started_at)


class EndIntervention(_Request, frozen=True, kw_only=True):
    """It has ended; now, unless it ended before."""

    outcome: Effect
    ended_at: Moment | None = None
    note: Text | None = None

    def __post_init__(self) -> None:
        """Refuse a moment that nobody means."""
        check_moments(ended_at=self.ended_at)


Request = Acknowledge | Assign | AddNote | Resolve | Snooze | Intervene | EndIntervention


class Search(_Request, frozen=True, kw_only=True):
    """Which alerts are wanted, and which page of them; here whose, which no address may say."""

    student: uuid.UUID | None = None
    assignee: Id | None = None
    course: Id | None = None
    rule: Id | None = None
    state: State | None = None
    sort: Literal["newest", "todo"] = "newest"
    limit: Annotated[int, Meta(ge=1, le=200)] = 50
    cursor: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]*$")] | None = None
