"""Days of retention as CloudWatch Logs knows them."""

from __future__ import annotations

from aws_cdk import aws_logs as logs

_DAYS = {7: logs.RetentionDays.ONE_WEEK, 14: logs.RetentionDays.TWO_WEEKS}


def retention(days: int) -> logs.RetentionDays:
    """Return the retention of `days`; KeyError for a number that no environment has."""
    return _DAYS[days]
