"""The access ledger's arithmetic: what a row's digest is, and how batches of rows hang together.

All that is hashed has a fixed length, so that no two rows are the same bytes. docs/ledger.md has
the layout, for whoever wants to verify without this program.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import struct
import uuid
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FORM = b"monitor ledger 1"  # of 16 bytes; another layout has another
BEGINNING = bytes(32)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


class Origin(NamedTuple):
    """Where a request came from."""

    address: str  # of the network
    correlation_id: str


class Read(NamedTuple):
    """Somebody wants to be shown students' records."""

    subject: str
    client: str
    kind: str  # person | machine | student: who reads her own
    what: str  # names no student
    reason: str  # the interest, as the permission words it; names no student
    students: Sequence[str]  # pseudonyms, each once
    origin: Origin


class Written(NamedTuple):
    """The words of a disclosure outside of the monitor, of which the ledger has the hash."""

    student: str
    salt: str
    content: str


class Entry(NamedTuple):
    """One row; without a salt, what stands in its place is the leaf of somebody who was erased."""

    access_id: int
    recorded_at: dt.datetime
    subject: str
    client: str
    address: str
    correlation_id: str
    kind: str
    what: str
    reason: str
    students: Sequence[str]
    salts: Sequence[str | None]  # the reader's first


class Batch(NamedTuple):
    """One sealed batch, as it was kept."""

    batch: int
    first_id: int
    last_id: int
    entries: int
    content: bytes
    previous: bytes
    hash: bytes


def digest(entry: Entry) -> bytes:
    """Return the SHA-256 of a row; who was erased in it changes nothing. ValueError if mangled."""
    micros = (entry.recorded_at - _EPOCH) // _MICROSECOND
    told = b"".join(map(_of_text, (entry.kind, entry.what, entry.reason)))
    reader, *salts = entry.salts
    leaves = [_of_reader(entry, reader)]
    for student, salt in zip(entry.students, salts, strict=True):
        known = uuid.UUID(student).bytes
        leaves.append(known if salt is None else _leaf(salt, known))
    return _sha256(FORM + struct.pack(">qq", entry.access_id, micros) + told + b"".join(leaves))


def erased(entry: Entry) -> int:
    """Return how many of those that a row names were erased."""
    return sum(salt is None for salt in entry.salts)


def sealed(before: Batch | None, last_id: int, entries: Sequence[Entry]) -> Batch:
    """Return the batch of these rows, in the order of ids, up to `last_id`."""
    number, first_id, previous = (
        (before.batch + 1, before.last_id + 1, before.hash) if before else (1, 1, BEGINNING)
    )
    content = content_of(entries)
    batch = Batch(number, first_id, last_id, len(entries), content, previous, b"")
    return batch._replace(hash=hash_of(batch))


def content_of(entries: Iterable[Entry]) -> bytes:
    """Return the SHA-256 of the digests of rows."""
    return _sha256(b"".join(map(digest, entries)))


def hash_of(batch: Batch) -> bytes:
    """Return what a batch's hash has to be."""
    numbers = struct.pack(">qqqq", batch.batch, batch.first_id, batch.last_id, batch.entries)
    return _sha256(FORM + numbers + batch.content + batch.previous)


def _of_reader(entry: Entry, salt: str | None) -> bytes:
    rest = (entry.client, entry.address, entry.correlation_id)
    if salt is None:
        if any(rest):
            raise ValueError("an erased reader has a client, an address or a correlation id")
        return uuid.UUID(entry.subject).bytes
    return _leaf(salt, b"".join(map(_of_text, (entry.subject, *rest))))


def _leaf(salt: str, hidden: bytes) -> bytes:
    return _sha256(uuid.UUID(salt).bytes + hidden)[:16]


def _of_text(text: str) -> bytes:
    return _sha256(text.encode())


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
