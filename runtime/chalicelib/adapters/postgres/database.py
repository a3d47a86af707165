"""Connections and transactions: one connection a thread, opened when needed, replaced when lost."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

import psycopg2
from psycopg2 import errors, extensions

from chalicelib.domain.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

# A failover takes 60 to 120 s; a connection to the lost side must be noticed well before that.
_CONNECTION: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}


class Database:
    """One PostgreSQL database, signed in to as one role."""

    def __init__(self, conninfo: str, *, statement_timeout_ms: int = 25_000) -> None:
        self._conninfo = conninfo
        self._timeout_ms = statement_timeout_ms
        self._of_thread = threading.local()

    @contextlib.contextmanager
    def transaction(self, *, person: str = "") -> Iterator[extensions.cursor]:
        """Give a cursor in a transaction that names the person; commit at the end, or roll back.

        Raises UnavailableError when the database does not answer, be it at the first statement or
        at the commit: then it is not known whether the commit took place.
        """
        connection = self._ready(person)
        try:
            with connection, connection.cursor() as cursor:
                yield cursor
        except errors.ProgramLimitExceeded:
            raise  # a value that is too large, though the driver takes it for an outage
        except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
            self.close()
            raise UnavailableError(_first_line(error)) from error

    def answers(self) -> bool:
        """Tell whether the database answers SELECT 1 now."""
        try:
            with self.transaction() as cursor:
                cursor.execute("SELECT 1")
        except UnavailableError:
            return False
        return True

    def close(self) -> None:
        """Close this thread's connection; the next transaction opens a new one."""
        connection = getattr(self._of_thread, "connection", None)
        self._of_thread.connection = None
        if connection is not None:
            with contextlib.suppress(psycopg2.Error):
                connection.close()

    def _ready(self, person: str) -> extensions.connection:
        """Return a connection that just answered; a lost one is replaced once."""
        connection: extensions.connection | None = getattr(self._of_thread, "connection", None)
        if connection is not None:
            try:
                _begin(connection, person, self._timeout_ms)
            except (psycopg2.OperationalError, psycopg2.InterfaceError):
                self.close()
            else:
                return connection
        try:
            connection = psycopg2.connect(self._conninfo, **_CONNECTION)
            self._of_thread.connection = connection
            _begin(connection, person, self._timeout_ms)
        except psycopg2.OperationalError as error:
            self.close()
            raise UnavailableError(_first_line(error)) from error
        return connection


def _begin(connection: extensions.connection, person: str, timeout_ms: int) -> None:
    """Start the transaction; is_local, so that a proxy does not pin the connection."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('monitor.person', %s, true), set_config('timezone', 'UTC', true),"
            " set_config('statement_timeout', %s, true)",
            (person, str(timeout_ms)),
        )


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
