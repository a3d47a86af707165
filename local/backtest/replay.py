"""A course played week by week through the code that production runs: read, fold, judge."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec

from chalicelib.domain import catalogue, wire
from chalicelib.domain.classroom import Course, ItemTerms, describe
from chalicelib.domain.conversion import micros
from chalicelib.domain.facts import ENROLMENT_STATUS, Facts
from chalicelib.domain.folding import fold, unheard_of
from chalicelib.domain.reading import read_event
from chalicelib.domain.work import Terms
from local.oulad import times

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from chalicelib.domain.facts import Dated
    from chalicelib.domain.standing import CourseContext, Spans, Touched
    from local.example import Draft, ExampleCourse

KEY = b"pseudonyms of a backtest stay in it"
_ALWAYS_US = 2**53


class Replay:
    """One course, and what was known of it up to a moment."""

    def __init__(self, course: ExampleCourse) -> None:
        self.terms = course_of(course)
        self._by_item = {
            one.item: Terms(one.due_us, one.weight_milli, one.optional) for one in self.terms.items
        }
        self._drafts: Iterator[Draft] = iter(course.drafts)
        self._next: Draft | None = next(self._drafts, None)
        self._changes: dict[str, tuple[Dated, ...]] = {}
        self.standings: dict[str, Touched] = {}
        self.students: dict[str, str] = {}  # pseudonym -> id

    def advance(self, day: int) -> int:
        """Take in all that happened until the end of a day of the run; return that moment in us."""
        moment = times.end(day)
        facts = Facts()
        for draft in self._until(moment):
            event = read_event(msgspec.json.encode(draft.as_event()), KEY)
            if not isinstance(event, wire.Retracted):
                self.students[event.student] = draft.student_id
                facts.add(event, event.event_id)
        for (student, course), told in facts.items():
            known = self.standings.get(student) or unheard_of(student, course)
            touched = fold(known, told, self._by_item, {})
            if told.enrolment:
                changes = self._changes.get(student, ()) + told.enrolment
                self._changes[student] = changes
                enrolled = msgspec.structs.replace(touched.standing, enrolled=spans_of(changes))
                touched = msgspec.structs.replace(touched, standing=enrolled)
            self.standings[student] = touched
        return micros(moment)

    def context(self, as_of_us: int) -> CourseContext:
        """Return what the class looks like, as the sweep computes it."""
        return describe(self.terms, (t.standing for t in self.standings.values()), as_of_us)

    def _until(self, moment: dt.datetime) -> Iterator[Draft]:
        while self._next is not None and self._next.occurred_at <= moment:
            yield self._next
            self._next = next(self._drafts, None)


def course_of(course: ExampleCourse) -> Course:
    """Return the course as the store has it after its catalogue was PUT."""
    put = msgspec.convert(course.catalogue["course"], catalogue.Course)
    items = {
        item: msgspec.convert(body, catalogue.Item)
        for item, body in course.catalogue["items"].items()
    }
    return Course(
        course.course_id,
        _midnight_us(put.starts_on, 0),
        _midnight_us(put.ends_on, 1),
        [
            ItemTerms(
                item,
                one.title,
                None if one.due_at is None else micros(one.due_at),
                one.weight_milli,
                one.optional,
            )
            for item, one in sorted(items.items())
        ],
        put.subject,
    )


def spans_of(changes: Iterable[Dated]) -> Spans:
    """Return when a student was enrolled, as `enrolled_spans` of the schema does."""
    ordered = sorted(changes)
    ends = [at_us for at_us, _, _ in ordered[1:]] + [_ALWAYS_US]
    spans = []
    for number, ((at_us, _, status), end_us) in enumerate(zip(ordered, ends, strict=True)):
        if status == ENROLMENT_STATUS["enrolled"]:
            spans.append((at_us, end_us))
        elif number == 0:
            spans.append((-_ALWAYS_US, at_us))
    return tuple(spans)


def _midnight_us(day: dt.date | None, later: int) -> int | None:
    if day is None:
        return None
    at = dt.datetime.combine(day, dt.time(), dt.UTC) + dt.timedelta(days=later)
    return micros(at)
