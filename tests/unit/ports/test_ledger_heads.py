"""Heads of the ledger, in a file and in a bucket: what was noted stays, in its order."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from chalicelib.adapters.ledger_heads import FileHeads, Nowhere, S3Heads
from chalicelib.domain.errors import UnavailableError
from chalicelib.domain.heads import Head, Restored, Verified, in_force
from tests.unit.ports.bucket import NAME, NOW, Bucket

LATER = NOW + dt.timedelta(hours=1)
ONE, OTHER = "1" * 64, "a" * 64


@pytest.fixture
def bucket() -> Bucket:
    return Bucket()


@pytest.fixture(params=["file", "bucket"])
def kept(request, tmp_path: Path, bucket: Bucket) -> Any:
    if request.param == "file":
        return FileHeads(tmp_path / "heads")
    return S3Heads(NAME, client=bucket)


def test_every_head_stays_in_the_order_of_batches(kept):
    assert (list(kept.heads()), kept.restored()) == ([], [])
    for batch in (9, 10, 2, 1_000_000):
        kept.note(batch, ONE, NOW)
    kept.note(10, OTHER, NOW)  # which replaces nothing
    assert list(kept.heads()) == [
        Head(2, ONE, NOW),
        Head(9, ONE, NOW),
        Head(10, ONE, NOW),
        Head(10, OTHER, NOW),
        Head(1_000_000, ONE, NOW),
    ]


def test_heads_are_given_from_a_batch_on(kept):
    for batch in (9, 10, 11):
        kept.note(batch, ONE, NOW)
    assert list(kept.heads(10)) == [Head(10, ONE, NOW), Head(11, ONE, NOW)]
    assert list(kept.heads(12)) == []


def test_how_far_was_verified_is_kept_beside_the_heads(kept):
    kept.note(9, ONE, NOW)
    for walked in (3, 7):
        kept.note_verified(12, OTHER, walked, NOW)
    assert kept.verified() == [Verified(12, OTHER, 3, NOW), Verified(12, OTHER, 7, NOW)]
    assert list(kept.heads()) == [Head(9, ONE, NOW)]


def test_what_is_noted_again_is_one_object(bucket):
    for _ in range(2):
        S3Heads(NAME, client=bucket).note(7, ONE, NOW)
    assert bucket.objects == {f"ledger/heads/000000000007-{ONE}": b""}


def test_an_operator_says_after_which_batch_the_database_was_restored(bucket, tmp_path):
    bucket.put_object(Bucket=NAME, Key="ledger/restored/12", Body=b"")
    bucket.put_object(Bucket=NAME, Key="ledger/restored/readme", Body=b"")
    assert S3Heads(NAME, client=bucket).restored() == [Restored(12, NOW)]
    (tmp_path / "heads").write_text(f"restored 12 - {NOW.isoformat()}\n")
    assert FileHeads(tmp_path / "heads").restored() == [Restored(12, NOW)]


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "AccessDenied"}}, "PutObject"),
        EndpointConnectionError(endpoint_url="https://s3"),
    ],
)
def test_without_s3_nothing_is_told_and_nothing_counts_as_noted(bucket, error):
    kept, bucket.down = S3Heads(NAME, client=bucket), error
    for ask in (
        lambda: kept.note(1, ONE, NOW),
        lambda: kept.note_verified(1, ONE, 0, NOW),
        kept.verified,
        lambda: list(kept.heads()),
        kept.restored,
    ):
        with pytest.raises(UnavailableError, match="S3 did not"):
            ask()


def test_without_a_place_nothing_is_noted():
    nowhere = Nowhere()
    nowhere.note(1, ONE, NOW)
    nowhere.note_verified(1, ONE, 0, NOW)
    assert (list(nowhere.heads()), nowhere.verified(), nowhere.restored()) == ([], [], [])


def test_a_restore_forgets_what_was_noted_before_it_and_no_batch_that_the_backup_had():
    heads = [Head(1, ONE, NOW), Head(2, ONE, NOW), Head(2, OTHER, LATER), Head(3, ONE, LATER)]
    assert list(in_force(heads, [])) == heads
    assert list(in_force(heads, [Restored(1, LATER)])) == [heads[0], heads[2], heads[3]]
    assert list(in_force(heads, [Restored(0, LATER)])) == heads[2:]
