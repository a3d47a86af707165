"""The list of what the emulator cannot make is that of these stacks: nothing more, nothing less."""

from __future__ import annotations

import subprocess

import pytest

from infrastructure.gates.expansion import expand
from local.deployment.gaps import GAPS
from local.emulator.emulator import PYTHON
from local.paths import PROJECT


@pytest.fixture(scope="module")
def deployed_types(synthesize) -> set[str]:
    found: set[str] = set()
    for environment in ("dev", "staging", "prod"):
        made = synthesize(environment)
        for template in filter(None, (made.template.to_json(), made.recovery)):
            found |= {one["Type"] for one in expand(template)["Resources"].values()}
    return {one for one in found if not one.startswith(("Custom::", "AWS::CDK::"))}


def test_every_gap_is_one_that_some_environment_deploys(deployed_types):
    assert set(GAPS) - deployed_types == set()


def test_everything_that_any_environment_deploys_can_be_made_or_is_a_gap(deployed_types):
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from local.deployment.shims.registration import register; register()\n"
        "from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS as known\n"
        "print(*known)"
    )
    done = subprocess.run(
        [PYTHON, "-c", code, PROJECT], capture_output=True, text=True, check=True, timeout=60
    )
    assert deployed_types - set(done.stdout.split()) == set()
