"""What the role `privacy` does with records: erase, hold, tell what was erased."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.adapters.postgres import classes, queries
from chalicelib.domain.erasure import Erasure, Step

if TYPE_CHECKING:
    import datetime as dt

    from chalicelib.adapters.postgres.database import Database

_SQL = queries.load("privacy.sql")
_HOLD = ("hold_id", "student", "course", "reason", "put_by", "put_at")
Row = dict[str, Any]


class PostgresPrivacy:
    """Erases students and keeps holds; the database must be signed in to as privacy (or owner)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self, student: str) -> dict[str, int]:
        """Return how many rows there are of a student, by table."""
        found: dict[str, int] = self._ask("count_student", student=student)[0][0]
        return found

    def erase(self, erasure: Erasure, as_of: dt.datetime, *, again: bool = False) -> dict[str, int]:
        """Delete a student's rows, and see the classes anew; return the rows by table.

        Safe to repeat. Raises ConflictError when a legal hold is in force, unless it was decided
        and done before (`again`), which the owner of the tables alone may say.
        """
        values = {
            "student": erasure.student,
            "erased_at": erasure.erased_at,
            "asked_by": erasure.asked_by,
            "reason": erasure.reason,
        }
        with self._database.transaction() as cursor:
            cursor.execute(_SQL["courses_of_student"], values)
            courses = [course for (course,) in cursor.fetchall()]
            cursor.execute(_SQL["erase_again" if again else "erase_student"], values)
            deleted: dict[str, int] = cursor.fetchall()[0][0]
            for course in courses:
                classes.refresh_context(cursor, course, as_of)
        return deleted

    def erasure(self, student: str) -> Erasure | None:
        """Return what is known of a student's erasure."""
        rows = self._ask("erasure", student=student)
        if not rows:
            return None
        fields = ("student", "erased_at", "asked_by", "reason", "deleted")
        return Erasure(step=Step.DONE, **dict(zip(fields, rows[0], strict=True)))

    def erased(self) -> frozenset[str]:
        """Return everybody who was erased."""
        return frozenset(student for (student,) in self._ask("erased"))

    def latest_erased(self) -> str | None:
        """Return who was erased last; None: nobody was."""
        rows = self._ask("latest_erased")
        return rows[0][0] if rows else None

    def holds(self, student: str | None = None) -> list[Row]:
        """Return the holds in force, or those that keep one student's record."""
        name = "holds" if student is None else "holds_of_student"
        rows = self._ask(name, student=student)
        return [dict(zip(_HOLD, row, strict=True)) for row in rows]

    def put_hold(
        self,
        *,
        student: str | None,
        course: str | None,
        reason: str,
        person: str,
        as_of: dt.datetime,
    ) -> bool:
        """Hold a student's or a course's records; tell whether that is new."""
        return bool(
            self._write(
                "put_hold",
                student=student,
                course=course,
                reason=reason,
                put_by=person,
                put_at=as_of,
            )
        )

    def lift_hold(self, hold_id: int, *, person: str, as_of: dt.datetime) -> bool:
        """Lift a hold; tell whether it was in force."""
        return bool(self._write("lift_hold", hold_id=hold_id, lifted_by=person, lifted_at=as_of))

    def _ask(self, name: str, **values: Any) -> list[tuple[Any, ...]]:
        return self._database.ask(_SQL[name], values)

    def _write(self, name: str, **values: Any) -> list[tuple[Any, ...]]:
        with self._database.transaction() as cursor:
            cursor.execute(_SQL[name], values)
            return cursor.fetchall()
