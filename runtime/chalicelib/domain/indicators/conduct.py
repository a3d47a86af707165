"""Rules about conduct."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.facts import INCIDENT, SUSPENSION
from chalicelib.domain.indicators.finding import Finding, Severity, count, percent
from chalicelib.domain.standing import MICROS_PER_DAY

if TYPE_CHECKING:
    from chalicelib.domain.policy import Policy
    from chalicelib.domain.standing import Conduct, CourseContext, Standing


def conduct_rate(
    standing: Standing, _: CourseContext, policy: Policy, as_of_us: int
) -> Finding | None:
    """Incidents on more than 2 % or 5 % of the days of a window (Panorama), or a suspension in it.

    A rate over a window lets a student recover.
    """
    recent = recent_conduct(standing, policy, as_of_us)
    if not recent:
        return None
    days = {at_us // MICROS_PER_DAY for at_us, _, kind in recent if kind == INCIDENT}
    suspensions = [one for one in recent if one[2] == SUSPENSION]
    window = policy.conduct_window_days
    high = len(days) * 10_000 > policy.conduct_high_bp * window
    if not (suspensions or len(days) * 10_000 > policy.conduct_watch_bp * window):
        return None
    severe = bool(suspensions) or high
    return Finding(
        "conduct",
        Severity.HIGH if severe else Severity.WATCH,
        _sentence(len(days), len(suspensions), policy, high=high),
        {
            "incident_days": len(days),
            "suspensions": len(suspensions),
            "window_days": window,
            "threshold_bp": policy.conduct_high_bp if high else policy.conduct_watch_bp,
            "events": [uid for _, uid, _ in recent],
        },
    )


def recent_conduct(standing: Standing, policy: Policy, as_of_us: int) -> list[Conduct]:
    """Return the incidents and suspensions within the policy's window, the oldest first."""
    if not standing.conduct:
        return []
    after_us = as_of_us - policy.conduct_window_days * MICROS_PER_DAY
    return [
        one
        for one in standing.conduct
        if after_us < one[0] <= as_of_us and one[2] in (INCIDENT, SUSPENSION)
    ]


def _sentence(days: int, suspensions: int, policy: Policy, *, high: bool) -> str:
    told = []
    if suspensions:
        told.append(count(suspensions, "suspension"))
    if days:
        told.append(f"incidents on {count(days, 'day')}")
    words = f"{' and '.join(told)} in the last {policy.conduct_window_days} days"
    share = policy.conduct_high_bp if high else policy.conduct_watch_bp
    if days * 10_000 > share * policy.conduct_window_days:
        words += f"; incidents on more than {percent(share)} of days need attention"
    return f"{words[0].upper()}{words[1:]}."
