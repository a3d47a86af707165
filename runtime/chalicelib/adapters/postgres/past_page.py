"""A student's page as of a past moment: as it was shown then, with what was said and why."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.postgres.student_page import ShownItem, ShownStanding, course_page
from chalicelib.domain.conversion import micros
from chalicelib.domain.indicators import Severity, risk_bucket
from chalicelib.domain.standing import enrolled_at, last_day, within
from chalicelib.domain.suppression import class_for_others

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.as_of import AlertThen, Judged, View
    from chalicelib.domain.indicators import Finding
    from chalicelib.domain.standing import CourseContext

Json = dict[str, Any]
_EPOCH = dt.date(1970, 1, 1)


def past_page(view: View, sees_class: Callable[[str], bool]) -> Json:
    """Return the JSON of what was known and said of a student.

    The class of a course is told by GET /v1/courses/{course}'s rules: suppressed, unless who asks
    `sees_class`, every student of it.
    """
    return {
        "student": view.student,
        "as_of": view.at,
        "courses": [_course(one, micros(view.at), sees_class) for one in view.courses],
        "alerts": [_alert(one) for one in view.alerts],
        "statements": [one._asdict() for one in view.statements],
    }


def _course(one: Judged, as_of_us: int, sees_class: Callable[[str], bool]) -> Json:
    items = {
        terms.item: ShownItem(
            one.standing.course,
            terms.item,
            terms.title,
            terms.due_us is not None
            and not terms.optional
            and terms.due_us <= as_of_us
            and within(one.standing.enrolled, terms.due_us),
        )
        for terms in one.known.course.items
    }
    return {
        **course_page(_shown(one, as_of_us), items),
        "risk": None if one.risk is None else {"total": one.risk.total, "parts": one.risk.parts},
        "findings": None if one.findings is None else [_finding(f) for f in one.findings],
        "class": None if one.context is None else _class(one, one.context, sees_class),
    }


def _shown(one: Judged, as_of_us: int) -> ShownStanding:
    standing, seen = one.standing, last_day(one.standing)
    return ShownStanding(
        standing.course,
        one.known.title,
        enrolled_at(standing, as_of_us),
        None if one.risk is None else risk_bucket(one.risk.total),
        standing.work,
        standing.marks,
        standing.weight_sum,
        standing.weighted_sum,
        standing.handed_in,
        standing.late,
        standing.sessions,
        standing.attended,
        None if seen is None else (_EPOCH + dt.timedelta(days=seen)).isoformat(),
    )


def _finding(one: Finding) -> Json:
    return {
        "rule": one.rule,
        "severity": Severity(one.severity).name.lower(),
        "because": one.because,
        "evidence": one.evidence,
        "fires": one.fires,
    }


def _class(one: Judged, context: CourseContext, sees_class: Callable[[str], bool]) -> Json:
    mean = None if context.mean_bp is None else context.mean_bp / 100
    told = {"enrolled": context.enrolled, "marked": context.marked, "mean": mean}
    return told if sees_class(context.course) else class_for_others(told, one.students)


def _alert(one: AlertThen) -> Json:
    return {
        **one._asdict(),
        "course": one.course or None,
        "severity": None if one.severity is None else Severity(one.severity).name.lower(),
    }
