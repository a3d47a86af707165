"""Let a database in that has every erasure, and none that was restored from before the last one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from chalicelib.domain.errors import UnavailableError

if TYPE_CHECKING:
    from psycopg2 import extensions

LastErased = Callable[[], str | None]  # the student who was erased last, by the list outside
CLOSED = (
    "The database was restored from before an erasure that is on the list, and is closed until the"
    " migration has applied it."
)


def open_with(connection: extensions.connection, last_erased: LastErased) -> None:
    """Compare a database with the list once, for as long as its server process lives.

    Raises UnavailableError when the last one who is listed is not erased in it, or when the list
    does not answer.
    """
    with connection.cursor() as cursor:
        cursor.execute("ROLLBACK")
        cursor.execute("SELECT open_with(%s::uuid)", (last_erased(),))
        if cursor.fetchone() != (True,):
            raise UnavailableError(CLOSED)
