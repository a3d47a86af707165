"""Heads of the ledger that were noted outside of the database, and which of them still count."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from chalicelib.domain.ledger import Batch


class Head(NamedTuple):
    """A batch that was the last one when it was noted."""

    batch: int
    hash: str  # in hex
    noted_at: dt.datetime


class Verified(NamedTuple):
    """How far a night has verified: up to this batch what is new, to `walked` what is older."""

    batch: int
    hash: str  # in hex
    walked: int  # where the next night goes on; 0: from the beginning
    noted_at: dt.datetime


class Restored(NamedTuple):
    """The database was restored, and its ledger then ended with this batch; 0: it had none."""

    batch: int
    at: dt.datetime


_Noted = TypeVar("_Noted", Head, Verified)


def in_force(heads: Iterable[_Noted], restored: Sequence[Restored]) -> Iterator[_Noted]:
    """Give the heads that the ledger must still have, in their order.

    What was noted before a restore, of batches that the backup did not have, was lost by it.
    """
    for head in heads:
        if not any(head.batch > one.batch and head.noted_at < one.at for one in restored):
            yield head


class Expected:
    """Compares batches with heads, both in the order of numbers."""

    def __init__(self, heads: Iterable[Head]) -> None:
        self._heads = iter(heads)
        self._next = next(self._heads, None)

    def disagrees(self, batch: Batch) -> bool:
        """Tell whether another hash was noted of a batch."""
        same = True
        while self._next and self._next.batch <= batch.batch:
            same &= self._next.batch != batch.batch or self._next.hash == batch.hash.hex()
            self._next = next(self._heads, None)
        return not same

    def missing(self) -> bool:
        """Tell whether a batch was noted that has not come."""
        return self._next is not None
