"""Keys, stream and dead letters: encrypted, over TLS only, kept long enough, large enough."""

from __future__ import annotations

import pytest

from infrastructure.environments import ENVIRONMENTS
from infrastructure.gates.house_rules.transport import POLICIES
from infrastructure.sizing import MAX_PARTITION_ROWS, partition_months, partition_rows


def test_each_purpose_has_a_key_that_rotates_and_can_go(synthesized):
    keys = synthesized.of_type("AWS::KMS::Key")
    aliases = synthesized.of_type("AWS::KMS::Alias").values()

    assert {
        alias["AliasName"].removesuffix(f"-{synthesized.deployment.suffix}") for alias in aliases
    } >= {
        "alias/event-stream",
        "alias/event-database",
        "alias/messages",
    }
    for key in keys.values():
        assert key["EnableKeyRotation"]
        assert key["PendingWindowInDays"] == 7


def served(synthesized) -> list[tuple[str, dict]]:
    """Return the logical id of each key with what its policy lets a service do."""
    return [
        (id_, statement)
        for id_, key in synthesized.of_type("AWS::KMS::Key").items()
        for statement in key["KeyPolicy"]["Statement"]
        if "Service" in statement["Principal"]
    ]


def test_logs_may_use_two_keys_for_log_groups_only(synthesized):
    by_logs = [
        (id_, one)
        for id_, one in served(synthesized)
        if one["Principal"]["Service"].startswith("logs.")
    ]
    place = [":logs:us-east-1:", {"Ref": "AWS::AccountId"}, ":log-group:*"]
    groups = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, *place]]}
    using = {
        logical_id
        for alias in synthesized.of_type("AWS::KMS::Alias").values()
        for logical_id in alias["TargetKeyId"]["Fn::GetAtt"][:1]
        if alias["AliasName"].startswith(("alias/event-database-", "alias/messages-"))
    }

    assert len(by_logs) == len(using) == 2
    assert {id_ for id_, _ in by_logs} == using
    for _, one in by_logs:
        assert one["Condition"] == {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}}


def test_no_service_may_use_a_key_for_just_anything(synthesized):
    assert served(synthesized)
    for id_, statement in served(synthesized):
        assert statement.get("Condition"), (id_, statement)


def test_the_stream_is_encrypted_and_keeps_a_week(synthesized):
    (stream,) = synthesized.of_type("AWS::Kinesis::Stream").values()
    environment = synthesized.deployment.environment

    assert stream["StreamEncryption"]["EncryptionType"] == "KMS"
    assert "Fn::GetAtt" in stream["StreamEncryption"]["KeyId"]
    assert stream["RetentionPeriodHours"] >= 7 * 24
    assert stream["ShardCount"] == environment.shards
    assert stream["Name"] == f"academic-events-{synthesized.deployment.suffix}"


def test_shards_follow_from_the_peak():
    assert ENVIRONMENTS["prod"].peak_events_per_second == 10_000
    assert {name: one.shards for name, one in ENVIRONMENTS.items()} == {
        "dev": 1,
        "staging": 2,
        "prod": 8,
    }


def test_a_stream_on_demand_has_no_shard_count(synthesize):
    found = synthesize("dev", suffix="burst", streamMode="on-demand")
    (stream,) = found.of_type("AWS::Kinesis::Stream").values()

    assert stream["StreamModeDetails"] == {"StreamMode": "ON_DEMAND"}
    assert "ShardCount" not in stream


@pytest.mark.parametrize("environment", ENVIRONMENTS.values(), ids=lambda one: one.name)
def test_no_partition_of_events_passes_ten_million_rows(environment):
    rows = partition_rows(
        events_per_year=environment.events_per_year, months=environment.partition_months
    )

    assert rows <= MAX_PARTITION_ROWS == 10_000_000


def test_a_year_that_no_partition_can_hold_is_refused():
    with pytest.raises(ValueError, match="partitions narrower than a month"):
        partition_months(events_per_year=100_000_000, retention_days=730)


def test_dead_letters_are_kept_for_two_weeks_under_a_key(synthesized):
    (queue,) = synthesized.of_type("AWS::SQS::Queue").values()

    assert queue["MessageRetentionPeriod"] == 14 * 86_400
    assert "KmsMasterKeyId" in queue


def denials(statements: list[dict]) -> list[tuple]:
    """Return action and resource of what is denied to everybody who comes in the clear."""
    return [
        (one["Action"], one["Resource"])
        for one in statements
        if one["Effect"] == "Deny"
        and one["Principal"] in ("*", {"AWS": "*"})
        and one["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    ]


def test_the_stream_refuses_what_comes_in_the_clear(synthesized):
    [stream] = synthesized.of_type("AWS::Kinesis::Stream")
    [policy] = synthesized.of_type("AWS::Kinesis::ResourcePolicy").values()
    [(actions, resource)] = denials(policy["ResourcePolicy"]["Statement"])

    assert policy["ResourceArn"] == resource == {"Fn::GetAtt": [stream, "Arn"]}
    assert tuple(sorted(actions)) == POLICIES["AWS::Kinesis::Stream"].actions


def test_the_dead_letters_refuse_what_comes_in_the_clear(synthesized):
    [queue] = synthesized.of_type("AWS::SQS::Queue")
    [policy] = synthesized.of_type("AWS::SQS::QueuePolicy").values()

    assert policy["Queues"] == [{"Ref": queue}]
    denied = denials(policy["PolicyDocument"]["Statement"])
    assert denied == [("sqs:*", {"Fn::GetAtt": [queue, "Arn"]})]


def test_every_topic_refuses_what_comes_in_the_clear(synthesized):
    policies = synthesized.of_type("AWS::SNS::TopicPolicy").values()
    guarded = []
    for policy in policies:
        [topic] = policy["Topics"]
        assert denials(policy["PolicyDocument"]["Statement"]) == [("sns:Publish", topic)]
        guarded.append(topic["Ref"])

    assert sorted(guarded) == sorted(synthesized.of_type("AWS::SNS::Topic"))
