"""Several deployments in one account, and what must not be replaced within one."""

from __future__ import annotations

import re
from typing import Any

import pytest

# Properties that end in Name or Identifier and name nothing that has to be unique in an account.
NO_NAMES = {
    ("AWS::CloudWatch::Alarm", "MetricName"),
    ("AWS::EC2::VPCEndpoint", "ServiceName"),
    ("AWS::IAM::Policy", "PolicyName"),  # within its role
    ("AWS::RDS::DBInstance", "CACertificateIdentifier"),
    ("AWS::RDS::DBInstance", "DBName"),  # within its instance
    ("AWS::RDS::DBProxyTargetGroup", "TargetGroupName"),  # within its proxy
    ("AWS::Serverless::Api", "StageName"),  # within its API
}
# Whose logical id changes is replaced, and what it holds is gone: change this list only together
# with a plan for moving the data.
LOGICAL_IDS = {
    "AWS::Backup::BackupVault": ["OperationsBackupVaultBBB31333"],
    "AWS::Cognito::UserPool": ["IdentityPeoplePoolFC12335E"],
    "AWS::KMS::Key": [
        "KeysDatabase918B5966",
        "KeysMessagesE856B267",
        "KeysPeople66884CCD",
        "KeysStream81C2A2B6",
    ],
    "AWS::Kinesis::Stream": ["EventStreamA212D9D0"],
    "AWS::RDS::DBInstance": ["DatabasePrimaryEDE0B3D0", "DatabaseReplica3A6F4E05"],
    "AWS::SNS::Topic": ["NotificationsAlerts9228ADEA", "NotificationsOperators22F2DABE"],
    "AWS::SQS::Queue": ["EventStreamDeadLetters965B2EAF"],
    "AWS::SecretsManager::Secret": ["ApplicationPseudonymKeyBADCFF6D"],
}


def names(found) -> set[str]:
    """Return every physical name that the templates fix, with its type."""
    resources = [*found.resources.values(), *(found.recovery or {}).get("Resources", {}).values()]
    return {
        f"{resource['Type']} {text}"
        for resource in resources
        for key, value in resource.get("Properties", {}).items()
        if re.search(r"(Name|Identifier|Domain)$", key)
        and (resource["Type"], key) not in NO_NAMES
        and (text := fixed(value))
    }


def fixed(value: Any) -> str | None:
    """Return a name's text, with what AWS fills in as ${AWS::...}; None where it is another's."""
    joined = value.get("Fn::Join", ["", []])[1] if isinstance(value, dict) else [value]
    parts = [part if isinstance(part, str) else f"${{{part.get('Ref')}}}" for part in joined]
    foreign = [part for part in parts if part.startswith("${") and part[2:7] != "AWS::"]
    return None if foreign else "".join(parts) or None


def exports(found) -> set[str]:
    outputs = found.template.to_json()["Outputs"].values()
    return {output["Export"]["Name"] for output in outputs if "Export" in output}


def test_two_deployments_share_no_name_and_no_export(synthesize):
    one, other = synthesize("prod", suffix="blue"), synthesize("prod", suffix="green")

    assert len(names(one)) > 50
    assert names(one) >= {
        "AWS::S3::Bucket erasure-list-blue-${AWS::AccountId}",
        "AWS::Cognito::UserPoolDomain monitor-blue-${AWS::AccountId}",
        "AWS::KMS::Alias alias/recovery-blue",
    }
    assert not names(one) & names(other)
    assert exports(one)
    assert not exports(one) & exports(other)


def test_every_output_is_exported_under_its_suffix(synthesize):
    outputs = synthesize("prod").template.to_json()["Outputs"]
    exported = {name: one["Export"]["Name"] for name, one in outputs.items() if "Export" in one}

    assert set(exported) == {
        "ApiUrl",
        "StreamName",
        "StreamArn",
        "DatabaseEndpoint",
        "ReplicaEndpoint",
        "DatabaseSecretArn",
        "ConsumerFunctionArn",
        "DeadLetterQueueUrl",
        "OperatorTopicArn",
        "AlertTopicArn",
        "Issuer",
        "SignInUrl",
        "UserPoolId",
        "DashboardClientId",
        "MachinePlatformClientId",
    }
    assert all(under == f"prod:{name}" for name, under in exported.items())


def test_everything_carries_the_tags(synthesize):
    found = synthesize("prod")
    wanted = {
        "Project": "student-performance-monitor",
        "Environment": "prod",
        "CostCenter": "4711",
        "ManagedBy": "cdk",
        "DataClassification": "education-records",
    }
    for type_ in LOGICAL_IDS:
        for id_, properties in found.of_type(type_).items():
            tags = _tags(properties)
            assert {key: tags.get(key) for key in wanted} == wanted, id_


def _tags(properties):
    named = ("Tags", "BackupVaultTags", "UserPoolTags")
    tags = next(properties[name] for name in named if name in properties)
    return {tag["Key"]: tag["Value"] for tag in tags} if isinstance(tags, list) else tags


@pytest.mark.parametrize(("type_", "logical_ids"), LOGICAL_IDS.items())
def test_what_holds_data_keeps_its_logical_id(synthesize, type_, logical_ids):
    assert sorted(synthesize("prod").of_type(type_)) == logical_ids
