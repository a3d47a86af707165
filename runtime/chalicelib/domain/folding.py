"""Add facts to a standing: pure, exact, and the same standing in whatever order the facts come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.facts import ACTIVITY, ATTENDANCE, WORK
from chalicelib.domain.standing import MICROS_PER_DAY, Standing, Touched, within
from chalicelib.domain.work import NO_TOTALS, Terms, Totals, merge, totals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.domain.facts import Status, Told
    from chalicelib.domain.work import Result

_ATTENDED = (1, 3)  # present, late


def unheard_of(student: str, course: str) -> Touched:
    """Return the standing of a student of whom nothing is known in a course."""
    nothing = Standing(student, course, [], 0, 0, 0, 0, 0, 0, 0, None, None, 0, 0, None)
    return Touched(nothing, 0, 0, 0)


def fold(
    touched: Touched, told: Told, terms: Mapping[str, Terms], known: Mapping[str, Status]
) -> Touched:
    """Return the standing with what events tell added to it.

    `terms` is the catalogue's word on the items told of, `known` the status so far of the sessions
    told of. Of work and activity that are void, `told` holds all that is left. What cannot be added
    to (conduct, enrolment, attendance that is void) is left as it is: the store counts it anew.
    """
    standing = touched.standing
    changed = 0
    work = standing.work
    sums: Totals | None = None
    if told.aspects & WORK:
        work = merge(work, told.work, terms, told.void_items)
        sums = totals(work)
        changed = WORK
    sessions, attended = standing.sessions, standing.attended
    if told.sessions:
        held, came = _attendance(standing, told.sessions, known)
        if held or came:
            sessions, attended, changed = sessions + held, attended + came, changed | ATTENDANCE
    active = standing.active_day
    latest = told.active_day
    if told.void & ACTIVITY or (latest is not None and (active is None or latest > active)):
        active, changed = latest, changed | ACTIVITY
    if not changed:
        return touched
    if sums is None:
        sums = _totals_of(standing)
    grown = with_work(standing, work, sums, sessions, attended, active)
    return Touched(
        grown,
        touched.open_alerts,
        touched.risk_bucket,
        touched.version,
        touched.place,
        changed,
        touched.signals,
    )


def with_terms(standing: Standing, work: list[Result]) -> Standing:
    """Return the standing after the catalogue has changed what some of its work counts for."""
    return with_work(
        standing, work, totals(work), standing.sessions, standing.attended, standing.active_day
    )


def with_work(
    standing: Standing,
    work: list[Result],
    sums: Totals,
    sessions: int,
    attended: int,
    active_day: int | None,
) -> Standing:
    """Return the standing with these facts; conduct and enrolment stay."""
    submitted_us = sums.submitted_us
    return Standing(
        standing.student,
        standing.course,
        work,
        sums.marks,
        sums.weight_sum,
        sums.weighted_sum,
        sums.handed_in,
        sums.late,
        sessions,
        attended,
        active_day,
        None if submitted_us is None else submitted_us // MICROS_PER_DAY,
        standing.incidents,
        standing.suspensions,
        standing.enrolled,
        standing.conduct,
    )


def _totals_of(standing: Standing) -> Totals:
    day = standing.submitted_day
    submitted_us = None if day is None else day * MICROS_PER_DAY
    if not standing.work:
        return NO_TOTALS
    return Totals(
        standing.marks,
        standing.weight_sum,
        standing.weighted_sum,
        standing.handed_in,
        standing.late,
        submitted_us,
    )


def _attendance(
    standing: Standing, sessions: Mapping[str, Status], known: Mapping[str, Status]
) -> tuple[int, int]:
    """Return by how much sessions held and sessions attended change."""
    held = came = 0
    for session, status in sessions.items():
        before = known.get(session)
        if before is not None:
            if status <= before:
                continue
            if within(standing.enrolled, before[0]):
                held -= 1
                came -= before[2] in _ATTENDED
        if within(standing.enrolled, status[0]):
            held += 1
            came += status[2] in _ATTENDED
    return held, came
