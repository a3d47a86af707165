"""A network in between: each message of the driver waits for as long as it would be on its way.

In the driver, since a proxy takes a third process's share of the processors from those that are
measured.
"""

from __future__ import annotations

import contextlib
import functools
import time
from typing import TYPE_CHECKING, Any
from unittest import mock

import psycopg2
from psycopg2.extensions import cursor as Cursor  # noqa: N812  # it is a class

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def far(*, milliseconds: float) -> Iterator[None]:
    """Have whoever connects meanwhile wait this long for each way to the server and back.

    COPY goes there twice: it asks whether it may, and then sends. Connecting costs nothing more.
    """
    seconds = milliseconds / 1000

    class FarCursor(Cursor):
        def execute(self, *statement: Any) -> None:
            time.sleep(seconds)
            super().execute(*statement)

        def copy_expert(self, *copy: Any) -> None:
            time.sleep(2 * seconds)
            super().copy_expert(*copy)

    connect = functools.partial(psycopg2.connect, cursor_factory=FarCursor)
    with mock.patch.object(psycopg2, "connect", connect):
        yield
