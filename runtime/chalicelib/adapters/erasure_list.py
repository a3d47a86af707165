"""The list of erasures, kept outside of the database and of its backups: an S3 bucket or a file."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Any

import msgspec

from chalicelib.domain.errors import UnavailableError

if TYPE_CHECKING:
    from pathlib import Path

_PREFIX = "erasures/"
_LAST = "last.json"  # beside the entries: the student who was erased last


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

    def last(self) -> str | None:
        """Return the student who was erased last; None: nobody was."""
        return _student(self._last.read_bytes()) if self._last.exists() else None

    def put_last(self, student: str | None) -> None:
        """Keep who was erased last."""
        self._last.write_bytes(_named(student))

    @property
    def _last(self) -> Path:
        return self._path.with_name(f"{self._path.name}.{_LAST}")


class S3ErasureList:
    """A bucket with an object for each entry; every version is kept, no object is locked."""

    def __init__(self, bucket: str, *, client: Any = None) -> None:
        self._bucket = bucket
        self._given = client

    def add(self, student: str, step: str, entry: bytes) -> None:
        """Put an entry; UnavailableError when S3 did not take it."""
        self._put(f"{_PREFIX}{student}/{step}.json", entry)

    def last(self) -> str | None:
        """Return the student who was erased last; None: nobody was. UnavailableError as above.

        The first migration has put it: without it the list is not the one of this deployment.
        """
        from botocore.exceptions import BotoCoreError, ClientError  # loaded with the client

        try:
            return _student(self._read(_LAST))
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError(f"S3 did not tell who was erased last: {error}") from error

    def put_last(self, student: str | None) -> None:
        """Keep who was erased last; UnavailableError as above."""
        self._put(_LAST, _named(student))

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

    def _put(self, key: str, content: bytes) -> None:
        from botocore.exceptions import BotoCoreError, ClientError  # loaded with the client

        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=content,
                ContentType="application/json",
                ChecksumAlgorithm="SHA256",
            )
        except (BotoCoreError, ClientError) as error:
            raise UnavailableError(f"S3 did not take an erasure: {error}") from error

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


def _named(student: str | None) -> bytes:
    return msgspec.json.encode({"student": student})


def _student(content: bytes) -> str | None:
    return msgspec.json.decode(content, type=dict[str, str | None])["student"]
