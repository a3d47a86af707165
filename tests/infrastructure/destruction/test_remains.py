"""What outlives the stacks is found by class, shown first, and then removed."""

from __future__ import annotations

import datetime as dt
import re

from infrastructure.destruction.destruction import Destruction, listed
from infrastructure.remains.remain import Kind, Remain
from infrastructure.remains.search import remains
from local.paths import PROJECT
from tests.infrastructure.destruction.deployment import (
    FIREWALL,
    GROUP,
    HERE,
    KEY,
    STACKS,
    VPC,
    destruction,
)
from tests.infrastructure.destruction.services import Interfaces


def test_a_log_group_that_was_written_to_again_is_removed_and_anothers_is_not(account):
    account.deploy("monitor-dev", HERE, Access=GROUP)
    account.destroy("monitor-dev", HERE)
    logs = account("logs", HERE)
    for name in ("access-log-dev", "access-log-dev-2", "access-log-my-dev"):
        logs.create_log_group(logGroupName=name)

    left = destruction(account).run(including_backups=False)

    assert left == []
    assert account.log_groups() == {"access-log-dev-2", "access-log-my-dev"}
    for name in account.log_groups():
        logs.delete_log_group(logGroupName=name)


def test_what_a_living_stack_owns_is_no_remain(account):
    account.deploy("monitor-dev", HERE, Access=GROUP, Vpc=VPC, Functions=FIREWALL)

    assert remains(STACKS, account) == []

    account.destroy("monitor-dev", HERE)


def test_a_dry_run_lists_by_class_and_changes_nothing(account):
    account.deploy("monitor-dev", HERE, Access=GROUP)
    account.destroy("monitor-dev", HERE)
    account("logs", HERE).create_log_group(logGroupName="access-log-dev")
    said: list[str] = []

    Destruction(stacks=STACKS, clients=account, say=said.append).show()

    assert said == [
        "stack recovery-dev in us-west-2: not there",
        "stack monitor-dev in us-east-1: not there",
        "log groups: 1",
        "  us-east-1  access-log-dev",
    ]
    assert account.log_groups() == {"access-log-dev"}
    destruction(account).run(including_backups=False)


def test_an_interface_is_removed_once_lambda_has_let_go_of_it(account):
    made = account.deploy("monitor-dev", HERE, Vpc=VPC, Functions=FIREWALL)
    account.destroy("monitor-dev", HERE)
    interfaces = Interfaces(made["Functions"], "in-use")
    account.replaced["ec2", HERE] = interfaces

    [held] = remains(STACKS, account)
    assert held.remove is None
    assert "40 minutes" in held.why

    interfaces.status = "available"
    assert destruction(account).run(including_backups=False) == []
    assert interfaces.status == "deleted"


def test_a_key_that_waits_for_its_end_is_listed_with_its_day(account):
    made = account.deploy("monitor-dev", HERE, Key=KEY)

    [left] = destruction(account).run(including_backups=False)

    day = dt.datetime.now(dt.UTC) + dt.timedelta(days=7)
    assert left.name == made["Key"]
    assert left.remove is None
    assert left.why == f"KMS deletes it on {day:%Y-%m-%d}"


def test_the_list_says_what_goes_only_when_named():
    point = Remain(kind=Kind.RECOVERY_POINTS, name="vault: arn", region=HERE, remove=None)

    assert listed([point, point])[0] == "recovery points: 2 (only with BACKUPS=1)"
    assert listed([]) == ["nothing outlives the stacks"]


def test_every_class_is_documented_and_says_whether_it_needs_to_be_named():
    text = (PROJECT / "docs" / "destroying.md").read_text()
    rows = re.findall(r"^\| ([a-z ]+) \| .* \| (.*) \|$", text, re.MULTILINE)
    documented = {kind: "BACKUPS=1" in done for kind, done in rows if kind != "class"}
    assert documented == {kind.value: kind.backup for kind in Kind}
