"""The rules that say who needs help and why: standing + class + policy + moment -> findings.

A rule is one function in RULES. It returns None when there is nothing to say, a firing finding
past its threshold, and a finding that does not fire between the threshold and the point where an
open alert clears.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.indicators.attendance import chronic_absence
from chalicelib.domain.indicators.finding import Finding, Severity
from chalicelib.domain.indicators.marks import low_marks
from chalicelib.domain.indicators.risk import Risk, risk, risk_bucket
from chalicelib.domain.indicators.work import missing_items, missing_work
from chalicelib.domain.standing import enrolled_at

if TYPE_CHECKING:
    from chalicelib.domain.indicators.finding import Rule
    from chalicelib.domain.policy import Policy
    from chalicelib.domain.standing import CourseContext, Standing

__all__ = [
    "RULES",
    "Finding",
    "Risk",
    "Severity",
    "evaluate",
    "missing_items",
    "risk",
    "risk_bucket",
]

RULES: tuple[Rule, ...] = (low_marks, chronic_absence, missing_work)


def evaluate(
    standing: Standing, context: CourseContext, policy: Policy, as_of_us: int
) -> list[Finding]:
    """Return what is to be said about this student in this course at that moment.

    Nothing is said of those who are not enrolled then.
    """
    if not enrolled_at(standing, as_of_us):
        return []
    return [f for rule in RULES if (f := rule(standing, context, policy, as_of_us)) is not None]
