"""Of the whole stack: what is watched, backed up and replicated is what is really there."""

from __future__ import annotations

import re

import pytest

from infrastructure.parts.backup import QUIET_HOURS
from infrastructure.parts.functions import API, CONSUMER, FUNCTIONS

ONE_HOUR = 60
MEMORY_GIB = {"db.t4g.medium": 4, "db.m7g.large": 8, "db.r7g.xlarge": 32}
NAMED_BY = {  # what an alarm's dimension has to name
    "StreamName": "AWS::Kinesis::Stream",
    "EventSourceMappingUUID": "AWS::Lambda::EventSourceMapping",
    "DBInstanceIdentifier": "AWS::RDS::DBInstance",
    "TopicName": "AWS::SNS::Topic",
}


def metrics_of(alarm: dict) -> list[dict]:
    if "MetricName" in alarm:
        return [alarm]
    return [m["MetricStat"]["Metric"] for m in alarm["Metrics"] if "MetricStat" in m]


def dimensions(synthesized) -> list[tuple[str, object]]:
    return [
        (dimension["Name"], dimension["Value"])
        for alarm in synthesized.of_type("AWS::CloudWatch::Alarm").values()
        for metric in metrics_of(alarm)
        for dimension in metric["Dimensions"]
    ]


def functions(synthesized) -> set[str]:
    found = synthesized.of_type("AWS::Serverless::Function").values()
    return {function["FunctionName"] for function in found}


def primary(synthesized) -> dict:
    (found,) = [
        instance
        for instance in synthesized.of_type("AWS::RDS::DBInstance").values()
        if instance.get("MultiAZ")
    ]
    return found


def test_the_databases_limits_are_those_of_its_instance(synthesized):
    instance = primary(synthesized)
    suffix = synthesized.deployment.suffix
    thresholds = {
        alarm["AlarmName"].removesuffix(f"-{suffix}"): alarm["Threshold"]
        for alarm in synthesized.of_type("AWS::CloudWatch::Alarm").values()
    }
    memory = MEMORY_GIB[instance["DBInstanceClass"]] * 2**30

    assert thresholds["database-storage"] == int(instance["AllocatedStorage"]) * 2**30 // 10
    assert thresholds["database-memory"] == memory // 10
    assert thresholds["database-connections"] == min(memory // 9_531_392, 5_000) * 4 // 5


def test_every_dimension_names_a_resource_of_the_stack(synthesized):
    for name, value in dimensions(synthesized):
        if name in NAMED_BY:
            assert isinstance(value, dict), (name, value)
            id_ = value.get("Ref") or value["Fn::GetAtt"][0]
            assert synthesized.resources[id_]["Type"] == NAMED_BY[name]


def test_every_function_is_watched_by_its_name(synthesized):
    # A bad token counts as an error of the authorizer's; its own are the API's 5xx (api-5xx).
    watched = {value for name, value in dimensions(synthesized) if name == "FunctionName"}

    assert watched <= functions(synthesized)
    assert len(watched) == len([one for one in FUNCTIONS if not one.is_outside])


def test_the_api_is_watched_under_its_name_and_stage(synthesized):
    (api,) = synthesized.of_type("AWS::Serverless::Api").values()
    found = dict(dimensions(synthesized))

    assert found["ApiName"] == api["Name"]
    assert found["Stage"] == api["StageName"]


def test_the_dead_letter_queue_is_watched(synthesized):
    (value,) = {str(value) for name, value in dimensions(synthesized) if name == "QueueName"}

    assert "DeadLetters" in value


def test_the_consumers_limits_are_those_of_its_function(synthesized):
    alarms = {
        alarm["AlarmName"]: alarm["Threshold"]
        for alarm in synthesized.of_type("AWS::CloudWatch::Alarm").values()
    }
    suffix = synthesized.deployment.suffix
    function = next(
        f
        for f in synthesized.of_type("AWS::Serverless::Function").values()
        if f["FunctionName"] == f"{CONSUMER.name}-{suffix}"
    )

    assert alarms[f"consumer-duration-{suffix}"] == function["Timeout"] * 800
    assert alarms[f"consumer-concurrency-{suffix}"] == function["ReservedConcurrentExecutions"]


def test_functions_of_the_deployment_have_its_name_as_dimension_of_their_metrics(synthesized):
    for function in synthesized.of_type("AWS::Serverless::Function").values():
        variables = function["Environment"]["Variables"]
        assert variables["MONITOR_ENVIRONMENT"] == synthesized.deployment.suffix


def test_backups_keep_out_of_the_windows_of_rds(synthesized):
    instance = primary(synthesized)
    windows = [instance["PreferredBackupWindow"], instance["PreferredMaintenanceWindow"]]

    for window in windows:
        begins, ends = (
            int(hour) * 60 + int(minute) for hour, minute in re.findall(r"(\d\d):(\d\d)", window)
        )
        for minute in range(begins - ONE_HOUR, ends):
            assert minute // 60 in QUIET_HOURS


def test_the_second_region_is_there_where_it_is_set_and_nowhere_else(synthesized):
    environment = synthesized.deployment.environment
    (plan,) = synthesized.of_type("AWS::Backup::BackupPlan").values()
    rules = plan["BackupPlan"]["BackupPlanRule"]
    copied = {bool(rule.get("CopyActions")) for rule in rules}

    assert copied == {environment.second_region}
    assert (synthesized.recovery is not None) == environment.second_region
    replicated = primary(synthesized).get("AutomaticBackupReplicationRegion")
    assert replicated == ("us-west-2" if environment.second_region else None)


def test_replicated_backups_are_kept_as_long_as_those_here(synthesize):
    instance = primary(synthesize("prod"))

    assert instance["BackupRetentionPeriod"] == 35
    assert instance["AutomaticBackupReplicationRetentionPeriod"] == 35


def test_a_restore_test_lands_in_the_isolated_subnets_and_the_databases_group(synthesized):
    (selection,) = synthesized.of_type("AWS::Backup::RestoreTestingSelection").values()
    overrides = selection["RestoreMetadataOverrides"]

    assert overrides["dbSubnetGroupName"] == primary(synthesized)["DBSubnetGroupName"]
    assert "NetworkDatabase" in str(overrides["vpcSecurityGroupIds"])


@pytest.mark.parametrize("type_", ["AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"])
def test_every_alarm_of_the_stack_tells_operators_of_both_states(synthesized, type_):
    for alarm in synthesized.of_type(type_).values():
        (told,) = alarm["AlarmActions"]
        assert alarm["OKActions"] == [told]
        assert "Operators" in told["Ref"]


def test_the_api_and_the_consumer_have_alarms_of_their_own_for_a_canary(synthesized):
    suffix = synthesized.deployment.suffix
    names = {alarm["AlarmName"] for alarm in synthesized.of_type("AWS::CloudWatch::Alarm").values()}

    for function in (API, CONSUMER):
        assert f"canary-{function.name}-errors-{suffix}" in names
