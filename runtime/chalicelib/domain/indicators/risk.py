"""The risk of one student in one course: one number, with what each part adds to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from chalicelib.domain.indicators.work import missing_items
from chalicelib.domain.standing import MICROS_PER_DAY, CourseContext, Standing, enrolled_at

if TYPE_CHECKING:
    from chalicelib.domain.policy import Policy


class Risk(msgspec.Struct, frozen=True):
    """0..100, with what each part adds to it; never more than 100 in all."""

    total: int
    parts: dict[str, int]


def risk(standing: Standing, context: CourseContext, policy: Policy, as_of_us: int) -> Risk:
    """Return the risk of one student in one course, 0..100, with its parts.

    50 x share of due work that is missing + 40 x (1 - mean mark) + 5 if anything was late: the
    three-term score whose AUC on OULAD is .65 at week 4 and .85 at week 20; and, where sessions are
    held, 50 x absences as a share of 20 % (severe absence).
    """
    if not enrolled_at(standing, as_of_us):
        return Risk(0, {})
    latest_due_us = as_of_us - policy.grace_days * MICROS_PER_DAY
    due = sum(item.due_us <= latest_due_us for item in context.items) if context.items else 0
    missing = 50 * len(missing_items(standing, context, policy, as_of_us)) // due if due else 0
    marks = absence = 0
    if standing.weight_sum:
        mean = standing.weighted_sum // standing.weight_sum
        marks = max(0, 40 * (10_000 - mean) // 10_000)
    late = 5 if standing.late else 0
    held = standing.sessions
    if held >= policy.absence_min_sessions:
        absence = min(50, 250 * (held - standing.attended) // held)
    return Risk(
        min(100, missing + marks + late + absence),
        {"missing_work": missing, "marks": marks, "late_work": late, "absence": absence},
    )


def risk_bucket(total: int) -> int:
    """Return the step, 0..20, by which lists sort: it seldom changes, so updates stay HOT."""
    return total // 5
