"""Bring a database to the present schema: numbered SQL files, each in a transaction."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.adapters.postgres.sign_in import SignIn, as_given, connect

if TYPE_CHECKING:
    from psycopg2 import extensions

_FOLDER = Path(__file__).parent / "postgres"
_log = logging.getLogger(__name__)

_REMEMBERED = """
CREATE TABLE IF NOT EXISTS migration (
  name         text        PRIMARY KEY,
  recorded_at  timestamptz NOT NULL DEFAULT now()
)
"""


def migrate(sign_in: SignIn | str) -> list[str]:
    """Apply what is missing and return its names; with nothing missing, change nothing.

    `sign_in` is that of a user who may create roles (the master user of the instance). Two runs
    at once are safe: the second waits. A file that fails is rolled back whole, and raises.
    """
    connection = connect(as_given(sign_in) if isinstance(sign_in, str) else sign_in)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute((_FOLDER / "roles.sql").read_text())
        return [path.stem for path in files() if _apply(connection, path)]
    finally:
        connection.close()


def files() -> list[Path]:
    """Return the migrations in the order in which they apply."""
    return sorted((_FOLDER / "migrations").glob("[0-9]*.sql"))


def _apply(connection: extensions.connection, path: Path) -> bool:
    with connection, connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE owner")
        cursor.execute("SELECT pg_advisory_xact_lock(4713)")
        cursor.execute(_REMEMBERED)
        cursor.execute("SELECT 1 FROM migration WHERE name = %s", (path.stem,))
        if cursor.fetchone():
            return False
        cursor.execute(path.read_text())
        cursor.execute("INSERT INTO migration (name) VALUES (%s)", (path.stem,))
    _log.info("applied migration %s", path.stem)
    return True
