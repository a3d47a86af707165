"""A cursor that can run statements behind the caller's back, so that client and server both work.

The server spends half of a batch's time on statements whose answer nobody needs at once. While it
runs them, the next standings are folded and judged here.
"""

from __future__ import annotations

import contextlib
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from psycopg2.extensions import connection as Connection  # noqa: N812  # it is a class
    from psycopg2.extensions import cursor as Cursor  # noqa: N812  # it is a class

    from chalicelib.adapters.postgres.copying import Feed

    Values = Mapping[str, Any] | Sequence[object]
    Statement = tuple[str, Values]


class Pipeline:
    """The statements of one transaction, always in the order in which they were given."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._cursor: Cursor = connection.cursor()
        self._threads: ThreadPoolExecutor | None = None
        self._running: list[Future[Any]] = []
        self._failed: Exception | None = None  # the first error behind the caller's back

    def execute(self, query: str, values: Values | None = None) -> None:
        """Run a statement after all earlier ones; `fetchall` and `rowcount` tell of it."""
        self.wait()
        self._cursor.execute(query, values)

    def copy_expert(self, query: str, feed: Feed) -> None:
        """Run a COPY after all earlier statements."""
        self.wait()
        self._cursor.copy_expert(query, feed)  # type: ignore[arg-type]  # it calls read() alone

    def later(self, statements: Sequence[Statement], *, rows: int | None = None) -> None:
        """Send statements without an answer after all earlier ones, in one message; do not wait.

        What goes wrong is raised by whatever is called next, at the latest at the end of the
        transaction; RuntimeError when the last one touches another number of `rows`.
        """
        if statements:
            self._running.append(self._thread().submit(self._run, statements, rows))

    def soon(self, query: str, values: Mapping[str, Any]) -> Future[list[tuple[Any, ...]]]:
        """Run a query after all earlier statements; its rows are there when they are asked for."""
        asked = self._thread().submit(self._ask, query, values)
        self._running.append(asked)
        return asked

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

    def close(self) -> None:
        """End the thread, if there is one; whatever it runs is run to its end."""
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
        self._cursor.close()

    def _thread(self) -> ThreadPoolExecutor:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(max_workers=1)
        return self._threads

    def _ask(self, query: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        with self._behind() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall()

    @contextlib.contextmanager
    def _behind(self) -> Iterator[Cursor]:
        """Give a cursor; after an error nothing is run, so that this error is what is raised."""
        if self._failed is not None:
            raise self._failed
        try:
            with self._connection.cursor() as cursor:
                yield cursor
        except Exception as error:
            self._failed = error
            raise

    def _run(self, statements: Sequence[Statement], rows: int | None) -> None:
        with self._behind() as cursor:
            cursor.execute(b";".join([cursor.mogrify(*statement) for statement in statements]))
            if rows is not None and cursor.rowcount != rows:
                raise RuntimeError(f"{rows} rows expected, {cursor.rowcount} touched")


@contextlib.contextmanager
def pipeline(connection: Connection) -> Iterator[Pipeline]:
    """Give the pipeline of a transaction; everything has been run when it ends without an error."""
    one = Pipeline(connection)
    try:
        yield one
        one.wait()
    finally:
        one.close()
