"""Rules about attendance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.indicators.finding import Finding, Severity, percent

if TYPE_CHECKING:
    from chalicelib.domain.policy import Policy
    from chalicelib.domain.standing import CourseContext, Standing


def chronic_absence(
    standing: Standing, _: CourseContext, policy: Policy, __: int
) -> Finding | None:
    """Attendance at or below 90 % of the sessions held while enrolled (Attendance Works).

    Excused absences count as absences: what was taught was missed all the same.
    """
    held, attended = standing.sessions, standing.attended
    if held < policy.absence_min_sessions:
        return None
    if attended * 10_000 > held * (policy.absence_rate_bp + policy.clear_absence_margin_bp):
        return None
    severe = attended * 10_000 <= held * policy.severe_absence_rate_bp
    threshold = policy.severe_absence_rate_bp if severe else policy.absence_rate_bp
    return Finding(
        "chronic_absence",
        Severity.HIGH if severe else Severity.ELEVATED,
        f"Attended {attended} of {held} sessions ({percent(attended * 10_000 // held)}); "
        f"{percent(threshold)} or less is {'severe' if severe else 'chronic'} absence.",
        {"attended": attended, "sessions": held, "threshold_bp": threshold},
        fires=attended * 10_000 <= held * policy.absence_rate_bp,
    )
