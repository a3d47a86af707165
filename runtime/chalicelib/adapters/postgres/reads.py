"""The reads of the API: one transaction, one query, one answer each."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from chalicelib.adapters.postgres import queries, shown
from chalicelib.adapters.postgres.classes import FIRST
from chalicelib.adapters.postgres.student_page import student_page
from chalicelib.domain.suppression import enrolled_for_others

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from chalicelib.adapters.postgres.database import Database
    from chalicelib.domain.access import Own

_SQL = queries.load("reads.sql")
LATEST = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)
LAST = "ffffffff-ffff-ffff-ffff-ffffffffffff"
# Where a list begins, by its sort key and student.
SORTS = {
    "risk": (20, FIRST),
    "mark": (-1, FIRST),
    "student": (0, FIRST),
    "last_activity": (-2, FIRST),
}
# PostgreSQL writes +00:00 into the JSON that it builds; within a text a quote would be escaped.
_OFFSET = re.compile(r'("(?:\w+_at|as_of)" ?: ?"[^"]+)\+00:00"')
Json = dict[str, Any]


class Page(NamedTuple):
    """A page of a list, and the keyset of its last row when there may be more."""

    rows: list[Json]
    last: list[Any] | None


class PostgresReads:
    """Answers questions about students and courses for a named person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def student(self, student: str, as_of: dt.datetime, *, person: str = "") -> bytes | None:
        """Return the JSON of one student's standings and open alerts; None when unknown."""
        rows = self._rows("student", {"student": student, "as_of": as_of}, person)
        return student_page(student, as_of, rows[0][0])

    def courses_of(self, student: str, *, person: str = "") -> list[str]:
        """Return the courses that the monitor has a standing of this student in."""
        rows = self._rows("courses_of_student", {"student": student}, person)
        return [course for (course,) in rows]

    def known(self, student: str, *, person: str = "") -> Json | None:
        """Return the pseudonym when the monitor has a standing of it."""
        return (
            {"student": student}
            if self._rows("has_student", {"student": student}, person)
            else None
        )

    def on_record(self, student: str) -> bool:
        """Tell whether there is a record of a student, whoever may see it; of no one erased."""
        return bool(self._rows("on_record", {"student": student}, "")[0][0])

    def timeline(
        self,
        student: str,
        course: str | None,
        after: Sequence[Any],
        limit: int,
        *,
        event_type: str | None = None,
        person: str = "",
    ) -> Page | None:
        """Return a student's events, newest first; None when the student is unknown."""
        before, uid = after or (LATEST, LAST)
        values = {
            "student": student,
            "course": course,
            "event_type": shown.TYPES.index(event_type) + 1 if event_type else None,
            "before": before,
            "before_uid": uid,
            "limit": limit,
        }
        rows = self._rows("timeline", values, person)
        if not rows and not self._rows("has_student", values, person):
            return None
        return _page(rows, limit, shown.event, 2)

    def courses(
        self, after: Sequence[Any], limit: int, *, person: str = "", only: Own | None = None
    ) -> Page:
        """Return courses by id, somebody's own or all; numbers of others' students suppressed."""
        courses = None if only is None else list(only.courses)
        values = {"after": after[0] if after else "", "limit": limit, "courses": courses}
        found = _page(self._rows("courses", values, person), limit, shown.course, 1)
        others = {row["course"] or "": row for row in found.rows if row["students"] is None}
        for course, enrolled, students in self._class_sizes(list(others), person):
            others[course]["students"] = enrolled_for_others(enrolled, students)
        return found

    def _class_sizes(self, courses: list[str], person: str) -> list[tuple[str, int, int]]:
        if not courses:
            return []
        with self._database.transaction(person=person, for_all=True) as cursor:
            cursor.execute(_SQL["class_sizes"], {"courses": courses})
            return [(course, enrolled, n) for course, enrolled, n in cursor.fetchall()]

    def course(self, course: str, as_of: dt.datetime, *, person: str = "") -> bytes | None:
        """Return the JSON of one course's summary; None when unknown."""
        return self._json("course", {"course": course, "as_of": as_of}, person)

    def course_of_all(self, course: str, as_of: dt.datetime, *, person: str) -> Json | None:
        """Return the summary of students whom this person may not see; None when unknown.

        To be told after suppression alone.
        """
        with self._database.transaction(person=person, for_all=True) as cursor:
            cursor.execute(_SQL["course"], {"course": course, "as_of": as_of})
            for (text,) in cursor.fetchall():
                found: Json = json.loads(in_z(text))
                return found
        return None

    def students(
        self,
        course: str,
        sort: str,
        after: Sequence[Any],
        limit: int,
        as_of: dt.datetime,
        *,
        person: str = "",
    ) -> Page | None:
        """Return the students of a course, sorted by a key of SORTS; None when it is unknown."""
        key, student = after or SORTS[sort]
        values = {
            "course": course,
            "after_key": key,
            "after": student,
            "limit": limit,
            "as_of": as_of,
        }
        rows = self._rows(f"students_by_{sort}", values, person)
        if not rows and not self._rows("has_course", values, person):
            return None
        return _page(rows, limit, shown.student, 2)

    def items(self, course: str, *, person: str = "") -> bytes | None:
        """Return the JSON list of a course's work; None when the course is unknown."""
        found = self._json("items", {"course": course}, person)
        if found == b"[]" and not self._rows("has_course", {"course": course}, person):
            return None
        return found

    def quarantine(
        self, after: Sequence[Any], limit: int, *, whole: bool = True, person: str = ""
    ) -> Page:
        """Return what was set aside, newest first; unless `whole`, without whose it is."""
        before, uid = after or (LATEST, FIRST)
        values = {"before": before, "before_uid": uid, "limit": limit}
        rows = self._rows("quarantine" if whole else "set_aside", values, person)
        return _page(rows, limit, shown.quarantined if whole else shown.set_aside, 2)

    def quarantined(
        self, quarantine_uid: str, *, whole: bool = True, person: str = ""
    ) -> Json | None:
        """Return one thing that was set aside, its content in base64; None when unknown.

        Unless `whole`, without its content, and without whose it is.
        """
        values = {"quarantine_uid": quarantine_uid}
        rows = self._rows("quarantined" if whole else "one_set_aside", values, person)
        if not rows:
            return None
        if not whole:
            return {**shown.set_aside(*rows[0]), "detail": rows[0][3]}
        *columns, payload = rows[0]
        detail, content = columns[3], base64.b64encode(payload).decode()
        return {**shown.quarantined(*columns), "detail": detail, "payload": content}

    def answers(self) -> None:
        """Return when the database answers; UnavailableError otherwise."""
        self._database.ask("SELECT 1", {})

    def health(self, now: dt.datetime) -> Json:
        """Return what the database tells of itself; UnavailableError when it does not answer.

        `consumer_lag_s` is the longest time from the API to the store in the last minute; None
        when `now` is not the database's, as in a replay.
        """
        ((schema, unsent, quarantined, last, lag_s),) = self._rows("health", {"now": now}, "")
        return {
            "schema": schema,
            "last_recorded_at": last,
            "consumer_lag_s": lag_s,
            "unsent_announcements": unsent,
            "quarantined_last_day": quarantined,
        }

    def _rows(self, name: str, values: Mapping[str, Any], person: str) -> list[tuple[Any, ...]]:
        return self._database.ask(_SQL[name], values, person=person)

    def _json(self, name: str, values: Mapping[str, Any], person: str) -> bytes | None:
        rows = self._rows(name, values, person)
        return in_z(rows[0][0]).encode() if rows else None


def in_z(text: str) -> str:
    """Return JSON that PostgreSQL has built, its times in UTC as the API writes them."""
    return _OFFSET.sub(r'\1Z"', text)


def _page(
    rows: list[tuple[Any, ...]], limit: int, to_json: Callable[..., Json], key_columns: int
) -> Page:
    """Return the rows as JSON; a full page has a keyset, made of its last row's first columns."""
    last = list(rows[-1][:key_columns]) if len(rows) == limit else None
    return Page([to_json(*row) for row in rows], last)
