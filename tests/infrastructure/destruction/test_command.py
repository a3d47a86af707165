"""The command shows until it is told to do it."""

from __future__ import annotations

import os
import subprocess
import sys

from local.deployment.account import EmulatedAccount
from local.paths import PROJECT
from tests.infrastructure.destruction.deployment import (
    GROUP,
    HERE,
)


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
