"""The topics: what operators are told by e-mail, and where alerts about students are published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infrastructure.names import named

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms

    from infrastructure.environments import Deployment

# A topic with a policy of its own has lost the default one: each service that publishes is named.
_PUBLISHERS = {
    "cloudwatch.amazonaws.com": "arn:{partition}:cloudwatch:{region}:{account}:alarm:*",
    "events.rds.amazonaws.com": "arn:{partition}:rds:{region}:{account}:*",
    "events.amazonaws.com": "arn:{partition}:events:{region}:{account}:rule/*",
}


class Notifications(Construct):
    """Two encrypted topics that take nothing but TLS. Use `operators` and `alerts`."""

    def __init__(
        self, scope: Construct, id_: str, *, deployment: Deployment, key: kms.IKey
    ) -> None:
        super().__init__(scope, id_)
        self.operators = self._topic("Operators", named("operator-notices", deployment.suffix), key)
        self.operators.add_subscription(subscriptions.EmailSubscription(deployment.admin_email))
        self.alerts = self._topic("Alerts", named("student-alerts", deployment.suffix), key)
        for service, source in _PUBLISHERS.items():
            self.operators.add_to_resource_policy(self._may_publish(service, source))
            key.add_to_resource_policy(self._may_encrypt(service, deployment.suffix))

    def _topic(self, id_: str, name: str, key: kms.IKey) -> sns.Topic:
        return sns.Topic(self, id_, topic_name=name, master_key=key, enforce_ssl=True)

    def _may_publish(self, service: str, source: str) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            principals=[iam.ServicePrincipal(service)],
            actions=["sns:Publish"],
            resources=[self.operators.topic_arn],
            conditions={
                "StringEquals": {"aws:SourceAccount": Stack.of(self).account},
                "ArnLike": {"aws:SourceArn": self._arn(source)},
            },
        )

    def _may_encrypt(self, service: str, suffix: str) -> iam.PolicyStatement:
        """Return the right to encrypt messages for this one topic.

        By encryption context: `aws:SourceAccount` in a key's policy stops EventBridge from
        publishing to an encrypted topic (SNS developer guide, "Key management"). The topic's
        ARN is put together here, since a reference would make topic and key wait for each other.
        """
        topic = self._arn(
            "arn:{partition}:sns:{region}:{account}:" + named("operator-notices", suffix)
        )
        return iam.PolicyStatement(
            principals=[iam.ServicePrincipal(service)],
            actions=["kms:Decrypt", "kms:GenerateDataKey*"],
            resources=["*"],  # in a key's policy: this key
            conditions={"StringEquals": {"kms:EncryptionContext:aws:sns:topicArn": topic}},
        )

    def _arn(self, pattern: str) -> str:
        stack = Stack.of(self)
        return pattern.format(partition=stack.partition, region=stack.region, account=stack.account)
