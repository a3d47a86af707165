"""What each function may do, and to what: its own actions on its own resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infrastructure.parts.function_role import allow

if TYPE_CHECKING:
    from aws_cdk import aws_iam as iam
    from aws_cdk import aws_kinesis as kinesis
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_secretsmanager as secretsmanager
    from aws_cdk import aws_sns as sns
    from aws_cdk import aws_sqs as sqs

_READ = [
    "kinesis:DescribeStream",
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
]


def may_write_events(role: iam.Role, stream: kinesis.IStream, key: kms.IKey) -> None:
    """Let the API put records, and tell whether the stream is there."""
    allow(role, ["kinesis:PutRecords", "kinesis:DescribeStreamSummary"], [stream.stream_arn])
    allow(role, ["kms:GenerateDataKey"], [key.key_arn])


def may_read_events(role: iam.Role, stream: kinesis.IStream, key: kms.IKey) -> None:
    """Let the mapping read the stream in the consumer's name."""
    allow(role, _READ, [stream.stream_arn])
    allow(role, ["kms:Decrypt"], [key.key_arn])


def may_give_up(role: iam.Role, queue: sqs.IQueue, key: kms.IKey) -> None:
    """Let the mapping tell the queue what it gave up."""
    allow(role, ["sqs:SendMessage"], [queue.queue_arn])
    allow(role, ["kms:GenerateDataKey", "kms:Decrypt"], [key.key_arn])


def may_publish(role: iam.Role, topic: sns.ITopic, key: kms.IKey) -> None:
    """Let a function tell people of alerts."""
    allow(role, ["sns:Publish"], [topic.topic_arn])
    allow(role, ["kms:GenerateDataKey", "kms:Decrypt"], [key.key_arn])


def may_read_secret(role: iam.Role, secret: secretsmanager.ISecret) -> None:
    """Let a function read one secret; a key of AWS's own needs no right."""
    allow(role, ["secretsmanager:GetSecretValue"], [secret.secret_arn])
    if secret.encryption_key:
        allow(role, ["kms:Decrypt"], [secret.encryption_key.key_arn])
