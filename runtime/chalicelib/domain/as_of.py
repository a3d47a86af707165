"""What a student's standing was at a past moment: folded anew from what was known by then."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from chalicelib.domain.facts import ENROLMENT_STATUS, INCIDENT, SUSPENSION
from chalicelib.domain.folding import fold, unheard_of
from chalicelib.domain.work import Terms

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from chalicelib.domain.classroom import Course
    from chalicelib.domain.facts import Dated, Told
    from chalicelib.domain.indicators import Finding, Risk
    from chalicelib.domain.standing import CourseContext, Spans, Standing

FOREVER_US = 2**62


class Member(NamedTuple):
    """A student of a class; `standing` is None where it has changed since."""

    student: str
    standing: Standing | None
    roster: Spans | None  # what the roster said then; None: nothing


class CourseThen(NamedTuple):
    """A course as the catalogue had it; without a title where it did not know it."""

    title: str | None
    course: Course


class AlertThen(NamedTuple):
    """An alert that was open; its numbers are None where they are not known any more."""

    alert_id: int
    course: str
    rule: str
    severity: int | None
    because: str
    evidence: dict[str, object] | None
    opened_at: dt.datetime


class StatementThen(NamedTuple):
    """What a student said to a refused request for correction, as it stood."""

    number: int
    course: str | None
    about: str
    statement: str
    stated_at: dt.datetime


class Judged(NamedTuple):
    """A standing of then, what the class looked like and what was to be said of it.

    But for `students` (ever enrolled), what comes last is None where the class is too large to be
    folded anew.
    """

    known: CourseThen
    standing: Standing
    findings: list[Finding] | None
    risk: Risk | None
    context: CourseContext | None
    students: int = 0


class View(NamedTuple):
    """What was known and said of a student at a moment."""

    student: str
    at: dt.datetime
    courses: list[Judged]
    alerts: list[AlertThen]
    statements: list[StatementThen]


def standing_then(
    member: Member, course: Course, terms: Mapping[str, Terms], told: Told | None
) -> Standing | None:
    """Return what production kept of a student then; None when it did not know of her there.

    `told` is what her events of that time tell: every one that was not retracted by then.
    """
    if member.standing is not None:
        return member.standing
    if told is None and member.roster is None:
        return None
    nothing = unheard_of(member.student, course.course)
    conduct = tuple(sorted(told.conduct)) if told else ()
    kinds = [kind for _, _, kind in conduct]
    before = msgspec.structs.replace(
        nothing.standing,
        enrolled=enrolled_spans(told.enrolment if told else (), member.roster),
        conduct=conduct,
        incidents=kinds.count(INCIDENT),
        suspensions=kinds.count(SUSPENSION),
    )
    touched = msgspec.structs.replace(nothing, standing=before)
    return fold(touched, told, terms, {}).standing if told else before


def terms_of(course: Course) -> dict[str, Terms]:
    """Return what the catalogue says of each piece of a course's work."""
    return {one.item: Terms(one.due_us, one.weight_milli, one.optional) for one in course.items}


def enrolled_spans(changes: Iterable[Dated], roster: Spans | None) -> Spans | None:
    """Return when a student was enrolled, as the function of this name in the schema does.

    None: nobody ever said.
    """
    ordered = sorted(changes)
    if not ordered and not roster:
        return None
    ends = [at_us for at_us, _, _ in ordered[1:]] + [FOREVER_US]
    spans = list(roster or ())
    for number, ((at_us, _, status), end_us) in enumerate(zip(ordered, ends, strict=False)):
        if status == ENROLMENT_STATUS["enrolled"]:
            spans.append((at_us, end_us))
        elif number == 0:
            spans.append((-FOREVER_US, at_us))
    return _joined(spans)


def _joined(spans: Iterable[tuple[int, int]]) -> Spans:
    """Return spans that neither touch nor overlap, in order, without empty ones."""
    joined: list[tuple[int, int]] = []
    for begins, ends in sorted(spans):
        if begins >= ends:
            continue
        if joined and begins <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(ends, joined[-1][1])
        else:
            joined.append((begins, ends))
    return tuple(joined)
