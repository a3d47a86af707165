"""The access ledger, and its heads outside of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from chalicelib.domain.heads import Head, Restored, Verified
    from chalicelib.domain.ledger import Batch, Entry, Read, Written


Tail = tuple[int, "dt.datetime | None"]  # rows, since when the oldest waits


class Ledger(Protocol):
    """Keeps who has read whose record; append-only."""

    def add(self, read: Read) -> None:
        """Keep one read, committed when this returns; UnavailableError when that is not sure."""
        ...

    def add_refused(self, read: Read) -> None:
        """Keep a request that is refused, once an hour, if there is a record of that student."""
        ...

    def add_outside(self, read: Read, salt: str, content: str) -> int | None:
        """Keep what was disclosed elsewhere of one student; its number, None without a record."""
        ...

    def disclosures(self, first_id: int, last_id: int) -> dict[int, Written]:
        """Return the texts that rows of the ledger have the hashes of, by their ids."""
        ...

    def seal(self, of: Callable[[Batch | None, int, list[Entry]], Batch]) -> Batch | None:
        """Seal the next batch as `of` makes it; None when there is nothing to seal just now."""
        ...

    def batches(self, after: int = 0) -> Iterator[Batch]:
        """Give every batch with a greater number, in the order of numbers."""
        ...

    def entries(self, first_id: int, last_id: int, limit: int) -> list[Entry]:
        """Return rows in the order of ids, these included."""
        ...

    def tail(self, after: int) -> Tail:
        """Return what is past the last sealed id."""
        ...

    def waiting_s(self) -> float:
        """Return for how long the oldest read waits to be sealed."""
        ...

    def strays(self) -> int:
        """Return how many rows stand where no batch can reach them."""
        ...

    def is_emptied(self) -> bool:
        """Tell whether there were reads and nothing is left of them."""
        ...


class Heads(Protocol):
    """Keeps heads of the ledger where no role of the database reaches."""

    def note(self, batch: int, hash_: str, at: dt.datetime) -> None:
        """Keep that this is the last batch; safe to repeat. UnavailableError when not sure."""
        ...

    def heads(self, since: int = 0) -> Iterable[Head]:
        """Give every head from a batch on, in the order of batches; UnavailableError."""
        ...

    def note_verified(self, batch: int, hash_: str, walked: int, at: dt.datetime) -> None:
        """Keep how far a night has verified; safe to repeat. UnavailableError when not sure."""
        ...

    def verified(self) -> Sequence[Verified]:
        """Return how far nights have verified; UnavailableError."""
        ...

    def restored(self) -> Sequence[Restored]:
        """Return after which batches the database was restored; UnavailableError."""
        ...
