"""The stream that events enter by, and the queue for what the consumer had to give up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infrastructure.names import named

if TYPE_CHECKING:
    from infrastructure.environments import Deployment

DEAD_LETTER_DAYS = 14  # the most that SQS keeps


class EventStream(Construct):
    """The encrypted stream, the first durable point. Use `stream` and `dead_letters`."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        deployment: Deployment,
        key: kms.IKey,
        dead_letter_key: kms.IKey,
    ) -> None:
        super().__init__(scope, id_)
        environment = deployment.environment
        on_demand = environment.on_demand_stream
        self.stream = kinesis.Stream(
            self,
            "Stream",
            stream_name=named("academic-events", deployment.suffix),
            stream_mode=kinesis.StreamMode.ON_DEMAND
            if on_demand
            else kinesis.StreamMode.PROVISIONED,
            shard_count=None if on_demand else environment.shards,
            retention_period=Duration.days(environment.stream_days),
            encryption=kinesis.StreamEncryption.KMS,
            encryption_key=key,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.stream.add_to_resource_policy(_only_over_tls(self.stream.stream_arn))
        self.dead_letters = sqs.Queue(
            self,
            "DeadLetters",
            queue_name=named("dead-letters", deployment.suffix),
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=dead_letter_key,
            retention_period=Duration.days(DEAD_LETTER_DAYS),
            enforce_ssl=True,
            removal_policy=RemovalPolicy.DESTROY,
        )


def _only_over_tls(stream_arn: str) -> iam.PolicyStatement:
    """Refuse what comes in the clear; a stream's policy must name its actions one by one."""
    return iam.PolicyStatement(
        sid="DenyInTheClear",
        effect=iam.Effect.DENY,
        principals=[iam.AnyPrincipal()],
        actions=[
            "kinesis:DescribeStreamSummary",
            "kinesis:GetRecords",
            "kinesis:GetShardIterator",
            "kinesis:ListShards",
            "kinesis:PutRecord",
            "kinesis:PutRecords",
        ],
        resources=[stream_arn],
        conditions={"Bool": {"aws:SecureTransport": "false"}},
    )
