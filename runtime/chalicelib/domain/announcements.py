"""What people are told of alerts: announcements that wait in the outbox, and the messages sent."""

from __future__ import annotations

import datetime as dt

import msgspec

from chalicelib.domain.indicators import Severity


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to tell one recipient of one alert, with the alert as it is now."""

    announcement_id: int
    kind: str  # opened | escalated | assigned | woken | cleared
    recipient: str = ""  # empty: not decided yet
    due_at: dt.datetime | None = None  # not before; None: at once
    in_digest: bool = False
    alert_id: int
    student: str  # pseudonym; NOBODY: the class as a whole
    course: str  # empty: the school as a whole
    rule: str
    severity: Severity
    because: str
    opened_at: dt.datetime
    closed: bool = False
    assignee: str | None = None
    snoozed_until: dt.datetime | None = None


class Notice(msgspec.Struct, frozen=True):
    """All that one recipient is to be told of one alert."""

    kind: str  # that of an announcement, or settled: over before anybody was told
    about: Announcement  # the last of them
    announcement_ids: tuple[int, ...]
    in_digest: bool = False  # each of them was left to it


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent to one recipient at once: one notice, or the digest of a day."""

    recipient: str
    digest: bool
    notices: tuple[Notice, ...]  # most severe first

    @property
    def announcement_ids(self) -> list[int]:
        """What the recipient has been told once this is delivered."""
        return [number for notice in self.notices for number in notice.announcement_ids]

    @property
    def severity(self) -> Severity:
        """That of the most severe alert which is not over."""
        active = [notice.about.severity for notice in self.notices if not notice.about.closed]
        return max(active, default=Severity.GOOD)
