"""Backups go only where they are named, and with them or not at all go the keys."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from infrastructure.destruction.destruction import Destruction, DestructionError
from infrastructure.remains.remain import Kind
from infrastructure.remains.search import remains
from tests.infrastructure.destruction.deployment import (
    GROUP,
    HERE,
    STACKS,
    THERE,
    VAULT,
    briefly,
    destruction,
)
from tests.infrastructure.destruction.services import Backup, HeldUp, Rds


def test_a_deployment_with_backups_stays_whole_unless_they_are_named(account):
    account.deploy("monitor-dev", HERE, Vault=VAULT, Access=GROUP)
    backup = account.replaced["backup", HERE] = Backup("arn:point-1", "arn:point-2")

    with pytest.raises(DestructionError, match="Nothing was changed: there are 2 backups"):
        destruction(account).run(including_backups=False)
    assert len(backup.points) == 2
    assert account.log_groups() == {"access-log-dev"}

    kept = [one for one in destruction(account).run(including_backups=True) if one.kind.backup]
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

    destruction(account).run(including_backups=True)

    assert backup.points == []
    assert held.deletions == 2


def test_what_a_service_will_not_let_go_is_said_and_does_not_keep_the_rest(account):
    account.deploy("monitor-dev", HERE, Access=GROUP)
    account.destroy("monitor-dev", HERE)
    account("logs", HERE).create_log_group(logGroupName="access-log-dev")
    made = account.deploy("recovery-dev", THERE, Vault=VAULT)
    stubborn = account.replaced["backup", THERE] = Backup("arn:kept", keeps=True)
    said: list[str] = []
    destruction = Destruction(stacks=STACKS, clients=account, say=said.append, pause=briefly)

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
        "MasterUserPassword": "not a secret",  # pragma: allowlist secret
    }
    account.deploy("monitor-dev", HERE, Database=database)
    account.destroy("monitor-dev", HERE)
    here = account.replaced["rds", HERE] = Rds(snapshots={"db-dev": ["by-hand"]})
    there = account.replaced["rds", THERE] = Rds(automated={"db-dev": ["arn:replicated"]})

    left = destruction(account).run(including_backups=False)
    assert {one.kind for one in left if one.kind.backup} == {
        Kind.SNAPSHOTS,
        Kind.AUTOMATED_BACKUPS,
    }
    assert here.snapshots
    assert there.automated

    left = destruction(account).run(including_backups=True)
    assert [one for one in left if one.kind.backup] == []
    assert here.snapshots == there.automated == {"db-dev": []}


def test_a_vault_that_may_not_be_read_is_no_empty_vault(account):
    account.deploy("monitor-dev", HERE, Vault=VAULT)
    account.replaced["backup", HERE] = Backup(refuses=True)

    with pytest.raises(ClientError, match="AccessDenied"):
        destruction(account).run(including_backups=True)

    account.destroy("monitor-dev", HERE)
    assert [one for one in remains(STACKS, account) if one.kind.backup] == []
