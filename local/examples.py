"""The examples by name: the course that is shipped, and a synthetic term."""

from __future__ import annotations

import datetime as dt
import heapq
from typing import TYPE_CHECKING, NamedTuple

from local.oulad import DAY_ZERO, read_course
from local.paths import PROJECT
from local.term import synthetic_term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from local.example import Event, ExampleCourse
    from local.replay import Playable

COURSE = "AAA-2013J"


class Example(NamedTuple):
    """An example to play, with what is needed to report on it."""

    title: str
    playable: Playable
    starts_on: dt.date  # first day of week 1
    policy: str
    outcomes: Mapping[str, str]  # by student_id; empty when nobody knows


class Together:
    """Several courses, played side by side in the order of their events' time."""

    def __init__(self, courses: Sequence[ExampleCourse]) -> None:
        self.courses = courses

    def events(self) -> Iterator[Event]:
        """Yield the events of every course, merged by time."""
        return heapq.merge(*(course.events() for course in self.courses), key=_when)


def _when(event: Event) -> dt.datetime:
    return dt.datetime.fromisoformat(event["occurred_at"])


def load(name: str) -> Example | None:
    """Return an example; None for `none`. Raises KeyError for a name that is unknown."""
    if name == "none":
        return None
    return EXAMPLES[name]()


def _oulad() -> Example:
    course = read_course(PROJECT / "examples" / f"oulad-{COURSE}", COURSE)
    title = f"OULAD {COURSE}, a real course (marks known with the submission: marking lag 0 days)"
    starts_on = dt.date.fromisoformat(DAY_ZERO.isoformat()[:10])
    return Example(title, course, starts_on, "higher_education", course.outcomes)


def _term() -> Example:
    term = synthetic_term()
    return Example("a synthetic school term (invented pupils)", term, term.starts, "k12", {})


EXAMPLES: Mapping[str, Callable[[], Example]] = {"oulad": _oulad, "term": _term}
