"""The composite alarm: one message when events do not get from the sender to the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions

from infrastructure.names import named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_sns as sns
    from constructs import Construct

PARTS = (
    "api-5xx",
    "events-unavailable",
    "stream-write-throttles",
    "stream-put-failures",
    "stream-iterator-age",
    "consumer-errors",
    "consumer-batches-held",
    "consumer-dropped-events",
    "consumer-on-failure-deliveries",
)


def ingest_alarm(
    scope: Construct,
    alarms: Mapping[str, cloudwatch.IAlarm],
    *,
    suffix: str,
    topic: sns.ITopic,
) -> cloudwatch.CompositeAlarm:
    """Make the alarm that is up while any part of the way is down."""
    made = cloudwatch.CompositeAlarm(
        scope,
        "IngestUnhealthy",
        composite_alarm_name=named("ingest-unhealthy", suffix),
        alarm_description="Events do not get through. See docs/runbook.md, ingest-unhealthy.",
        alarm_rule=cloudwatch.AlarmRule.any_of(
            *[
                cloudwatch.AlarmRule.from_alarm(alarms[name], cloudwatch.AlarmState.ALARM)
                for name in PARTS
            ]
        ),
    )
    made.add_alarm_action(actions.SnsAction(topic))
    made.add_ok_action(actions.SnsAction(topic))
    return made
