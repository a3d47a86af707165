"""Backups in two regions, no rarer and no more often than they can be, and restored as a test."""

from __future__ import annotations

import re

import pytest
from aws_cdk import assertions

from infrastructure.environments import DEV, ENVIRONMENTS, PROD
from infrastructure.gates.expansion import expand
from infrastructure.gates.lint import lint
from infrastructure.gates.nag import nag
from infrastructure.parts.backup import QUIET_HOURS
from local.paths import PROJECT

THERE = "us-west-2"


@pytest.fixture(scope="module")
def stacks(synthesize) -> dict[str, assertions.Template]:
    """Have prod's two stacks: an archive, and a second region."""
    prod = synthesize("prod")
    return {"Monitor": prod.template, "Recovery": assertions.Template.from_json(prod.recovery)}


def rules(template: assertions.Template) -> dict[str, dict]:
    (plan,) = template.find_resources("AWS::Backup::BackupPlan").values()
    found = plan["Properties"]["BackupPlan"]["BackupPlanRule"]
    return {rule["RuleName"]: rule for rule in found}


def hours(schedule: str) -> set[int]:
    """Return the hours of a day at which a cron expression fires."""
    field = re.fullmatch(r"cron\(0 (\S+) \S+ \S+ \S+ \S+\)", schedule).group(1)
    spans = [[int(end) for end in part.split("-")] for part in field.split(",")]
    return {hour for span in spans for hour in range(span[0], span[-1] + 1)}


def test_there_is_an_hourly_a_daily_and_a_monthly_rule(stacks):
    schedules = {
        name: rule["ScheduleExpression"] for name, rule in rules(stacks["Monitor"]).items()
    }

    assert set(schedules) == {"hourly", "daily", "monthly"}
    assert hours(schedules["hourly"]) | {9} | set(QUIET_HOURS) == set(range(24))
    assert schedules["daily"] == "cron(0 9 2-31 * ? *)"
    assert schedules["monthly"] == "cron(0 9 1 * ? *)"


def test_no_two_rules_start_at_the_same_hour(stacks):
    found = rules(stacks["Monitor"])

    assert not hours(found["hourly"]["ScheduleExpression"]) & hours(
        found["daily"]["ScheduleExpression"]
    )


def test_no_rule_is_more_often_than_hourly_or_within_the_windows_of_rds(stacks):
    for rule in rules(stacks["Monitor"]).values():
        assert rule["StartWindowMinutes"] >= 60
        assert not hours(rule["ScheduleExpression"]) & set(QUIET_HOURS)


def test_every_rule_copies_to_the_second_region_for_as_long(stacks):
    for rule in rules(stacks["Monitor"]).values():
        (copy,) = rule["CopyActions"]
        assert copy["Lifecycle"] == rule["Lifecycle"]
        assert copy["DestinationBackupVaultArn"]["Fn::GetStackOutput"]["Region"] == THERE


def test_backups_are_kept_by_class(stacks):
    days = {n: r["Lifecycle"]["DeleteAfterDays"] for n, r in rules(stacks["Monitor"]).items()}

    assert days == {"hourly": 2, "daily": 35, "monthly": 2557}  # 7 years, two of them leap years


def test_without_an_archive_the_daily_rule_takes_every_day(synthesize):
    found = rules(synthesize("dev").template)

    assert set(found) == {"hourly", "daily"}
    assert found["daily"]["ScheduleExpression"] == "cron(0 9 * * ? *)"
    assert found["daily"]["Lifecycle"] == {"DeleteAfterDays": 7}


def test_nothing_moves_to_cold_storage_nor_claims_to_be_continuous(stacks):
    plan = str(stacks["Monitor"].find_resources("AWS::Backup::BackupPlan"))

    assert "MoveToColdStorageAfterDays" not in plan
    assert "EnableContinuousBackup" not in plan


def test_the_database_is_what_is_backed_up(stacks):
    stacks["Monitor"].has_resource_properties(
        "AWS::Backup::BackupSelection",
        {"BackupSelection": {"Resources": [{"Fn::Join": assertions.Match.any_value()}]}},
    )


def test_both_vaults_have_one_name_are_encrypted_and_can_go(stacks):
    for name in ("Monitor", "Recovery"):
        (vault,) = stacks[name].find_resources("AWS::Backup::BackupVault").values()
        assert vault["Properties"]["BackupVaultName"] == "backup-vault-prod"
        assert "Fn::GetAtt" in vault["Properties"]["EncryptionKeyArn"]
        assert vault["DeletionPolicy"] == "Delete"
        assert "LockConfiguration" not in vault["Properties"]


def test_the_second_regions_key_is_its_own_and_rotates(stacks):
    keys = stacks["Recovery"].find_resources("AWS::KMS::Key").values()

    assert [(key["Properties"]["EnableKeyRotation"], key["DeletionPolicy"]) for key in keys] == [
        (True, "Delete")
    ] * len(keys)
    assert 7 in [key["Properties"]["PendingWindowInDays"] for key in keys]


def test_rds_replicates_its_backups_under_that_key(stacks):
    instances = stacks["Monitor"].find_resources("AWS::RDS::DBInstance").values()
    properties = next(i["Properties"] for i in instances if i["Properties"].get("MultiAZ"))

    assert properties["AutomaticBackupReplicationRegion"] == THERE
    assert properties["AutomaticBackupReplicationRetentionPeriod"] == 35
    key = properties["AutomaticBackupReplicationKmsKeyId"]["Fn::GetStackOutput"]
    assert (key["StackName"], key["Region"]) == ("StudentMonitorRecovery-prod", THERE)
    outputs = stacks["Recovery"].to_json()["Outputs"]
    assert "KeyArn" in key["OutputName"] or key["OutputName"] in outputs
    assert outputs[key["OutputName"]]["Value"] == {"Fn::GetAtt": [key_id(stacks), "Arn"]}


def key_id(stacks) -> str:
    (found,) = stacks["Recovery"].find_resources("AWS::KMS::Key")
    return found


def test_the_key_of_the_pseudonyms_is_in_the_second_region_under_that_key(synthesize):
    [secret] = synthesize("prod").of_type("AWS::SecretsManager::Secret").values()
    [replica] = secret["ReplicaRegions"]
    assert replica["Region"] == "us-west-2"
    assert "Fn::GetStackOutput" in str(replica["KmsKeyId"])

    [alone] = synthesize("dev").of_type("AWS::SecretsManager::Secret").values()
    assert "ReplicaRegions" not in alone


def test_no_custom_resource_carries_what_crosses_the_regions(stacks):
    for name in ("Monitor", "Recovery"):
        found = stacks[name].to_json()["Resources"].values()
        assert not [r for r in found if "CrossRegion" in r["Type"]]


def test_the_second_region_is_deployed_first(synthesize):
    monitor = synthesize("prod").stack

    assert [stack.stack_name for stack in monitor.dependencies] == ["StudentMonitorRecovery-prod"]


def test_the_latest_backup_is_restored_as_a_test_every_week(synthesize):
    template = synthesize("dev", suffix="blue-2").template

    template.has_resource_properties(
        "AWS::Backup::RestoreTestingPlan",
        {
            "RestoreTestingPlanName": "restore_test_blue_2",
            "ScheduleExpression": "cron(0 12 ? * SAT *)",
            "RecoveryPointSelection": {
                "Algorithm": "LATEST_WITHIN_WINDOW",
                "RecoveryPointTypes": ["SNAPSHOT"],
            },
        },
    )
    template.has_resource_properties(
        "AWS::Backup::RestoreTestingSelection",
        {
            "ProtectedResourceType": "RDS",
            "RestoreTestingSelectionName": "database_blue_2",
            "RestoreMetadataOverrides": assertions.Match.object_like({"multiAz": "false"}),
        },
    )


def test_the_second_regions_stack_has_no_finding(stacks):
    template = stacks["Recovery"].to_json()

    assert nag(template) == []
    assert [f for f in lint(template) if not f.rule.startswith("I")] == []


def test_the_gates_read_what_comes_from_the_other_stack(stacks):
    found = {finding.rule for finding in nag(expand(stacks["Monitor"].to_json()))}

    assert any(rule.startswith("AwsSolutions-IAM4") for rule in found)


def test_the_document_says_for_how_long_backups_are_kept():
    text = (PROJECT / "docs" / "recovery.md").read_text()

    days = f"{DEV.backup_days} days (dev) to {PROD.backup_days} (prod)"
    assert text.count(days) == 2
    assert f"| AWS Backup: monthly, warm | both | {PROD.archive_years} years" in text
    archiving = [name for name, sizes in ENVIRONMENTS.items() if sizes.archive_years]
    assert f"where `archive_years` is set ({', '.join(archiving)})" in text
