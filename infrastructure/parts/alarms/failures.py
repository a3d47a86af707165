"""Alarms of what has no metric of its own: an event's rule is counted, and told by e-mail too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import aws_events as events

from infrastructure.names import named
from infrastructure.parts.alarms.watch import Watch
from infrastructure.parts.metrics import measured

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_sns as sns
    from constructs import Construct

_ENDED_BADLY = ["FAILED", "ABORTED", "EXPIRED", "PARTIAL"]


def told_of(
    scope: Construct, name: str, *, suffix: str, pattern: Mapping[str, Any], topic: sns.ITopic
) -> str:
    """Make a rule that hands matching events to a topic; return its name."""
    rule_name = named(name, suffix)
    events.CfnRule(
        scope,
        "".join(part.capitalize() for part in name.split("-")) + "Rule",
        name=rule_name,
        event_pattern=pattern,
        targets=[events.CfnRule.TargetProperty(arn=topic.topic_arn, id="operators")],
    )
    return rule_name


def failure_watch(*, name: str, means: str, rule_name: str) -> Watch:
    """Return the watch of a rule: it matched."""
    return Watch(
        name=name,
        means=means,
        metric=measured("AWS/Events", "TriggeredRules", {"RuleName": rule_name}, seconds=300),
        threshold=0,
    )


def rotation_pattern(secret_arn: str) -> dict[str, Any]:
    """Return what a failed rotation of one secret looks like; it reaches us through CloudTrail."""
    return {
        "source": ["aws.secretsmanager"],
        "detail": {
            "eventSource": ["secretsmanager.amazonaws.com"],
            "eventName": ["RotationFailed", "RotationAbandoned"],
            "additionalEventData": {"SecretId": [secret_arn]},
        },
    }


def backup_pattern(vault_arn: str) -> dict[str, Any]:
    """Return what a backup that failed looks like."""
    return _job("Backup", {"backupVaultArn": [vault_arn], "state": _ENDED_BADLY})


def copy_pattern(destination_arn: str) -> dict[str, Any]:
    """Return what a failed copy to the other region's vault looks like; it is told of here."""
    return _job("Copy", {"destinationBackupVaultArn": [destination_arn], "state": _ENDED_BADLY})


def restore_test_pattern(role_arn: str) -> dict[str, Any]:
    """Return what a failed restore test looks like: `status`, not `state`, and our test's role."""
    return _job("Restore", {"iamRoleArn": [role_arn], "status": _ENDED_BADLY})


def _job(kind: str, detail: dict[str, Any]) -> dict[str, Any]:
    return {"source": ["aws.backup"], "detail-type": [f"{kind} Job State Change"], "detail": detail}
