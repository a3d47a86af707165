"""The database: two zones, encrypted, out of reach, watched, backed up, without a password."""

from __future__ import annotations

import json

from local.postgres.server import QUIET


def primary(found):
    (one,) = [
        properties
        for properties in found.of_type("AWS::RDS::DBInstance").values()
        if "SourceDBInstanceIdentifier" not in properties
    ]
    return one


def replicas(found):
    instances = found.of_type("AWS::RDS::DBInstance").values()
    return [one for one in instances if "SourceDBInstanceIdentifier" in one]


def test_it_stands_in_two_zones_encrypted_and_out_of_reach(synthesized):
    one = primary(synthesized)

    assert one["Engine"] == "postgres"
    assert one["EngineVersion"].startswith("17.")
    assert one["MultiAZ"]
    assert one["StorageEncrypted"]
    assert "KmsKeyId" in one
    assert not one["PubliclyAccessible"]
    assert one["StorageType"] == "gp3"
    assert one["MaxAllocatedStorage"] > int(one["AllocatedStorage"])


def test_it_can_be_removed_with_all_it_left(synthesized):
    for id_, resource in synthesized.resources.items():
        assert resource.get("DeletionPolicy", "Delete") in ("Delete", "RetainExceptOnCreate"), id_
    one = primary(synthesized)
    assert not one["DeletionProtection"]
    assert one["DeleteAutomatedBackups"]


def test_it_is_watched(synthesized):
    for one in (primary(synthesized), *replicas(synthesized)):
        assert one["MonitoringInterval"] == 60
        assert one["EnablePerformanceInsights"]
        assert "postgresql" in one["EnableCloudwatchLogsExports"]
        assert one["EnableIAMDatabaseAuthentication"]
        name = one["DBInstanceIdentifier"]
        groups = synthesized.of_type("AWS::Logs::LogGroup").values()
        assert f"/aws/rds/instance/{name}/postgresql" in [g.get("LogGroupName") for g in groups]


def test_it_takes_tls_only_and_keeps_statistics_of_statements(synthesized):
    (group,) = synthesized.of_type("AWS::RDS::DBParameterGroup").values()
    parameters = group["Parameters"]

    assert group["Family"] == "postgres17"
    assert parameters["rds.force_ssl"] == "1"
    assert parameters["shared_preload_libraries"] == "pg_stat_statements"  # and no auto_explain


def test_its_log_has_no_text_of_a_statement_and_no_value_of_a_row(synthesized):
    (group,) = synthesized.of_type("AWS::RDS::DBParameterGroup").values()
    parameters = group["Parameters"]

    assert parameters["log_statement"] == "none"
    assert parameters["log_min_duration_statement"] == "-1"
    assert parameters["log_min_error_statement"] == "panic"
    assert parameters["log_error_verbosity"] == "terse"
    assert parameters["log_parameter_max_length"] == "0"
    assert parameters["log_parameter_max_length_on_error"] == "0"
    assert parameters["pg_stat_statements.track_utility"] == "0"
    assert (
        QUIET.items() <= parameters.items()
    )  # as the server of this system, whose log is searched


def test_every_instance_has_these_parameters(synthesize):
    found = synthesize("prod")
    (group,) = found.of_type("AWS::RDS::DBParameterGroup")
    instances = found.of_type("AWS::RDS::DBInstance").values()

    assert len(instances) == 2
    assert [one["DBParameterGroupName"] for one in instances] == [{"Ref": group}] * 2


def test_backups_are_kept_for_a_week_to_five(synthesize):
    days = {name: primary(synthesize(name))["BackupRetentionPeriod"] for name in ("dev", "prod")}

    assert days == {"dev": 7, "prod": 35}


def test_analysts_have_a_replica_in_staging_and_prod_and_in_dev_by_setting(synthesize):
    have = {name: len(replicas(synthesize(name))) for name in ("dev", "staging", "prod")}

    assert have == {"dev": 0, "staging": 1, "prod": 1}
    assert len(replicas(synthesize("dev", suffix="read", readReplica="true"))) == 1


def test_the_masters_password_is_rotated_and_nowhere_to_be_read(synthesized):
    (rotation,) = synthesized.of_type("AWS::SecretsManager::RotationSchedule").values()
    one = primary(synthesized)

    assert rotation["RotationRules"]["AutomaticallyAfterDays"] == 30
    assert one["ManageMasterUserPassword"]
    assert "KmsKeyId" in one["MasterUserSecret"]
    assert "MasterUserPassword" not in one
    assert "{{resolve:" not in json.dumps(synthesized.template.to_json())


def test_no_function_is_given_a_secret(synthesized):
    for id_, function in synthesized.of_type("AWS::Serverless::Function").items():
        for name, value in function["Environment"]["Variables"].items():
            assert "password" not in name.lower(), (id_, name)
            if name.endswith("_SECRET"):
                assert "Ref" in value or "Fn::GetAtt" in value, (id_, name)  # where, not what


def test_a_proxy_signs_in_by_token_as_it_is_signed_in_to(synthesize):
    assert not synthesize("dev").of_type("AWS::RDS::DBProxy")
    (proxy,) = synthesize("prod").of_type("AWS::RDS::DBProxy").values()

    assert proxy["DefaultAuthScheme"] == "IAM_AUTH"
    assert proxy["RequireTLS"]
    assert "Auth" not in proxy
