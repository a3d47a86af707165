"""What RDS itself tells operators: a failover, a failure, low storage, maintenance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_rds as rds

from infrastructure.names import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_sns as sns
    from constructs import Construct

CATEGORIES = ("failover", "failure", "low storage", "maintenance")


def database_events(
    scope: Construct, *, instance_ids: Sequence[str], suffix: str, topic: sns.ITopic
) -> rds.CfnEventSubscription:
    """Subscribe operators to the events of the database instances."""
    return rds.CfnEventSubscription(
        scope,
        "DatabaseEvents",
        subscription_name=named("database-events", suffix),
        sns_topic_arn=topic.topic_arn,
        source_type="db-instance",
        source_ids=list(instance_ids),
        event_categories=list(CATEGORIES),
        enabled=True,
    )
