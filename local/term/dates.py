"""The days of the term, counted from its first Monday, and its drafts of events."""

from __future__ import annotations

import datetime as dt
from typing import Any

from local.example import Draft

STARTS = dt.date(2024, 9, 9)  # a Monday, day 0
WEEKS = 12
LAST_DAY = 7 * WEEKS - 3  # a Friday
_MIDNIGHT = dt.datetime.combine(STARTS, dt.time(), dt.UTC)


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    """Return a moment of a day of the term, UTC."""
    return _MIDNIGHT + dt.timedelta(days=day, hours=hour, minutes=minute)


def due(week: int) -> dt.datetime:
    """Return when the work of a week is due: the last second of its Friday."""
    return at(7 * week + 5, 0) - dt.timedelta(seconds=1)


def school_days() -> list[int]:
    """Return every Monday to Friday of the term."""
    return [day for day in range(LAST_DAY + 1) if day % 7 < 5]


def draft(
    moment: dt.datetime, event_type: str, student: str, course: str | None, details: dict[str, Any]
) -> Draft:
    """Return a draft; type, course, student and minute are enough to tell events apart."""
    event_id = f"{event_type}-{course or 'school'}-{student}-{moment:%Y%m%dT%H%M}"
    return Draft(moment, event_id, event_type, student, course, details)
