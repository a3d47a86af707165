"""Backups in two regions, no rarer and no more often than they can be, and restored as a test."""

from __future__ import annotations

import re
import types

import pytest
from aws_cdk import App, Environment, Stack, assertions
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds

from infrastructure.environments import DEV, ENVIRONMENTS, PROD
from infrastructure.gates.lint import lint
from infrastructure.gates.nag import nag
from infrastructure.parts.backup import QUIET_HOURS, Backup
from infrastructure.parts.backup_replication import replicate_backups
from infrastructure.parts.restore_testing import RestoreTesting
from infrastructure.stacks.recovery import RecoveryRegionStack
from local.paths import PROJECT

HERE, THERE = "us-east-1", "us-west-2"


def deployment(**sizes: int) -> types.SimpleNamespace:
    environment = types.SimpleNamespace(**{"backup_days": 35, "archive_years": 7, **sizes})
    return types.SimpleNamespace(suffix="blue-2", environment=environment)


def built(deployment: types.SimpleNamespace) -> dict[str, assertions.Template]:
    """Synthesize both stacks around a database of the CDK's own."""
    app = App()
    recovery = RecoveryRegionStack(
        app, "Recovery", deployment=deployment, env=Environment(region=THERE)
    )
    stack = Stack(app, "Monitor", env=Environment(region=HERE))
    key = kms.Key(stack, "Key")
    instance = rds.DatabaseInstance(
        stack,
        "Instance",
        engine=rds.DatabaseInstanceEngine.postgres(version=rds.PostgresEngineVersion.VER_17_9),
        vpc=ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=0),
        vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
        credentials=rds.Credentials.from_generated_secret("master"),
    )
    replicate_backups(instance, region=THERE, key=recovery.key, days=35)
    backup = Backup(
        stack,
        "Backup",
        deployment=deployment,
        key=key,
        instance_arn=instance.instance_arn,
        copy_vault_arn=recovery.vault.attr_backup_vault_arn,
    )
    RestoreTesting(
        stack,
        "RestoreTesting",
        deployment=deployment,
        vault=backup.vault,
        role=backup.role,
        instance_arn=instance.instance_arn,
        subnet_group="subnets",
        security_groups=["sg-1"],
    )
    assembly = app.synth()
    return {
        stack.stack_name: assertions.Template.from_json(stack.template) for stack in assembly.stacks
    } | {"order": [stack.stack_name for stack in assembly.stacks]}


@pytest.fixture(scope="module")
def stacks() -> dict[str, assertions.Template]:
    return built(deployment())


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


def test_without_an_archive_the_daily_rule_takes_every_day():
    found = rules(built(deployment(archive_years=0, backup_days=7))["Monitor"])

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
        assert vault["Properties"]["BackupVaultName"] == "backup-vault-blue-2"
        assert "Fn::GetAtt" in vault["Properties"]["EncryptionKeyArn"]
        assert vault["DeletionPolicy"] == "Delete"
        assert "LockConfiguration" not in vault["Properties"]


def test_the_second_regions_key_is_its_own_and_rotates(stacks):
    stacks["Recovery"].has_resource(
        "AWS::KMS::Key",
        {
            "Properties": {"EnableKeyRotation": True, "PendingWindowInDays": 7},
            "DeletionPolicy": "Delete",
        },
    )


def test_rds_replicates_its_backups_under_that_key(stacks):
    (instance,) = stacks["Monitor"].find_resources("AWS::RDS::DBInstance").values()
    properties = instance["Properties"]

    assert properties["AutomaticBackupReplicationRegion"] == THERE
    assert properties["AutomaticBackupReplicationRetentionPeriod"] == 35
    key = properties["AutomaticBackupReplicationKmsKeyId"]["Fn::GetStackOutput"]
    assert (key["StackName"], key["Region"]) == ("Recovery", THERE)
    outputs = stacks["Recovery"].to_json()["Outputs"]
    assert "KeyArn" in key["OutputName"] or key["OutputName"] in outputs
    assert outputs[key["OutputName"]]["Value"] == {"Fn::GetAtt": [key_id(stacks), "Arn"]}


def key_id(stacks) -> str:
    (found,) = stacks["Recovery"].find_resources("AWS::KMS::Key")
    return found


def test_no_custom_resource_carries_what_crosses_the_regions(stacks):
    for name in ("Monitor", "Recovery"):
        types_ = {r["Type"] for r in stacks[name].to_json()["Resources"].values()}
        assert not {t for t in types_ if t.startswith("Custom::") or "Lambda" in t}


def test_the_second_region_is_deployed_first(stacks):
    assert stacks["order"] == ["Recovery", "Monitor"]


def test_the_latest_backup_is_restored_as_a_test_every_week(stacks):
    stacks["Monitor"].has_resource_properties(
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
    stacks["Monitor"].has_resource_properties(
        "AWS::Backup::RestoreTestingSelection",
        {
            "ProtectedResourceType": "RDS",
            "RestoreMetadataOverrides": {
                "dbSubnetGroupName": "subnets",
                "vpcSecurityGroupIds": '["sg-1"]',
            },
        },
    )


def test_the_second_regions_stack_has_no_finding(stacks):
    template = stacks["Recovery"].to_json()

    assert nag(template) == []
    assert [f for f in lint(template) if not f.rule.startswith("I")] == []


def test_the_gates_read_what_comes_from_the_other_stack(stacks):
    found = {finding.rule for finding in nag(stacks["Monitor"].to_json())}

    assert any(rule.startswith("AwsSolutions-IAM4") for rule in found)


def test_the_document_says_for_how_long_backups_are_kept():
    text = (PROJECT / "docs" / "recovery.md").read_text()

    days = f"{DEV.backup_days} days (dev) to {PROD.backup_days} (prod)"
    assert text.count(days) == 2
    assert f"| AWS Backup: monthly, warm | both | {PROD.archive_years} years" in text
    archiving = [name for name, sizes in ENVIRONMENTS.items() if sizes.archive_years]
    assert f"where `archive_years` is set ({', '.join(archiving)})" in text
