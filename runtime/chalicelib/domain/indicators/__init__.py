"""The rules that say who needs help and why: standing + class + policy + moment -> findings.

A rule is one function in RULES, or in RULES_OF_TREND, which share what they look at. It returns
None when there is nothing to say, a firing finding past its threshold, and a finding that does not
fire between the threshold and the point where an open alert clears.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.indicators.attendance import chronic_absence
from chalicelib.domain.indicators.combined import flags_of, several_at_once, sudden_change
from chalicelib.domain.indicators.conduct import conduct_rate
from chalicelib.domain.indicators.engagement import silence
from chalicelib.domain.indicators.finding import Finding, Severity
from chalicelib.domain.indicators.marks import (
    below_the_class,
    first_assessment_failed,
    low_marks,
)
from chalicelib.domain.indicators.positive import recovered, strong_improvement
from chalicelib.domain.indicators.risk import Risk, risk, risk_bucket, risk_total
from chalicelib.domain.indicators.trend import falling_marks, trend
from chalicelib.domain.indicators.work import missing_items, missing_work
from chalicelib.domain.standing import enrolled_at

if TYPE_CHECKING:
    from collections.abc import Collection

    from chalicelib.domain.indicators.finding import Rule
    from chalicelib.domain.policy import Policy
    from chalicelib.domain.standing import CourseContext, Signals, Standing

__all__ = [
    "RULES",
    "RULES_OF_TREND",
    "Finding",
    "Risk",
    "Severity",
    "evaluate",
    "flags_of",
    "look_beyond",
    "missing_items",
    "risk",
    "risk_bucket",
    "risk_total",
    "worth_an_alert",
]

RULES: tuple[Rule, ...] = (
    low_marks,
    first_assessment_failed,
    below_the_class,
    chronic_absence,
    missing_work,
    silence,
    conduct_rate,
)
RULES_OF_TREND = (falling_marks, recovered, strong_improvement)
# One alert for one fact: whoever fails is told of that, not of the first mark or the class besides.
COVERED_BY = {"first_assessment_failed": "low_marks", "below_the_class": "low_marks"}


def evaluate(
    standing: Standing, context: CourseContext, policy: Policy, as_of_us: int
) -> list[Finding]:
    """Return what is to be said about this student in this course at that moment.

    Nothing is said of those who are not enrolled then.
    """
    if not enrolled_at(standing, as_of_us):
        return []
    found = [f for rule in RULES if (f := rule(standing, context, policy, as_of_us)) is not None]
    marks = trend(standing, policy)
    if marks is not None:
        found += [f for of in RULES_OF_TREND if (f := of(marks, standing, policy)) is not None]
    return found


def worth_an_alert(findings: Collection[Finding]) -> list[Finding]:
    """Return what alerts are kept for: no good news, and nothing that another one says as well."""
    said = {finding.rule for finding in findings}
    return [
        finding
        for finding in findings
        if finding.severity is not Severity.GOOD and COVERED_BY.get(finding.rule) not in said
    ]


def look_beyond(flags: int, risk: int, signals: Signals, policy: Policy) -> list[Finding]:
    """Return what is to be said with the risk of earlier days and the other courses in view.

    These go by what the last sweep knew (`signals`), not by the set of events alone; `flags` are
    those of this standing, and `risk` is of now.
    """
    found = (sudden_change(risk, signals, policy), several_at_once(flags, signals, policy))
    return [finding for finding in found if finding is not None]
