"""The term as a whole: its courses, and what happens at the school outside of them."""

from __future__ import annotations

import dataclasses
import heapq
import random
from typing import TYPE_CHECKING

from local.term.courses import SUBJECTS, teach
from local.term.dates import LAST_DAY, STARTS, at, draft, school_days
from local.term.pupils import invent_pupils

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from local.example import Draft, Event, ExampleCourse
    from local.term.pupils import Pupil


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ExampleTerm:
    """Several courses of the same pupils, and what belongs to no course."""

    courses: tuple[ExampleCourse, ...]
    school: tuple[Draft, ...]  # attendance and conduct, sorted
    starts: dt.date  # day 0
    days: int  # the last day

    def events(self) -> Iterator[Event]:
        """Yield every event of the term in the order of its time."""
        parts = (*(course.drafts for course in self.courses), self.school)
        merged = heapq.merge(*parts, key=lambda one: one[:2])
        return (one.as_event() for one in merged)


def synthetic_term(seed: int = 1) -> ExampleTerm:
    """Return a term; the same seed gives the same events."""
    pupils = invent_pupils(seed)
    school = sorted(_school(pupils, random.Random(f"school {seed}")), key=lambda one: one[:2])
    return ExampleTerm(
        courses=tuple(teach(subject, pupils, seed) for subject in SUBJECTS),
        school=tuple(school),
        starts=STARTS,
        days=LAST_DAY,
    )


def _school(pupils: Sequence[Pupil], chance: random.Random) -> Iterator[Draft]:
    for day in school_days():
        for pupil in pupils:
            if not pupil.gone(day):
                yield from _school_day(day, pupil, chance)


def _school_day(day: int, pupil: Pupil, chance: random.Random) -> Iterator[Draft]:
    """Yield one pupil's attendance, and their conduct; one incident in four ends in suspension."""
    status = _status(pupil, chance)
    attendance = {"session_id": f"{at(day, 0):%Y-%m-%d}", "status": status}
    yield draft(at(day, 8), "attendance_recorded", pupil.student_id, None, attendance)
    if status in ("absent", "excused"):
        return
    if chance.random() < pupil.incident:
        yield _conduct(at(day, 11, chance.randrange(60)), pupil, "incident")
        if chance.random() < 0.25:
            yield _conduct(at(day, 15), pupil, "suspension")
    elif chance.random() < 0.003:
        yield _conduct(at(day, 14), pupil, "commendation")


def _conduct(moment: dt.datetime, pupil: Pupil, kind: str) -> Draft:
    return draft(moment, "conduct_recorded", pupil.student_id, None, {"kind": kind})


def _status(pupil: Pupil, chance: random.Random) -> str:
    if chance.random() < pupil.absence:
        return chance.choice(("absent", "absent", "excused"))
    return "late" if chance.random() < 0.04 else "present"
