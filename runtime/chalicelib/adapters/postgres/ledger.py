"""The access ledger in PostgreSQL: reads added one by one, sealed in batches, read again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.postgres import event_log, queries
from chalicelib.domain.ledger import Batch, Entry, Written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chalicelib.adapters.postgres.database import Database
    from chalicelib.adapters.postgres.pipeline import Pipeline
    from chalicelib.domain.ledger import Read
    from chalicelib.ports.ledger import Tail

_SQL = queries.load("ledger.sql")
MOST_ENTRIES = 5_000  # of a batch: what a class list shows is 50 students a row
PATIENCE_S = 5.0  # with reads that have begun to be added; they take milliseconds
_POLL_S = 0.02


class PostgresLedger:
    """Keeps who has read whose record. Nothing that it has kept can be changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, read: Read) -> None:
        """Keep one read, committed when this returns; UnavailableError when that is not sure.

        After a lost connection it may be kept twice, never less than once.
        """
        self._database.ask(_SQL["add"], _values(read))

    def add_refused(self, read: Read) -> None:
        """Keep a request that is refused, once an hour, if there is a record of that student."""
        self._database.ask(_SQL["add_refused"], _values(read))

    def add_outside(self, read: Read, salt: str, content: str) -> int | None:
        """Keep what was disclosed elsewhere of one student; its number, None without a record."""
        values = {**_values(read), "salt": salt, "content": content}
        with self._database.transaction(person=read.subject) as cursor:
            event_log.begin(cursor, read.students)
            cursor.execute(_SQL["add_outside"], values)
            return next((int(number) for (number,) in cursor.fetchall()), None)

    def disclosures(self, first_id: int, last_id: int) -> dict[int, Written]:
        """Return the texts that rows of the ledger have the hashes of, by their ids."""
        rows = self._ask("disclosures", first=first_id, last=last_id)
        return {number: Written(*rest) for number, *rest in rows}

    def seal(self, of: Callable[[Batch | None, int, list[Entry]], Batch]) -> Batch | None:
        """Seal the next batch as `of` (the last one, up to which id, rows) makes it.

        None when there is nothing to seal, somebody else seals, or a read is being added for
        unusually long. Safe to run twice at once.
        """
        with self._database.transaction() as cursor:
            if not _one(cursor, "only_one")[0]:
                return None
            given = int(_one(cursor, "given")[0])
            before = Batch(*row) if (row := _one(cursor, "last_batch")) else None
            first = before.last_id + 1 if before else 1
            if given < first or not _settled(cursor):
                return None
            values = {"first": first, "last": given, "limit": MOST_ENTRIES}
            cursor.execute(_SQL["entries"], values)
            entries = [Entry(*row) for row in cursor.fetchall()]
            if not entries:
                return None
            last = entries[-1].access_id if len(entries) == MOST_ENTRIES else given
            batch = of(before, last, entries)
            cursor.execute(_SQL["seal"], batch._asdict())
            return batch

    def batches(self, after: int = 0) -> Iterator[Batch]:
        """Give every batch with a greater number, in the order of numbers."""
        while rows := self._ask("batches", after=after, limit=1_000):
            yield from (_batch(row) for row in rows)
            after = rows[-1][0]

    def entries(self, first_id: int, last_id: int, limit: int) -> list[Entry]:
        """Return rows in the order of ids, these included."""
        rows = self._ask("entries", first=first_id, last=last_id, limit=limit)
        return [Entry(*row) for row in rows]

    def tail(self, after: int) -> Tail:
        """Return how many rows are past the last sealed id, and since when the oldest waits."""
        ((entries, since),) = self._ask("tail", last=after)
        return entries, since

    def waiting_s(self) -> float:
        """Return for how long the oldest read waits to be sealed; 0 when none does."""
        return float(self._ask("waiting")[0][0])

    def strays(self) -> int:
        """Return how many rows stand where no batch can reach them."""
        return int(self._ask("before_the_first")[0][0])

    def is_emptied(self) -> bool:
        """Tell whether reads were given ids, and there are neither reads nor batches."""
        return bool(self._ask("emptied")[0][0])

    def reused_event_ids(self, limit: int) -> list[tuple[str, str, int]]:
        """Return ids that a source has given to several events, with how many."""
        return [(source, id_, n) for source, id_, n in self._ask("reused", limit=limit)]

    def _ask(self, name: str, **values: Any) -> list[tuple[Any, ...]]:
        return self._database.ask(_SQL[name], values)


def _values(read: Read) -> dict[str, Any]:
    return {
        "subject": read.subject,
        "client": read.client,
        "address": read.origin.address,
        "correlation_id": read.origin.correlation_id,
        "kind": read.kind,
        "what": read.what,
        "reason": read.reason,
        "students": list(read.students),
        "many": len(read.students),
    }


def _settled(cursor: Pipeline) -> bool:
    """Wait until every read that had begun to be added is there, or has been given up."""
    until = time.monotonic() + PATIENCE_S
    adding = _adding(cursor)
    while adding and time.monotonic() < until:
        time.sleep(_POLL_S)
        adding &= _adding(cursor)
    return not adding


def _adding(cursor: Pipeline) -> set[str]:
    cursor.execute(_SQL["writing"])
    return {transaction for (transaction,) in cursor.fetchall()}


def _one(cursor: Pipeline, name: str) -> tuple[Any, ...]:
    """Return the first row, bytes as bytes; nothing when there is none."""
    cursor.execute(_SQL[name])
    rows = cursor.fetchall()
    return tuple(_plain(value) for value in rows[0]) if rows else ()


def _batch(row: tuple[Any, ...]) -> Batch:
    return Batch(*(_plain(value) for value in row))


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
