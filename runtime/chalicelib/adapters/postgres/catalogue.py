"""What is put through the API: courses, their work, who is enrolled when; every version is kept."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import msgspec

from chalicelib.adapters.postgres import classes, folding, queries
from chalicelib.domain.conversion import micros
from chalicelib.domain.facts import ENROLMENT
from chalicelib.domain.work import Terms

if TYPE_CHECKING:
    from chalicelib.adapters.postgres.database import Database
    from chalicelib.adapters.postgres.pipeline import Pipeline
    from chalicelib.domain.catalogue import Course, Enrolment, Item

_SQL = queries.load("catalogue.sql")


class PostgresCatalogue:
    """Keeps courses, items and enrolments; standings that a change touches follow at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put_course(self, course: str, content: Course, *, person: str = "") -> bool:
        """Keep this version of a course; tell whether it is a new one."""
        return self._put("put_course", {"course": course, **_values(content)}, person)

    def put_item(self, course: str, item: str, content: Item, *, person: str = "") -> bool:
        """Keep this version of a piece of work, and recompute whoever has done it."""
        values = {"course": course, "item": item, **_values(content)}
        values["weight_milli"] = content.weight_milli
        with self._database.transaction(person=person, for_all=True) as cursor:
            cursor.execute(_SQL["put_item"], values)
            if not cursor.fetchall():
                return False
            folding.lock_all(cursor)
            _refold(cursor, course, item, content)
            return True

    def put_enrolments(
        self, course: str, student: str, content: list[Enrolment], *, person: str = ""
    ) -> bool:
        """Keep when a student is enrolled by the roster, and recompute the standing."""
        values = {"course": course, "student": student}
        with self._database.transaction(person=person, for_all=True) as cursor:
            folding.lock_all(cursor)
            cursor.execute(_SQL["known_enrolments"], values)
            if cursor.fetchall() == sorted((one.begins_at, one.ends_at) for one in content):
                return False
            enrol(cursor, course, student, content)
            return True

    def _put(self, name: str, values: dict[str, Any], person: str) -> bool:
        with self._database.transaction(person=person, for_all=True) as cursor:
            cursor.execute(_SQL[name], values)
            return bool(cursor.fetchall())


def enrol(cursor: Pipeline, course: str, student: str, content: list[Enrolment]) -> None:
    """Replace when a student is enrolled, once every other writer is kept out."""
    values = {
        "course": course,
        "student": student,
        "begins_at": [_in_utc(one.begins_at) for one in content],
        "ends_at": [_in_utc(one.ends_at) for one in content],
        "content": msgspec.json.encode(content).decode(),
    }
    cursor.execute(_SQL["clear_enrolments"], values)
    cursor.execute(_SQL["add_enrolments"], values)
    folding.recount(cursor, (student, course), ENROLMENT)


def _refold(cursor: Pipeline, course: str, item: str, content: Item) -> None:
    """Let the catalogue's new word count for everyone who has done this piece of work."""
    due_us = None if content.due_at is None else micros(content.due_at)
    terms = Terms(due_us, content.weight_milli, content.optional)
    for part in classes.parts(cursor, course):
        folding.refold_item(cursor, item, terms, part)


def _in_utc(value: Any) -> Any:
    """Return a moment in UTC: PostgreSQL knows no offset of sixteen hours, RFC 3339 does."""
    return value.astimezone(dt.UTC) if isinstance(value, dt.datetime) else value


def _values(content: Course | Item) -> dict[str, Any]:
    fields = {name: _in_utc(getattr(content, name)) for name in content.__struct_fields__}
    return {**fields, "content": msgspec.json.encode(content).decode()}
