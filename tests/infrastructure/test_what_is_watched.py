"""Of prod: each alarm and each rule names the very resource that it is about."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def prod(synthesize):
    """Have a deployment with a replica and a second region."""
    return synthesize("prod")


def id_of(prod, type_: str, **named: str) -> str:
    """Return the logical id of the one resource of a type that has this name."""
    found = prod.of_type(type_).items()
    [id_] = [id_ for id_, properties in found if named.items() <= properties.items()]
    return id_


def instances(prod) -> list[str]:
    """Return the logical ids of primary and replica."""
    names = ("monitor-database-prod", "monitor-replica-prod")
    return [id_of(prod, "AWS::RDS::DBInstance", DBInstanceIdentifier=name) for name in names]


def dimensions(prod) -> dict[str, list]:
    """Return what each alarm watches that looks at one metric."""
    alarms = prod.of_type("AWS::CloudWatch::Alarm").values()
    return {one["AlarmName"]: one["Dimensions"] for one in alarms if "Dimensions" in one}


def patterns(prod) -> dict[str, dict]:
    """Return what each rule of a failure looks for."""
    rules = prod.of_type("AWS::Events::Rule").values()
    return {one["Name"]: one["EventPattern"]["detail"] for one in rules if "EventPattern" in one}


def test_alarms_of_the_database_watch_the_primary_and_that_of_its_lag_the_replica(prod):
    primary, replica = (
        [{"Name": "DBInstanceIdentifier", "Value": {"Ref": id_}}] for id_ in instances(prod)
    )
    watched = {name: on for name, on in dimensions(prod).items() if name.startswith("database-")}

    assert watched.pop("database-replica-lag-prod") == replica
    assert len(watched) == 8
    assert watched == dict.fromkeys(watched, primary)


def test_rds_tells_of_the_primary_and_of_the_replica(prod):
    [events] = prod.of_type("AWS::RDS::EventSubscription").values()

    assert events["SourceIds"] == [{"Ref": id_} for id_ in instances(prod)]


def test_what_is_undelivered_is_counted_at_the_topic_of_alerts(prod):
    alerts = id_of(prod, "AWS::SNS::Topic", TopicName="student-alerts-prod")

    assert dimensions(prod)["alerts-undelivered-prod"] == [
        {"Name": "TopicName", "Value": {"Fn::GetAtt": [alerts, "TopicName"]}}
    ]


def test_rules_look_for_failures_of_this_deployments_secret_and_backups(prod):
    found = patterns(prod)
    [vault] = prod.of_type("AWS::Backup::BackupVault")
    secret = {"Fn::GetAtt": [instances(prod)[0], "MasterUserSecret.SecretArn"]}
    [tested] = prod.of_type("AWS::Backup::RestoreTestingSelection").values()
    role = id_of(prod, "AWS::IAM::Role", RoleName="backup-role-prod")
    [schedule] = prod.of_type("AWS::SecretsManager::RotationSchedule").values()

    assert schedule["SecretId"] == secret
    assert found["rotation-events-prod"]["additionalEventData"] == {"SecretId": [secret]}
    vault_arn = {"Fn::GetAtt": [vault, "BackupVaultArn"]}
    assert found["backup-events-prod"]["backupVaultArn"] == [vault_arn]
    assert tested["IamRoleArn"] == {"Fn::GetAtt": [role, "Arn"]}
    assert found["restore-test-events-prod"]["iamRoleArn"] == [tested["IamRoleArn"]]


def test_copies_that_fail_are_those_to_the_second_regions_vault(prod):
    [there] = patterns(prod)["backup-copy-events-prod"]["destinationBackupVaultArn"]
    told = there["Fn::GetStackOutput"]
    [vault] = [
        id_
        for id_, one in prod.recovery["Resources"].items()
        if one["Type"] == "AWS::Backup::BackupVault"
    ]

    assert (told["StackName"], told["Region"]) == ("StudentMonitorRecovery-prod", "us-west-2")
    output = prod.recovery["Outputs"][told["OutputName"]]
    assert output["Value"] == {"Fn::GetAtt": [vault, "BackupVaultArn"]}
