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
OF_NAMESPACE = {
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
CONSUMER = {"FunctionName": "consume-events-blue"}
MAPPING = {"EventSourceMappingUUID": "mapping-uuid"}
PRIMARY = {"DBInstanceIdentifier": "monitor-database-blue"}
OF_ALARM = {  # where a namespace has several resources of a deployment
    "AWS/Lambda": {
        "consumer-errors": CONSUMER,
        "consumer-throttles": CONSUMER,
        "consumer-duration": CONSUMER,
        "consumer-concurrency": CONSUMER,
        "consumer-dropped-events": MAPPING,
        "consumer-on-failure-deliveries": MAPPING,
        "migration-errors": {"FunctionName": "migrate-blue"},
    },
    "AWS/RDS": {
        "database-cpu": PRIMARY,
        "database-connections": PRIMARY,
        "database-memory": PRIMARY,
        "database-storage": PRIMARY,
        "database-transaction-age": PRIMARY,
        "database-read-latency": PRIMARY,
        "database-write-latency": PRIMARY,
        "database-disk-queue": PRIMARY,
        "database-replica-lag": {"DBInstanceIdentifier": "monitor-replica-blue"},
    },
    "AWS/Events": {
        "rotation-failures": {"RuleName": "rotation-events-blue"},
        "restore-test-failures": {"RuleName": "restore-test-events-blue"},
    },
}
ENDED_BADLY = ["FAILED", "ABORTED", "EXPIRED", "PARTIAL"]
PATTERNS = {
    "rotation-events-blue": {
        "source": ["aws.secretsmanager"],
        "detail": {
            "eventSource": ["secretsmanager.amazonaws.com"],
            "eventName": ["RotationFailed", "RotationAbandoned"],
            "additionalEventData": {"SecretId": [WATCHED.secret_arn]},
        },
    },
    "backup-events-blue": {
        "source": ["aws.backup"],
        "detail-type": ["Backup Job State Change"],
        "detail": {"backupVaultArn": [WATCHED.vault_arn], "state": ENDED_BADLY},
    },
    "backup-copy-events-blue": {
        "source": ["aws.backup"],
        "detail-type": ["Copy Job State Change"],
        "detail": {"destinationBackupVaultArn": [WATCHED.copy_vault_arn], "state": ENDED_BADLY},
    },
    "restore-test-events-blue": {
        "source": ["aws.backup"],
        "detail-type": ["Restore Job State Change"],
        "detail": {"iamRoleArn": [WATCHED.restore_test_role_arn], "status": ENDED_BADLY},
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


def test_every_alarm_watches_what_its_name_says(alarms):
    plain = {name: alarm for name, alarm in alarms.items() if "MetricName" in alarm}
    for name, alarm in plain.items():
        namespace = alarm["Namespace"]
        needed = OF_ALARM[namespace][name] if namespace in OF_ALARM else OF_NAMESPACE[namespace]
        assert dimensions_of(alarm) == needed, name

    assert set(alarms) - set(plain) == {"schedule-errors"}


def test_the_database_has_a_tenth_or_a_fifth_left(alarms):
    left = ("database-connections", "database-memory", "database-storage")

    assert {name: alarms[name]["Threshold"] for name in left} == {
        "database-connections": 360,  # of 450, which RDS allows with 4 GiB
        "database-memory": 429_496_729,  # bytes of 4 GiB
        "database-storage": 10_737_418_240,  # bytes of 100 GiB
    }


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
    [events] = template.find_resources("AWS::RDS::EventSubscription").values()
    [operators] = template.find_resources("AWS::SNS::Topic")

    assert events["Properties"] == {
        "SubscriptionName": "database-events-blue",
        "SnsTopicArn": {"Ref": operators},
        "SourceType": "db-instance",
        "SourceIds": ["monitor-database-blue", "monitor-replica-blue"],
        "EventCategories": ["failover", "failure", "low storage", "maintenance"],
        "Enabled": True,
    }


def test_failures_without_a_metric_reach_operators_by_rule(template):
    found = template.find_resources("AWS::Events::Rule").values()
    rules = {rule["Properties"]["Name"]: rule["Properties"] for rule in found}
    [operators] = template.find_resources("AWS::SNS::Topic")

    assert {name: rule["EventPattern"] for name, rule in rules.items()} == PATTERNS
    for rule in rules.values():
        assert rule["Targets"] == [{"Arn": {"Ref": operators}, "Id": "operators"}]


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
