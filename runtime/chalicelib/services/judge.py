"""Judge standings: evaluate the rules, bring alerts and coarse risk up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from chalicelib.domain.delivery import Outcome
from chalicelib.domain.in_force import Policies
from chalicelib.domain.indicators import (
    Finding,
    evaluate,
    flags_of,
    look_beyond,
    risk_bucket,
    risk_total,
    worth_an_alert,
)
from chalicelib.domain.score import Scale, has_dates, scale
from chalicelib.domain.standing import CourseContext, Touched

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from chalicelib.domain.facts import Pair
    from chalicelib.domain.policy import Policy
    from chalicelib.ports.write_path import Unit


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """What is to be said about one standing at one moment."""

    touched: Touched
    findings: list[Finding]
    risk: int  # 0..100
    flags: int = 0  # see indicators.combined


class Judge:
    """Applies the policy in force in each course.

    Remembers policies and class contexts for a while, since they change slowly.
    """

    def __init__(self, policy: Policy, *, context_ttl_s: int = 60) -> None:
        self.policy = policy  # where nobody has changed it
        self._policies = Policies(policy)
        self._policies_of: dt.datetime | None = None
        self._ttl_s = context_ttl_s
        self._contexts: dict[str, tuple[dt.datetime, CourseContext]] = {}
        self._scales: dict[str, tuple[CourseContext, Policy, int, Scale]] = {}

    def prepare(self, unit: Unit, courses: Iterable[str], now: dt.datetime) -> None:
        """Learn what is needed to judge in these courses, unless that was learnt a while ago."""
        self.refresh(unit, now)
        self._contexts_of(unit, courses, now)

    def judge(self, unit: Unit, parts: Iterable[Sequence[Touched]], now: dt.datetime) -> Outcome:
        """Evaluate what a batch changed, part by part, by the contexts of the last sweep.

        A standing that is as it was, though events touched it, has been judged as it is; what the
        time since then has made of it is the sweep's to say.
        """
        self.refresh(unit, now)
        found: dict[Pair, list[Finding]] = {}
        for part in parts:
            of_part = self._judge_part(unit, part, now)
            unit.ask_for_alerts(of_part, now)
            found |= of_part
        return unit.reconcile_alerts(found, now, self.policy_of)

    def _judge_part(
        self, unit: Unit, part: Sequence[Touched], now: dt.datetime
    ) -> dict[Pair, list[Finding]]:
        touched = [one for one in part if one.changed or not one.place]
        contexts = self._contexts_of(unit, {t.standing.course for t in touched}, now)
        verdicts = self.verdicts(touched, contexts, now)
        unit.save_standings([one for one in map(_with_risk, verdicts) if one is not None])
        return _findings(verdicts)

    def refresh(self, unit: Unit, now: dt.datetime) -> None:
        """Learn which policies are in force, unless that was learnt a short while ago."""
        known = self._policies_of
        if known is None or abs((now - known).total_seconds()) > self._ttl_s:
            self._policies = Policies(self.policy, unit.load_policies())
            self._policies_of = now

    def policy_of(self, course: str) -> Policy:
        """Return the policy in force in a course, as last learnt."""
        return self._policies.of(course)

    def verdicts(
        self, touched: Iterable[Touched], contexts: Mapping[str, CourseContext], now: dt.datetime
    ) -> list[Verdict]:
        """Evaluate every rule and the risk of these standings; changes nothing."""
        as_of_us = int(now.timestamp() * 1_000_000)
        measures: dict[str, tuple[CourseContext, Policy, Scale | None]] = {}
        verdicts = []
        for one in touched:
            course = one.standing.course
            measure = measures.get(course)
            if measure is None:
                context, policy = contexts[course], self._policies.of(course)
                measure = context, policy, self._scale_of(context, policy, as_of_us)
                measures[course] = measure
            verdicts.append(verdict_of(one, *measure, as_of_us))
        return verdicts

    def _scale_of(self, context: CourseContext, policy: Policy, as_of_us: int) -> Scale | None:
        """Return what a class is measured by, made anew when class, policy or time has moved."""
        if not has_dates(context):
            return None
        known = self._scales.get(context.course)
        if known and known[0] is context and known[1] is policy:
            _, _, made_us, made = known
            if made_us <= as_of_us < made.until_us:
                return made
        made = scale(context, policy.low_mark_bp, as_of_us)
        self._scales[context.course] = context, policy, as_of_us, made
        return made

    def _contexts_of(
        self, unit: Unit, courses: Iterable[str], now: dt.datetime
    ) -> dict[str, CourseContext]:
        contexts: dict[str, CourseContext] = {}
        stale: list[str] = []
        for course in courses:
            known = self._contexts.get(course)
            if known and abs((now - known[0]).total_seconds()) <= self._ttl_s:
                contexts[course] = known[1]
            else:
                stale.append(course)
        if stale:
            loaded = unit.load_contexts(stale)
            for course in stale:
                contexts[course] = loaded.get(course) or CourseContext(course)
                self._contexts[course] = (now, contexts[course])
        return contexts


def verdict_of(
    one: Touched, context: CourseContext, policy: Policy, by: Scale | None, as_of_us: int
) -> Verdict:
    """Return what a policy says of one standing; `by` is its scale, None where nothing is due."""
    standing = one.standing
    findings = evaluate(standing, context, policy, as_of_us)
    risk = risk_total(standing, policy, as_of_us, by)
    flags = flags_of(standing, context, policy, as_of_us)
    if flags or one.signals.risk_before is not None:  # without either, there is nothing to look at
        findings += look_beyond(flags, risk, one.signals, policy)
    return Verdict(one, findings, risk, flags)


def settle(unit: Unit, judge: Judge, verdicts: Sequence[Verdict], now: dt.datetime) -> Outcome:
    """Make alerts and coarse risk of kept standings agree with the verdicts; safe to repeat."""
    moved = [one for one in map(_with_risk, verdicts) if one is not None]
    unit.save_risk([(one.standing.student, one.standing.course, one.risk_bucket) for one in moved])
    return unit.reconcile_alerts(_findings(verdicts), now, judge.policy_of)


def _with_risk(verdict: Verdict) -> Touched | None:
    """Return the standing with its coarse risk; None when it is kept like that already."""
    touched, bucket = verdict.touched, risk_bucket(verdict.risk)
    if bucket != touched.risk_bucket:
        return msgspec.structs.replace(touched, risk_bucket=bucket)
    return touched if touched.changed or not touched.place else None


def _findings(verdicts: Iterable[Verdict]) -> dict[Pair, list[Finding]]:
    """Return the findings of every standing whose alerts may have to change."""
    found: dict[Pair, list[Finding]] = {}
    for one in verdicts:
        serious = worth_an_alert(one.findings) if one.findings else []
        if serious or one.touched.open_alerts:
            found[one.touched.standing.student, one.touched.standing.course] = serious
    return found
