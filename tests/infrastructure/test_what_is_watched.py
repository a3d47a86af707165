"""Of prod: each alarm and each rule names the very resource that it is about."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def production(synthesize):
    """Have a deployment with a replica and a second region."""
    return synthesize("prod")


def id_of(production, type_: str, **named: str) -> str:
    """Return the logical id of the one resource of a type that has this name."""
    found = production.of_type(type_).items()
    [id_] = [id_ for id_, properties in found if named.items() <= properties.items()]
    return id_


def instances(production) -> list[str]:
    """Return the logical ids of primary and replica."""
    names = ("monitor-database-prod", "monitor-replica-prod")
    return [id_of(production, "AWS::RDS::DBInstance", DBInstanceIdentifier=name) for name in names]


def dimensions(production) -> dict[str, list]:
    """Return what each alarm watches that looks at one metric."""
    alarms = production.of_type("AWS::CloudWatch::Alarm").values()
    return {one["AlarmName"]: one["Dimensions"] for one in alarms if "Dimensions" in one}


def patterns(production) -> dict[str, dict]:
    """Return what each rule of a failure looks for."""
    rules = production.of_type("AWS::Events::Rule").values()
    return {one["Name"]: one["EventPattern"]["detail"] for one in rules if "EventPattern" in one}


def test_alarms_of_the_database_watch_the_primary_and_that_of_its_lag_the_replica(production):
    primary, replica = (
        [{"Name": "DBInstanceIdentifier", "Value": {"Ref": id_}}] for id_ in instances(production)
    )
    watched = {
        name: on for name, on in dimensions(production).items() if name.startswith("database-")
    }

    assert watched.pop("database-replica-lag-prod") == replica
    assert len(watched) == 8
    assert watched == dict.fromkeys(watched, primary)


def test_rds_tells_of_the_primary_and_of_the_replica(production):
    [events] = production.of_type("AWS::RDS::EventSubscription").values()

    assert events["SourceIds"] == [{"Ref": id_} for id_ in instances(production)]


def test_what_is_undelivered_is_counted_at_the_topic_of_alerts(production):
    alerts = id_of(production, "AWS::SNS::Topic", TopicName="student-alerts-prod")

    assert dimensions(production)["alerts-undelivered-prod"] == [
        {"Name": "TopicName", "Value": {"Fn::GetAtt": [alerts, "TopicName"]}}
    ]


def test_rules_look_for_failures_of_this_deployments_secret_and_backups(production):
    found = patterns(production)
    [vault] = production.of_type("AWS::Backup::BackupVault")
    secret = {"Fn::GetAtt": [instances(production)[0], "MasterUserSecret.SecretArn"]}
    [tested] = production.of_type("AWS::Backup::RestoreTestingSelection").values()
    role = id_of(production, "AWS::IAM::Role", RoleName="backup-role-prod")
    [schedule] = production.of_type("AWS::SecretsManager::RotationSchedule").values()

    assert schedule["SecretId"] == secret
    assert found["rotation-events-prod"]["additionalEventData"] == {"SecretId": [secret]}
    vault_arn = {"Fn::GetAtt": [vault, "BackupVaultArn"]}
    assert found["backup-events-prod"]["backupVaultArn"] == [vault_arn]
    assert tested["IamRoleArn"] == {"Fn::GetAtt": [role, "Arn"]}
    assert found["restore-test-events-prod"]["iamRoleArn"] == [tested["IamRoleArn"]]


def test_copies_that_fail_are_those_to_the_second_regions_vault(production):
    [there] = patterns(production)["backup-copy-events-prod"]["destinationBackupVaultArn"]
    told = there["Fn::GetStackOutput"]
    [vault] = [
        id_
        for id_, one in production.recovery["Resources"].items()
        if one["Type"] == "AWS::Backup::BackupVault"
    ]

    assert (told["StackName"], told["Region"]) == ("StudentMonitorRecovery-prod", "us-west-2")
    output = production.recovery["Outputs"][told["OutputName"]]
    assert output["Value"] == {"Fn::GetAtt": [vault, "BackupVaultArn"]}
