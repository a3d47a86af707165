"""What the launcher adds to the emulator's CloudFormation; its table of handlers is private.

A new version of ministack has to pass this and its neighbours: one test per shim.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from local.deployment.account import EmulatedAccount
from local.deployment.gaps import GAPS
from local.emulator.emulator import PYTHON
from local.paths import PROJECT
from tests.local.deployment.stack import Stack, attribute

if TYPE_CHECKING:
    pass


def test_rules_of_security_groups_are_made_changed_and_removed(account, stack):
    groups = {
        name: {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {"GroupDescription": name, "GroupName": name},
        }
        for name in ("Functions", "Database")
    }
    rule = {"GroupId": attribute("Database", "GroupId"), "IpProtocol": "tcp"}
    rule |= {"SourceSecurityGroupId": attribute("Functions", "GroupId")}

    for port in (5432, 5433):
        ingress = {"FromPort": port, "ToPort": port, **rule}
        stack.put(
            {**groups, "Rule": {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": ingress}}
        )
        assert _open_ports(account, "Database") == [port]

    stack.put(groups)
    assert _open_ports(account, "Database") == []


def test_a_vpc_knows_its_block(stack):
    vpc = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.1.0.0/16"}}

    assert stack.put({"Vpc": vpc}, block=attribute("Vpc", "CidrBlock")) == {"block": "10.1.0.0/16"}


def test_an_alarm_over_an_expression_is_there_and_says_that_it_is_not_evaluated(account, stack):
    def alarm(threshold: int) -> dict[str, Any]:
        one = {"MetricStat": {"Metric": {"Namespace": "N", "MetricName": "M"}, "Stat": "Sum"}}
        one["MetricStat"]["Period"] = 60
        properties = {
            "AlarmName": "share",
            "ComparisonOperator": "GreaterThanThreshold",
            "EvaluationPeriods": 1,
            "Threshold": threshold,
            "Metrics": [
                {"Id": "one", "ReturnData": False, **one},
                {"Id": "share", "Expression": "one / 2", "Label": "Share"},
            ],
        }
        return {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}

    for threshold in (1, 2):
        stack.put({"Alarm": alarm(threshold)})
        [found] = account.client("cloudwatch").describe_alarms()["MetricAlarms"]
        assert (found["AlarmName"], found["Threshold"]) == ("share", threshold)
        assert (found["Namespace"], found["MetricName"]) == ("NotEvaluatedHere", "Share")


def test_a_stack_takes_the_output_of_one_in_another_region(account, stack):
    there = Stack(account, "us-west-2")
    key = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {}}}
    made = there.put({"Key": key}, arn=attribute("Key", "Arn"))
    asked = {"StackName": "shim", "Region": "us-west-2", "OutputName": "arn"}
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "of the first region"}}

    assert stack.put({"Topic": topic}, found={"Fn::GetStackOutput": asked})["found"] == made["arn"]

    there.delete()


@pytest.mark.parametrize("resource_type", GAPS)
def test_what_cannot_be_made_is_passed_over_with_its_attributes(stack, resource_type):
    gap = GAPS[resource_type]
    attributes = {
        f"a{number}": attribute("Gap", name) for number, name in enumerate(gap.attributes)
    }
    one = {"Type": resource_type, "Properties": {gap.name or "Name": "stand-in"}}

    outputs = stack.put({"Gap": one}, name={"Ref": "Gap"}, **attributes)

    assert all(outputs.values())
    if gap.name:
        assert outputs["name"] == "stand-in"
    assert gap.reason


def test_a_gap_that_the_emulator_has_closed_is_closed_here_too():
    """Without the shims: what ministack can make itself must not be listed as a gap."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from local.deployment.gaps import GAPS\n"
        "from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS as known\n"
        "print(*sorted(set(GAPS) & set(known)))"
    )
    done = subprocess.run(
        [PYTHON, "-c", code, PROJECT], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == ""


def _open_ports(account: EmulatedAccount, group: str) -> list[int]:
    groups = account.client("ec2").describe_security_groups()["SecurityGroups"]
    [found] = [one for one in groups if one["GroupName"] == group]
    return [rule["FromPort"] for rule in found["IpPermissions"]]
