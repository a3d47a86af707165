"""Rules that look beyond one standing: at the risk of earlier days, and at other courses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.facts import SUSPENSION
from chalicelib.domain.indicators.conduct import recent_conduct
from chalicelib.domain.indicators.finding import Finding, Severity, percent
from chalicelib.domain.standing import enrolled_at, mean_bp

if TYPE_CHECKING:
    from chalicelib.domain.policy import Policy
    from chalicelib.domain.standing import CourseContext, Signals, Standing

ABSENT, FAILING_MATHEMATICS, FAILING_ENGLISH, SUSPENDED = 1, 2, 4, 8
MATHEMATICS = ("math",)  # how a course's subject begins, in small letters
ENGLISH = ("english", "language arts", "ela")


def sudden_change(risk: int, signals: Signals, policy: Policy) -> Finding | None:
    """Risk that rose by five points within seven days (Civitas), to half of the scale or more.

    When a class's first work is due, the risk of nearly everybody moves: what stays low is no news.
    """
    if signals.risk_before is None:
        return None
    rise = risk - signals.risk_before
    if rise < policy.clear_sudden_change_points or risk < policy.sudden_change_from_points:
        return None
    return Finding(
        "sudden_change",
        Severity.WATCH,
        f"The risk rose by {rise} points in {policy.sudden_change_days} days, from "
        f"{signals.risk_before} to {risk} of 100.",
        {
            "risk": risk,
            "risk_before": signals.risk_before,
            "days": policy.sudden_change_days,
            "threshold_points": policy.sudden_change_points,
            "threshold_risk": policy.sudden_change_from_points,
        },
        fires=rise >= policy.sudden_change_points,
    )


def several_at_once(flags: int, signals: Signals, policy: Policy) -> Finding | None:
    """Several of severe absence, failing mathematics or English, and a suspension (Balfanz).

    Said in each course that has one of them, and there in the words of that course alone: who
    teaches it reads of the others only that there is more, since what they show is theirs to tell.
    """
    together = flags | signals.flags_elsewhere
    if not flags or together.bit_count() < policy.several_flags:
        return None
    named = [said for flag, said in _words(policy).items() if flags & flag]
    more = together != flags
    return Finding(
        "several_at_once",
        Severity.HIGH,
        f"Several at once: {', '.join(named)}{' here, and more elsewhere' if more else ''}.",
        {"flags": named, "more_elsewhere": more, "threshold_flags": policy.several_flags},
    )


def flags_of(standing: Standing, context: CourseContext, policy: Policy, as_of_us: int) -> int:
    """Return which of the four flags this standing shows; none of who is not enrolled."""
    if not enrolled_at(standing, as_of_us):
        return 0
    flags, held = 0, standing.sessions
    if (
        held >= policy.absence_min_sessions
        and standing.attended * 10_000 <= held * policy.severe_absence_rate_bp
    ):
        flags = ABSENT
    subject, mean = context.subject, mean_bp(standing)
    if subject and mean is not None and mean < policy.low_mark_bp:
        if subject.startswith(MATHEMATICS):
            flags |= FAILING_MATHEMATICS
        elif subject.startswith(ENGLISH):
            flags |= FAILING_ENGLISH
    if standing.conduct and any(
        kind == SUSPENSION for _, _, kind in recent_conduct(standing, policy, as_of_us)
    ):
        flags |= SUSPENDED
    return flags


def _words(policy: Policy) -> dict[int, str]:
    return {
        ABSENT: f"attendance of {percent(policy.severe_absence_rate_bp)} or less",
        FAILING_MATHEMATICS: "failing mathematics",
        FAILING_ENGLISH: "failing English",
        SUSPENDED: f"a suspension in the last {policy.conduct_window_days} days",
    }
