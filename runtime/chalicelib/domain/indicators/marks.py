"""Rules about marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.indicators.finding import Finding, Severity, count, percent
from chalicelib.domain.standing import mean_bp
from chalicelib.domain.work import marks_in_order

if TYPE_CHECKING:
    from chalicelib.domain.policy import Policy
    from chalicelib.domain.standing import CourseContext, Standing


def low_marks(standing: Standing, _: CourseContext, policy: Policy, __: int) -> Finding | None:
    """Weighted mean of the counted marks below the pass mark, or below the early warning."""
    mean = mean_bp(standing)
    if mean is None or mean >= policy.early_warning_bp + policy.clear_mark_margin_bp:
        return None
    failing = mean < policy.low_mark_bp
    threshold = policy.low_mark_bp if failing else policy.early_warning_bp
    marked = standing.marks
    return Finding(
        "low_marks",
        Severity.HIGH if failing else Severity.ELEVATED,
        f"The mean of {count(marked, 'mark')} is {percent(mean)}; {percent(threshold)} is the "
        f"{'pass mark' if failing else 'early-warning mark'}.",
        {
            "mean_bp": mean,
            "threshold_bp": threshold,
            "marks_bp": [result.score_bp for result in marks_in_order(standing.work)],
        },
        fires=mean < policy.early_warning_bp,
    )
