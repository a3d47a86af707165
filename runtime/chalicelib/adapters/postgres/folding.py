"""Merge the facts of a batch into the current ones, and recompute the standings they touch."""

from __future__ import annotations

import datetime as dt
import functools
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.postgres import arrays, queries
from chalicelib.domain.standing import MICROS_PER_DAY, Spans, Standing, Touched

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from psycopg2.extensions import cursor as Cursor  # noqa: N812  # it is a class

    from chalicelib.domain.facts import Facts, Pair, Work

_SQL = queries.load("folding.sql")
_FOREVER_US = 2**62


def fold(cursor: Cursor, facts: Facts) -> list[Touched]:
    """Merge the facts, recompute the standings, and return those; the students are locked."""
    if facts.work:
        cursor.execute(_SQL["fold_work"], _work(facts.work))
    if facts.attendance:
        cursor.execute(_SQL["fold_attendance"], _attendance(facts))
    if facts.activity:
        cursor.execute(_SQL["fold_activity"], _activity(facts))
    if facts.conduct:
        cursor.execute(_SQL["fold_conduct"], _dated(facts.conduct, "kind"))
    if facts.enrolment:
        cursor.execute(_SQL["fold_enrolment"], _dated(facts.enrolment, "status"))
    return recompute(cursor, facts.touched)


def recompute(cursor: Cursor, touched: dict[Pair, int]) -> list[Touched]:
    """Recompute these aspects of these standings from the current facts; make those that lack."""
    if not touched:
        return []
    students, courses = zip(*touched, strict=True)
    cursor.execute(
        _SQL["fold_standings"],
        {
            "student": arrays.plain(students),
            "course": arrays.texts(courses),
            "aspects": arrays.plain(touched.values()),
        },
    )
    return [to_touched(row) for row in cursor.fetchall()]


def clear(cursor: Cursor, aspect: str, pieces: Iterable[tuple[str, str, object]]) -> None:
    """Forget these pieces of an aspect, before what is left of their events is folded anew."""
    students, courses, items = zip(*pieces, strict=True)
    as_texts = arrays.texts if aspect in {"work", "attendance"} else arrays.plain
    cursor.execute(
        _SQL[f"clear_{aspect}"],
        {
            "student": arrays.plain(students),
            "course": arrays.texts(courses),
            "item": as_texts(items),
        },
    )


def refold_item(cursor: Cursor, course: str, item: str) -> None:
    """Recompute the work of everyone who has a result for this item, after it changed."""
    lock_all(cursor)
    cursor.execute(_SQL["students_of_item"], {"course": course, "item": item})
    recompute(cursor, {(student, course): 1 for (student,) in cursor.fetchall()})


def to_touched(row: Sequence[Any]) -> Touched:
    """Return the standing of a row of fold_standings or standings_of_course."""
    *facts, enrolled, open_alerts, risk_bucket, version = row
    return Touched(Standing._make([*facts, spans(enrolled)]), open_alerts, risk_bucket, version)


@functools.lru_cache(maxsize=8192)
def spans(text: str | None) -> Spans | None:
    """Read a multirange of times, as PostgreSQL writes it in UTC."""
    if text is None:
        return None
    bounds = [part.strip("[]()") for part in text.strip("{}").split(",")] if text != "{}" else []
    return tuple(
        (_micros(begins, -_FOREVER_US), _micros(ends, _FOREVER_US))
        for begins, ends in zip(bounds[::2], bounds[1::2], strict=True)
    )


def _micros(text: str, unbounded: int) -> int:
    if not text:
        return unbounded
    moment = dt.datetime.fromisoformat(text.strip('"'))
    since = moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return since.days * MICROS_PER_DAY + since.seconds * 1_000_000 + since.microseconds


def lock_all(cursor: Cursor) -> None:
    """Keep every other writer of standings out until the end of the transaction."""
    cursor.execute(_SQL["lock_all"])


def _work(facts: dict[tuple[str, str, str], Work]) -> dict[str, str]:
    student, course, item = zip(*facts, strict=True)
    works = facts.values()
    marks = [work.mark for work in works]
    return {
        "student": arrays.plain(student),
        "course": arrays.texts(course),
        "item": arrays.texts(item),
        "scored_us": arrays.optional(work.scored and work.scored[0] for work in works),
        "scored_uid": arrays.optional(work.scored and work.scored[1] for work in works),
        "score_bp": arrays.optional(mark and mark.score_bp for mark in marks),
        "weight_milli": arrays.optional(mark and mark.weight_milli for mark in marks),
        "excused": arrays.plain(bool(mark and mark.excused) for mark in marks),
        "submitted_us": arrays.optional(work.submitted_us for work in works),
        "due_us": arrays.optional(work.due_us for work in works),
        "due_from_us": arrays.optional(work.due and work.due[0] for work in works),
        "due_from_uid": arrays.optional(work.due and work.due[1] for work in works),
    }


def _attendance(facts: Facts) -> dict[str, str]:
    student, course, session = zip(*facts.attendance, strict=True)
    occurred_us, uid, status = zip(*facts.attendance.values(), strict=True)
    return {
        "student": arrays.plain(student),
        "course": arrays.texts(course),
        "session": arrays.texts(session),
        "occurred_us": arrays.plain(occurred_us),
        "event_uid": arrays.plain(uid),
        "status": arrays.plain(status),
    }


def _activity(facts: Facts) -> dict[str, str]:
    student, course, day = zip(*facts.activity, strict=True)
    events, amount, minutes = zip(*facts.activity.values(), strict=True)
    return {
        "student": arrays.plain(student),
        "course": arrays.texts(course),
        "day": arrays.plain(day),
        "events": arrays.plain(events),
        "amount": arrays.plain(amount),
        "minutes": arrays.plain(minutes),
    }


def _dated(facts: Sequence[tuple[str, str, int, str, int]], last: str) -> dict[str, str]:
    student, course, occurred_us, uid, value = zip(*facts, strict=True)
    return {
        "student": arrays.plain(student),
        "course": arrays.texts(course),
        "occurred_us": arrays.plain(occurred_us),
        "event_uid": arrays.plain(uid),
        last: arrays.plain(value),
    }
