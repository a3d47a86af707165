"""Shifts traffic to new code bit by bit, and back as soon as that code fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import Fn
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from constructs import Construct

from infrastructure.names import named
from infrastructure.parts.functions import ALIAS, Function
from infrastructure.parts.metrics import measured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import CfnResource
    from aws_cdk import aws_sns as sns

    from infrastructure.environments import Deployment

# A tenth of the traffic for five minutes, then all of it.
SHIFT = "Canary10Percent5Minutes"
# Half of what the new code answers, when it has a tenth of the traffic.
_THRESHOLDS = {"server-errors": 0.05}


class Canary(Construct):
    """The alarms and the role by which CodeDeploy moves the alias of a function."""

    def __init__(
        self, scope: Construct, id_: str, *, deployment: Deployment, operators: sns.ITopic
    ) -> None:
        super().__init__(scope, id_)
        self._deployment = deployment
        self._tell = actions.SnsAction(operators)
        self._role = iam.Role(
            self,
            "Role",
            role_name=named("canary", deployment.suffix),
            assumed_by=iam.ServicePrincipal("codedeploy.amazonaws.com"),
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name(
                    "service-role/AWSCodeDeployRoleForLambdaLimited"
                )
            ],
        )

    def watch(self, function: Function, resource: CfnResource, **more: cloudwatch.Metric) -> None:
        """Give a function of SAM an alias that moves as errors, and what else is named, allow.

        SAM publishes a version whenever a property changes, not the code alone: a changed setting
        is shifted like changed code.
        """
        metrics = {"errors": self._errors(function), **more}
        alarms = [self._alarmed(function, kind, metric) for kind, metric in metrics.items()]
        for name, value in {
            "AutoPublishAlias": ALIAS,
            "AutoPublishAliasAllProperties": True,
            "VersionDeletionPolicy": "Delete",  # SAM would leave every old version behind
            "DeploymentPreference": {"Role": self._role.role_arn, **self._shift(alarms)},
        }.items():
            resource.add_property_override(name, value)

    def _shift(self, alarms: Sequence[str]) -> dict[str, Any]:
        if not self._deployment.environment.canary:
            return {"Type": "AllAtOnce"}
        return {"Type": SHIFT, "Alarms": list(alarms)}

    def _errors(self, function: Function) -> cloudwatch.Metric:
        """Return the errors of the new version alone: those of the old do not hold up a repair."""
        name = named(function.name, self._deployment.suffix)
        of_version = {
            "FunctionName": name,
            "Resource": f"{name}:{ALIAS}",
            "ExecutedVersion": Fn.get_att(function.handler, "Version.Version").to_string(),
        }
        return measured("AWS/Lambda", "Errors", of_version)

    def _alarmed(self, function: Function, kind: str, metric: cloudwatch.Metric) -> str:
        """Make an alarm and return its name: a reference would go in a circle by the version."""
        name = named(f"canary-{function.name}-{kind}", self._deployment.suffix)
        alarm = metric.create_alarm(
            self,
            f"{function.handler}-{kind}",
            alarm_name=name,
            alarm_description=f"While new code is shifted in, {function.name} has {kind}.",
            threshold=_THRESHOLDS.get(kind, 1),
            evaluation_periods=1,
            comparison_operator=(cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD),
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(self._tell)
        alarm.add_ok_action(self._tell)
        return name
