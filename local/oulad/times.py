"""When things happen: a day of a run on the calendar, and a time of day that OULAD has not.

A day's hours before 06:00 belong to enrolments, 06:00 to 20:00 to work and activity, 20:00 to
22:00 to marks, the rest to withdrawals: so a day's events have an order that makes sense. Where in
its part of the day an event lies follows from a checksum of its id.
"""

from __future__ import annotations

import datetime as dt
import zlib

DAY_ZERO = dt.datetime(2024, 10, 5, tzinfo=dt.UTC)  # of every run, so that digests are stable

_HOUR = 3600
ENROLLING = (0, 6 * _HOUR)
STUDYING = (6 * _HOUR, 20 * _HOUR)
MARKING = (20 * _HOUR, 22 * _HOUR)
LEAVING = (22 * _HOUR, 24 * _HOUR - 60)


def within(part_of_day: tuple[int, int], day: int, event_id: str) -> dt.datetime:
    """Return the moment of this event in that part of that day of the run."""
    begins, ends = part_of_day
    second = begins + zlib.crc32(event_id.encode()) % (ends - begins)
    return DAY_ZERO + dt.timedelta(days=day, seconds=second)


def due(day: int) -> dt.datetime:
    """Return the last second of a due day: work of that day is on time."""
    return DAY_ZERO + dt.timedelta(days=day + 1, seconds=-1)


def end(day: int) -> dt.datetime:
    """Return the last moment of a run, after anything that is due on its last day."""
    return DAY_ZERO + dt.timedelta(days=day + 1, microseconds=-1)
