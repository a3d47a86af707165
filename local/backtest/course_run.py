"""What a course run tells, week by week: scores, what fires, and which alerts open."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from chalicelib.domain.alerts import OpenAlert, reconcile
from chalicelib.domain.indicators import worth_an_alert
from chalicelib.domain.standing import Signals, enrolled_at
from chalicelib.services.judge import Judge
from local.backtest.people import Person, people_of
from local.backtest.replay import Replay
from local.oulad import files, read_course

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from chalicelib.domain.indicators import Finding
    from chalicelib.domain.policy import Policy
    from chalicelib.domain.standing import Touched
    from chalicelib.services.judge import Verdict


class Watched(NamedTuple):
    """One enrolment: what is known of it, and what was said of it in the weeks it was watched."""

    course: str
    person: Person
    scores: dict[int, int]  # by week in which the student is of the population
    firing: dict[int, tuple[str, ...]]  # rules, of the same weeks; those of no week are left out
    alerts: list[tuple[str, int]]  # rule and week in which one opened


class _Alerts:
    """The open alerts of one student; they clear by themselves, since nobody closes any here."""

    def __init__(self, policy: Policy) -> None:
        self._weeks = math.ceil(policy.cool_down_cleared_days / 7)
        self._open: dict[str, OpenAlert] = {}
        self._cleared: dict[str, int] = {}

    def settle(self, findings: Iterable[Finding], week: int) -> list[str]:
        """Return the rules of which an alert opens this week."""
        changes = reconcile(self._open.values(), findings)
        for alert in changes.to_clear:
            self._cleared[alert.rule] = week
            del self._open[alert.rule]
        rules = [
            finding.rule
            for finding in changes.to_open
            if week - self._cleared.get(finding.rule, -self._weeks) >= self._weeks
        ]
        for rule in rules:
            self._open[rule] = OpenAlert(0, "", "", rule, 0, "")
        return rules


def watch(
    folder: Path, course: str, policy: Policy, weeks: int, marking_lag_days: int = 0
) -> list[Watched]:
    """Play a course run to the end of that week, or of itself; judge everybody every week."""
    example = read_course(folder, course, marking_lag_days=marking_lag_days)
    run, last_day = files.find_run(folder, course)
    found = {
        person.student: Watched(course, person, {}, {}, []) for person in people_of(folder, run)
    }
    alerts = {student: _Alerts(policy) for student in found}
    replay = Replay(example)
    for week in range(1, min(weeks, last_day // 7) + 1):
        as_of_us = replay.advance(7 * week)
        for verdict in _verdicts(replay, policy, as_of_us, found, week):
            one = found.get(replay.students[verdict.touched.standing.student])
            if one is None:
                continue
            serious = worth_an_alert(verdict.findings)
            opened = alerts[one.person.student].settle(serious, week)
            one.alerts.extend((rule, week) for rule in opened)
            enrolled = enrolled_at(verdict.touched.standing, as_of_us)
            if enrolled and one.person.registered_by(7 * week):
                one.scores[week] = verdict.risk
                if firing := tuple(f.rule for f in serious if f.fires):
                    one.firing[week] = firing
    return list(found.values())


def _verdicts(
    replay: Replay, policy: Policy, as_of_us: int, found: dict[str, Watched], week: int
) -> list[Verdict]:
    before = week - math.ceil(policy.sudden_change_days / 7)
    touched = [
        _with_signals(one, found.get(replay.students[student]), before)
        for student, one in replay.standings.items()
    ]
    contexts = {replay.terms.course: replay.context(as_of_us)}
    now = dt.datetime.fromtimestamp(as_of_us // 1_000_000, dt.UTC) + dt.timedelta(
        microseconds=as_of_us % 1_000_000
    )
    return Judge(policy).verdicts(touched, contexts, now)


def _with_signals(one: Touched, watched: Watched | None, before: int) -> Touched:
    """Give a standing the risk of earlier days, as the sweep does."""
    risk_before = watched.scores.get(before) if watched else None
    return msgspec.structs.replace(one, signals=Signals(risk_before))
