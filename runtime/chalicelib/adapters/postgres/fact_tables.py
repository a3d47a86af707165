"""The tables of facts beside the standings: attendance, activity by day, conduct, enrolment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.adapters.postgres import arrays, queries

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chalicelib.adapters.postgres.pipeline import Pipeline
    from chalicelib.domain.facts import Dated, Facts, Pair, Status

    Known = dict[Pair, dict[str, Status]]  # by session

_SQL = queries.load("folding.sql")


def add_sessions(cursor: Pipeline, facts: Facts) -> Known:
    """Add what is told of sessions; return what was known of these before."""
    told = [
        (pair, session, status)
        for pair, one in facts.items()
        for session, status in one.sessions.items()
    ]
    if not told:
        return {}
    values = {
        "student": arrays.plain(pair[0] for pair, _, _ in told),
        "course": arrays.texts([pair[1] for pair, _, _ in told]),
        "session": arrays.texts([session for _, session, _ in told]),
    }
    cursor.execute(_SQL["known_sessions"], values)
    before = {
        n - 1: (occurred_us, uid, status) for n, occurred_us, uid, status in cursor.fetchall()
    }
    _write_sessions(cursor, "add_sessions", [t for i, t in enumerate(told) if i not in before])
    newer = [t for i, t in enumerate(told) if i in before and t[2] > before[i]]
    _write_sessions(cursor, "replace_sessions", newer)
    known: Known = {}
    for i, status in before.items():
        known.setdefault(told[i][0], {})[told[i][1]] = status
    return known


def _write_sessions(cursor: Pipeline, query: str, told: Sequence[tuple[Pair, str, Status]]) -> None:
    if not told:
        return
    cursor.later(
        _SQL[query],
        {
            "student": arrays.plain(pair[0] for pair, _, _ in told),
            "course": arrays.texts([pair[1] for pair, _, _ in told]),
            "session": arrays.texts([session for _, session, _ in told]),
            "occurred_us": arrays.plain(status[0] for _, _, status in told),
            "event_uid": arrays.plain(status[1] for _, _, status in told),
            "status": arrays.plain(status[2] for _, _, status in told),
        },
    )


def add_activity(cursor: Pipeline, facts: Facts) -> None:
    """Add to the sums of the days that are told of."""
    told = [
        (student, course, day, *sums)
        for (student, course), one in facts.items()
        for day, sums in one.activity.items()
    ]
    if told:
        student, course, day, events, amount, minutes = zip(*told, strict=True)
        cursor.later(
            _SQL["add_activity"],
            {
                "student": arrays.plain(student),
                "course": arrays.texts(course),
                "day": arrays.plain(day),
                "events": arrays.plain(events),
                "amount": arrays.plain(amount),
                "minutes": arrays.plain(minutes),
            },
        )


def add_dated(cursor: Pipeline, facts: Facts) -> None:
    """Add what is told of conduct and of enrolment; safe to repeat."""
    _add_dated(cursor, "add_conduct", [(p, row) for p, t in facts.items() for row in t.conduct])
    _add_dated(cursor, "add_enrolment", [(p, row) for p, t in facts.items() for row in t.enrolment])


def _add_dated(cursor: Pipeline, query: str, told: Sequence[tuple[Pair, Dated]]) -> None:
    if told:
        cursor.later(
            _SQL[query],
            {
                "student": arrays.plain(pair[0] for pair, _ in told),
                "course": arrays.texts([pair[1] for pair, _ in told]),
                "occurred_us": arrays.plain(row[0] for _, row in told),
                "event_uid": arrays.plain(row[1] for _, row in told),
                "value": arrays.plain(row[2] for _, row in told),
            },
        )


def clear(cursor: Pipeline, aspect: str, pieces: Iterable[tuple[str, str, object]]) -> None:
    """Forget these pieces of an aspect, before what is left of their events is folded anew."""
    students, courses, items = zip(*pieces, strict=True)
    as_texts = arrays.texts if aspect == "attendance" else arrays.plain
    cursor.execute(
        _SQL[f"clear_{aspect}"],
        {
            "student": arrays.plain(students),
            "course": arrays.texts(courses),
            "item": as_texts(items),
        },
    )
