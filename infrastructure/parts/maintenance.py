"""The daily look after the database: partitions made ahead, and dropped when they are too old."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_

from infrastructure.names import named

if TYPE_CHECKING:
    from constructs import Construct

    from infrastructure.parts.deployed_function import DeployedFunction


def maintained_daily(
    scope: Construct, *, suffix: str, function: DeployedFunction
) -> events.CfnRule:
    """Run the migration every night as well: it finds nothing to migrate, and keeps partitions."""
    arn = function.resource.get_att("Arn").to_string()
    target = events.CfnRule.TargetProperty(arn=arn, id="Migration")
    rule = events.CfnRule(
        scope,
        "DailyMaintenance",
        name=named("database-maintenance", suffix),
        description="Makes partitions ahead and drops those past retention",
        schedule_expression="cron(17 7 * * ? *)",  # after midnight from Hawaii to New York
        targets=[target],
    )
    lambda_.CfnPermission(
        scope,
        "MaintenancePermission",
        action="lambda:InvokeFunction",
        function_name=arn,
        principal="events.amazonaws.com",
        source_arn=rule.attr_arn,
    )
    return rule
