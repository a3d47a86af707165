"""A cursor that can run statements behind the caller's back, so that client and server both work.

The server spends half of a batch's time on statements whose answer nobody needs at once. While it
runs them, the next standings are folded and judged here.
"""

from __future__ import annotations

import contextlib
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psycopg2

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from psycopg2.extensions import connection as Connection  # noqa: N812  # it is a class
    from psycopg2.extensions import cursor as Cursor  # noqa: N812  # it is a class

    from chalicelib.adapters.postgres.copying import Feed

    Values = Mapping[str, Any] | Sequence[object]
    Statement = tuple[str, Values | None]


class Asked:
    """A query that runs behind the caller's back."""

    def __init__(self, pipeline: Pipeline, ran: Future[Cursor]) -> None:
        self._pipeline = pipeline
        self._ran = ran

    def rows(self) -> list[tuple[Any, ...]]:
        """Return its rows, once, when they are there; raise what went wrong.

        They are read here, not behind the caller's back, where the server would wait meanwhile.
        """
        try:
            with self._ran.result() as cursor:
                return cursor.fetchall()
        except psycopg2.InterfaceError:  # the connection is gone: say what took it away
            self._pipeline.wait()
            raise


class Pipeline:
    """The statements of one transaction, always in the order in which they were given."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._cursor: Cursor = connection.cursor()
        self._threads: ThreadPoolExecutor | None = None
        self._running: list[Future[Any]] = []
        self._along: list[Statement] = []  # what the next message begins with
        self._failed: Exception | None = None  # the first error behind the caller's back

    def execute(self, query: str, values: Values | None = None) -> None:
        """Run a statement after all earlier ones; `fetchall` and `rowcount` tell of it."""
        self.wait()
        if self._along:
            self._cursor.execute(_message(self._cursor, [*self._taken_along(), (query, values)]))
        else:
            self._cursor.execute(query, values)

    def copy_expert(self, query: str, feed: Feed) -> None:
        """Run a COPY after all earlier statements."""
        self.wait()
        message = _message(self._cursor, [*self._taken_along(), (query, None)])
        self._cursor.copy_expert(message, feed)  # type: ignore[arg-type]  # it calls read() alone

    def along(self, query: str, values: Values | None = None) -> None:
        """Run a statement without an answer in the next message, before what that is about.

        It saves the way to the server and back. What goes wrong is raised by that message.
        """
        self._along.append((query, values))

    def later(self, statements: Sequence[Statement], *, rows: int | None = None) -> None:
        """Send statements without an answer after all earlier ones, in one message; do not wait.

        What goes wrong is raised by whatever is called next, at the latest at the end of the
        transaction; RuntimeError when the last one touches another number of `rows`.
        """
        if statements:
            self._send(statements, rows)

    def soon(self, query: str, values: Mapping[str, Any]) -> Asked:
        """Run a query after all earlier statements; do not wait for its rows."""
        return Asked(self, self._send([(query, values)]))

    def wait(self) -> None:
        """Wait for what was given to `later` and `soon`; raise the first error of it."""
        running, self._running = self._running, []
        for one in running:
            one.result()

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return the rows of the last `execute`."""
        return self._cursor.fetchall()

    def fetchmany(self, size: int) -> list[tuple[Any, ...]]:
        """Return the next rows of the last `execute`, `size` at most."""
        return self._cursor.fetchmany(size)

    @property
    def rowcount(self) -> int:
        """How many rows the last `execute` touched."""
        return self._cursor.rowcount

    def commit(self) -> None:
        """End the transaction after all earlier statements.

        Raises RuntimeError when nothing was kept, since somebody passed over an error in it: the
        server then answers COMMIT with ROLLBACK, and no error.
        """
        self.execute("COMMIT")
        if self._cursor.statusmessage != "COMMIT":
            raise RuntimeError("nothing was kept: an error in the transaction was passed over")

    def close(self) -> None:
        """End the thread, if there is one; whatever it runs is run to its end."""
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
        self._cursor.close()

    def _thread(self) -> ThreadPoolExecutor:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(max_workers=1)
        return self._threads

    def _taken_along(self) -> list[Statement]:
        along, self._along = self._along, []
        return along

    def _send(self, statements: Sequence[Statement], rows: int | None = None) -> Future[Cursor]:
        """Have a message run by the thread; it is made here, so that the server has not to wait."""
        message = _message(self._cursor, [*self._taken_along(), *statements])
        sent = self._thread().submit(self._run, message, rows)
        self._running.append(sent)
        return sent

    def _run(self, message: bytes, rows: int | None) -> Cursor:
        """Run a message; after an error none is run, so that this error is what is raised."""
        if self._failed is not None:
            raise self._failed
        try:
            return self._executed(message, rows)
        except Exception as error:
            self._failed = error
            raise

    def _executed(self, message: bytes, rows: int | None) -> Cursor:
        cursor = self._connection.cursor()
        cursor.execute(message)
        if rows is not None and cursor.rowcount != rows:
            raise RuntimeError(f"{rows} rows expected, {cursor.rowcount} touched")
        return cursor


def _message(cursor: Cursor, statements: Sequence[Statement]) -> bytes:
    return b";".join([cursor.mogrify(*statement) for statement in statements])


@contextlib.contextmanager
def pipeline(connection: Connection) -> Iterator[Pipeline]:
    """Give the pipeline of a transaction that has begun; commit at the end, or roll back.

    The connection does not commit by itself what it knows nothing of: it is in autocommit mode.
    """
    one = Pipeline(connection)
    try:
        yield one
        one.commit()
    except BaseException:
        one.close()
        _roll_back(connection)
        raise
    one.close()


def _roll_back(connection: Connection) -> None:
    """Undo what has been done, unless there is nobody left to undo it: then it is undone."""
    with contextlib.suppress(psycopg2.Error), connection.cursor() as cursor:
        cursor.execute("ROLLBACK")
