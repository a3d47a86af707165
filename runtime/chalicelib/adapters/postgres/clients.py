"""As which source each client sends events, every version of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.adapters.postgres import queries

if TYPE_CHECKING:
    from chalicelib.adapters.postgres.database import Database

_SQL = queries.load("clients.sql")
_FIELDS = ("client", "source", "version", "set_by", "recorded_at")


class PostgresClients:
    """Keeps what the API puts; nothing is ever overwritten."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def source_of(self, client: str) -> str | None:
        """Return as which source a client sends; None: it may not."""
        for (source,) in self._database.ask(_SQL["source_of"], {"client": client}):
            return str(source) if source is not None else None
        return None

    def all(self) -> list[dict[str, Any]]:
        """Return every client with its source, by client."""
        return [dict(zip(_FIELDS, row, strict=True)) for row in self._database.ask(_SQL["all"], {})]

    def put(self, client: str, source: str | None, *, person: str) -> bool:
        """Bind a client to a source, or to none; tell whether that changes anything."""
        with self._database.transaction(person=person) as cursor:
            cursor.execute(_SQL["lock_client"], {"client": client})
            cursor.execute(_SQL["source_of"], {"client": client})
            known = cursor.fetchall()
            if known == [(source,)] or (not known and source is None):
                return False
            cursor.execute(
                _SQL["add_version"], {"client": client, "source": source, "set_by": person}
            )
            return True
