"""The list of erasures, kept outside of the database and of its backups: an S3 bucket or a file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import msgspec

from chalicelib.adapters.s3_bucket import S3Bucket

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
        return last_beside(self._path)


class S3ErasureList:
    """A bucket with an object for each entry; every version is kept, no object is locked."""

    def __init__(self, bucket: str, *, client: Any = None) -> None:
        self._bucket = S3Bucket(bucket, client=client)

    def add(self, student: str, step: str, entry: bytes) -> None:
        """Put an entry; UnavailableError when S3 did not take it."""
        self._bucket.put(f"{_PREFIX}{student}/{step}.json", entry, "take an erasure")

    def last(self) -> str | None:
        """Return the student who was erased last; None: nobody was. UnavailableError as above.

        The first migration has put it: without it the list is not the one of this deployment.
        """
        return _student(self._bucket.read(_LAST, "tell who was erased last"))

    def put_last(self, student: str | None) -> None:
        """Keep who was erased last; UnavailableError as above."""
        self._bucket.put(_LAST, _named(student), "take who was erased last")

    def entries(self) -> list[bytes]:
        """Return the latest version of every entry, by student; UnavailableError as above."""
        doing = "give the erasures"
        return [self._bucket.read(key, doing) for key, _ in self._bucket.listed(_PREFIX, doing)]


def last_beside(path: Path) -> Path:
    """Return the file beside a list of erasures that names who was erased last."""
    return path.with_name(f"{path.name}.{_LAST}")


def _named(student: str | None) -> bytes:
    return msgspec.json.encode({"student": student})


def _student(content: bytes) -> str | None:
    return msgspec.json.decode(content, type=dict[str, str | None])["student"]
