"""Standings and classes for the tests of the indicators."""

from __future__ import annotations

from typing import Any

from chalicelib.domain.indicators import Finding, evaluate
from chalicelib.domain.policy import HIGHER_EDUCATION, Policy
from chalicelib.domain.standing import MICROS_PER_DAY, CourseContext, Standing
from chalicelib.domain.work import Result

NOW_US = 20_000 * MICROS_PER_DAY  # 2024-10-04
EMPTY = CourseContext("C")
NOTHING = {
    "student": "s",
    "course": "C",
    "work": [],
    "marks": 0,
    "weight_sum": 0,
    "weighted_sum": 0,
    "handed_in": 0,
    "late": 0,
    "sessions": 0,
    "attended": 0,
    "active_day": None,
    "submitted_day": None,
    "incidents": 0,
    "suspensions": 0,
    "enrolled": None,
}


def standing(**facts: Any) -> Standing:
    """Return a standing of which these facts are known."""
    return Standing(**{**NOTHING, **facts})


def marked(*marks_bp: int) -> Standing:
    """Return a standing with these marks, of equal weight, in this order."""
    work = [
        Result(f"item-{n}", weight=1000, score_bp=bp, scored_us=n, scored_uid=f"uid-{n}")
        for n, bp in enumerate(marks_bp)
    ]
    return standing(
        work=work,
        marks=len(work),
        weight_sum=1000 * len(work),
        weighted_sum=1000 * sum(marks_bp),
    )


def said(
    one: Standing,
    context: CourseContext = EMPTY,
    policy: Policy = HIGHER_EDUCATION,
    now_us: int = NOW_US,
) -> dict[str, Finding]:
    """Return the findings by rule."""
    return {finding.rule: finding for finding in evaluate(one, context, policy, now_us)}


def fires(rule: str, *args: Any, **kwargs: Any) -> bool | None:
    """Tell whether a rule fires; False when it only lingers, None when it says nothing."""
    found = said(*args, **kwargs).get(rule)
    return None if found is None else found.fires
