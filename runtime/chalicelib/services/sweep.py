"""Look for what did not happen: refresh each class's context and judge all of its standings."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from chalicelib.domain.alerts import NOBODY
from chalicelib.domain.course_problem import class_missing_work
from chalicelib.domain.delivery import Outcome
from chalicelib.domain.indicators import Severity
from chalicelib.services import shadow, signals
from chalicelib.services.judge import settle
from chalicelib.telemetry import logger

if TYPE_CHECKING:
    import datetime as dt

    from chalicelib.domain.shadow import ShadowPolicies
    from chalicelib.domain.standing import CourseContext
    from chalicelib.ports.clock import Clock
    from chalicelib.ports.write_path import Store, Unit
    from chalicelib.services.judge import Judge, Verdict

PART = 2000  # standings a transaction, so that nobody waits long for its locks
WITHIN_S = 240  # for as long new courses are begun; the next run is 300 s later


def sweep(*, store: Store, judge: Judge, clock: Clock, within_s: float = WITHIN_S) -> Outcome:
    """Sweep the courses that are on, and once a day those that are over, at this moment.

    Those that have waited the longest come first, and at least one is swept: what there is no time
    for is first in the next run. Safe to repeat, and safe beside the consumer.
    """
    began, now = time.monotonic(), clock.now()
    outcome = Outcome()
    with store.unit() as unit:
        courses = unit.courses_to_sweep(now)
        judge.refresh(unit, now)
        shadows = shadow.begin(unit, judge.policy, now)
    for number, course in enumerate(courses):
        if number and time.monotonic() - began >= within_s:
            logger.warning(
                "%d of %d courses wait for the next sweep", len(courses) - number, len(courses)
            )
            break
        with store.unit() as unit:
            context = unit.refresh_context(course, now)
            outcome += _settle_class(unit, context, judge, now)
        after: str | None = ""
        while after is not None:
            with store.unit() as unit:
                after = _sweep_part(unit, context, after, judge, shadows, now, outcome)
    return outcome


def _settle_class(unit: Unit, context: CourseContext, judge: Judge, now: dt.datetime) -> Outcome:
    """Tell of what is the course's problem, once, and not of each student."""
    policy = judge.policy_of(context.course)
    found = class_missing_work(context, policy, int(now.timestamp() * 1_000_000))
    findings = {(NOBODY, context.course): [found] if found else []}
    return unit.reconcile_alerts(findings, now, judge.policy_of)


def _sweep_part(
    unit: Unit,
    context: CourseContext,
    after: str,
    judge: Judge,
    shadows: ShadowPolicies | None,
    now: dt.datetime,
    outcome: Outcome,
) -> str | None:
    """Judge the next part of a class; return its last student, or None at the end.

    What the consumer has written since a standing was read, it has judged itself by newer facts:
    such a standing is left out.
    """
    read = unit.standings(context.course, after, PART)
    if not read:
        return None
    part = signals.recall(unit, read, judge.policy_of(context.course), now.date())
    verdicts = judge.verdicts(part, {context.course: context}, now)
    unit.begin({one.standing.student for one in part})
    untouched = unit.unchanged(part)
    kept = [
        verdict
        for verdict in verdicts
        if (verdict.touched.standing.student, verdict.touched.standing.course) in untouched
    ]
    outcome += settle(unit, judge, kept, now)
    signals.keep(unit, context.course, read, kept)
    unit.save_risk_daily(context.course, now.date(), [_day(verdict) for verdict in kept])
    if shadows is not None:
        shadow.look_beside(unit, shadows, context, kept, now)
    return part[-1].standing.student


def _day(verdict: Verdict) -> tuple[str, int, str]:
    told = [f.rule for f in verdict.findings if f.fires or f.severity is Severity.GOOD]
    rules = " ".join(sorted(told))
    return verdict.touched.standing.student, verdict.risk, rules
