"""Shifts traffic to new code bit by bit, and back as soon as that code fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from constructs import Construct

from infrastructure.names import named
from infrastructure.parts.functions import ALIAS, Function
from infrastructure.parts.metrics import emitted, measured

if TYPE_CHECKING:
    from aws_cdk import CfnResource
    from aws_cdk import aws_sns as sns

# A tenth of the traffic for five minutes, then all of it.
SHIFT = "Canary10Percent5Minutes"


class Canary(Construct):
    """The alarms and the role by which CodeDeploy moves the alias of a function."""

    def __init__(self, scope: Construct, id_: str, *, suffix: str, operators: sns.ITopic) -> None:
        super().__init__(scope, id_)
        self._suffix = suffix
        self._tell = actions.SnsAction(operators)
        self._role = iam.Role(
            self,
            "Role",
            role_name=named("canary", suffix),
            assumed_by=iam.ServicePrincipal("codedeploy.amazonaws.com"),
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name(
                    "service-role/AWSCodeDeployRoleForLambdaLimited"
                )
            ],
        )

    def watch(self, function: Function, resource: CfnResource) -> None:
        """Give a function of SAM an alias that moves as the alarms allow.

        SAM publishes a version whenever a property changes, not the code alone: a changed setting
        is shifted like changed code.
        """
        for name, value in {
            "AutoPublishAlias": ALIAS,
            "AutoPublishAliasAllProperties": True,
            "VersionDeletionPolicy": "Delete",  # SAM would leave every old version behind
            "DeploymentPreference": {
                "Type": SHIFT,
                "Role": self._role.role_arn,
                "Alarms": [alarm.ref for alarm in self._alarms(function)],
            },
        }.items():
            resource.add_property_override(name, value)

    def _alarms(self, function: Function) -> list[cloudwatch.CfnAlarm]:
        """Return what means that new code fails: errors of the alias, batches that are held."""
        name = named(function.name, self._suffix)
        of_alias = {"FunctionName": name, "Resource": f"{name}:{ALIAS}"}
        metrics = {"errors": measured("AWS/Lambda", "Errors", of_alias)}
        if function.handler == "ConsumeEvents":
            metrics["held"] = emitted("BatchesHeld", suffix=self._suffix)
        return [self._alarm(function, kind, metric) for kind, metric in metrics.items()]

    def _alarm(
        self, function: Function, kind: str, metric: cloudwatch.Metric
    ) -> cloudwatch.CfnAlarm:
        name = f"canary-{function.name}-{kind}"
        alarm = metric.create_alarm(
            self,
            f"{function.handler}-{kind}",
            alarm_name=named(name, self._suffix),
            alarm_description=f"While new code is shifted in, {function.name} has {kind}.",
            threshold=1,
            evaluation_periods=1,
            comparison_operator=(cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD),
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(self._tell)
        alarm.add_ok_action(self._tell)
        made = alarm.node.default_child
        assert isinstance(made, cloudwatch.CfnAlarm)  # noqa: S101  # the CDK makes it so
        return made
