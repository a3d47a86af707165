"""Connections and transactions: one connection a thread, opened when needed, replaced when lost."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

import psycopg2
from psycopg2 import errors, extensions

from chalicelib.adapters.postgres.opening import open_with
from chalicelib.adapters.postgres.pipeline import Pipeline, pipeline
from chalicelib.adapters.postgres.sign_in import SignIn, as_given, connect
from chalicelib.domain.errors import ConflictError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from chalicelib.adapters.postgres.opening import LastErased

# A failover takes 60 to 120 s; a connection to the lost side must be noticed well before that.
_CONNECTION: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 5_000,  # a server that is there acknowledges at once, however long it works
}
_BEGIN = """
SELECT set_config('timezone', 'UTC', true),
       set_config('statement_timeout', %(_timeout_ms)s, true)"""
_HURRY = "SELECT set_config('statement_timeout', %(_timeout_ms)s, true)"
_OPEN = ", must_be_open()"  # refuses a database that was restored, until it is known to be right
_ENTER = ", enter(%(_person)s)"  # shows the rows that this person has to do with
_FOR_ALL = "; SELECT set_config('monitor.sees_all', 'true', true)"
# The last: what was the writer before a failover; a new connection finds the one that is it now.
_LOST = (psycopg2.OperationalError, psycopg2.InterfaceError, errors.ReadOnlySqlTransaction)
_TOO_LARGE = (errors.ProgramLimitExceeded, errors.StatementTooComplex)


class Database:
    """One PostgreSQL database, signed in to as one role.

    With `last_erased` it is used only when that student is erased in it: see opening.py.
    """

    def __init__(
        self,
        sign_in: SignIn | str,
        *,
        statement_timeout_ms: int = 25_000,
        last_erased: LastErased | None = None,
    ) -> None:
        self._sign_in = as_given(sign_in) if isinstance(sign_in, str) else sign_in
        self._timeout_ms = statement_timeout_ms
        self._last_erased = last_erased
        self._of_thread = threading.local()

    @contextlib.contextmanager
    def transaction(self, *, person: str = "", for_all: bool = False) -> Iterator[Pipeline]:
        """Give a cursor in a transaction that names the person; commit at the end, or roll back.

        The role `api` is shown the rows that the person has to do with; without a person, none.
        `for_all` shows them all: for what has to be computed of a whole class, whoever asks.
        Raises UnavailableError when the database does not answer, be it at the first statement or
        at the commit: then it is not known whether the commit took place. ConflictError when the
        schema forbids it: of whom a legal hold is in force, or who was erased.
        """
        connection = self._ready(self._beginning(person, for_all=for_all), person)
        try:
            with pipeline(connection) as cursor:
                yield cursor
        except _TOO_LARGE:
            raise  # a value that is too large, though the driver takes it for an outage
        except errors.RestrictViolation as error:
            raise ConflictError(f"It is not allowed: {error.diag.message_primary}.") from error
        except _LOST as error:
            self.close()
            raise UnavailableError(_first_line(error)) from error

    def ask(
        self,
        query: str,
        values: Mapping[str, Any],
        *,
        person: str = "",
        timeout_ms: int | None = None,
    ) -> list[tuple[Any, ...]]:
        """Return the rows of one query, run in a transaction of its own that names the person.

        The transaction and the query travel together: two statements sent at once are one
        transaction. Raises UnavailableError when the database does not answer; a connection that
        was lost in the meantime is replaced once, since a query may be asked again. `timeout_ms`
        stands instead of the usual time that a query may take.
        """
        known: extensions.connection | None = getattr(self._of_thread, "connection", None)
        if known is not None:
            try:
                return self._asked(known, query, values, person, timeout_ms)
            except _TOO_LARGE:
                raise  # a value that is too large, though the driver takes it for an outage
            except errors.QueryCanceled as error:  # it would take as long a second time
                raise UnavailableError(_first_line(error)) from error
            except _LOST:
                self.close()
        with self.transaction(person=person) as cursor:
            if timeout_ms is not None:
                cursor.execute(_HURRY, {"_timeout_ms": str(timeout_ms)})
            cursor.execute(query, values)
            return cursor.fetchall()

    def answers(self) -> bool:
        """Tell whether the database answers SELECT 1 now."""
        try:
            return bool(self.ask("SELECT 1", {}))
        except UnavailableError:
            return False

    def close(self) -> None:
        """Close this thread's connection; the next transaction opens a new one."""
        connection = getattr(self._of_thread, "connection", None)
        self._of_thread.connection = None
        if connection is not None:
            with contextlib.suppress(psycopg2.Error):
                connection.close()

    def _asked(
        self,
        connection: extensions.connection,
        query: str,
        values: Mapping[str, Any],
        person: str,
        timeout_ms: int | None,
    ) -> list[tuple[Any, ...]]:
        timeout = str(self._timeout_ms if timeout_ms is None else timeout_ms)
        named = {**values, "_person": person, "_timeout_ms": timeout}
        with connection.cursor() as cursor:
            cursor.execute(f"{self._beginning(person)}; {query}", named)
            return cursor.fetchall()

    def _ready(self, beginning: str, person: str) -> extensions.connection:
        """Return a connection that just answered; a lost one is replaced once."""
        connection: extensions.connection | None = getattr(self._of_thread, "connection", None)
        if connection is not None:
            try:
                self._begin(connection, beginning, person)
            except _LOST:
                self.close()
            else:
                return connection
        try:
            connection = connect(self._sign_in, **_CONNECTION)
            connection.autocommit = True  # BEGIN and COMMIT travel with what they stand beside
            self._of_thread.connection = connection
            self._begin_first(connection, beginning, person)
        except _LOST as error:
            self.close()
            raise UnavailableError(_first_line(error)) from error
        except UnavailableError:
            self.close()
            raise
        return connection

    def _begin_first(self, connection: extensions.connection, beginning: str, person: str) -> None:
        """Start the first transaction of a connection; the server may be another one by now."""
        try:
            self._begin(connection, beginning, person)
        except errors.CannotConnectNow:
            if self._last_erased is None:
                raise
            open_with(connection, self._last_erased)
            self._begin(connection, beginning, person)

    def _beginning(self, person: str, *, for_all: bool = False) -> str:
        """Return the first message of a transaction; all of it is local to that."""
        first = _BEGIN + (_OPEN if self._last_erased else "")
        entering = _ENTER if person or for_all else ""
        return first + entering + (_FOR_ALL if for_all else "")

    def _begin(self, connection: extensions.connection, beginning: str, person: str) -> None:
        """Start the transaction; is_local, so that a proxy does not pin the connection."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"BEGIN; {beginning}", {"_person": person, "_timeout_ms": str(self._timeout_ms)}
            )


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
