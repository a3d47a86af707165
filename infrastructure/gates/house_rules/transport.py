"""Holds streams, queues, topics and buckets to refusing what does not come over TLS."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

from infrastructure.gates.expansion import Template
from infrastructure.gates.findings import Finding
from infrastructure.gates.house_rules.reading import Properties, as_list, of_type, referred


class Policy(NamedTuple):
    """What guards a kind of resource, and what of it has to be denied."""

    kind: str
    owner: str  # where it says whose it is
    document: str
    actions: tuple[str, ...]


_OF_STREAMS = (  # one by one: a stream's policy takes no star
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
    "kinesis:PutRecord",
    "kinesis:PutRecords",
)
POLICIES = {
    "AWS::Kinesis::Stream": Policy(
        "AWS::Kinesis::ResourcePolicy", "ResourceArn", "ResourcePolicy", _OF_STREAMS
    ),
    "AWS::SQS::Queue": Policy("AWS::SQS::QueuePolicy", "Queues", "PolicyDocument", ("sqs:*",)),
    "AWS::SNS::Topic": Policy(
        "AWS::SNS::TopicPolicy", "Topics", "PolicyDocument", ("sns:Publish",)
    ),
    "AWS::S3::Bucket": Policy("AWS::S3::BucketPolicy", "Bucket", "PolicyDocument", ("s3:*",)),
}


def tls_only(template: Template) -> Iterator[Finding]:
    """Find those without a policy that denies every request over plain HTTP."""
    for kind, wanted in POLICIES.items():
        guarded = {
            name
            for _, policy in of_type(template, wanted.kind)
            for name in referred(policy[wanted.owner])
            if _denies_plain(policy[wanted.document], name, wanted.actions)
        }
        for name, _ in of_type(template, kind):
            if name not in guarded:
                yield Finding(
                    rule="tls-only", resource=name, message=f"no {wanted.kind} denies plain HTTP"
                )


def _denies_plain(document: Properties, name: str, actions: tuple[str, ...]) -> bool:
    denied = [
        pattern
        for statement in as_list(document["Statement"])
        if _is_denial(statement) and _is_about(statement, name)
        for pattern in as_list(statement.get("Action"))
    ]
    return all(any(fnmatchcase(action, pattern) for pattern in denied) for action in actions)


def _is_denial(statement: Properties) -> bool:
    plain = statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport")
    everybody = statement.get("Principal") in ("*", {"AWS": "*"})
    return statement["Effect"] == "Deny" and everybody and plain in (False, "false")


def _is_about(statement: Properties, name: str) -> bool:
    resource = statement.get("Resource")
    return "*" in as_list(resource) or name in referred(resource)
