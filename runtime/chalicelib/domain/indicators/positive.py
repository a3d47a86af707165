"""What went well: nothing to act upon, so it opens no alert, but worth a word to the student."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.indicators.finding import Finding, Severity, count, percent, points
from chalicelib.domain.standing import mean_bp

if TYPE_CHECKING:
    from chalicelib.domain.indicators.trend import Trend
    from chalicelib.domain.policy import Policy
    from chalicelib.domain.standing import Standing


def strong_improvement(found: Trend, _: Standing, policy: Policy) -> Finding | None:
    """Latest marks as far above those before as falling marks would be below."""
    if found.change_bp < policy.falling_marks_bp:
        return None
    return Finding(
        "strong_improvement",
        Severity.GOOD,
        f"The mean of the latest {count(len(found.latest), 'mark')} is {percent(found.latest_bp)}, "
        f"{points(found.change_bp)} above the {percent(found.before_bp)} of the marks before.",
        {
            "latest_bp": found.latest_bp,
            "before_bp": found.before_bp,
            "threshold_bp": policy.falling_marks_bp,
            **_behind(found),
        },
        fires=False,
    )


def recovered(found: Trend, standing: Standing, policy: Policy) -> Finding | None:
    """Mean past where low marks clear, after marks that failed before the latest."""
    mean = mean_bp(standing)
    threshold = policy.early_warning_bp + policy.clear_mark_margin_bp
    if mean is None or mean < threshold:
        return None
    if found.before_bp >= policy.low_mark_bp:
        return None
    return Finding(
        "recovered",
        Severity.GOOD,
        f"The mean was {percent(found.before_bp)}, below the pass mark of "
        f"{percent(policy.low_mark_bp)}; with the latest {count(len(found.latest), 'mark')} it is "
        f"{percent(mean)}.",
        {
            "mean_bp": mean,
            "before_bp": found.before_bp,
            "threshold_bp": threshold,
            **_behind(found),
        },
        fires=False,
    )


def _behind(found: Trend) -> dict[str, object]:
    return {
        "items": [mark.item for mark in found.latest],
        "events": [mark.scored_uid for mark in found.latest],
    }
