"""The roster: read for every decision, changed line by line, every version kept with its author."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import msgspec

from chalicelib.adapters.postgres import queries
from chalicelib.adapters.postgres.reads import in_z
from chalicelib.domain.access import About
from chalicelib.domain.roster import ADMINISTRATOR, Line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from chalicelib.adapters.postgres.database import Database
    from chalicelib.adapters.postgres.pipeline import Pipeline

_SQL = queries.load("roster.sql")
_lines = msgspec.json.Decoder(list[tuple[str, str, dt.date | None, dt.date | None]]).decode
_rows = msgspec.json.Decoder(list[msgspec.Raw]).decode


class PostgresRoster:
    """Says who has to do with whom, and lets it be changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, person: str, student: str | None = None) -> tuple[dt.date, list[Line], list[str]]:
        """Return today, a person's lines, and the courses of a student that she teaches."""
        values = {"person": person, "student": student}
        ((today, lines, courses),) = self._database.ask(_SQL["rights"], values)
        return today, _of(person, lines), courses

    def of_alert(self, person: str, alert_id: int) -> tuple[dt.date, list[Line], About]:
        """Return today, a person's lines, and what an alert is about."""
        values = {"person": person, "alert_id": alert_id}
        ((today, lines, course, student),) = self._database.ask(_SQL["rights_on_alert"], values)
        return today, _of(person, lines), About(course=course, student=student)

    def put(self, line: Line, *, by: str) -> bool:
        """Keep one line; tell whether it differs from what was kept."""
        with self._database.transaction(person=by) as cursor:
            return bool(put_lines(cursor, [line], by))

    def put_own(
        self,
        person: str,
        lines: list[Line],
        *,
        by: str,
        check: Callable[[list[Line], list[Line], dt.date], None],
    ) -> bool:
        """Let these be all that a person is by herself; tell whether that is new.

        `check` is given every administrator's line as it is before and after, and the day; it
        raises what must be refused. Nobody else changes roles in between.
        """
        with self._database.transaction(person=by) as cursor:
            cursor.execute(_SQL["lock_roles"])
            cursor.execute(_SQL["administrators"])
            rows = cursor.fetchall()
            before = [Line(*row[1:]) for row in rows if row[1] is not None]
            left = [one for one in before if one.person != person] + lines
            check(before, left, rows[0][0])
            cursor.execute(_SQL["own_lines"], {"person": person})
            kept = {one[:3] for one in lines}
            gone = [Line(*row) for row in cursor.fetchall() if row[:3] not in kept]
            removed = remove_lines(cursor, gone, by)
            return bool(put_lines(cursor, lines, by) or removed)

    def appoint(self, person: str) -> bool:
        """Make a person an administrator while nobody is; tell whether that was so."""
        with self._database.transaction(person=person) as cursor:
            cursor.execute(_SQL["lock_roles"])
            cursor.execute(_SQL["administrators"])
            rows = cursor.fetchall()
            if any(row[1] is not None and Line(*row[1:]).holds(row[0]) for row in rows):
                return False
            return bool(put_lines(cursor, [Line(person, "role", ADMINISTRATOR)], "deployment"))

    def by_target(self, kind: str, target: str, *, person: str) -> tuple[Any, Any]:
        """Return who teaches a course or advises a student, and the past of it: two JSON lists."""
        return self._two("by_target", {"kind": kind, "target": target}, person)

    def by_person(self, whose: str, *, person: str) -> tuple[Any, Any]:
        """Return what the roster says of a person, and the past of it: two JSON lists."""
        return self._two("by_person", {"person": whose}, person)

    def _two(self, name: str, values: dict[str, Any], person: str) -> tuple[Any, Any]:
        ((now, past),) = self._database.ask(_SQL[name], values, person=person)
        return _rows(in_z(now)), _rows(in_z(past))


def put_lines(cursor: Pipeline, lines: Iterable[Line], by: str) -> list[tuple[str, str, str]]:
    """Keep lines, each once; return (person, kind, target) of those that differ from before."""
    told = list(lines)
    if not told:
        return []
    columns = dict(zip(Line._fields, map(list, zip(*told, strict=True)), strict=True))
    cursor.execute(_SQL["put_lines"], {**columns, "set_by": by})
    return cursor.fetchall()


def remove_lines(cursor: Pipeline, lines: Iterable[Line], by: str) -> list[tuple[str, str, str]]:
    """Remove lines; return (person, kind, target) of those that there were."""
    told = [one[:3] for one in lines]
    if not told:
        return []
    columns = dict(zip(Line._fields, map(list, zip(*told, strict=True)), strict=False))
    cursor.execute(_SQL["remove_lines"], {**columns, "set_by": by})
    return cursor.fetchall()


def _of(person: str, lines: str) -> list[Line]:
    return [Line(person, *one) for one in _lines(lines)]
