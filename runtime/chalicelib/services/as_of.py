"""Why was she flagged on 3 March? What was known and said of a student at a past moment."""

from __future__ import annotations

import datetime as dt
import functools
import operator
from typing import TYPE_CHECKING, NamedTuple, Protocol

from chalicelib.domain.as_of import Judged, View, standing_then, terms_of
from chalicelib.domain.classroom import describe, subject_of
from chalicelib.domain.conversion import micros
from chalicelib.domain.errors import InvalidRequestError
from chalicelib.domain.in_force import Policies
from chalicelib.domain.indicators import evaluate, flags_of, look_beyond, risk
from chalicelib.domain.standing import CourseContext, Signals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalicelib.domain.as_of import AlertThen, CourseThen, Member, StatementThen
    from chalicelib.domain.facts import Facts
    from chalicelib.domain.policy import Overrides, Policy
    from chalicelib.domain.standing import Standing

PART = 500  # students whose events are in memory together
MOST = 10_000  # standings of a class that are folded anew, at about 1 ms each
SCHOOL = ""  # where attendance and conduct of no course stand: judged without a class


class Past(Protocol):
    """What was known at a moment, told to somebody; a class whole to whom one of it is shown."""

    def oldest(self) -> dt.datetime | None:
        """Return the moment before which no event is kept."""
        ...

    def courses(self, student: str, course: str | None) -> list[str]:
        """Return the courses in which a student is known now, or the one that is named."""
        ...

    def all_courses(self, student: str) -> list[str]:
        """Return every course in which a student is known now, if she is shown in any."""
        ...

    def risk_before(self, student: str, course: str, before: dt.date) -> int | None:
        """Return the risk of a student on a day, or the last one before it that was swept."""
        ...

    def policies(self, at: dt.datetime) -> dict[str, Overrides]:
        """Return what was changed of the preset, by course."""
        ...

    def course(self, course: str, at: dt.datetime) -> CourseThen:
        """Return a course as the catalogue had it."""
        ...

    def members(
        self, course: str, at: dt.datetime, students: Sequence[str] | None = None
    ) -> list[Member]:
        """Return the students of a class, or those that are named."""
        ...

    def facts(self, course: str, at: dt.datetime, students: Sequence[str]) -> Facts:
        """Return what the events of these students told by then."""
        ...

    def alerts(self, student: str, course: str | None, at: dt.datetime) -> list[AlertThen]:
        """Return a student's alerts that were open."""
        ...

    def statements(self, student: str, course: str | None, at: dt.datetime) -> list[StatementThen]:
        """Return what the student said to refusals, as it stood."""
        ...


class _Own(NamedTuple):
    """The student's own standing in a course, and which flags it shows there."""

    known: CourseThen
    standing: Standing
    policy: Policy
    flags: int


def look_back(
    student: str,
    at: dt.datetime,
    past: Past,
    default: Policy,
    *,
    now: dt.datetime,
    course: str | None = None,
    most: int = MOST,
) -> View | None:
    """Return what production knew and said of a student then; None where it knew nothing.

    The class is looked at as it was at that very moment; the sweep's view of it, by which alerts
    went, was up to five minutes older. A class of which more than `most` standings would have to be
    folded anew is not looked at, and nothing is said then.
    Raises InvalidRequestError for a moment that is yet to come, or whose events are not kept.
    """
    _check(at, past.oldest(), now)
    policies = Policies(default, past.policies(at))
    owns = _owns(student, at, past, policies)
    seen = past.courses(student, course)
    judged = []
    for one in sorted(owns.keys() & set(seen)):
        own = owns[one]
        before = (at - dt.timedelta(days=own.policy.sudden_change_days)).date()
        signals = Signals(past.risk_before(student, one, before), own.flags, _elsewhere(owns, one))
        judged.append(_judged(own, at, past, signals, most))
    if not judged:
        return None
    alerts = past.alerts(student, course, at)
    statements = past.statements(student, course, at)
    return View(student, at, judged, alerts, statements)


def _check(at: dt.datetime, oldest: dt.datetime | None, now: dt.datetime) -> None:
    if at > now:
        raise InvalidRequestError("The moment is yet to come: ask for one up to now.")
    if oldest is None or at < oldest:
        raise InvalidRequestError("The moment is before the oldest event that is kept.")


def _owns(student: str, at: dt.datetime, past: Past, policies: Policies) -> dict[str, _Own]:
    """Return the student's standing in every course that she was known in."""
    owns = {}
    for course in past.all_courses(student):
        known = past.course(course, at)
        for standing in _standings(past, known, at, past.members(course, at, [student])):
            policy, subject = policies.of(course), subject_of(known.course)
            flags = flags_of(standing, CourseContext(course, subject=subject), policy, micros(at))
            owns[course] = _Own(known, standing, policy, flags)
    return owns


def _elsewhere(owns: Mapping[str, _Own], course: str) -> int:
    return functools.reduce(operator.or_, (o.flags for c, o in owns.items() if c != course), 0)


def _judged(own: _Own, at: dt.datetime, past: Past, signals: Signals, most: int) -> Judged:
    known, standing = own.known, own.standing
    class_ = [standing] if standing.course == SCHOOL else _class(past, known, at, most)
    if class_ is None:
        return Judged(known, standing, None, None, None)
    as_of_us = micros(at)
    context = describe(known.course, class_, as_of_us)
    findings = evaluate(standing, context, own.policy, as_of_us)
    found = risk(standing, context, own.policy, as_of_us)
    findings += look_beyond(own.flags, found.total, signals, own.policy)
    return Judged(known, standing, findings, found, context, len(class_))


def _class(past: Past, known: CourseThen, at: dt.datetime, most: int) -> list[Standing] | None:
    """Return the standings of a class; None when too many of them would have to be folded."""
    members = past.members(known.course.course, at)
    if sum(one.standing is None for one in members) > most:
        return None
    return _standings(past, known, at, members)


def _standings(
    past: Past, known: CourseThen, at: dt.datetime, members: Sequence[Member]
) -> list[Standing]:
    terms = terms_of(known.course)
    found: list[Standing | None] = []
    for start in range(0, len(members), PART):
        part = members[start : start + PART]
        changed = [one.student for one in part if one.standing is None]
        facts = past.facts(known.course.course, at, changed) if changed else {}
        found += [
            standing_then(one, known.course, terms, facts.get((one.student, known.course.course)))
            for one in part
        ]
    return [one for one in found if one is not None]
