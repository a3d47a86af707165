"""The stack, deployed by the CDK's own command line to the emulated account, used and destroyed.

It claims the path where all goes well (local/deployment/rehearsal.py says why), and what
local/deployment/gaps.py names is not there to be seen. About a minute.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from infrastructure.destruction.stacks import stacks_of
from local.deployment.command import SUFFIX, rehearse

if TYPE_CHECKING:
    from local.deployment.rehearsal import Seen

HERE, THERE = "us-east-1", "us-west-2"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rehearsed:
    """What was seen, and the templates that were deployed."""

    seen: Seen
    home: Path
    templates: dict[str, dict[str, Any]]  # by region

    def names(self, kind: str, region: str = HERE) -> set[str]:
        """Return what the first deployment added of a kind."""
        return {name for where, what, name in self.seen.deployed if (where, what) == (region, kind)}

    def resources(self, resource_type: str, region: str = HERE) -> list[dict[str, Any]]:
        """Return the properties of the template's resources of a type."""
        resources = self.templates[region]["Resources"].values()
        return [one["Properties"] for one in resources if one["Type"] == resource_type]


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Rehearsed:
    home = tmp_path_factory.mktemp("deployment")
    seen = rehearse(home, print)
    templates = {
        region: json.loads((home / "cdk.out" / f"{name}.template.json").read_text())
        for name, region in stacks_of(SUFFIX)
    }
    return Rehearsed(seen=seen, home=home, templates=templates)


def test_every_event_is_processed_exactly_once_before_and_after_a_change(rehearsed):
    assert [str(verdict) for verdict in rehearsed.seen.verdicts] == [
        "every acknowledged event is there, exactly once"
    ] * 2


def test_the_deployed_api_reaches_the_database_and_the_stream(rehearsed):
    status, body = rehearsed.seen.health

    assert status == 200, body


def test_what_is_no_event_is_refused(rehearsed):
    status, body = rehearsed.seen.refused

    assert status == 400, body


def test_nobody_gets_in_without_a_token_that_is_good(rehearsed):
    assert [status for status, _ in rehearsed.seen.strangers] == [401, 401]


def test_every_output_has_a_value_that_is_exported_with_the_suffix(rehearsed):
    outputs = rehearsed.templates[HERE]["Outputs"]
    exported = {name: one["Export"]["Name"] for name, one in outputs.items() if "Export" in one}

    assert exported
    assert all(SUFFIX in name for name in exported.values())
    assert all(rehearsed.seen.outputs[name] for name in outputs)


def test_there_is_an_alarm_for_each_of_the_template(rehearsed):
    wanted = {one["AlarmName"] for one in rehearsed.resources("AWS::CloudWatch::Alarm")}

    assert len(wanted) > 20
    assert rehearsed.names("cloudwatch MetricAlarms") == wanted


def test_the_consumer_is_mapped_to_the_stream_and_the_master_has_a_secret(rehearsed):
    assert len(rehearsed.names("lambda EventSourceMappings")) == 1
    assert len(rehearsed.names("kinesis StreamNames")) == 1
    assert any(name.startswith("rds!") for name in rehearsed.names("secretsmanager SecretList"))


def test_backups_have_a_vault_in_each_region(rehearsed):
    assert len(rehearsed.names("backup BackupVaultList", HERE)) == 1
    assert len(rehearsed.names("backup BackupVaultList", THERE)) == 1


def test_a_changed_deployment_changes_what_it_says_and_nothing_else(rehearsed):
    added = {(where, kind) for where, kind, _ in rehearsed.seen.added}
    gone = {(where, kind) for where, kind, _ in rehearsed.seen.gone}

    assert added == gone == {(HERE, "sns Subscriptions")}


def test_a_migration_that_fails_fails_the_deployment_and_leaves_the_old_code_serving(rehearsed):
    assert "there_is_none" in rehearsed.seen.failure
    assert rehearsed.seen.after_failure == "UPDATE_ROLLBACK_COMPLETE"
    assert rehearsed.seen.kept
    assert rehearsed.seen.verdicts[-1].ok  # of the events that were sent after that


def test_nothing_is_left_but_keys_that_wait_for_their_day(rehearsed):
    assert sorted(rehearsed.seen.left) == []
    assert set(rehearsed.seen.waiting) == {"keys"}


def test_no_process_of_it_runs_on(rehearsed):
    assert rehearsed.seen.databases == 0
    assert _processes_in(rehearsed.home) == []


def _processes_in(home: Path) -> list[str]:
    """Return the command lines of processes that work in this folder or name it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            folder = (process / "cwd").readlink()
        except OSError:
            continue
        if str(home) in command or folder.is_relative_to(home):
            found.append(command)
    return found
