"""Stacks in the emulated account, and a destruction of them that does not wait."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from infrastructure.destruction.destruction import Destruction

if TYPE_CHECKING:
    from local.deployment.account import EmulatedAccount

HERE, THERE = "us-east-1", "us-west-2"
STACKS = (("recovery-dev", THERE), ("monitor-dev", HERE))  # as they are deployed
GROUP = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "access-log-dev"}}
VPC = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}
FIREWALL = {
    "Type": "AWS::EC2::SecurityGroup",
    "Properties": {"GroupDescription": "functions", "VpcId": {"Ref": "Vpc"}},
}
KEY = {
    "Type": "AWS::KMS::Key",
    "Properties": {
        "PendingWindowInDays": 7,
        "KeyPolicy": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": "arn:aws:iam::000000000000:root"},
                    "Action": "kms:*",
                    "Resource": "*",
                }
            ],
        },
    },
}
VAULT = {"Type": "AWS::Backup::BackupVault", "Properties": {"BackupVaultName": "vault-dev"}}


class Account:
    """The emulated account, with the two services in it that keep nothing there replaced."""

    def __init__(self, emulated: EmulatedAccount) -> None:
        self._emulated = emulated
        self.replaced: dict[tuple[str, str], Any] = {}

    def __call__(self, service: str, region: str) -> Any:
        return self.replaced.get((service, region)) or self._emulated.client(service, region)

    def deploy(self, name: str, region: str, **resources: Any) -> dict[str, str]:
        """Make a stack; return the physical id of each resource."""
        cloudformation = self("cloudformation", region)
        template = json.dumps({"Resources": resources})
        cloudformation.create_stack(StackName=name, TemplateBody=template)
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName=name, WaiterConfig={"Delay": 0.1}
        )
        made = cloudformation.list_stack_resources(StackName=name)["StackResourceSummaries"]
        return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in made}

    def destroy(self, name: str, region: str) -> None:
        cloudformation = self("cloudformation", region)
        cloudformation.delete_stack(StackName=name)
        cloudformation.get_waiter("stack_delete_complete").wait(
            StackName=name, WaiterConfig={"Delay": 0.1}
        )

    def log_groups(self, region: str = HERE) -> set[str]:
        groups = self("logs", region).describe_log_groups()["logGroups"]
        return {group["logGroupName"] for group in groups}


def destruction(account: Account) -> Destruction:
    """Return one that does not wait: stacks of the emulator go at once."""
    return Destruction(
        stacks=STACKS,
        clients=account,
        say=lambda _: None,
        pause=briefly,
        within_s=300,
    )


def briefly(_: float) -> None:
    time.sleep(0.05)
