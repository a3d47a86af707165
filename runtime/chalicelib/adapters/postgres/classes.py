"""What classes look like, and the standings of a class in bounded parts: the sweep's material."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from chalicelib.adapters.postgres import arrays, queries
from chalicelib.adapters.postgres.folding import to_touched
from chalicelib.domain.classroom import Course, ItemTerms, describe
from chalicelib.domain.conversion import micros
from chalicelib.domain.standing import CourseContext, DueItem, Touched

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from chalicelib.adapters.postgres.pipeline import Pipeline

_SQL = queries.load("sweep.sql")
FIRST = "00000000-0000-0000-0000-000000000000"


def load_contexts(cursor: Pipeline, courses: Iterable[str]) -> dict[str, CourseContext]:
    """Return the contexts of these courses as the last sweep saved them; some may lack."""
    cursor.execute(_SQL["contexts"], {"courses": arrays.texts(list(courses))})
    return {
        course: CourseContext(course, tuple(DueItem(**item) for item in items), *rest)
        for course, items, *rest in cursor.fetchall()
    }


def courses_to_sweep(cursor: Pipeline, as_of: dt.datetime) -> list[str]:
    """Return the courses that are on, or were not looked at for a day, the longest wait first."""
    cursor.execute(_SQL["courses_to_sweep"], {"as_of": as_of})
    return [course for (course,) in cursor.fetchall()]


def all_courses(cursor: Pipeline) -> list[str]:
    """Return every course that a student has a standing in."""
    cursor.execute(_SQL["courses_with_standings"])
    return [course for (course,) in cursor.fetchall()]


def compute_context(cursor: Pipeline, course: str, as_of: dt.datetime) -> CourseContext:
    """Return what a class looks like at that moment, computed from its standings."""
    terms = _terms(cursor, course)
    class_ = (one.standing for part in parts(cursor, course) for one in part)
    return describe(terms, class_, micros(as_of))


def refresh_context(cursor: Pipeline, course: str, as_of: dt.datetime) -> CourseContext:
    """Compute and save what a class looks like; a new version only when something changed."""
    context = compute_context(cursor, course, as_of)
    values = context._asdict()
    values["items"] = msgspec.json.encode([item._asdict() for item in context.items]).decode()
    cursor.execute(_SQL["save_context"], {**values, "as_of": as_of})
    return context


def _terms(cursor: Pipeline, course: str) -> Course:
    cursor.execute(_SQL["course_terms"], {"course": course})
    ((told, items),) = cursor.fetchall()
    *dates, subject = told or (None, None, "")
    begins_us, ends_us = (None if one is None else round(one) * 1_000_000 for one in dates)
    return Course(course, begins_us, ends_us, [ItemTerms(*item) for item in items or ()], subject)


def standings(cursor: Pipeline, course: str, after: str, limit: int) -> list[Touched]:
    """Return the next `limit` standings of a class, in the order of the pseudonyms."""
    cursor.execute(_SQL["standings_of_course"], {"course": course, "after": after, "limit": limit})
    return [to_touched(row) for row in cursor.fetchall()]


def parts(cursor: Pipeline, course: str, size: int = 5000) -> Iterator[list[Touched]]:
    """Yield every standing of a class, `size` at a time."""
    part = standings(cursor, course, FIRST, size)
    while part:
        yield part
        last = part[-1].standing.student
        part = standings(cursor, course, last, size) if len(part) == size else []


def unchanged(cursor: Pipeline, read: Sequence[Touched]) -> set[tuple[str, str]]:
    """Return the pairs of those standings that nobody has written since they were read."""
    cursor.execute(
        _SQL["unchanged_standings"],
        {
            "student": arrays.plain(t.standing.student for t in read),
            "course": arrays.texts([t.standing.course for t in read]),
            "version": arrays.plain(t.version for t in read),
        },
    )
    return set(cursor.fetchall())


def save_risk_daily(
    cursor: Pipeline, course: str, day: dt.date, rows: Sequence[tuple[str, int, str]]
) -> None:
    """Keep the risk and the findings (rule names, blank between) of these students for a day."""
    if not rows:
        return
    students, risks, findings = zip(*rows, strict=True)
    cursor.execute(
        _SQL["save_risk_daily"],
        {
            "course": course,
            "day": day,
            "student": arrays.plain(students),
            "risk": arrays.plain(risks),
            "findings": arrays.texts(findings),
        },
    )


def save_risk(cursor: Pipeline, changed: Sequence[tuple[str, str, int]]) -> None:
    """Note the coarse risk of those students whose step changed."""
    if changed:
        students, courses, buckets = zip(*changed, strict=True)
        cursor.execute(
            _SQL["save_risk"],
            {
                "student": arrays.plain(students),
                "course": arrays.texts(courses),
                "risk_bucket": arrays.plain(buckets),
            },
        )


def risks_before(
    cursor: Pipeline, course: str, students: Sequence[str], before: dt.date, today: dt.date
) -> dict[str, int]:
    """Return the risk of students on a day or the last one before it; none if swept today."""
    values = {
        "course": course,
        "student": arrays.plain(students),
        "first": students[0],
        "last": students[-1],
        "before": before,
        "today": today,
    }
    cursor.execute(_SQL["risks_before"], values)
    return dict(cursor.fetchall())


def save_signals(
    cursor: Pipeline,
    course: str,
    rows: Sequence[tuple[str, int | None, int]],
    reflagged: Sequence[str],
) -> None:
    """Keep (student, earlier risk, flags), and tell the other standings of the `reflagged`."""
    students, risks, flags = zip(*rows, strict=True)
    values = {
        "course": course,
        "student": arrays.plain(students),
        "risk_before": arrays.optional(risks),
        "flags": arrays.plain(flags),
    }
    cursor.execute(_SQL["save_signals"], values)
    if reflagged:
        cursor.execute(_SQL["save_flags_elsewhere"], {"student": arrays.plain(reflagged)})
