"""What was known at a past moment: events, catalogue, roster, policies and alerts of then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from chalicelib.adapters.postgres import arrays, queries
from chalicelib.adapters.postgres.event_rows import Row, from_row
from chalicelib.adapters.postgres.folding import to_touched
from chalicelib.domain import catalogue
from chalicelib.domain.as_of import FOREVER_US, AlertThen, CourseThen, Member, StatementThen
from chalicelib.domain.classroom import Course, ItemTerms
from chalicelib.domain.conversion import micros
from chalicelib.domain.facts import Facts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from chalicelib.adapters.postgres.database import Database
    from chalicelib.domain.policy import Overrides
    from chalicelib.domain.standing import Spans

_SQL = queries.load("as_of.sql")
_decode_items = msgspec.json.Decoder(dict[str, catalogue.Item]).decode
_decode_roster = msgspec.json.Decoder(list[catalogue.Enrolment]).decode


class PostgresPast:
    """Answers for a moment; `replayed` says that the clock is a replay's.

    Then what is put and retracted counts from the beginning, since only receipts bear its time.
    """

    def __init__(self, database: Database, *, replayed: bool = False, person: str = "") -> None:
        self._database = database
        self._replayed = replayed
        self._person = person

    def seen_by(self, person: str) -> PostgresPast:
        """Return the past as it is told to a person; to nobody but what is of no student."""
        return PostgresPast(self._database, replayed=self._replayed, person=person)

    def oldest(self) -> dt.datetime | None:
        """Return the moment before which no event is kept."""
        found: dt.datetime | None = self._database.ask(_SQL["oldest"], {})[0][0]
        return found

    def courses(self, student: str, course: str | None) -> list[str]:
        """Return the courses in which a student is known now, or the one of them that is named."""
        values = {"student": student, "course": course}
        rows = self._database.ask(_SQL["courses"], values, person=self._person)
        return [name for (name,) in rows]

    def all_courses(self, student: str) -> list[str]:
        """Return every course of a student who is shown in any."""
        values = {"student": student}
        rows = self._database.ask(_SQL["all_courses"], values, person=self._person)
        return [name for (name,) in rows]

    def risk_before(self, student: str, course: str, before: dt.date) -> int | None:
        """Return the risk of a student on a day, or the last one before it that was swept."""
        values = {"student": student, "course": course, "before": before}
        rows = self._database.ask(_SQL["risk_before"], values, person=self._person)
        return rows[0][0] if rows else None

    def policies(self, at: dt.datetime) -> dict[str, Overrides]:
        """Return what was changed of the preset, by course."""
        return dict(self._ask("policies", at))

    def course(self, course: str, at: dt.datetime) -> CourseThen:
        """Return a course as the catalogue had it."""
        ((told, items),) = self._ask("terms", at, course=course)
        title, subject, begins_us, ends_us = told or (None, "", None, None)
        terms = [
            ItemTerms(
                item,
                one.title,
                None if one.due_at is None else micros(one.due_at),
                one.weight_milli,
                one.optional,
            )
            for item, one in sorted(_decode_items(items or "{}").items())
        ]
        return CourseThen(title, Course(course, begins_us, ends_us, terms, subject or ""))

    def members(
        self, course: str, at: dt.datetime, students: Sequence[str] | None = None
    ) -> list[Member]:
        """Return the students of a class, or those of them that are named."""
        named = None if students is None else arrays.plain(students)
        return [
            Member(
                row[0],
                None if row[3] is None else to_touched(row[:-1]).standing,
                _roster(row[-1]),
            )
            for row in self._ask("standings", at, course=course, students=named)
        ]

    def facts(self, course: str, at: dt.datetime, students: Sequence[str]) -> Facts:
        """Return what the events of these students told by then."""
        facts = Facts()
        values = {"course": course, "students": arrays.plain(students)}
        for *row, gone in self._ask("events", at, **values):
            kept = Row(*row)
            event = from_row(kept)
            if gone:
                facts.touch(event)
            else:
                facts.add(event, kept.event_uid)
        return facts

    def alerts(self, student: str, course: str | None, at: dt.datetime) -> list[AlertThen]:
        """Return a student's alerts that were open, with what they said then."""
        rows = self._ask("alerts", at, student=student, course=course)
        return [AlertThen(*row) for row in rows]

    def statements(self, student: str, course: str | None, at: dt.datetime) -> list[StatementThen]:
        """Return what stood beside a student's record, of a course and of none, or of all."""
        rows = self._ask("statements", at, student=student, course=course)
        return [StatementThen(*row) for row in rows]

    def _ask(self, name: str, at: dt.datetime, **values: Any) -> list[tuple[Any, ...]]:
        values |= {"at": at, "replayed": self._replayed}
        return self._database.ask(_SQL[name], values, person=self._person)


def _roster(content: str | None) -> Spans | None:
    if content is None:
        return None
    return tuple(
        (micros(one.begins_at), FOREVER_US if one.ends_at is None else micros(one.ends_at))
        for one in _decode_roster(content)
    )
