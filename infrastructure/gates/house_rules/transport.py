"""Holds streams, queues, topics and buckets to refusing what does not come over TLS."""

from collections.abc import Iterator

from infrastructure.gates.expansion import Template
from infrastructure.gates.findings import Finding
from infrastructure.gates.house_rules.reading import Properties, as_list, of_type, referred

# resource: (its policy, where that says whose it is, where its document is)
POLICIES = {
    "AWS::Kinesis::Stream": ("AWS::Kinesis::ResourcePolicy", "ResourceArn", "ResourcePolicy"),
    "AWS::SQS::Queue": ("AWS::SQS::QueuePolicy", "Queues", "PolicyDocument"),
    "AWS::SNS::Topic": ("AWS::SNS::TopicPolicy", "Topics", "PolicyDocument"),
    "AWS::S3::Bucket": ("AWS::S3::BucketPolicy", "Bucket", "PolicyDocument"),
}


def tls_only(template: Template) -> Iterator[Finding]:
    """Find those without a policy that denies every request over plain HTTP."""
    for kind, (policy_kind, owner, document) in POLICIES.items():
        guarded = {
            name
            for _, policy in of_type(template, policy_kind)
            if _denies_plain(policy[document])
            for name in referred(policy[owner])
        }
        for name, _ in of_type(template, kind):
            if name not in guarded:
                yield Finding(
                    rule="tls-only", resource=name, message=f"no {policy_kind} denies plain HTTP"
                )


def _denies_plain(document: Properties) -> bool:
    return any(_is_denial(statement) for statement in as_list(document["Statement"]))


def _is_denial(statement: Properties) -> bool:
    plain = statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport")
    everybody = statement.get("Principal") in ("*", {"AWS": "*"})
    return statement["Effect"] == "Deny" and everybody and plain in (False, "false")
