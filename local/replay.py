"""Play an example against the clock: day by day, over HTTP, with a sweep at the end of each day."""

from __future__ import annotations

import datetime as dt
import itertools
import time
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from chalicelib import jobs
from local.sender import SenderError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from local.example import Event, ExampleCourse
    from local.sender import Sender
    from local.system import LocalSystem

DAY = dt.timedelta(days=1)
_A_MICROSECOND = dt.timedelta(microseconds=1)


class Playable(Protocol):
    """What can be played: one course, or a term of several."""

    @property
    def courses(self) -> Sequence[ExampleCourse]:
        """The courses to PUT first."""
        ...

    def events(self) -> Iterator[Event]:
        """Yield every event in the order of its time."""
        ...


class Progress(NamedTuple):
    """How far a replay has come."""

    day: dt.date
    number: int  # of the day, from 1
    days: int  # still to come
    lag_s: float  # from the day's last acknowledgement to its last commit


def replay(
    example: Playable, system: LocalSystem, sender: Sender, *, days_per_second: float | None = None
) -> Iterator[Progress]:
    """Play every day of an example; yields after each, when all of it is processed and swept.

    The clock stands at the end of the day that is being played, so that everything the day brought
    is judged as it was known that evening. Safe to repeat: what is there already changes nothing.
    """
    days = by_day(example.events())
    if not days:
        return
    first, last = days[0][0], days[-1][0]
    system.make_partitions(midnight(first), midnight(last) + DAY)
    for course in example.courses:
        sender.put_catalogue(course.catalogue)
    service = system.service("ingest")
    events_of = dict(days)
    began = time.monotonic()
    ordinals = range(first.toordinal(), last.toordinal() + 1)
    for number, ordinal in enumerate(ordinals, start=1):
        day = dt.date.fromordinal(ordinal)
        system.clock.set(midnight(day) + DAY - _A_MICROSECOND)
        events = events_of.get(day, [])
        lag_s = 0.0
        if events:
            sender.post(events)
            acknowledged = time.monotonic()
            if not system.wait_until_drained():
                raise SenderError("what was acknowledged is not processed within a minute")
            lag_s = time.monotonic() - acknowledged
        jobs.sweep_and_announce(service)
        _keep_pace(began, number, days_per_second)
        yield Progress(day, number, last.toordinal() - ordinal, lag_s)


def by_day(events: Iterator[Event]) -> list[tuple[dt.date, list[Event]]]:
    """Return events grouped by their UTC day, in order."""
    return [(day, list(members)) for day, members in itertools.groupby(events, key=_day)]


def midnight(day: dt.date) -> dt.datetime:
    """Return the beginning of a UTC day."""
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _day(event: dict[str, Any]) -> dt.date:
    return dt.datetime.fromisoformat(event["occurred_at"]).astimezone(dt.UTC).date()


def _keep_pace(began: float, days: int, days_per_second: float | None) -> None:
    if days_per_second:
        ahead_s = began + days / days_per_second - time.monotonic()
        if ahead_s > 0:
            time.sleep(ahead_s)
