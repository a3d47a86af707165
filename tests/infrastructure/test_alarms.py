"""Every alarm watches something that is there, and tells operators of both ALARM and OK."""

from __future__ import annotations

import dataclasses
import types

import pytest
from aws_cdk import App, Environment, Stack, assertions
from aws_cdk import aws_sns as sns

from chalicelib import telemetry
from infrastructure.parts import metrics
from infrastructure.parts.alarms.alarms import Alarms
from tests.infrastructure.watched import WATCHED

# Which dimension each namespace's metrics need: an alarm without it is silent for ever.
NEEDED = {
    "AWS/Kinesis": {"StreamName": "academic-events-blue"},
    "AWS/ApiGateway": {"ApiName": "monitor-api-blue", "Stage": "v1"},
    "AWS/SQS": {"QueueName": "dead-letters-blue"},
    "AWS/SNS": {"TopicName": "student-alerts-blue"},
    "AWS/Backup": {"BackupVaultName": "backup-vault-blue"},
    "StudentPerformanceMonitor": {
        "service": "student-performance-monitor",
        "environment": "blue",
    },
}
REQUIRED = """
stream-iterator-age stream-write-throttles stream-read-throttles stream-put-failures
consumer-dropped-events consumer-on-failure-deliveries consumer-errors consumer-throttles
consumer-duration consumer-concurrency api-5xx api-4xx api-latency database-cpu
database-connections database-memory database-storage database-read-latency
database-write-latency database-disk-queue database-replica-lag database-transaction-age
dead-letter-depth dead-letter-age backup-job-failures backup-copy-failures rotation-failures
"""


@pytest.fixture(scope="module")
def template() -> assertions.Template:
    stack = Stack(App(), "S", env=Environment(region="us-east-1", account="111122223333"))
    Alarms(
        stack,
        "Alarms",
        deployment=types.SimpleNamespace(suffix="blue"),
        topic=sns.Topic(stack, "Operators"),
        watched=WATCHED,
    )
    return assertions.Template.from_stack(stack)


@pytest.fixture(scope="module")
def alarms(template) -> dict[str, dict]:
    found = template.find_resources("AWS::CloudWatch::Alarm").values()
    return {a["Properties"]["AlarmName"].removesuffix("-blue"): a["Properties"] for a in found}


def composite(template) -> dict:
    (found,) = template.find_resources("AWS::CloudWatch::CompositeAlarm").values()
    return found["Properties"]


def metrics_of(alarm: dict) -> list[dict]:
    """Return every metric that an alarm looks at, in one form."""
    if "MetricName" in alarm:
        return [alarm]
    return [m["MetricStat"]["Metric"] for m in alarm["Metrics"] if "MetricStat" in m]


def dimensions_of(metric: dict) -> dict[str, str]:
    return {d["Name"]: d["Value"] for d in metric.get("Dimensions", [])}


def test_every_alarm_that_was_asked_for_is_there(alarms):
    assert set(REQUIRED.split()) <= set(alarms)


def test_every_alarm_tells_operators_of_alarm_and_of_ok(alarms, template):
    for alarm in [*alarms.values(), composite(template)]:
        assert len(alarm["AlarmActions"]) == 1, alarm
        assert alarm["AlarmActions"] == alarm["OKActions"], alarm


def test_every_alarm_has_the_dimensions_of_its_namespace(alarms):
    for name, alarm in alarms.items():
        for metric in metrics_of(alarm):
            needed = NEEDED.get(metric["Namespace"])
            assert dimensions_of(metric), name
            assert needed is None or dimensions_of(metric) == needed, name


@pytest.mark.parametrize(
    ("name", "dimensions"),
    [
        ("consumer-errors", {"FunctionName": "consume-events-blue"}),
        ("consumer-dropped-events", {"EventSourceMappingUUID": "mapping-uuid"}),
        ("database-cpu", {"DBInstanceIdentifier": "monitor-database-blue"}),
        ("database-replica-lag", {"DBInstanceIdentifier": "monitor-replica-blue"}),
        ("rotation-failures", {"RuleName": "rotation-events-blue"}),
    ],
)
def test_an_alarm_watches_what_its_name_says(alarms, name, dimensions):
    assert dimensions_of(alarms[name]) == dimensions


def test_scheduled_functions_are_all_watched(alarms):
    watched = [dimensions_of(metric) for metric in metrics_of(alarms["schedule-errors"])]

    assert watched == [{"FunctionName": "sweep-blue"}, {"FunctionName": "announce-blue"}]


def test_silence_is_bad_where_it_means_that_nobody_works(alarms):
    breaching = {n for n, alarm in alarms.items() if alarm["TreatMissingData"] == "breaching"}

    assert breaching == {
        "ledger-unsealed",
        "ledger-unverified",
        "stream-iterator-age",
        "sweep-silent",
        "backup-missing",
        "database-replica-lag",
    }


def test_a_failover_alone_does_not_hold_a_batch_long_enough_for_an_alarm(alarms):
    held = alarms["consumer-batches-held"]

    assert held["DatapointsToAlarm"] * held["Period"] > 180  # guide: retry for 180 s
    assert alarms["stream-iterator-age"]["Threshold"] == 180_000


def test_ingest_is_unhealthy_when_any_part_of_the_way_is(template, alarms):
    rule = str(composite(template)["AlarmRule"])

    assert rule.count("ALARM(") == 9
    assert " OR " in rule


def test_metrics_of_our_own_have_the_names_that_the_runtime_emits(alarms):
    ours = {
        metric["MetricName"]
        for alarm in alarms.values()
        for metric in metrics_of(alarm)
        if metric["Namespace"] == metrics.NAMESPACE
    }

    assert ours <= {telemetry.name_of(metric) for metric in telemetry.Metric}
    assert (metrics.NAMESPACE, metrics.SERVICE) == (telemetry.NAMESPACE, telemetry.SERVICE)


def test_rds_tells_operators_itself(template):
    template.has_resource_properties(
        "AWS::RDS::EventSubscription",
        {
            "SubscriptionName": "database-events-blue",
            "SourceType": "db-instance",
            "SourceIds": ["monitor-database-blue", "monitor-replica-blue"],
            "EventCategories": ["failover", "failure", "low storage", "maintenance"],
            "Enabled": True,
        },
    )


@pytest.mark.parametrize(
    ("rule", "detail"),
    [
        (
            "rotation-events-blue",
            {"additionalEventData": {"SecretId": [WATCHED.secret_arn]}},
        ),
        ("backup-events-blue", {"backupVaultArn": [WATCHED.vault_arn]}),
        ("backup-copy-events-blue", {"destinationBackupVaultArn": [WATCHED.copy_vault_arn]}),
        (
            "restore-test-events-blue",
            {"status": ["FAILED", "ABORTED", "EXPIRED", "PARTIAL"]},
        ),
    ],
)
def test_failures_without_a_metric_reach_operators_by_rule(template, rule, detail):
    template.has_resource_properties(
        "AWS::Events::Rule",
        {
            "Name": rule,
            "EventPattern": {"detail": assertions.Match.object_like(detail)},
            "Targets": [{"Arn": assertions.Match.any_value(), "Id": "operators"}],
        },
    )


def test_without_a_replica_or_a_second_region_nothing_pretends_to_watch_them():
    stack = Stack(App(), "S")
    Alarms(
        stack,
        "Alarms",
        deployment=types.SimpleNamespace(suffix="blue"),
        topic=sns.Topic(stack, "Operators"),
        watched=dataclasses.replace(WATCHED, replica_id=None, copy_vault_arn=None),
    )

    found = assertions.Template.from_stack(stack).to_json()
    assert "ReplicaLag" not in str(found)
    assert "Copy" not in str(found)
