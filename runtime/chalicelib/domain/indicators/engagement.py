"""Rules about activity."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from chalicelib.domain.indicators.finding import Finding, Severity
from chalicelib.domain.standing import MICROS_PER_DAY, last_day
from chalicelib.domain.suppression import whole_of

if TYPE_CHECKING:
    from chalicelib.domain.policy import Policy
    from chalicelib.domain.standing import CourseContext, Standing


def silence(
    standing: Standing, context: CourseContext, policy: Policy, as_of_us: int
) -> Finding | None:
    """No activity and nothing handed in for days (NTU, Starfish, Aspects), in an active class.

    The class is active when half of it was within the same days: holidays, and a source that has
    stopped sending, silence nobody. Of whom nothing was ever seen, and whose beginning nobody has
    told, nothing is said.
    """
    today = as_of_us // MICROS_PER_DAY
    last = last_day(standing)
    if last is not None and today - last < policy.silence_days:
        return None
    if context.median_day is None or today - context.median_day >= policy.silence_days:
        return None
    since = _since(standing, context, as_of_us)
    if since is None or today - since < policy.silence_days:
        return None
    long = today - since >= policy.long_silence_days
    threshold = policy.long_silence_days if long else policy.silence_days
    evidence: dict[str, object] = {"silent_days": today - since, "threshold_days": threshold}
    if whole_of(context.enrolled) is not None:  # of fewer, it is when one of them was last seen
        evidence["class_silent_days"] = today - context.median_day
    return Finding(
        "silence",
        Severity.HIGH if long else Severity.ELEVATED,
        f"No activity and nothing handed in since {dt.date(1970, 1, 1) + dt.timedelta(days=since)},"
        f" for {threshold} days or more, while half of the class was active.",
        evidence,
    )


def _since(standing: Standing, context: CourseContext, as_of_us: int) -> int | None:
    """Return the day of the last sign, not before the course and the enrolment began."""
    known = [last_day(standing)]
    if context.begins_us is not None:
        known.append(context.begins_us // MICROS_PER_DAY)
    for begins_us, ends_us in standing.enrolled or ():
        if 0 <= begins_us <= as_of_us < ends_us:
            known.append(begins_us // MICROS_PER_DAY)
    return max((day for day in known if day is not None), default=None)
