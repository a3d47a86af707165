"""Lists of erasures: a bucket that holds anything cannot be deleted."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import Any

from infrastructure.remains.made import Clients, Made, of_type
from infrastructure.remains.remain import Kind, Remain


def erasure_lists(made: Sequence[Made], clients: Clients) -> Iterator[Remain]:
    """Return the buckets that hold entries; without them a backup brings back who was erased."""
    for one in of_type(made, "AWS::S3::Bucket"):
        s3 = clients("s3", one.region)
        try:
            holds = next(_versions(s3, one.physical_id), None)
        except s3.exceptions.NoSuchBucket:
            continue
        if holds:
            remove = functools.partial(_empty, s3, one.physical_id)
            yield Remain(
                kind=Kind.ERASURE_LISTS, name=one.physical_id, region=one.region, remove=remove
            )


def _versions(s3: Any, bucket: str) -> Iterator[list[dict[str, str]]]:
    """Give what is in it by up to 1,000, as many as one call deletes."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        found = (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
        if found:
            yield [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]


def _empty(s3: Any, bucket: str) -> None:
    for versions in _versions(s3, bucket):
        s3.delete_objects(Bucket=bucket, Delete={"Objects": versions, "Quiet": True})
