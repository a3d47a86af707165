"""Whose it is what was set aside; as the owner of the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.adapters.postgres import arrays, queries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalicelib.adapters.postgres.database import Database

_SQL = queries.load("quarantine.sql")


class PostgresQuarantine:
    """Tells what nobody has looked at, and keeps what was found."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def not_looked_at(self, most: int) -> dict[str, bytes]:
        """Return payloads of which nobody has found out whose they are, by identity."""
        rows = self._database.ask(_SQL["not_looked_at"], {"most": most})
        return {uid: bytes(payload) for uid, payload in rows}

    def keep_whose(self, students: Mapping[str, Sequence[str]]) -> None:
        """Keep whose they are, in one transaction."""
        with self._database.transaction() as cursor:
            for uid, named in students.items():
                cursor.execute(_SQL["keep_whose"], {"uid": uid, "students": arrays.plain(named)})

    def drop_erased(self) -> int:
        """Delete what is of students who were erased; return how many rows."""
        with self._database.transaction() as cursor:
            cursor.execute(_SQL["drop_erased"])
            return len(cursor.fetchall())
