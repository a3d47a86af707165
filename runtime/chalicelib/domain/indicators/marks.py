"""Rules about marks: their level, their beginning, and how they compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.indicators.finding import Finding, Severity, count, percent
from chalicelib.domain.indicators.trend import marks_by_work
from chalicelib.domain.standing import mean_bp
from chalicelib.domain.suppression import whole_percent
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
    marks = marks_in_order(standing.work)
    return Finding(
        "low_marks",
        Severity.HIGH if failing else Severity.ELEVATED,
        f"The mean of {count(len(marks), 'mark')} is {percent(mean)}; {percent(threshold)} is the "
        f"{'pass mark' if failing else 'early-warning mark'}.",
        {
            "mean_bp": mean,
            "threshold_bp": threshold,
            "marks_bp": [mark.score_bp for mark in marks],
            "events": [mark.scored_uid for mark in marks],
        },
        fires=mean < policy.early_warning_bp,
    )


def first_assessment_failed(
    standing: Standing, _: CourseContext, policy: Policy, __: int
) -> Finding | None:
    """First marked piece of work below the pass mark (UOC, CEUR-WS 3029).

    Said while there are few marks, until their mean is past where low marks clear.
    """
    if not 1 <= standing.marks <= policy.first_assessment_marks:
        return None
    mean = mean_bp(standing)
    if mean is not None and mean >= policy.early_warning_bp + policy.clear_mark_margin_bp:
        return None
    first = marks_by_work(standing)[0]
    mark = first.score_bp or 0
    if mark >= policy.low_mark_bp + policy.clear_mark_margin_bp:
        return None
    return Finding(
        "first_assessment_failed",
        Severity.ELEVATED,
        f"The first marked work was given {percent(mark)}; {percent(policy.low_mark_bp)} is the "
        "pass mark.",
        {
            "mark_bp": mark,
            "threshold_bp": policy.low_mark_bp,
            "items": [first.item],
            "events": [first.scored_uid],
        },
        fires=mark < policy.low_mark_bp,
    )


def below_the_class(
    standing: Standing, context: CourseContext, policy: Policy, _: int
) -> Finding | None:
    """25 % below the class's mean (Blackboard), or in its lowest 15 % (edX Insights).

    In a class large enough; and since the lowest 15 % are always somebody, only those of them who
    are a good way below the mean. The class's mean is told to the whole percent; the percentile is
    not, since it is one student's mean.
    """
    mean, of_class = mean_bp(standing), context.mean_bp
    if mean is None or of_class is None or mean >= of_class:
        return None
    if context.marked < policy.below_class_min_students:
        return None
    far = _is_below(mean, of_class, context, policy, 0)
    if far is None:
        margin_bp = policy.clear_below_class_margin_bp
        if _is_below(mean, of_class, context, policy, margin_bp) is None:
            return None
    return Finding(
        "below_the_class",
        far or Severity.WATCH,
        f"The mean of {count(standing.marks, 'mark')} is {percent(mean)}; the class's is "
        f"{percent(whole_percent(of_class))}.",
        {
            "mean_bp": mean,
            "class_mean_bp": whole_percent(of_class),
            "in_lowest_15_percent": context.low_bp is not None and mean <= context.low_bp,
            "threshold_below_class_bp": policy.below_class_bp,
            "events": [mark.scored_uid for mark in marks_in_order(standing.work)],
        },
        fires=far is not None,
    )


def _is_below(
    mean: int, of_class: int, context: CourseContext, policy: Policy, margin_bp: int
) -> Severity | None:
    if mean * 10_000 <= of_class * (10_000 - policy.below_class_bp + margin_bp):
        return Severity.ELEVATED
    if (
        context.low_bp is not None
        and mean <= context.low_bp + margin_bp
        and of_class - mean >= policy.below_class_gap_bp - margin_bp
    ):
        return Severity.WATCH
    return None
