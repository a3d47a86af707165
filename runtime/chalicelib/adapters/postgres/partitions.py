"""The partitions of the event log, kept by their owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from chalicelib.adapters.postgres.database import Database


class PostgresPartitions:
    """Makes and drops partitions; the database must be signed in to as owner."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ensure(self, first: dt.datetime, last: dt.datetime, width_months: int) -> int:
        """Make what lacks between two moments; return how many were made."""
        return self._call("SELECT ensure_event_partitions(%s, %s, %s)", (first, last, width_months))

    def drop(self, before: dt.datetime) -> int:
        """Drop what ended before a moment; return how many were dropped."""
        return self._call("SELECT drop_event_partitions(%s)", (before,))

    def _call(self, statement: str, values: tuple[object, ...]) -> int:
        with self._database.transaction() as cursor:
            cursor.execute(statement, values)
            return int(cursor.fetchall()[0][0])
