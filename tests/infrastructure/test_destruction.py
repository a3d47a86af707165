"""`make destroy`: what outlives the stacks is found by class, shown first, and then removed."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import os
import re
import subprocess
import sys
import time
import urllib.parse
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Stack
from botocore.exceptions import ClientError

from infrastructure.destruction.destruction import Destruction, DestructionError, listed
from infrastructure.destruction.stacks import stacks_of
from infrastructure.remains.remain import Kind, Remain
from infrastructure.remains.search import remains
from local.deployment.account import EmulatedAccount
from local.paths import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE, THERE = "us-east-1", "us-west-2"
STACKS = (("monitor-dev", HERE), ("recovery-dev", THERE))
GROUP = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "access-log-dev"}}
VPC = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}
FIREWALL = {
    "Type": "AWS::EC2::SecurityGroup",
    "Properties": {"GroupDescription": "functions", "VpcId": {"Ref": "Vpc"}},
}
KEY = {
    "Type": "AWS::KMS::Key",
    "Properties": {
        "PendingWindowInDays": 7,
        "KeyPolicy": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": "arn:aws:iam::000000000000:root"},
                    "Action": "kms:*",
                    "Resource": "*",
                }
            ],
        },
    },
}
VAULT = {"Type": "AWS::Backup::BackupVault", "Properties": {"BackupVaultName": "vault-dev"}}


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedAccount]:
    with EmulatedAccount(tmp_path_factory.mktemp("account")) as account:
        yield account


@pytest.fixture
def account(emulated: EmulatedAccount) -> Iterator[Account]:
    yield Account(emulated)
    server = urllib.parse.urlsplit(emulated.emulator.endpoint_url).netloc
    connection = http.client.HTTPConnection(server)
    connection.request("POST", "/_ministack/reset")
    connection.getresponse().read()
    connection.close()


class Account:
    """The emulated account, with the two services in it that keep nothing there replaced."""

    def __init__(self, emulated: EmulatedAccount) -> None:
        self._emulated = emulated
        self.replaced: dict[tuple[str, str], Any] = {}

    def __call__(self, service: str, region: str) -> Any:
        return self.replaced.get((service, region)) or self._emulated.client(service, region)

    def deploy(self, name: str, region: str, **resources: Any) -> dict[str, str]:
        """Make a stack; return the physical id of each resource."""
        cloudformation = self("cloudformation", region)
        template = json.dumps({"Resources": resources})
        cloudformation.create_stack(StackName=name, TemplateBody=template)
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName=name, WaiterConfig={"Delay": 0.1}
        )
        made = cloudformation.list_stack_resources(StackName=name)["StackResourceSummaries"]
        return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in made}

    def destroy(self, name: str, region: str) -> None:
        cloudformation = self("cloudformation", region)
        cloudformation.delete_stack(StackName=name)
        cloudformation.get_waiter("stack_delete_complete").wait(
            StackName=name, WaiterConfig={"Delay": 0.1}
        )

    def log_groups(self, region: str = HERE) -> set[str]:
        groups = self("logs", region).describe_log_groups()["logGroups"]
        return {group["logGroupName"] for group in groups}


def test_a_log_group_that_was_written_to_again_is_removed_and_anothers_is_not(account):
    account.deploy("monitor-dev", HERE, Access=GROUP)
    account.destroy("monitor-dev", HERE)
    logs = account("logs", HERE)
    for name in ("access-log-dev", "access-log-dev-2", "access-log-my-dev"):
        logs.create_log_group(logGroupName=name)

    left = _destruction(account).run(including_backups=False)

    assert left == []
    assert account.log_groups() == {"access-log-dev-2", "access-log-my-dev"}
    for name in account.log_groups():
        logs.delete_log_group(logGroupName=name)


def test_what_a_living_stack_owns_is_no_remain(account):
    account.deploy("monitor-dev", HERE, Access=GROUP, Vpc=VPC, Functions=FIREWALL)

    assert remains(STACKS, account) == []

    account.destroy("monitor-dev", HERE)


def test_the_stacks_of_both_regions_go(account):
    for name, region in STACKS:
        account.deploy(name, region, Access=GROUP)

    assert _destruction(account).run(including_backups=False) == []

    for name, region in STACKS:
        with pytest.raises(ClientError, match="does not exist"):
            account("cloudformation", region).describe_stacks(StackName=name)
        assert account.log_groups(region) == set()


def test_a_dry_run_lists_by_class_and_changes_nothing(account):
    account.deploy("monitor-dev", HERE, Access=GROUP)
    account.destroy("monitor-dev", HERE)
    account("logs", HERE).create_log_group(logGroupName="access-log-dev")
    said: list[str] = []

    Destruction(stacks=STACKS, clients=account, say=said.append).show()

    assert said == [
        "stack monitor-dev in us-east-1: not there",
        "stack recovery-dev in us-west-2: not there",
        "log groups: 1",
        "  us-east-1  access-log-dev",
    ]
    assert account.log_groups() == {"access-log-dev"}
    _destruction(account).run(including_backups=False)


def test_an_interface_is_removed_once_lambda_has_let_go_of_it(account):
    made = account.deploy("monitor-dev", HERE, Vpc=VPC, Functions=FIREWALL)
    account.destroy("monitor-dev", HERE)
    interfaces = Interfaces(made["Functions"], "in-use")
    account.replaced["ec2", HERE] = interfaces

    [held] = remains(STACKS, account)
    assert held.remove is None
    assert "40 minutes" in held.why

    interfaces.status = "available"
    assert _destruction(account).run(including_backups=False) == []
    assert interfaces.status == "deleted"


def test_a_stack_that_an_interface_holds_up_is_deleted_again(account):
    held = HeldUp("monitor-dev")
    account.replaced["cloudformation", HERE] = held
    account.replaced["ec2", HERE] = Interfaces("sg-1", "available", freed=held.free)

    _destruction(account).run(including_backups=False)

    assert held.deletions == 2


def test_a_stack_that_does_not_go_is_named_and_not_waited_for_forever(account):
    account.replaced["cloudformation", HERE] = HeldUp("monitor-dev")

    with pytest.raises(DestructionError, match=r"monitor-dev in us-east-1 is still DELETE_FAILED"):
        _destruction(account).run(including_backups=False)


def test_a_key_that_waits_for_its_end_is_listed_with_its_day(account):
    made = account.deploy("monitor-dev", HERE, Key=KEY)

    [left] = _destruction(account).run(including_backups=False)

    day = dt.datetime.now(dt.UTC) + dt.timedelta(days=7)
    assert left.name == made["Key"]
    assert left.remove is None
    assert left.why == f"KMS deletes it on {day:%Y-%m-%d}"


def test_a_deployment_with_backups_stays_whole_unless_they_are_named(account):
    account.deploy("monitor-dev", HERE, Vault=VAULT, Access=GROUP)
    backup = account.replaced["backup", HERE] = Backup("arn:point-1", "arn:point-2")

    with pytest.raises(DestructionError, match="Nothing was changed: there are 2 backups"):
        _destruction(account).run(including_backups=False)
    assert len(backup.points) == 2
    assert account.log_groups() == {"access-log-dev"}

    kept = [one for one in _destruction(account).run(including_backups=True) if one.kind.backup]
    assert kept == []
    assert backup.points == []


def test_a_point_that_is_being_deleted_is_waited_for(account):
    account.deploy("monitor-dev", HERE, Vault=VAULT)
    backup = account.replaced["backup", HERE] = Backup("arn:point-1")
    backup.status = "DELETING"

    [going] = remains(STACKS, account)

    assert going.remove is None
    assert going.why == "AWS Backup is deleting it"


def test_a_backup_made_while_the_stack_goes_is_removed_as_well(account):
    held = HeldUp("monitor-dev", resource=("AWS::Backup::BackupVault", "vault-dev"))
    account.replaced["cloudformation", HERE] = held
    backup = account.replaced["backup", HERE] = Backup(emptied=held.free)
    held.refused = lambda: backup.points.append("arn:made-meanwhile")

    _destruction(account).run(including_backups=True)

    assert backup.points == []
    assert held.deletions == 2


def test_what_a_service_will_not_let_go_is_said_and_does_not_keep_the_rest(account):
    account.deploy("monitor-dev", HERE, Access=GROUP)
    account.destroy("monitor-dev", HERE)
    account("logs", HERE).create_log_group(logGroupName="access-log-dev")
    made = account.deploy("recovery-dev", THERE, Vault=VAULT)
    stubborn = account.replaced["backup", THERE] = Backup("arn:kept", keeps=True)
    said: list[str] = []
    destruction = Destruction(stacks=STACKS, clients=account, say=said.append, pause=_briefly)

    [left] = [one for one in destruction.run(including_backups=True) if one.remove]

    assert made
    assert left.name.endswith("arn:kept")
    assert stubborn.points == ["arn:kept"]
    assert any(line.startswith("  not now: ") for line in said)
    assert account.log_groups() == set()


def test_backups_whose_stacks_are_gone_stay_unless_they_are_named(account):
    database = {"Type": "AWS::RDS::DBInstance", "Properties": {"DBInstanceIdentifier": "db-dev"}}
    database["Properties"] |= {  # type: ignore[operator]
        "Engine": "postgres",
        "DBInstanceClass": "db.t4g.medium",
        "AllocatedStorage": "20",
        "DBName": "monitor",
        "MasterUsername": "master",
        "MasterUserPassword": "not a secret",
    }
    account.deploy("monitor-dev", HERE, Database=database)
    account.destroy("monitor-dev", HERE)
    here = account.replaced["rds", HERE] = Rds(snapshots={"db-dev": ["by-hand"]})
    there = account.replaced["rds", THERE] = Rds(automated={"db-dev": ["arn:replicated"]})

    left = _destruction(account).run(including_backups=False)
    assert {one.kind for one in left if one.kind.backup} == {
        Kind.SNAPSHOTS,
        Kind.AUTOMATED_BACKUPS,
    }
    assert here.snapshots
    assert there.automated

    left = _destruction(account).run(including_backups=True)
    assert [one for one in left if one.kind.backup] == []
    assert here.snapshots == there.automated == {"db-dev": []}


def test_a_vault_that_may_not_be_read_is_no_empty_vault(account):
    account.deploy("monitor-dev", HERE, Vault=VAULT)
    account.replaced["backup", HERE] = Backup(refuses=True)

    with pytest.raises(ClientError, match="AccessDenied"):
        _destruction(account).run(including_backups=True)

    account.destroy("monitor-dev", HERE)
    assert [one for one in remains(STACKS, account) if one.kind.backup] == []


def test_the_stacks_that_are_destroyed_are_those_that_the_app_makes(synthesize):
    app = synthesize("prod", suffix="blue").stack.node.root
    made = {(one.stack_name, one.region) for one in app.node.children if Stack.is_stack(one)}

    assert set(stacks_of("blue")) == made


def test_the_list_says_what_goes_only_when_named():
    point = Remain(kind=Kind.RECOVERY_POINTS, name="vault: arn", region=HERE, remove=None)

    assert listed([point, point])[0] == "recovery points: 2 (only with BACKUPS=1)"
    assert listed([]) == ["nothing outlives the stacks"]


def test_every_class_is_documented_and_says_whether_it_needs_to_be_named():
    text = (PROJECT / "docs" / "destroying.md").read_text()
    rows = re.findall(r"^\| ([a-z ]+) \| .* \| (.*) \|$", text, re.MULTILINE)
    documented = {kind: "BACKUPS=1" in done for kind, done in rows if kind != "class"}
    assert documented == {kind.value: kind.backup for kind in Kind}


def test_the_command_only_shows_until_it_is_told_to(emulated, account):
    account.deploy("StudentMonitor-dev", HERE, Access=GROUP)

    shown = _command(emulated, "dev")
    assert shown.returncode == 0
    assert "stack StudentMonitor-dev in us-east-1: CREATE_COMPLETE" in shown.stdout
    assert "Nothing was changed; YES=1 does it." in shown.stdout
    assert account.log_groups() == {"access-log-dev"}

    done = _command(emulated, "dev", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "nothing outlives the stacks"
    assert account.log_groups() == set()


def test_the_command_says_in_a_sentence_what_went_wrong(emulated):
    environment = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_MAX_ATTEMPTS": "1"}

    done = _command(emulated, "dev", **environment)

    assert done.returncode == 1
    assert done.stderr.startswith("Could not connect to the endpoint URL")
    assert "Traceback" not in done.stderr


def _command(
    emulated: EmulatedAccount, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "infrastructure.destruction", *arguments],
        env={**os.environ, **emulated.emulator.environment(), **environment},
        capture_output=True,
        text=True,
        check=False,
        cwd=PROJECT,
    )


def _destruction(account: Account) -> Destruction:
    """Return one that does not wait: stacks of the emulator go at once."""
    return Destruction(
        stacks=STACKS,
        clients=account,
        say=lambda _: None,
        pause=_briefly,
        within_s=300,
    )


def _briefly(_: float) -> None:
    time.sleep(0.05)


class Pages:
    """A paginator whose one page is asked for when it is read, as botocore's are."""

    def __init__(self, page: Callable[..., dict[str, Any]]) -> None:
        self._page = page

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        yield self._page(**asked)


class Interfaces:
    """EC2 with one interface in one security group."""

    def __init__(self, group: str, status: str, freed: Callable[[], None] = lambda: None) -> None:
        self.status = status
        self._group = group
        self._freed = freed

    def get_paginator(self, _: str) -> Pages:
        return Pages(self._describe)

    def delete_network_interface(self, **_: str) -> None:
        self.status = "deleted"
        self._freed()

    def _describe(self, *, Filters: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        [only] = Filters
        there = self._group in only["Values"] and self.status != "deleted"
        one = {"NetworkInterfaceId": "eni-1", "Status": self.status}
        return {"NetworkInterfaces": [one] if there else []}


class HeldUp:
    """CloudFormation with a stack that cannot be deleted before `free` was called."""

    class exceptions:  # noqa: N801  # as botocore has it
        ClientError = ClientError

    def __init__(
        self, name: str, resource: tuple[str, str] = ("AWS::EC2::SecurityGroup", "sg-1")
    ) -> None:
        self.deletions = 0
        self.refused: Callable[[], object] = lambda: None
        self._name = name
        self._resource = resource
        self._free = False
        self._status = "CREATE_COMPLETE"

    def free(self) -> None:
        self._free = True

    def delete_stack(self, **_: str) -> None:
        self.deletions += 1
        self._status = "DELETE_COMPLETE" if self._free else "DELETE_FAILED"
        if not self._free:
            self.refused()

    def describe_stacks(self, **_: str) -> dict[str, Any]:
        return {"Stacks": [{"StackStatus": self._status}]}

    def get_paginator(self, asked: str) -> Pages:
        resource = {
            "ResourceType": self._resource[0],
            "PhysicalResourceId": self._resource[1],
            "ResourceStatus": self._status,
        }
        stack = {"StackName": self._name, "StackId": "id", "StackStatus": self._status}
        pages = {
            "list_stacks": {"StackSummaries": [stack]},
            "list_stack_resources": {"StackResourceSummaries": [resource]},
            "describe_stack_events": {"StackEvents": []},
        }
        return Pages(lambda **_: pages[asked])


class Backup:
    """AWS Backup with one vault; the emulator's makes no recovery points."""

    def __init__(
        self,
        *points: str,
        refuses: bool = False,
        keeps: bool = False,
        emptied: Callable[[], None] = lambda: None,
    ) -> None:
        self.points = list(points)
        self.status = "COMPLETED"
        self._refuses = refuses
        self._keeps = keeps
        self._emptied = emptied

    def get_paginator(self, _: str) -> Pages:
        return Pages(self._list)

    def delete_recovery_point(self, *, BackupVaultName: str, RecoveryPointArn: str) -> None:  # noqa: N803
        assert BackupVaultName == "vault-dev"
        if self._keeps:
            raise _refusal("InvalidResourceStateException")
        self.points.remove(RecoveryPointArn)
        self._emptied()

    def _list(self, **_: str) -> dict[str, Any]:
        if self._refuses:
            raise _refusal("AccessDeniedException")
        return {
            "RecoveryPoints": [
                {"RecoveryPointArn": arn, "Status": self.status} for arn in self.points
            ]
        }


def _refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "AccessDenied"}}, "AnyOperation")  # type: ignore[typeddict-item]


class Rds:
    """RDS with backups beside the instance, none of which the emulator makes."""

    def __init__(
        self,
        *,
        automated: dict[str, list[str]] | None = None,
        snapshots: dict[str, list[str]] | None = None,
    ) -> None:
        self.automated = automated or {}
        self.snapshots = snapshots or {}

    class exceptions:  # noqa: N801  # as botocore has it
        class DBInstanceAutomatedBackupNotFoundFault(Exception):  # noqa: N818
            pass

    def get_paginator(self, asked: str) -> Pages:
        return Pages(self._automated if "automated" in asked else self._snapshots)

    def delete_db_instance_automated_backup(self, *, DBInstanceAutomatedBackupsArn: str) -> None:  # noqa: N803
        self.automated["db-dev"].remove(DBInstanceAutomatedBackupsArn)

    def delete_db_snapshot(self, *, DBSnapshotIdentifier: str) -> None:  # noqa: N803
        self.snapshots["db-dev"].remove(DBSnapshotIdentifier)

    def _automated(self, *, DBInstanceIdentifier: str) -> dict[str, Any]:  # noqa: N803
        if DBInstanceIdentifier not in self.automated:
            raise self.exceptions.DBInstanceAutomatedBackupNotFoundFault
        kept = self.automated[DBInstanceIdentifier]
        return {
            "DBInstanceAutomatedBackups": [{"DBInstanceAutomatedBackupsArn": arn} for arn in kept]
        }

    def _snapshots(self, *, DBInstanceIdentifier: str, SnapshotType: str) -> dict[str, Any]:  # noqa: N803
        assert SnapshotType == "manual"
        kept = self.snapshots.get(DBInstanceIdentifier, [])
        return {"DBSnapshots": [{"DBSnapshotIdentifier": name} for name in kept]}
