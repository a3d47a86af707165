"""Messages about alerts in words, and as JSON for programs. Students appear by pseudonym alone."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from chalicelib.domain.alerts import NOBODY
from chalicelib.domain.indicators import Severity

if TYPE_CHECKING:
    from chalicelib.domain.announcements import Announcement, Message, Notice

LISTED = 50  # notices that a message tells in full: SNS takes 256 KiB, both forms together
_LONGEST = 300  # characters of a reason
_SAID = {
    "opened": "may need help",
    "escalated": "needs help more urgently",
    "assigned": "is yours to help",
    "woken": "may still need help: the alert has rested as long as it should",
    "cleared": "has cleared: its condition has ended",
    "settled": "came and is over: nothing is left to do",
}
_FOOT = (
    "A student is named by a pseudonym. The paths are those of the monitor's API, which shows who"
    " it is to those who may know."
)


def structured(message: Message) -> dict[str, Any]:
    """Return a message for programs; `more` has the alerts that are not told in full."""
    return {
        "recipient": message.recipient,
        "digest": message.digest,
        "notices": [_structured(one) for one in message.notices[:LISTED]],
        "more": [one.about.alert_id for one in message.notices[LISTED:]],
    }


def subject(message: Message) -> str:
    """Return what a message is about, in one line of at most 100 ASCII characters (SNS)."""
    said = _summary(message) if message.digest else _headline(message.notices[0])
    return said.encode("ascii", "replace").decode()[:100]


def text(message: Message) -> str:
    """Return a message as a person reads it."""
    head = [f"{_summary(message)}. For {message.recipient}."] if message.digest else []
    told = [_told(one) for one in message.notices[:LISTED]]
    rest = len(message.notices) - LISTED
    more = [f"And {rest} more: GET /v1/alerts?sort=todo&course=..."] if rest > 0 else []
    return "\n\n".join([*head, *told, *more, _FOOT])


def _structured(notice: Notice) -> dict[str, Any]:
    alert = notice.about
    return {
        "announcement_ids": list(notice.announcement_ids),
        "alert_id": alert.alert_id,
        "kind": notice.kind,
        "student": None if alert.student == NOBODY else alert.student,
        "course": alert.course or None,
        "rule": alert.rule,
        "severity": alert.severity.name.lower(),
        "because": alert.because[:_LONGEST],
        "opened_at": alert.opened_at.isoformat(),
        "path": _path(alert),
    }


def _summary(message: Message) -> str:
    """Return how many there are of what severity."""
    active = [one.about.severity for one in message.notices if not one.about.closed]
    many = Counter(active)
    parts = [
        f"{many[one]} {one.name.lower()}" for one in sorted(Severity, reverse=True) if many[one]
    ]
    if over := len(message.notices) - len(active):
        parts.append(f"{over} over")
    return f"Alerts of the day: {', '.join(parts)}"


def _headline(notice: Notice) -> str:
    alert = notice.about
    return f"{alert.severity.name.capitalize()}: {_words(alert)} in {_where(alert)}"


def _told(notice: Notice) -> str:
    """Return one notice: what, why, and where there is more."""
    alert = notice.about
    if alert.closed:
        said = (
            f"The alert {_words(alert)} of {_whom(alert)} in {_where(alert)} {_SAID[notice.kind]}."
        )
        return f"{said}\nGET {_path(alert)}"
    level = alert.severity.name.capitalize()
    said = f"{level}: {_whom(alert)} in {_where(alert)} {_SAID[notice.kind]} ({_words(alert)})."
    return f"{said}\n{alert.because[:_LONGEST]}\nGET {_path(alert)}"


def _whom(alert: Announcement) -> str:
    return "the class" if alert.student == NOBODY else f"student {alert.student}"


def _where(alert: Announcement) -> str:
    return alert.course or "the school as a whole"


def _words(alert: Announcement) -> str:
    return alert.rule.replace("_", " ")


def _path(alert: Announcement) -> str:
    return f"/v1/alerts/{alert.alert_id}"
