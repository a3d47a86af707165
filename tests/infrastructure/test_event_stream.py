"""Keys, stream and dead letters: encrypted, over TLS only, kept long enough, large enough."""

from __future__ import annotations

import json

import pytest

from infrastructure.environments import ENVIRONMENTS
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


def test_logs_may_use_keys_for_log_groups_only(synthesized):
    for id_, key in synthesized.of_type("AWS::KMS::Key").items():
        statements = key["KeyPolicy"]["Statement"]
        services = [s for s in statements if "Service" in s["Principal"]]
        for statement in services:
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


@pytest.mark.parametrize(
    "policy",
    ["AWS::Kinesis::ResourcePolicy", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"],
)
def test_what_comes_in_the_clear_is_refused(synthesized, policy):
    found = synthesized.of_type(policy)

    assert found
    for one in found.values():
        document = one.get("ResourcePolicy") or one["PolicyDocument"]
        denied = [
            statement
            for statement in document["Statement"]
            if statement["Effect"] == "Deny"
            and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
            and "*" in json.dumps(statement["Principal"])
        ]
        assert denied, one
