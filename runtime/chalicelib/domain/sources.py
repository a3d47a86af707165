"""Which sources have fallen silent: no data from a source is no absence of a student."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable


class Source(NamedTuple):
    """When a source has sent."""

    source: str
    last_at: dt.datetime
    lately: bool  # within the latest `hours`
    a_week_ago: bool  # within the same hours of the week before


def stale(sources: Iterable[Source]) -> list[Source]:
    """Return the sources that have sent nothing lately, though they did at that time last week.

    The week's rhythm counts, since schools send nothing on weekends: a quiet Sunday is no fault, a
    quiet Tuesday after a busy one is.
    """
    return [one for one in sources if one.a_week_ago and not one.lately]
