"""An emulated account for all tests of a file, emptied after each."""

from __future__ import annotations

import http.client
import urllib.parse
from typing import TYPE_CHECKING

import pytest

from local.deployment.account import EmulatedAccount
from tests.infrastructure.destruction.deployment import Account

if TYPE_CHECKING:
    from collections.abc import Iterator


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
