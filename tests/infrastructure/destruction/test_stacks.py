"""The stacks go, the monitor first, also where something holds them up."""

from __future__ import annotations

import pytest
from aws_cdk import Stack
from botocore.exceptions import ClientError

from infrastructure.destruction.destruction import Destruction, DestructionError
from infrastructure.destruction.stacks import stacks_of
from tests.infrastructure.destruction.deployment import (
    GROUP,
    HERE,
    STACKS,
    briefly,
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


def test_the_monitor_goes_before_what_it_copies_to(account):
    for name, region in STACKS:
        account.deploy(name, region, Access=GROUP)
    said: list[str] = []

    Destruction(stacks=STACKS, clients=account, say=said.append, pause=briefly).run(
        including_backups=False
    )

    assert [line for line in said if line.startswith("deleting the stack")] == [
        "deleting the stack monitor-dev in us-east-1",
        "deleting the stack recovery-dev in us-west-2",
    ]


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
    stack = synthesize("prod", suffix="blue").stack
    made = [one for one in stack.node.root.node.children if Stack.is_stack(one)]

    assert set(stacks_of("blue")) == {(one.stack_name, one.region) for one in made}
    first = [one.stack_name for one in stack.dependencies]
    assert [name for name, _ in stacks_of("blue")] == [*first, stack.stack_name]
