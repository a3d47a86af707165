"""Delete what is older than its class is kept: told first, done in steps, proved."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Protocol

from msgspec.structs import asdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.retention import Retention
    from chalicelib.ports.clock import Clock

STEP = 5000  # rows a transaction, so that nobody waits long for it
LONGEST = dt.timedelta(
    minutes=3
)  # a run, which a deployment waits for; the rest goes the next night


class Rows(Protocol):
    """The classes of data."""

    def past(self, class_: str, before: dt.datetime) -> int:
        """Return how many rows of a class are older and not held."""
        ...

    def delete_past(self, class_: str, before: dt.datetime, most: int) -> int:
        """Delete at most so many of them; return how many."""
        ...

    def prove(self, class_: str, before: dt.datetime, deleted: int) -> None:
        """Keep that they were deleted."""
        ...


def report(rows: Rows, kept: Retention, now: dt.datetime) -> list[dict[str, Any]]:
    """Return what the next maintenance would delete of each class; changes nothing."""
    befores = kept.befores(now)
    return [
        {
            "class": class_,
            "days": days,
            "before": befores[class_],
            "rows": rows.past(class_, befores[class_]),
        }
        for class_, days in asdict(kept).items()
    ]


def apply(rows: Rows, kept: Retention, clock: Clock) -> dict[str, int]:
    """Delete what is past, step by step; return the rows by class that had any. Safe to repeat."""
    now = clock.now()
    done = {
        class_: _delete(rows, class_, before, lambda: clock.now() - now < LONGEST)
        for class_, before in kept.befores(now).items()
    }
    return {class_: deleted for class_, deleted in done.items() if deleted}


def _delete(rows: Rows, class_: str, before: dt.datetime, in_time: Callable[[], bool]) -> int:
    total, deleted = 0, STEP
    while deleted == STEP and in_time():
        deleted = rows.delete_past(class_, before, STEP)
        total += deleted
    if total:
        rows.prove(class_, before, total)
    return total
