"""What the role of each function may do, and what it is denied."""

from __future__ import annotations

import json

import pytest

from infrastructure.parts.functions import FUNCTIONS
from tests.infrastructure.deployed import functions, logical, policy_of, rights, statements_of

# What a function needs to run, and what one in a VPC needs beside.
RUNNING = [
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
]
IN_A_VPC = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
]


def test_each_function_has_a_role_of_its_own(dev):
    roles = [logical(function["Role"]) for function in functions(dev).values()]

    assert len(set(roles)) == len(roles)


@pytest.mark.parametrize(
    ("handler", "actions"),
    [
        (
            "APIHandler",
            "kinesis:DescribeStreamSummary kinesis:PutRecords kms:Decrypt(messages) "
            "kms:Decrypt(people) kms:GenerateDataKey(event-stream) kms:GenerateDataKey(messages) "
            "kms:GenerateDataKey(people) rds-db:connect s3:GetObject s3:PutObject "
            "secretsmanager:GetSecretValue",
        ),
        (
            "ConsumeEvents",
            "kinesis:DescribeStream kinesis:DescribeStreamSummary kinesis:GetRecords "
            "kinesis:GetShardIterator kinesis:ListShards kms:Decrypt(event-stream) "
            "kms:Decrypt(messages) kms:GenerateDataKey(messages) rds-db:connect s3:GetObject "
            "sns:Publish sqs:SendMessage",
        ),
        (
            "SweepStandings",
            "kms:Decrypt(messages) kms:GenerateDataKey(messages) rds-db:connect s3:GetObject "
            "sns:Publish",
        ),
        (
            "AnnounceAlerts",
            "kms:Decrypt(messages) kms:GenerateDataKey(messages) rds-db:connect s3:GetObject "
            "sns:Publish",
        ),
        (
            "SealLedger",
            "kms:Decrypt(messages) kms:GenerateDataKey(messages) rds-db:connect s3:GetObject "
            "s3:PutObject",
        ),
        (
            "VerifyLedger",
            "kms:Decrypt(messages) kms:GenerateDataKey(messages) rds-db:connect s3:GetObject "
            "s3:ListBucket s3:PutObject",
        ),
        (
            "MigrateDatabase",
            "kms:Decrypt(event-database) kms:Decrypt(messages) kms:GenerateDataKey(messages) "
            "s3:GetObject s3:ListBucket s3:PutObject secretsmanager:GetSecretValue",
        ),
    ],
)
def test_each_function_may_do_what_it_does_and_no_more(dev, handler, actions):
    found = rights(dev, handler)
    own = actions.split()

    assert sorted(found) == sorted([*RUNNING, *IN_A_VPC, *own])
    told = json.dumps([found[action] for action in own])
    for prefix in ("/erasures/", "/ledger/heads/", "/ledger/verified/"):
        told = told.replace(f"{prefix}*", "")
    assert "*" not in told


def test_a_function_writes_to_its_own_log_alone(dev):
    for handler, function in functions(dev).items():
        group = {"Fn::GetAtt": [logical(function["LoggingConfig"]["LogGroup"]), "Arn"]}
        assert rights(dev, handler)["logs:CreateLogStream"] == [group]
        assert rights(dev, handler)["logs:PutLogEvents"] == [group]


def test_a_function_has_its_rights_from_one_policy_and_from_nowhere_else(dev):
    elsewhere = {"AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"}
    assert not elsewhere & {resource["Type"] for resource in dev.values()}
    for handler, function in functions(dev).items():
        role = dev[logical(function["Role"])]["Properties"]
        assert not {"Policies", "ManagedPolicyArns"} & set(role), handler
        assert policy_of(dev, handler)


def test_the_code_of_a_function_may_not_touch_the_network_interfaces(dev):
    for function in [one for one in FUNCTIONS if not one.is_outside]:
        allowed = [on for on in rights(dev, function.handler) if on.startswith("ec2:")]
        [denied] = statements_of(dev, function.handler, "Deny")
        place = [":lambda:us-east-1:", {"Ref": "AWS::AccountId"}, f":function:{function.name}-dev"]
        own = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, *place]]}

        assert allowed
        assert sorted(denied["Action"]) == sorted(allowed)
        assert denied["Resource"] == "*"
        assert denied["Condition"] == {"ArnEquals": {"lambda:SourceFunctionArn": own}}


def test_who_signs_in_is_found_out_with_no_right_but_to_tell_what_happened(dev):
    assert sorted(rights(dev, "SignIn")) == sorted(RUNNING)
    assert statements_of(dev, "SignIn", "Deny") == []
