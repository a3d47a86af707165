"""Hours of the day where the institution is, through changes of its clocks."""

from __future__ import annotations

import datetime as dt
import functools
import zoneinfo

_DAY = dt.timedelta(days=1)


@functools.lru_cache(maxsize=1)
def _time_zones() -> set[str]:
    """Return the zones that PostgreSQL knows too; files beside them ("right/UTC") are none."""
    return zoneinfo.available_timezones()


def is_time_zone(name: str) -> bool:
    """Tell whether that is an IANA name of a time zone."""
    return name == "UTC" or name in _time_zones()


def next_at(hour: int, after: dt.datetime, time_zone: str) -> dt.datetime:
    """Return the first moment after that one at which it is so many o'clock, in UTC.

    Every day has exactly one: the first of two such hours where clocks go back, and where they go
    forward over it, the moment at which they do.
    """
    zone = zoneinfo.ZoneInfo(time_zone)
    day = after.astimezone(zone).date() - _DAY
    while (moment := _moment(day, hour, zone)) <= after:
        day += _DAY
    return moment


def end_of_quiet(
    now: dt.datetime, time_zone: str, *, from_hour: int, until_hour: int
) -> dt.datetime | None:
    """Return when the quiet hours end that this moment is in, in UTC; None: it is in none.

    They go over midnight where they begin later than they end; equal hours: there are none.
    """
    ends = next_at(until_hour, now, time_zone)
    return ends if next_at(from_hour, now, time_zone) > ends else None


def _moment(day: dt.date, hour: int, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """Return when it is so many o'clock on a day, or would be if clocks did not go forward."""
    return dt.datetime.combine(day, dt.time(hour), zone).astimezone(dt.UTC)
