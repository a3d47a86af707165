"""What the launcher adds to the emulator's CloudFormation; its table of handlers is private.

A new version of ministack has to pass these: one test per shim, each a stack of its own.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
import zipfile
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest

from local.deployment.account import EmulatedAccount
from local.deployment.gaps import GAPS
from local.deployment.instance import AUTHORITY
from local.deployment.shims import unpacked_code

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DATABASE = {
    "Type": "AWS::RDS::DBInstance",
    "Properties": {
        "DBInstanceIdentifier": "monitor-test",
        "Engine": "postgres",
        "EngineVersion": "17.9",
        "DBInstanceClass": "db.t4g.medium",
        "AllocatedStorage": "20",
        "DBName": "monitor",
        "MasterUsername": "monitor_master",
        "ManageMasterUserPassword": True,
    },
}
ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
}


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedAccount]:
    with EmulatedAccount(tmp_path_factory.mktemp("account")) as account:
        yield account


@pytest.fixture
def stack(account: EmulatedAccount) -> Iterator[Stack]:
    stack = Stack(account)
    yield stack
    stack.delete()


class Stack:
    """One stack by template; `put` makes or changes it and returns its outputs."""

    def __init__(self, account: EmulatedAccount, region: str = "us-east-1") -> None:
        self._cloudformation = account.client("cloudformation", region)
        self._there = False

    def put(self, resources: dict[str, Any], **outputs: Any) -> dict[str, str]:
        template = {
            "Resources": resources,
            "Outputs": {name: {"Value": value} for name, value in outputs.items()},
        }
        change = self._cloudformation.update_stack if self._there else None
        (change or self._cloudformation.create_stack)(
            StackName="shim", TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"]
        )
        self._there = True
        described = self._settled()
        assert described["StackStatus"] in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}, self._reasons()
        return {one["OutputKey"]: one["OutputValue"] for one in described.get("Outputs", [])}

    def delete(self) -> None:
        if self._there:
            self._cloudformation.delete_stack(StackName="shim")
            self._settled()
            self._there = False

    def _settled(self) -> dict[str, Any]:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                [described] = self._cloudformation.describe_stacks(StackName="shim")["Stacks"]
            except self._cloudformation.exceptions.ClientError:
                return {}
            if not described["StackStatus"].endswith("IN_PROGRESS"):
                return dict(described)
            time.sleep(0.05)
        raise TimeoutError

    def _reasons(self) -> list[str]:
        events = self._cloudformation.describe_stack_events(StackName="shim")["StackEvents"]
        return [event.get("ResourceStatusReason", "") for event in events]


def test_rules_of_security_groups_are_made_changed_and_removed(account, stack):
    groups = {
        name: {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {"GroupDescription": name, "GroupName": name},
        }
        for name in ("Functions", "Database")
    }
    rule = {"GroupId": _attribute("Database", "GroupId"), "IpProtocol": "tcp"}
    rule |= {"SourceSecurityGroupId": _attribute("Functions", "GroupId")}

    for port in (5432, 5433):
        ingress = {"FromPort": port, "ToPort": port, **rule}
        stack.put(
            {**groups, "Rule": {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": ingress}}
        )
        assert _open_ports(account, "Database") == [port]

    stack.put(groups)
    assert _open_ports(account, "Database") == []


def test_a_vpc_knows_its_block(stack):
    vpc = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.1.0.0/16"}}

    assert stack.put({"Vpc": vpc}, block=_attribute("Vpc", "CidrBlock")) == {"block": "10.1.0.0/16"}


def test_a_database_instance_is_a_postgresql_with_the_managed_secret(account, stack):
    outputs = stack.put(
        {"Database": DATABASE},
        host=_attribute("Database", "Endpoint.Address"),
        port=_attribute("Database", "Endpoint.Port"),
        secret=_attribute("Database", "MasterUserSecret.SecretArn"),
    )
    secrets = account.client("secretsmanager")
    secret = json.loads(secrets.get_secret_value(SecretId=outputs["secret"])["SecretString"])
    [home] = account.instances()
    signed_in = {
        "host": outputs["host"],
        "port": outputs["port"],
        "user": secret["username"],
        "password": secret["password"],
        "sslrootcert": home / AUTHORITY,
    }
    with psycopg2.connect(dbname="monitor", sslmode="verify-full", **signed_in) as connection:
        assert connection.info.server_version // 10_000 == 17

    rds = account.client("rds")
    assert rds.describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"] == []

    stack.delete()
    assert account.instances() == []
    assert secrets.list_secrets()["SecretList"] == []
    with pytest.raises(psycopg2.OperationalError, match="Connection refused"):
        psycopg2.connect(dbname="monitor", **signed_in)


def test_a_database_instance_that_fails_leaves_nothing(account, stack):
    taken = {**DATABASE["Properties"], "DBName": "postgres"}  # type: ignore[dict-item]

    with pytest.raises(AssertionError, match="already exists"):
        stack.put({"Database": {**DATABASE, "Properties": taken}})

    assert account.instances() == []
    assert account.client("rds").describe_db_instances()["DBInstances"] == []


def test_a_changed_database_instance_keeps_its_data(stack):
    address = {"port": _attribute("Database", "Endpoint.Port")}
    before = stack.put({"Database": DATABASE}, **address)
    larger = {**DATABASE["Properties"], "AllocatedStorage": "40"}  # type: ignore[dict-item]

    assert stack.put({"Database": {**DATABASE, "Properties": larger}}, **address) == before


def test_a_read_replica_answers_from_its_source(stack):
    replica = {
        "Type": "AWS::RDS::DBInstance",
        "Properties": {"SourceDBInstanceIdentifier": {"Ref": "Database"}},
    }
    resources = {"Database": DATABASE, "Replica": replica}

    outputs = stack.put(
        resources,
        source=_attribute("Database", "Endpoint.Port"),
        replica=_attribute("Replica", "Endpoint.Port"),
    )
    assert outputs["source"] == outputs["replica"]


def test_an_alarm_over_an_expression_is_there_and_says_that_it_is_not_evaluated(account, stack):
    def alarm(threshold: int) -> dict[str, Any]:
        one = {"MetricStat": {"Metric": {"Namespace": "N", "MetricName": "M"}, "Stat": "Sum"}}
        one["MetricStat"]["Period"] = 60
        properties = {
            "AlarmName": "share",
            "ComparisonOperator": "GreaterThanThreshold",
            "EvaluationPeriods": 1,
            "Threshold": threshold,
            "Metrics": [
                {"Id": "one", "ReturnData": False, **one},
                {"Id": "share", "Expression": "one / 2", "Label": "Share"},
            ],
        }
        return {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}

    for threshold in (1, 2):
        stack.put({"Alarm": alarm(threshold)})
        [found] = account.client("cloudwatch").describe_alarms()["MetricAlarms"]
        assert (found["AlarmName"], found["Threshold"]) == ("share", threshold)
        assert (found["Namespace"], found["MetricName"]) == ("NotEvaluatedHere", "Share")


def test_a_stack_takes_the_output_of_one_in_another_region(account, stack):
    there = Stack(account, "us-west-2")
    key = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {}}}
    made = there.put({"Key": key}, arn=_attribute("Key", "Arn"))
    asked = {"StackName": "shim", "Region": "us-west-2", "OutputName": "arn"}
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "of the first region"}}

    assert stack.put({"Topic": topic}, found={"Fn::GetStackOutput": asked})["found"] == made["arn"]

    there.delete()


@pytest.mark.parametrize("resource_type", GAPS)
def test_what_cannot_be_made_is_passed_over_with_its_attributes(stack, resource_type):
    gap = GAPS[resource_type]
    attributes = {
        f"a{number}": _attribute("Gap", name) for number, name in enumerate(gap.attributes)
    }
    one = {"Type": resource_type, "Properties": {gap.name or "Name": "stand-in"}}

    outputs = stack.put({"Gap": one}, name={"Ref": "Gap"}, **attributes)

    assert all(outputs.values())
    if gap.name:
        assert outputs["name"] == "stand-in"
    assert gap.reason


def test_a_gap_that_the_emulator_has_closed_is_closed_here_too():
    """Without the shims: what ministack can make itself must not be listed as a gap."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from local.deployment.gaps import GAPS\n"
        "from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS as known\n"
        "print(*sorted(set(GAPS) & set(known)))"
    )
    from local.emulator.emulator import PYTHON
    from local.paths import PROJECT

    done = subprocess.run(
        [PYTHON, "-c", code, PROJECT], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == ""


def test_a_function_has_what_it_brings_and_what_lambda_brings_and_nothing_else(account, stack):
    bucket, key = "code", "function.zip"
    s3 = account.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key=key, Body=_zipped({"app.py": _FUNCTION, "own.py": "x = 1"}))
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": "probe",
            "Runtime": "python3.12",
            "Handler": "app.handler",
            "Role": _attribute("Role", "Arn"),
            "Code": {"S3Bucket": bucket, "S3Key": key},
        },
    }
    stack.put({"Role": ROLE, "Function": function})

    answer = account.client("lambda").invoke(FunctionName="probe")
    found = json.loads(answer["Payload"].read())

    assert found["version"] == list(sys.version_info[:2])
    assert found["imported"] == {"own": True, "boto3": True, "rich": False, "chalicelib": False}
    assert found["settings"] == []


def test_packages_for_another_processor_are_swapped_for_this_machines(tmp_path):
    code, installed = tmp_path / "code", tmp_path / "installed"
    _package(code / "driver", machine=b"\xb7\x00")
    _package(code / "same", machine=b"\x3e\x00")
    _package(installed / "driver", machine=b"\x3e\x00")
    (code / "app.py").write_text("")

    unpacked_code.prepare(code, installed)

    assert (code / "driver").resolve() == installed / "driver"
    assert not (code / "same").is_symlink()


def test_the_authorities_of_the_databases_join_the_bundles_of_the_package(tmp_path):
    (tmp_path / "instances" / "monitor").mkdir(parents=True)
    (tmp_path / "instances" / "monitor" / AUTHORITY).write_text("ours")
    bundle = tmp_path / "code" / "chalicelib" / "adapters" / "rds.pem"
    bundle.parent.mkdir(parents=True)
    bundle.write_text("Amazon's")

    unpacked_code.trust(tmp_path / "code", tmp_path)

    assert bundle.read_text() == "Amazon's\nours"


_FUNCTION = """
import importlib.util, os, sys
def handler(event, context):
    names = ["own", "boto3", "rich", "chalicelib"]
    return {
        "version": list(sys.version_info[:2]),
        "imported": {name: importlib.util.find_spec(name) is not None for name in names},
        "settings": [name for name in os.environ if name.startswith("MONITOR_")],
    }
"""


def _package(folder: Path, *, machine: bytes) -> None:
    folder.mkdir(parents=True)
    (folder / "_binary.so").write_bytes(b"\x7fELF" + bytes(14) + machine)


def _zipped(files: dict[str, str]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        for name, text in files.items():
            opened.writestr(name, text)
    return archive.getvalue()


def _attribute(name: str, attribute: str) -> dict[str, list[str]]:
    return {"Fn::GetAtt": [name, attribute]}


def _open_ports(account: EmulatedAccount, group: str) -> list[int]:
    groups = account.client("ec2").describe_security_groups()["SecurityGroups"]
    [found] = [one for one in groups if one["GroupName"] == group]
    return [rule["FromPort"] for rule in found["IpPermissions"]]
