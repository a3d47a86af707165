"""The ledger's heads, kept outside of the database: in an S3 bucket or a file.

What is noted is all in the name of an object, so that listing tells everything, and nothing that
was noted can be made to say something else: another hash is another object.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.s3_bucket import S3Bucket
from chalicelib.domain.heads import Head, Restored, Verified

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEADS, RESTORED, VERIFIED = "ledger/heads/", "ledger/restored/", "ledger/verified/"
_HEAD = re.compile(f"{HEADS}([0-9]{{12}})-([0-9a-f]{{64}})")
_VERIFIED = re.compile(f"{VERIFIED}([0-9]{{12}})-([0-9a-f]{{64}})-([0-9]{{12}})")
_RESTORED = re.compile(f"{RESTORED}([0-9]{{1,12}})")


class Nowhere:
    """Notes nothing."""

    def note(self, batch: int, hash_: str, at: dt.datetime) -> None:
        """Do nothing."""

    def heads(self, since: int = 0) -> Iterator[Head]:
        """Give nothing."""
        return iter(())

    def note_verified(self, batch: int, hash_: str, walked: int, at: dt.datetime) -> None:
        """Do nothing."""

    def verified(self) -> list[Verified]:
        """Return nothing."""
        return []

    def restored(self) -> list[Restored]:
        """Return nothing."""
        return []


class FileHeads:
    """A file with a line for each: `head BATCH HASH TIME`, `verified BATCH HASH-WALKED TIME`.

    And `restored BATCH - TIME`, by hand.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def note(self, batch: int, hash_: str, at: dt.datetime) -> None:
        """Append a head; on the disk when this returns."""
        self._append(f"head {batch} {hash_} {at.isoformat()}")

    def heads(self, since: int = 0) -> Iterator[Head]:
        """Give every head from that batch on, in the order of batches."""
        all_ = (Head(int(n), h, at) for kind, n, h, at in self._lines() if kind == "head")
        return iter(sorted(one for one in all_ if one.batch >= since))

    def note_verified(self, batch: int, hash_: str, walked: int, at: dt.datetime) -> None:
        """Append how far was verified; on the disk when this returns."""
        self._append(f"verified {batch} {hash_}-{walked} {at.isoformat()}")

    def verified(self) -> list[Verified]:
        """Return how far was verified, each time."""
        named = [(n, h.split("-"), at) for kind, n, h, at in self._lines() if kind == "verified"]
        return [Verified(int(n), hash_, int(walked), at) for n, (hash_, walked), at in named]

    def restored(self) -> list[Restored]:
        """Return after which batches the database was restored."""
        return [Restored(int(n), at) for kind, n, _, at in self._lines() if kind == "restored"]

    def _append(self, line: str) -> None:
        with self._path.open("a") as file:
            file.write(f"{line}\n")
            file.flush()
            os.fsync(file.fileno())

    def _lines(self) -> Iterator[tuple[str, str, str, dt.datetime]]:
        for line in self._path.read_text().splitlines() if self._path.exists() else ():
            kind, number, hash_, at = line.split()
            yield kind, number, hash_, dt.datetime.fromisoformat(at)


class S3Heads:
    """A bucket with an empty object for each; UnavailableError when S3 does not answer."""

    def __init__(self, bucket: str, *, client: Any = None) -> None:
        self._bucket = S3Bucket(bucket, client=client)

    def note(self, batch: int, hash_: str, at: dt.datetime) -> None:
        """Put a head; S3 keeps the time. Safe to repeat."""
        self._put(f"{HEADS}{batch:012d}-{hash_}")

    def heads(self, since: int = 0) -> Iterator[Head]:
        """Give every head from that batch on, in the order of batches: that of their names."""
        for key, at in self._listed(HEADS, after=f"{HEADS}{since:012d}"):
            if found := _HEAD.fullmatch(key):
                yield Head(int(found[1]), found[2], at)

    def note_verified(self, batch: int, hash_: str, walked: int, at: dt.datetime) -> None:
        """Put how far was verified; S3 keeps the time. Safe to repeat."""
        self._put(f"{VERIFIED}{batch:012d}-{hash_}-{walked:012d}")

    def verified(self) -> list[Verified]:
        """Return how far was verified, each time: one a night."""
        named = ((_VERIFIED.fullmatch(key), at) for key, at in self._listed(VERIFIED))
        return [Verified(int(k[1]), k[2], int(k[3]), at) for k, at in named if k]

    def restored(self) -> list[Restored]:
        """Return after which batches an operator says that the database was restored."""
        named = ((_RESTORED.fullmatch(key), at) for key, at in self._listed(RESTORED))
        return [Restored(int(found[1]), at) for found, at in named if found]

    def _put(self, key: str) -> None:
        self._bucket.put(key, b"", "take the head of the ledger")

    def _listed(self, prefix: str, after: str = "") -> Iterator[tuple[str, dt.datetime]]:
        return self._bucket.listed(prefix, "give the heads of the ledger", after=after)
