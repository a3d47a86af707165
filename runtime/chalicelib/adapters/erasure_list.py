"""The list of erasures, kept outside of the database and of its backups: an S3 bucket or a file."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Any

from chalicelib.domain.errors import UnavailableError

if TYPE_CHECKING:
    from pathlib import Path

_PREFIX = "erasures/"


class FileErasureList:
    """A file with a line for each entry; on the disk when `add` returns."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, student: str, step: str, entry: bytes) -> None:  # S3 needs them
        """Append an entry."""
        with self._path.open("ab") as file:
            file.write(entry + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def entries(self) -> list[bytes]:
        """Return every entry, the oldest first."""
        return self._path.read_bytes().splitlines() if self._path.exists() else []


class S3ErasureList:
    """A bucket with an object for each entry; every version is kept, no object is locked."""

    def __init__(self, bucket: str, *, client: Any = None) -> None:
        self._bucket = bucket
        self._given = client

    def add(self, student: str, step: str, entry: bytes) -> None:
        """Put an entry; UnavailableError when S3 did not take it."""
        from botocore.exceptions import BotoCoreError, ClientError  # loaded with the client

        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=f"{_PREFIX}{student}/{step}.json",
                Body=entry,
                ContentType="application/json",
                ChecksumAlgorithm="SHA256",
            )
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError(f"S3 did not take an erasure: {error}") from error

    def entries(self) -> list[bytes]:
        """Return the latest version of every entry, by student; UnavailableError as above."""
        from botocore.exceptions import BotoCoreError, ClientError  # loaded with the client

        try:
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=_PREFIX
            )
            keys = [one["Key"] for page in pages for one in page.get("Contents", ())]
            return [self._read(key) for key in keys]
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError(f"S3 did not give the erasures: {error}") from error

    def _read(self, key: str) -> bytes:
        found: bytes = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        return found

    @functools.cached_property
    def _client(self) -> Any:
        if self._given is not None:
            return self._given
        import boto3
        from botocore.config import Config

        config = Config(connect_timeout=2, read_timeout=4, retries={"total_max_attempts": 3})
        return boto3.client("s3", config=config)
