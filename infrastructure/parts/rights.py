"""What each function may do, and to what: its own actions on its own resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam

from infrastructure.parts.function_role import allow

if TYPE_CHECKING:
    from aws_cdk import aws_kinesis as kinesis
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_s3 as s3
    from aws_cdk import aws_secretsmanager as secretsmanager
    from aws_cdk import aws_sns as sns
    from aws_cdk import aws_sqs as sqs

ERASURES = "erasures/"  # where the runtime puts them
HEADS, VERIFIED, LEDGER = "ledger/heads/", "ledger/verified/", "ledger/"
LAST_ERASED = "last.json"  # and who was the last
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


def may_seal(role: iam.Role, key: kms.IKey, *, suffix: str) -> None:
    """Let a function seal and open data keys of names, and nothing else that the key is for."""
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["kms:GenerateDataKey", "kms:Decrypt"],
            resources=[key.key_arn],
            conditions={
                "StringEquals": {
                    "kms:EncryptionContext:purpose": "person",
                    "kms:EncryptionContext:environment": suffix,
                }
            },
        )
    )


def may_list_erasures(role: iam.Role, bucket: s3.IBucket, key: kms.IKey) -> None:
    """Let a function add to the list of erasures; nobody may take from it."""
    places = [bucket.arn_for_objects(f"{ERASURES}*"), bucket.arn_for_objects(LAST_ERASED)]
    allow(role, ["s3:PutObject"], places)
    allow(role, ["kms:GenerateDataKey"], [key.key_arn])


def may_read_last_erased(role: iam.Role, bucket: s3.IBucket, key: kms.IKey) -> None:
    """Let a function see whether a database has the last erasure, as after a restore."""
    allow(role, ["s3:GetObject"], [bucket.arn_for_objects(LAST_ERASED)])
    allow(role, ["kms:Decrypt"], [key.key_arn])


def may_read_erasures(role: iam.Role, bucket: s3.IBucket, key: kms.IKey) -> None:
    """Let a function apply the list of erasures."""
    allow(role, ["s3:ListBucket"], [bucket.bucket_arn])
    allow(role, ["s3:GetObject"], [bucket.arn_for_objects(f"{ERASURES}*")])
    allow(role, ["s3:PutObject"], [bucket.arn_for_objects(LAST_ERASED)])
    allow(role, ["kms:Decrypt", "kms:GenerateDataKey"], [key.key_arn])


def may_read_secret(role: iam.Role, secret: secretsmanager.ISecret) -> None:
    """Let a function read one secret; a key of AWS's own needs no right."""
    allow(role, ["secretsmanager:GetSecretValue"], [secret.secret_arn])
    if secret.encryption_key:
        allow(role, ["kms:Decrypt"], [secret.encryption_key.key_arn])


def may_note_heads(role: iam.Role, bucket: s3.IBucket, key: kms.IKey) -> None:
    """Let a function note a head of the ledger; to say that there was a restore is for people."""
    allow(role, ["s3:PutObject"], [bucket.arn_for_objects(f"{HEADS}*")])
    allow(role, ["kms:GenerateDataKey"], [key.key_arn])


def may_verify(role: iam.Role, bucket: s3.IBucket) -> None:
    """Let a function learn what was noted, which is all in the names, and say how far it came."""
    allow(role, ["s3:PutObject"], [bucket.arn_for_objects(f"{VERIFIED}*")])
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["s3:ListBucket"],
            resources=[bucket.bucket_arn],
            conditions={"StringLike": {"s3:prefix": f"{LEDGER}*"}},
        )
    )
