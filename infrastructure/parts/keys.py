"""One customer-managed key per purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from infrastructure.names import named

if TYPE_CHECKING:
    from infrastructure.environments import Deployment

WAITING_DAYS = 7  # between a key's removal and its end: the least that KMS allows


class Keys(Construct):
    """The keys, rotated once a year.

    Use `stream`, `database`, `messages` (SNS, SQS, logs) and `people` (names and contacts).
    """

    def __init__(self, scope: Construct, id_: str, *, deployment: Deployment) -> None:
        super().__init__(scope, id_)
        self.stream = self._key("Stream", named("event-stream", deployment.suffix))
        self.database = self._key("Database", named("event-database", deployment.suffix))
        self.messages = self._key("Messages", named("messages", deployment.suffix))
        self.people = self._key("People", named("people", deployment.suffix))
        for key in (self.database, self.messages):
            key.add_to_resource_policy(_logs_may_encrypt(Stack.of(self)))

    def _key(self, id_: str, alias: str) -> kms.Key:
        return kms.Key(
            self,
            id_,
            alias=alias,
            description=f"Student Performance Monitor: {alias}",
            enable_key_rotation=True,
            pending_window=Duration.days(WAITING_DAYS),
            removal_policy=RemovalPolicy.DESTROY,
        )


def _logs_may_encrypt(stack: Stack) -> iam.PolicyStatement:
    """Let CloudWatch Logs encrypt log groups of this account and region, and nothing else."""
    groups = f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group:*"
    return iam.PolicyStatement(
        principals=[iam.ServicePrincipal(f"logs.{stack.region}.amazonaws.com")],
        actions=[
            "kms:Encrypt*",
            "kms:Decrypt*",
            "kms:ReEncrypt*",
            "kms:GenerateDataKey*",
            "kms:Describe*",
        ],
        resources=["*"],  # in a key's policy: this key
        conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
    )
