"""Holds policies to named resources and named principals."""

from collections.abc import Iterator
from typing import Any

from infrastructure.gates.expansion import Template
from infrastructure.gates.findings import Finding
from infrastructure.gates.house_rules.reading import Properties, as_list, of_type

IDENTITY = ("AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::User")
RESOURCE = {
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::Kinesis::ResourcePolicy": "ResourcePolicy",
    "AWS::SecretsManager::ResourcePolicy": "ResourcePolicy",
    "AWS::Backup::BackupVault": "AccessPolicy",
    "AWS::EC2::VPCEndpoint": "PolicyDocument",
    "AWS::IAM::Role": "AssumeRolePolicyDocument",
}


def any_resource(template: Template) -> Iterator[Finding]:
    """Find each action that is allowed on every resource there is, one finding an action."""
    for name, properties in of_type(template, *IDENTITY):
        for statement in _statements_of_identity(properties):
            if "*" in as_list(statement.get("Resource")):
                for action in as_list(statement.get("Action", statement.get("NotAction"))):
                    yield Finding(
                        rule=f"any-resource[{action}]", resource=name, message="on every resource"
                    )


def anyone(template: Template) -> Iterator[Finding]:
    """Find policies of resources that let everybody in, without a condition that narrows it."""
    for kind, key in RESOURCE.items():
        for name, properties in of_type(template, kind):
            for statement in _allowed(properties.get(key, {})):
                if _is_everybody(statement) and not statement.get("Condition"):
                    yield Finding(rule="anyone", resource=name, message="allows every principal")


def _statements_of_identity(properties: Properties) -> Iterator[Properties]:
    yield from _allowed(properties.get("PolicyDocument", {}))
    for policy in properties.get("Policies", []):
        yield from _allowed(policy["PolicyDocument"])


def _allowed(document: Any) -> Iterator[Properties]:
    for statement in as_list(document.get("Statement") if isinstance(document, dict) else None):
        if statement["Effect"] == "Allow":
            yield statement


def _is_everybody(statement: Properties) -> bool:
    principal = statement.get("Principal")
    return principal == "*" or (
        isinstance(principal, dict) and "*" in as_list(principal.get("AWS"))
    )
