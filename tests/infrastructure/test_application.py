"""The application in AWS as the transform of SAM leaves it: that is what is deployed."""

from __future__ import annotations

import json

import pytest

from chalicelib import settings
from infrastructure.environments import DEV, PROD
from infrastructure.gates.expansion import expand
from infrastructure.parts.functions import FUNCTIONS
from tests.infrastructure.deployed import (
    functions,
    logical,
    of_type,
    policy_of,
    rights,
    variables,
)


def test_every_function_of_the_runtime_is_settled_and_no_other(dev):
    assert set(functions(dev)) == {function.handler for function in FUNCTIONS}
    for function in FUNCTIONS:
        found = functions(dev)[function.handler]
        assert found["FunctionName"] == f"{function.name}-dev"
        assert found["TracingConfig"] == {"Mode": "Active"}
        assert found["MemorySize"] == function.memory_mib
        assert found["Timeout"] == function.timeout_s
        if function.is_outside:
            assert "VpcConfig" not in found
        else:
            assert found["VpcConfig"]["SubnetIds"]
            assert found["VpcConfig"]["SecurityGroupIds"]


def test_functions_write_to_encrypted_logs_that_last_for_days(dev, prod):
    for resources, days in ((dev, 7), (prod, 14)):
        groups = of_type(resources, "AWS::Logs::LogGroup")
        for function in functions(resources).values():
            group = groups[logical(function["LoggingConfig"]["LogGroup"])]
            assert group["RetentionInDays"] == days
            assert group["LogGroupName"] == f"/aws/lambda/{function['FunctionName']}"
            assert "KmsKeyId" in group


def test_functions_sign_in_by_token_as_the_role_of_their_work(dev, prod):
    for resources in (dev, prod):
        for handler, user in (
            ("APIHandler", "api"),
            ("ConsumeEvents", "ingest"),
            ("SweepStandings", "ingest"),
            ("AnnounceAlerts", "ingest"),
            ("SealLedger", "ingest"),
            ("VerifyLedger", "ingest"),
        ):
            found = variables(resources, handler)
            assert found["MONITOR_DATABASE_SIGN_IN"] == "iam"
            assert json.dumps(found["MONITOR_DATABASE_CONNINFO"]).endswith(f' user={user}"]]}}')
            arns = [json.dumps(arn) for arn in rights(resources, handler)["rds-db:connect"]]
            users = [user, "privacy"] if handler == "APIHandler" else [user]
            assert [arn.rpartition("/")[2] for arn in arns] == [f'{one}"]]}}' for one in users]


def test_a_zipped_record_is_no_text_to_the_gateway(dev):
    (api,) = of_type(dev, "AWS::ApiGateway::RestApi").values()
    kinds = api["Body"]["x-amazon-apigateway-binary-media-types"]
    assert "application/gzip" in kinds
    assert not {"application/json", "text/html", "*/*"} & set(kinds)  # bodies stay as they came


@pytest.mark.parametrize(("name", "per_s"), [("dev", "20"), ("prod", "300")])
def test_one_machine_may_send_the_whole_peak(name, per_s, request):
    found = variables(request.getfixturevalue(name), "APIHandler")
    assert found["MONITOR_MACHINE_REQUESTS_PER_S"] == per_s


def test_the_api_erases_as_the_role_for_that_and_seals_names_for_this_deployment(dev):
    found = variables(dev, "APIHandler")
    assert json.dumps(found["MONITOR_PRIVACY_CONNINFO"]).endswith(' user=privacy"]]}')
    key = logical(found["MONITOR_PERSON_KEY_ARN"])
    policies = of_type(dev, "AWS::IAM::Policy").values()
    sealing = [
        (logical(policy["Roles"][0]), statement)
        for policy in policies
        for statement in policy["PolicyDocument"]["Statement"]
        if key in json.dumps(statement["Resource"])
    ]
    [(role, statement)] = sealing
    assert role == functions(dev)["APIHandler"]["Role"]["Fn::GetAtt"][0]
    assert sorted(statement["Action"]) == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert statement["Condition"] == {
        "StringEquals": {
            "kms:EncryptionContext:purpose": "person",
            "kms:EncryptionContext:environment": "dev",
        }
    }


def test_the_list_of_erasures_keeps_every_version_and_nobody_may_take_from_it(dev):
    [(name, bucket)] = of_type(dev, "AWS::S3::Bucket").items()
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    for handler in functions(dev).keys() - {"SignIn"}:
        place = variables(dev, handler)["MONITOR_ERASURE_LIST"]
        assert place == {"Fn::Join": ["", ["s3://", {"Ref": name}]]}
    policies = json.dumps(of_type(dev, "AWS::IAM::Policy"))
    assert "s3:Delete" not in policies


def test_heads_of_the_ledger_go_beside_it_and_only_people_may_say_that_there_was_a_restore(dev):
    [name] = of_type(dev, "AWS::S3::Bucket")
    for handler in ("SealLedger", "VerifyLedger"):
        place = variables(dev, handler)["MONITOR_LEDGER_HEADS"]
        assert place == {"Fn::Join": ["", ["s3://", {"Ref": name}]]}
        puts = [put["Fn::Join"][1][-1] for put in rights(dev, handler)["s3:PutObject"]]
        own = ["/ledger/verified/*"] if handler == "VerifyLedger" else []
        assert puts == ["/ledger/heads/*", *own]
    policies = of_type(dev, "AWS::IAM::Policy").values()
    statements = [one for policy in policies for one in policy["PolicyDocument"]["Statement"]]
    [listing] = [
        one for one in statements if "Condition" in one and "s3:ListBucket" in one["Action"]
    ]
    assert listing["Condition"] == {"StringLike": {"s3:prefix": "ledger/*"}}
    assert "ledger/restored" not in json.dumps(statements)


def test_only_the_migration_reads_the_entries_the_others_who_was_the_last(dev):
    for handler in functions(dev).keys() - {"SignIn"}:
        told = json.dumps(rights(dev, handler)["s3:GetObject"])
        assert ("/erasures/*" in told) == (handler == "MigrateDatabase")
        assert ("/last.json" in told) == (handler != "MigrateDatabase")


def test_migrations_sign_in_as_the_master_past_the_proxy(prod):
    found = variables(prod, "MigrateDatabase")
    [database] = [n for n, d in of_type(prod, "AWS::RDS::DBInstance").items() if "DBName" in d]
    [proxy] = of_type(prod, "AWS::RDS::DBProxy")

    assert found["MONITOR_DATABASE_SIGN_IN"] == "secret"
    assert logical(found["MONITOR_DATABASE_SECRET"])
    assert f'["{database}", "Endpoint.Address"]' in json.dumps(found["MONITOR_DATABASE_CONNINFO"])
    api = json.dumps(variables(prod, "APIHandler")["MONITOR_DATABASE_CONNINFO"])
    assert f'["{proxy}", "Endpoint"]' in api


def test_no_variable_holds_a_secret(dev):
    [key] = [
        name
        for name, secret in of_type(dev, "AWS::SecretsManager::Secret").items()
        if secret.get("Name") == "pseudonym-key-dev"
    ]
    assert variables(dev, "APIHandler")["MONITOR_PSEUDONYM_KEY_SECRET"] == {"Ref": key}
    for function in functions(dev).values():
        assert "{{resolve:" not in json.dumps(function["Environment"])


def test_every_variable_is_one_that_the_runtime_reads(dev):
    plain = {f"MONITOR_{name.upper()}" for name in settings.Settings.__dataclass_fields__}
    for handler in functions(dev):
        assert set(variables(dev, handler)) <= plain
    settings.from_environment(
        {
            name: value
            for name, value in variables(dev, "APIHandler").items()
            if isinstance(value, str)
        }
    )


def test_the_mapping_loses_nothing_and_waits_for_outages(dev):
    [mapping] = of_type(dev, "AWS::Lambda::EventSourceMapping").values()
    [queue] = of_type(dev, "AWS::SQS::Queue")
    [stream] = of_type(dev, "AWS::Kinesis::Stream")

    mapping = {name: value for name, value in mapping.items() if name != "Tags"}
    assert mapping == {
        "EventSourceArn": {"Fn::GetAtt": [stream, "Arn"]},
        "FunctionName": {"Ref": "ConsumeEventsAliaslive"},
        "StartingPosition": "TRIM_HORIZON",
        "BatchSize": 1000,
        "MaximumBatchingWindowInSeconds": 1,
        "ParallelizationFactor": 1,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "BisectBatchOnFunctionError": True,
        "MaximumRetryAttempts": -1,
        "MaximumRecordAgeInSeconds": 6 * 24 * 3600,
        "DestinationConfig": {"OnFailure": {"Destination": {"Fn::GetAtt": [queue, "Arn"]}}},
        "MetricsConfig": {"Metrics": ["EventCount"]},
    }


@pytest.mark.parametrize(("name", "environment"), [("dev", DEV), ("prod", PROD)])
def test_as_many_consumers_may_run_as_the_mapping_starts(name, environment, request):
    resources = request.getfixturevalue(name)
    [mapping] = of_type(resources, "AWS::Lambda::EventSourceMapping").values()
    [stream] = of_type(resources, "AWS::Kinesis::Stream").values()
    reserved = functions(resources)["ConsumeEvents"]["ReservedConcurrentExecutions"]

    assert mapping["ParallelizationFactor"] == environment.parallelization_factor
    assert reserved >= stream["ShardCount"] * mapping["ParallelizationFactor"]
    assert environment.lanes >= stream["ShardCount"]


def test_who_signs_in_is_found_out_by_a_function_that_can_reach_the_issuer_and_nothing_else(dev):
    own = functions(dev)["SignIn"]

    assert "VpcConfig" not in own
    assert set(variables(dev, "SignIn")) == {
        "MONITOR_ENVIRONMENT",
        "MONITOR_ISSUER",
        "MONITOR_AUDIENCE",
        "MONITOR_CLIENTS",
        "MONITOR_SUBJECT_CLAIM",
    }


def test_an_issuer_of_the_institutions_own_is_taken_instead(synthesize):
    own = {"issuer": "https://login.school.example", "audience": "monitor", "clients": "a,b"}
    resources = expand(synthesize("dev", **own).template.to_json())["Resources"]

    found = variables(resources, "SignIn")
    assert found["MONITOR_ISSUER"] == own["issuer"]
    assert found["MONITOR_AUDIENCE"] == own["audience"]
    assert found["MONITOR_CLIENTS"] == own["clients"]
    settings.from_environment(found)


def test_calls_and_batches_go_to_the_alias_and_never_past_it(dev):
    [api] = of_type(dev, "AWS::ApiGateway::RestApi").values()
    uris = {
        operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"].split("/functions/")[1]
        for operations in api["Body"]["paths"].values()
        for operation in operations.values()
    }
    permission = dev["APIHandlerInvokePermission"]["Properties"]

    assert uris == {"${APIHandlerAliaslive}/invocations"}
    assert permission["FunctionName"] == {"Ref": "APIHandlerAliaslive"}


@pytest.mark.parametrize("handler", ["APIHandler", "ConsumeEvents"])
def test_new_code_takes_a_tenth_first_and_goes_back_on_alarm(dev, handler):
    alias = dev[f"{handler}Aliaslive"]
    group = dev[f"{handler}DeploymentGroup"]["Properties"]
    alarms = {a["AlarmName"]: a for a in of_type(dev, "AWS::CloudWatch::Alarm").values()}
    names = [alarm["Name"] for alarm in group["AlarmConfiguration"]["Alarms"]]
    function = functions(dev)[handler]["FunctionName"]
    alias_version = logical(alias["Properties"]["FunctionVersion"])

    update = alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
    assert update["DeploymentGroupName"] == {"Ref": f"{handler}DeploymentGroup"}
    assert "Canary10Percent5Minutes" in json.dumps(group["DeploymentConfigName"])
    assert group["AlarmConfiguration"]["Enabled"] is True
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
    errors = alarms[names[0]]
    assert {d["Name"]: d["Value"] for d in errors["Dimensions"]} == {
        "FunctionName": function,
        "Resource": f"{function}:live",
        "ExecutedVersion": {"Fn::GetAtt": [alias_version, "Version"]},
    }
    for name in names:
        assert alarms[name]["AlarmActions"] == alarms[name]["OKActions"]


@pytest.mark.parametrize(
    ("handler", "metrics"),
    [("APIHandler", ["Errors", "5XXError"]), ("ConsumeEvents", ["Errors", "BatchesHeld"])],
)
def test_code_that_is_wrong_without_raising_goes_back_as_well(dev, handler, metrics):
    group = dev[f"{handler}DeploymentGroup"]["Properties"]
    alarms = {a["AlarmName"]: a for a in of_type(dev, "AWS::CloudWatch::Alarm").values()}
    watched = [
        alarms[alarm["Name"]]["MetricName"] for alarm in group["AlarmConfiguration"]["Alarms"]
    ]
    assert watched == metrics


def test_a_repair_can_go_past_the_alarms(synthesize):
    resources = expand(synthesize("dev", canary="false").template.to_json())["Resources"]
    for handler in ("APIHandler", "ConsumeEvents"):
        group = resources[f"{handler}DeploymentGroup"]["Properties"]

        assert "AllAtOnce" in json.dumps(group["DeploymentConfigName"])
        assert "AlarmConfiguration" not in group


def test_old_versions_are_not_left_behind(dev):
    versions = [r for r in dev.values() if r["Type"] == "AWS::Lambda::Version"]

    assert [version["DeletionPolicy"] for version in versions] == ["Delete", "Delete"]


def test_code_waits_for_the_schema_that_it_expects(dev):
    [step] = [n for n, r in dev.items() if r["Type"] == "Custom::SchemaMigration"]

    waiting = {n for n, r in dev.items() if step in r.get("DependsOn", [])}
    assert waiting == set(functions(dev)) - {"MigrateDatabase"}
    assert dev[step]["Properties"]["ServiceToken"] == {"Fn::GetAtt": ["MigrateDatabase", "Arn"]}
    assert int(dev[step]["Properties"]["ServiceTimeout"]) > 900


def test_migrations_wait_for_the_network_the_database_and_their_own_rights(dev):
    [step] = [r for r in dev.values() if r["Type"] == "Custom::SchemaMigration"]

    assert {
        policy_of(dev, "MigrateDatabase"),
        *of_type(dev, "AWS::EC2::VPCEndpoint"),
        *of_type(dev, "AWS::EC2::SecurityGroupEgress"),
        *of_type(dev, "AWS::EC2::SecurityGroupIngress"),
        *of_type(dev, "AWS::RDS::DBInstance"),
    } <= set(step["DependsOn"])


def test_no_function_of_nodes_is_needed(dev):
    assert {function["Runtime"][:6] for function in functions(dev).values()} == {"python"}


def test_partitions_are_kept_every_night(dev):
    rules = {
        rule["Name"]: rule
        for rule in of_type(dev, "AWS::Events::Rule").values()
        if "ScheduleExpression" in rule
    }
    nightly = rules["database-maintenance-dev"]
    [permission] = [
        p
        for p in of_type(dev, "AWS::Lambda::Permission").values()
        if p["FunctionName"] == {"Fn::GetAtt": ["MigrateDatabase", "Arn"]}
    ]
    assert nightly["Targets"][0]["Arn"] == {"Fn::GetAtt": ["MigrateDatabase", "Arn"]}
    assert permission["Principal"] == "events.amazonaws.com"
    assert nightly["ScheduleExpression"].startswith("cron(")
    assert set(rules) == {
        "alert-announcer-dev",
        "database-maintenance-dev",
        "ledger-sealer-dev",
        "ledger-verifier-dev",
        "standing-sweep-dev",
    }
