"""Keep the database's partitions ahead of the events, and drop those past retention."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.ports.clock import Clock


class Partitions(Protocol):
    """What maintenance needs of the event log; as its owner."""

    def ensure(self, first: dt.datetime, last: dt.datetime, width_months: int) -> int:
        """Make what lacks between two moments; return how many were made."""
        ...

    def drop(self, before: dt.datetime) -> int:
        """Drop what ended before a moment; return how many were dropped."""
        ...


AHEAD = dt.timedelta(days=95)  # a quarter: the job may fail for weeks before an event is a stray


def keep_partitions(
    partitions: Partitions, clock: Clock, *, width_months: int, retention_days: int
) -> dict[str, int]:
    """Make partitions for the retained past and the next quarter; drop what is older."""
    now = clock.now()
    oldest = now - dt.timedelta(days=retention_days)
    return {
        "made": partitions.ensure(oldest, now + AHEAD, width_months),
        "dropped": partitions.drop(oldest),
    }
