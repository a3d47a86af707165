"""Announcements and messages for tests."""

from __future__ import annotations

from typing import Any

from chalicelib.domain.announcements import Announcement, Message, Notice
from chalicelib.domain.indicators import Severity
from tests.builders import START, STUDENTS


def announcement(number: int, severity: Severity = Severity.HIGH, **more: Any) -> Announcement:
    """Return an announcement of an alert of its own, unless `more` says otherwise."""
    values = {
        "announcement_id": number,
        "alert_id": number,
        "kind": "opened",
        "recipient": "ines",
        "student": STUDENTS[0],
        "course": "MATH-1",
        "rule": "low_marks",
        "severity": severity,
        "because": "The mean of 1 mark is 20 %; 40 % is the pass mark.",
        "opened_at": START,
    }
    return Announcement(**{**values, **more})


def notice(about: Announcement) -> Notice:
    return Notice(about.kind, about, (about.announcement_id,))


def single(about: Announcement) -> Message:
    return Message(recipient=about.recipient, digest=False, notices=(notice(about),))


def digest(*about: Announcement) -> Message:
    return Message(recipient="ines", digest=True, notices=tuple(map(notice, about)))
