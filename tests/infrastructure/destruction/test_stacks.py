"""The stacks go, the monitor first, also where something holds them up."""

from __future__ import annotations

import pytest
from aws_cdk import Stack
from botocore.exceptions import ClientError

from infrastructure.destruction.destruction import DestructionError
from infrastructure.destruction.stacks import stacks_of
from tests.infrastructure.destruction.deployment import (
    GROUP,
    HERE,
    STACKS,
    destruction,
)
from tests.infrastructure.destruction.services import HeldUp, Interfaces


def test_the_stacks_of_both_regions_go(account):
    for name, region in STACKS:
        account.deploy(name, region, Access=GROUP)

    assert destruction(account).run(including_backups=False) == []

    for name, region in STACKS:
        with pytest.raises(ClientError, match="does not exist"):
            account("cloudformation", region).describe_stacks(StackName=name)
        assert account.log_groups(region) == set()


def test_a_stack_that_an_interface_holds_up_is_deleted_again(account):
    held = HeldUp("monitor-dev")
    account.replaced["cloudformation", HERE] = held
    account.replaced["ec2", HERE] = Interfaces("sg-1", "available", freed=held.free)

    destruction(account).run(including_backups=False)

    assert held.deletions == 2


def test_a_stack_that_does_not_go_is_named_and_not_waited_for_forever(account):
    account.replaced["cloudformation", HERE] = HeldUp("monitor-dev")

    with pytest.raises(DestructionError, match=r"monitor-dev in us-east-1 is still DELETE_FAILED"):
        destruction(account).run(including_backups=False)


def test_the_stacks_that_are_destroyed_are_those_that_the_app_makes(synthesize):
    app = synthesize("prod", suffix="blue").stack.node.root
    made = {(one.stack_name, one.region) for one in app.node.children if Stack.is_stack(one)}

    assert set(stacks_of("blue")) == made
