"""The risk of one student in one course: one number, with what each part adds to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from chalicelib.domain.score import Scale, has_dates, scale, score
from chalicelib.domain.standing import CourseContext, Standing, enrolled_at

if TYPE_CHECKING:
    from chalicelib.domain.policy import Policy


class Risk(msgspec.Struct, frozen=True):
    """0..100, with what each part adds to it; never more than 100 in all."""

    total: int
    parts: dict[str, int]


def risk(
    standing: Standing,
    context: CourseContext,
    policy: Policy,
    as_of_us: int,
    by: Scale | None = None,
) -> Risk:
    """Return the risk of one student in one course, 0..100, with the points of its parts.

    Where work has due dates, the score of `domain.score`; else 40 x (1 - mean mark). Where sessions
    are held, 50 x absences as a share of 20 % (severe absence) comes on top.
    `by` is the class's scale at that moment, for a caller who has many students of it.
    """
    if not enrolled_at(standing, as_of_us):
        return Risk(0, {})
    absence = _absence_points(standing, policy)
    if has_dates(context):
        found = score(standing, by or scale(context, policy.low_mark_bp, as_of_us))
        return Risk(min(100, found.total + absence), {**found.parts, "absence": absence})
    marks = 0
    if standing.weight_sum:
        mean = standing.weighted_sum // standing.weight_sum
        marks = max(0, 40 * (10_000 - mean) // 10_000)
    return Risk(min(100, marks + absence), {"marks": marks, "absence": absence})


def _absence_points(standing: Standing, policy: Policy) -> int:
    """Return 50 x absences as a share of 20 % (severe absence), at most 50."""
    held = standing.sessions
    if held < policy.absence_min_sessions:
        return 0
    return min(50, 250 * (held - standing.attended) // held)


def risk_bucket(total: int) -> int:
    """Return the step, 0..20, by which lists sort: it seldom changes, so updates stay HOT."""
    return total // 5
