"""Requests for correction in PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from chalicelib.adapters.postgres import event_log, queries
from chalicelib.domain.correction import MOST, Correction
from chalicelib.domain.errors import ConflictError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from chalicelib.adapters.postgres.database import Database
    from chalicelib.domain.correction import Contest

_SQL = queries.load("corrections.sql")


class PostgresCorrections:
    """Keeps requests for correction, for a named person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, student: str, wanted: Contest, as_of: dt.datetime, *, person: str) -> int:
        """Keep a request; return its number. ConflictError when the student has 1,000."""
        values = {
            "student": student,
            "course": wanted.course or "",
            "about": wanted.about,
            "wanted": wanted.wanted,
            "person": person,
            "as_of": as_of,
            "most": MOST,
        }
        with self._database.transaction(person=person) as cursor:
            event_log.begin(cursor, [student])
            cursor.execute(_SQL["add"], values)
            for (number,) in cursor.fetchall():
                return int(number)
        raise ConflictError(f"The student has {MOST} requests; no more are kept.")

    def of(self, student: str, *, person: str) -> list[Correction]:
        """Return a student's requests in their order."""
        rows = self._database.ask(
            _SQL["of_student"], {"student": student, "number": None}, person=person
        )
        return [Correction(**dict(zip(_FIELDS, row, strict=True))) for row in rows]

    def change(
        self, student: str, number: int, become: Callable[[Correction], Correction], *, person: str
    ) -> Correction | None:
        """Keep what a request becomes, alone with it; None when there is no such request."""
        values = {"student": student, "number": number}
        with self._database.transaction(person=person) as cursor:
            event_log.begin(cursor, [student])
            cursor.execute(_SQL["of_student"], values)
            for row in cursor.fetchall():
                after = become(Correction(**dict(zip(_FIELDS, row, strict=True))))
                cursor.execute(_SQL["change"], {**msgspec.structs.asdict(after), **values})
                return after
        return None


_FIELDS = Correction.__struct_fields__
