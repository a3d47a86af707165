"""An emulated account for all tests of a file, and a stack in it for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.deployment.account import EmulatedAccount
from tests.local.deployment.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedAccount]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MONITOR_OF_THE_TESTS", "that no function may see")
        with EmulatedAccount(tmp_path_factory.mktemp("account")) as account:
            yield account


@pytest.fixture
def stack(account: EmulatedAccount) -> Iterator[Stack]:
    stack = Stack(account)
    yield stack
    stack.delete()
