"""The risk of one student in one course: one number, with what each part adds to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from chalicelib.domain.score import Scale, has_dates, scale, score, total
from chalicelib.domain.standing import CourseContext, Standing, enrolled_at, mean_bp

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
    if by is not None or has_dates(context):
        found = score(standing, by or scale(context, policy.low_mark_bp, as_of_us))
        return Risk(min(100, found.total + absence), {**found.parts, "absence": absence})
    marks = _mark_points(standing)
    return Risk(min(100, marks + absence), {"marks": marks, "absence": absence})


def risk_total(standing: Standing, policy: Policy, as_of_us: int, by: Scale | None) -> int:
    """Return the same risk without its parts; `by` is None where no work has a due date."""
    if not enrolled_at(standing, as_of_us):
        return 0
    points = _mark_points(standing) if by is None else total(standing, by)
    return min(100, points + _absence_points(standing, policy))


def _mark_points(standing: Standing) -> int:
    mean = mean_bp(standing)
    return 0 if mean is None else max(0, 40 * (10_000 - mean) // 10_000)


def _absence_points(standing: Standing, policy: Policy) -> int:
    """Return 50 x absences as a share of 20 % (severe absence), at most 50."""
    held = standing.sessions
    if held < policy.absence_min_sessions:
        return 0
    return min(50, 250 * (held - standing.attended) // held)


def risk_bucket(total: int) -> int:
    """Return the step, 0..20, by which lists sort: it seldom changes, so updates stay HOT."""
    return total // 5
