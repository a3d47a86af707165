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
_NOON = dt.timedelta(hours=12)  # quiet hours are over then, and digests due
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
    example: Playable,
    system: LocalSystem,
    sender: Sender,
    *,
    days_per_second: float | None = None,
    resume: bool = False,
) -> Iterator[Progress]:
    """Play every day of an example; yields after each, when all of it is processed and swept.

    The clock stands at the end of the day that is being played, so that everything the day brought
    is judged as it was known that evening; people are told the next noon. With `resume`, days
    before the clock's are passed over, and the clock's own is played again: what is there already
    changes nothing.
    """
    first, last = span(example.events())
    system.make_partitions(midnight(first), midnight(last) + DAY)
    for course in example.courses:
        sender.put_catalogue(course.catalogue)
    if resume and system.paths.clock.exists():
        first = max(first, min(last, system.clock.now().date()))
    service, began = system.service("ingest"), time.monotonic()
    for number, (day, events) in enumerate(_days(example.events(), first, last), start=1):
        if number > 1:
            system.clock.set(midnight(day) + _NOON)
            jobs.announce_unsent(service)
        system.clock.set(midnight(day) + DAY - _A_MICROSECOND)
        lag_s = _send(events, system, sender)
        jobs.sweep_and_announce(service)
        _keep_pace(began, number, days_per_second)
        yield Progress(day, number, (last - day).days, lag_s)


def span(events: Iterator[Event]) -> tuple[dt.date, dt.date]:
    """Return the first and the last UTC day of events that are in order; ValueError for none."""
    first = last = None
    for event in events:
        first = first or event
        last = event
    if first is None or last is None:
        raise ValueError("the example has no event")
    return _day(first), _day(last)


def _days(
    events: Iterator[Event], first: dt.date, last: dt.date
) -> Iterator[tuple[dt.date, list[Event]]]:
    """Yield every day from first to last with its events, of which there may be none."""
    with_events = itertools.groupby(events, key=_day)
    pending = next(with_events, None)
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = dt.date.fromordinal(ordinal)
        while pending and pending[0] < day:
            pending = next(with_events, None)
        members = list(pending[1]) if pending and pending[0] == day else []
        yield day, members


def _send(events: list[Event], system: LocalSystem, sender: Sender) -> float:
    """POST the events of a day and wait until they are processed; return the seconds of lag."""
    if not events:
        return 0.0
    sender.post(events)
    acknowledged = time.monotonic()
    if not system.wait_until_drained():
        raise SenderError("what was acknowledged is not processed within a minute")
    return time.monotonic() - acknowledged


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
