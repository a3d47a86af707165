"""The classes of data, and what is older than they are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.adapters.postgres import queries

if TYPE_CHECKING:
    import datetime as dt

    from chalicelib.adapters.postgres.database import Database

_SQL = queries.load("privacy.sql")
_PROOF = ("run", "class", "before", "deleted", "recorded_at")


class PostgresRetention:
    """Counts as the role privacy, deletes and proves as owner."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def past(self, class_: str, before: dt.datetime) -> int:
        """Return how many rows of a class are older and not held."""
        return self._call("past", class_, before)

    def delete_past(self, class_: str, before: dt.datetime, most: int) -> int:
        """Delete at most so many of them, in a transaction; return how many."""
        return self._call("delete_past", class_, before, most=most)

    def prove(self, class_: str, before: dt.datetime, deleted: int) -> None:
        """Keep that they were deleted."""
        with self._database.transaction() as cursor:
            values = {"class": class_, "before": before, "deleted": deleted}
            cursor.execute(_SQL["prove"], values)

    def proofs(self) -> list[dict[str, Any]]:
        """Return the latest runs that deleted anything, newest first."""
        rows = self._database.ask(_SQL["proofs"], {})
        return [dict(zip(_PROOF, row, strict=True)) for row in rows]

    def _call(self, name: str, class_: str, before: dt.datetime, **more: int) -> int:
        with self._database.transaction() as cursor:
            cursor.execute(_SQL[name], {"class": class_, "before": before, **more})
            return int(cursor.fetchall()[0][0])
