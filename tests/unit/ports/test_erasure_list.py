"""The list of erasures, in a file and in a bucket: what was added is there, all of it."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from chalicelib.adapters.erasure_list import FileErasureList, S3ErasureList
from chalicelib.domain.errors import UnavailableError
from tests.unit.ports.bucket import NAME, Bucket


@pytest.fixture
def bucket() -> Bucket:
    return Bucket()


@pytest.fixture(params=["file", "bucket"])
def kept(request, tmp_path, bucket) -> Any:
    if request.param == "file":
        return FileErasureList(tmp_path / "list")
    return S3ErasureList(NAME, client=bucket)


@pytest.mark.parametrize("student", ["student-1", None])
def test_who_was_erased_last_is_told_beside_the_entries(kept, student):
    kept.put_last("student-0")
    kept.put_last(student)
    assert kept.last() == student
    assert kept.entries() == []


def test_a_file_that_is_not_there_has_nobody_and_a_bucket_without_it_is_an_outage(tmp_path, bucket):
    assert FileErasureList(tmp_path / "list").last() is None
    bucket.down = ClientError({"Error": {"Code": "AccessDenied"}}, "GetObject")
    with pytest.raises(UnavailableError, match="who was erased last"):
        S3ErasureList(NAME, client=bucket).last()


def test_nothing_is_on_it_before_the_first(kept):
    assert kept.entries() == []


def test_every_entry_stays_whoever_it_is_of(kept):
    for n in range(3):
        kept.add(f"student-{n}", "asked", b'{"asked":%d}' % n)
        kept.add(f"student-{n}", "done", b'{"done":%d}' % n)
    entries = [line for n in range(3) for line in (b'{"asked":%d}' % n, b'{"done":%d}' % n)]
    assert sorted(kept.entries()) == sorted(entries)


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "AccessDenied"}}, "PutObject"),
        EndpointConnectionError(endpoint_url="https://s3"),
    ],
)
def test_a_bucket_that_does_not_answer_is_an_outage(bucket, error):
    kept = S3ErasureList(NAME, client=bucket)
    kept.add("s", "asked", b"{}")
    bucket.down = error
    with pytest.raises(UnavailableError):
        kept.add("s", "done", b"{}")
    with pytest.raises(UnavailableError):
        kept.entries()
    with pytest.raises(UnavailableError):
        kept.put_last("s")


def test_a_file_outlives_the_process_that_wrote_it(tmp_path):
    FileErasureList(tmp_path / "list").add("s", "asked", b"{}")
    assert FileErasureList(tmp_path / "list").entries() == [b"{}"]
