"""What an alarm watches, and how it is made: every one tells operators of ALARM and of OK."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions

from infrastructure.names import named

if TYPE_CHECKING:
    from aws_cdk import aws_sns as sns
    from constructs import Construct

    from infrastructure.environments import Deployment

ABOVE = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD
AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
BELOW = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD


@dataclasses.dataclass(frozen=True, kw_only=True)
class Watch:
    """One condition that operators want to be told of.

    Its name is a heading of docs/runbook.md, where the source of the threshold stands.
    """

    name: str
    means: str
    metric: cloudwatch.IMetric
    threshold: float
    compared: cloudwatch.ComparisonOperator = ABOVE
    bad: int = 1  # of so many periods ...
    of: int = 1  # ... of the latest so many
    silence_is_bad: bool = False


def alarm(
    scope: Construct, watch: Watch, *, deployment: Deployment, topic: sns.ITopic
) -> cloudwatch.Alarm:
    """Make the alarm of a watch."""
    treated = cloudwatch.TreatMissingData
    made = cloudwatch.Alarm(
        scope,
        "".join(part.capitalize() for part in watch.name.split("-")),
        alarm_name=named(watch.name, deployment.suffix),
        alarm_description=f"{watch.means} See docs/runbook.md, {watch.name}.",
        metric=watch.metric,
        threshold=watch.threshold,
        comparison_operator=watch.compared,
        datapoints_to_alarm=watch.bad,
        evaluation_periods=watch.of,
        treat_missing_data=treated.BREACHING if watch.silence_is_bad else treated.NOT_BREACHING,
    )
    made.add_alarm_action(actions.SnsAction(topic))
    made.add_ok_action(actions.SnsAction(topic))
    return made
