"""Lines of the roster for tests, written by the owner of the tables as nobody may for herself."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.roster import put_lines
from chalicelib.domain.roster import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.adapters.postgres.pipeline import Pipeline
    from tests.conftest import TestDatabase


@contextlib.contextmanager
def as_owner(database: TestDatabase) -> Iterator[Pipeline]:
    """Give a cursor that is subject to nothing."""
    owner = Database(database.dsn("owner"))
    with contextlib.closing(owner), owner.transaction() as cursor:
        yield cursor


def put_roster(database: TestDatabase, *lines: Line) -> None:
    """Let the roster say this as well."""
    with as_owner(database) as cursor:
        put_lines(cursor, lines, "deployment")


def holds(person: str, role: str) -> Line:
    """Return that a person holds an institution-wide role."""
    return Line(person, "role", role)


def teaches(person: str, course: str) -> Line:
    return Line(person, "teaches", course)


def advises(person: str, student: str) -> Line:
    return Line(person, "advises", student)
