"""What a rehearsed deployment is made of: the command line, the inventory, the signed call."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from local.deployment.account import EmulatedAccount
from local.deployment.cdk import Cdk, CdkError
from local.deployment.inventory import inventory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HERE = "us-east-1"


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedAccount]:
    with EmulatedAccount(tmp_path_factory.mktemp("account")) as account:
        yield account


def test_an_app_that_fails_is_told_in_its_last_words(account, tmp_path):
    cdk = _cdk(account, tmp_path, "raise SystemExit('adminEmail is missing')")

    with pytest.raises(CdkError, match="adminEmail is missing"):
        cdk.deploy()


def test_the_app_sees_the_emulated_account_and_nothing_of_the_callers(
    account, tmp_path, monkeypatch
):
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of the caller")
    cdk = _cdk(
        account,
        tmp_path,
        "import os, sys\n"
        "sys.exit(' '.join(f'{k}={v}' for k, v in sorted(os.environ.items()) if k[:4] == 'AWS_'))",
    )

    with pytest.raises(CdkError) as told:
        cdk.deploy()

    assert f"AWS_ENDPOINT_URL={account.emulator.endpoint_url}" in str(told.value)
    assert "production" not in str(told.value)
    assert "of the caller" not in str(told.value)


def test_the_inventory_sees_what_was_added_and_forgets_what_is_gone(account):
    before = inventory(account.client, HERE)
    logs, kms = account.client("logs"), account.client("kms")
    logs.create_log_group(logGroupName="left-behind")
    key = kms.create_key()["KeyMetadata"]["KeyId"]

    added = inventory(account.client, HERE) - before
    assert added == {
        (HERE, "logs logGroups", "left-behind"),
        (HERE, "kms Keys", key),
    }

    logs.delete_log_group(logGroupName="left-behind")
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert inventory(account.client, HERE) == before


def _cdk(account: EmulatedAccount, folder: Path, app: str) -> Cdk:
    (folder / "app.py").write_text(app)
    (folder / "cdk.json").write_text(json.dumps({"app": f"{sys.executable} app.py"}))
    return Cdk(account, context={}, assembly=folder / "cdk.out", folder=folder)
