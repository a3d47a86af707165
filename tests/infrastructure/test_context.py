"""The context: what is wrong is said at once, all of it, before anything is synthesized."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from infrastructure.app import account_of
from infrastructure.context import ContextError, from_context
from infrastructure.environments import DEV, PROD
from local.paths import PROJECT

GOOD = {"adminEmail": "operator@example.org"}


def refused(**given: object) -> list[str]:
    with pytest.raises(ContextError) as caught:
        from_context({**GOOD, **given})
    return str(caught.value).splitlines()


def test_an_address_is_all_that_has_to_be_given():
    deployment = from_context(GOOD)

    assert deployment.environment == DEV
    assert (deployment.suffix, deployment.admin_email) == ("dev", "operator@example.org")
    assert deployment.vpc_id is None
    assert len(deployment.zones) == 2


def test_a_suffix_that_is_an_environment_means_it():
    assert from_context({**GOOD, "environmentSuffix": "prod"}).environment == PROD
    assert from_context({**GOOD, "environmentSuffix": "pr-17"}).environment == DEV


def test_all_that_is_wrong_is_named_at_once():
    message = refused(
        adminEmail="nobody",
        environmentSuffix="Dev_1",
        environment="production",
        vpcId="vpc-xyz",
        costCenter="a;b",
        rdsProxy="perhaps",
        envronment="prod",
    )

    assert message[0] == "The context (-c name=value, or cdk.json) is wrong:"
    told = "\n".join(message[1:-1])
    for name in (
        "adminEmail",
        "environmentSuffix",
        "environment",
        "vpcId",
        "costCenter",
        "rdsProxy",
        "envronment",
    ):
        assert f"  {name}" in told
    assert len(message) == 9
    assert message[-1] == "docs/configuration.md tells every value."


def test_a_missing_address_is_named():
    with pytest.raises(ContextError, match="adminEmail is missing: who is told of alarms"):
        from_context({})


def test_it_may_go_to_any_account_unless_one_is_asked_for_or_a_vpc_is_in_it(monkeypatch):
    monkeypatch.setenv("CDK_DEFAULT_ACCOUNT", "111122223333")

    assert account_of(from_context(GOOD)) is None
    assert account_of(from_context({**GOOD, "vpcId": "vpc-01234567"})) == "111122223333"
    assert account_of(from_context({**GOOD, "account": "444455556666"})) == "444455556666"


@pytest.mark.parametrize("more", [{}, {"account": "333333333333"}])
def test_nothing_is_asked_of_aws_to_synthesize(synthesize, more):
    assembly = synthesize("prod", **more).stack.node.root.synth()

    manifest = json.loads((Path(assembly.directory) / "manifest.json").read_text())
    places = {artifact.get("environment") for artifact in manifest["artifacts"].values()}
    assert not manifest.get("missing")
    assert f"aws://{more.get('account', 'unknown-account')}/us-east-1" in places


@pytest.mark.parametrize("suffix", ["a", "a-1", "abcdefghijklmnop"])
def test_a_suffix_of_up_to_sixteen_signs_is_taken(suffix):
    assert from_context({**GOOD, "environmentSuffix": suffix}).suffix == suffix


@pytest.mark.parametrize("suffix", ["1a", "-a", "A", "a_b", "abcdefghijklmnopq", "ä"])
def test_any_other_suffix_is_refused(suffix):
    assert "environmentSuffix" in refused(environmentSuffix=suffix)[1]


@pytest.mark.parametrize("suffix", ["a-", "a--b", "aws-1", "my-cognito"])
def test_a_suffix_that_some_service_takes_in_no_name_is_refused(suffix):
    assert "environmentSuffix" in refused(environmentSuffix=suffix)[1]


def test_zones_that_do_not_suffice_are_refused():
    told = refused(environment="prod", availabilityZones="us-east-1a,us-east-1b")

    assert told[1] == "  availabilityZones names 2; prod needs 3"


def test_the_cdks_own_context_is_left_alone():
    from_context({**GOOD, "@aws-cdk/core:checkSecretUsage": True, "aws:cdk:bundling-stacks": []})


def test_wrong_context_ends_the_app_before_anything_is_synthesized(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "infrastructure.app"],
        cwd=PROJECT,
        env={
            **os.environ,
            "CDK_CONTEXT_JSON": json.dumps({"environmentSuffix": "Dev"}),
            "CDK_OUTDIR": str(tmp_path),
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert "environmentSuffix is 'Dev'; a letter, then up to 15 of a-z, 0-9 and -" in done.stderr
    assert "adminEmail is missing" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
