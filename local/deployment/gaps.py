"""What the emulator cannot make, each with the reason: here and nowhere else.

A deployment records a resource of GAPS by name and makes nothing; of HALF_MADE it makes less than
AWS would. Assertions on the template (tests/infrastructure) cover both instead.

Read by the emulator's own Python: standard library only.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Why there is nothing, and what GetAtt answers all the same (`{id}`: the physical id)."""

    reason: str
    attributes: Mapping[str, str] = dataclasses.field(default_factory=dict)
    name: str = ""  # the property that is the physical id, if the template gives one


_NO_SERVICE = "ministack has no such service"
_ARN = "arn:aws:{service}:us-east-1:000000000000:"

GAPS: Mapping[str, Gap] = {
    "AWS::EC2::FlowLog": Gap(
        reason="no packets flow: functions run as processes of this machine",
        attributes={"Id": "{id}"},
    ),
    "AWS::RDS::DBProxy": Gap(
        reason="RDS is metadata in ministack; only the DBInstance is made real here",
        attributes={
            "DBProxyArn": _ARN.format(service="rds") + "db-proxy:{id}",
            "Endpoint": "{id}.invalid",
            "VpcId": "vpc-of-{id}",
        },
        name="DBProxyName",
    ),
    "AWS::RDS::DBProxyTargetGroup": Gap(
        reason="belongs to the DBProxy", attributes={"TargetGroupArn": "{id}"}
    ),
    "AWS::RDS::EventSubscription": Gap(
        reason="ministack's RDS has no events", name="SubscriptionName"
    ),
    "AWS::SecretsManager::RotationSchedule": Gap(
        reason="ministack rotates on demand, never by schedule"
    ),
    "AWS::CloudWatch::CompositeAlarm": Gap(
        reason="ministack evaluates metric alarms only",
        attributes={"Arn": _ARN.format(service="cloudwatch") + "alarm:{id}"},
        name="AlarmName",
    ),
    "AWS::Backup::BackupSelection": Gap(
        reason="ministack runs no backup jobs", attributes={"Id": "{id}", "SelectionId": "{id}"}
    ),
    "AWS::Backup::RestoreTestingPlan": Gap(
        reason="ministack runs no restore jobs",
        attributes={"RestoreTestingPlanArn": _ARN.format(service="backup") + "plan:{id}"},
        name="RestoreTestingPlanName",
    ),
    "AWS::Backup::RestoreTestingSelection": Gap(
        reason="ministack runs no restore jobs", name="RestoreTestingSelectionName"
    ),
    "AWS::Cognito::UserPoolUser": Gap(
        reason="ministack makes users by call alone", name="Username"
    ),
    "AWS::CodeDeploy::Application": Gap(reason=_NO_SERVICE, name="ApplicationName"),
    "AWS::CodeDeploy::DeploymentGroup": Gap(
        reason=_NO_SERVICE + "; an alias moves to its new version at once, without a canary",
        name="DeploymentGroupName",
    ),
    "AWS::Kinesis::ResourcePolicy": Gap(reason="ministack enforces no policy of a stream"),
}

HALF_MADE: Mapping[str, str] = {
    "x-amazon-apigateway-gateway-responses": "not read: refusals of the gateway stay plain JSON",
    "AWS::CloudWatch::Alarm with Metrics": "recorded, never evaluated: no expressions in ministack",
    "AWS::RDS::DBInstance that reads from another": "answers from its source: there is one server",
    "sign-in by a token of IAM": "the server lets in who may use one, and does not look at it",
    "AWS::Lambda::EventSourceMapping": "drops what fails: no retries, bisecting, partial answers",
    "AWS::Lambda::Function": "runs here, outside of the VPC, on this machine's processor",
    "IAM": "policies are kept and not enforced",
}
