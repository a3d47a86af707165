"""A list of erasures goes only where backups are named, whose restore it is for."""

from __future__ import annotations

import pytest

from infrastructure.destruction.destruction import DestructionError
from infrastructure.remains.remain import Kind
from infrastructure.remains.search import remains
from tests.infrastructure.destruction.deployment import HERE, STACKS, destruction

BUCKET = {
    "Type": "AWS::S3::Bucket",
    "Properties": {
        "BucketName": "erasure-list-dev",
        "VersioningConfiguration": {"Status": "Enabled"},
    },
}


def test_a_list_with_entries_goes_with_the_backups_only(account):
    account.deploy("monitor-dev", HERE, List=BUCKET)
    assert remains(STACKS, account) == []
    s3 = account("s3", HERE)
    for body in (b"asked", b"again"):
        s3.put_object(Bucket="erasure-list-dev", Key="erasures/1/asked.json", Body=body)
    s3.delete_object(Bucket="erasure-list-dev", Key="erasures/1/asked.json")

    [found] = remains(STACKS, account)
    assert (found.kind, found.name) == (Kind.ERASURE_LISTS, "erasure-list-dev")
    with pytest.raises(DestructionError):
        destruction(account).run(including_backups=False)

    assert destruction(account).run(including_backups=True) == []
    assert s3.list_buckets()["Buckets"] == []
