"""The tables of facts beside the standings: attendance, conduct, enrolment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.adapters.postgres import arrays, queries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from chalicelib.adapters.postgres.known_facts import Sessions
    from chalicelib.adapters.postgres.pipeline import Pipeline, Statement
    from chalicelib.domain.facts import Dated, Pair, Status, Told

    Part = Mapping[Pair, Told]

_SQL = queries.load("folding.sql")
CLEARED = {"attendance", "conduct", "enrolment"}  # aspects that have such a table


def add(cursor: Pipeline, part: Part, sessions: Sessions) -> None:
    """Write what is told; `sessions` is what was known of those that are told of."""
    fresh, newer = [], []
    for pair, one in part.items():
        before = sessions.get(pair, {})
        for session, status in one.sessions.items():
            if session not in before:
                fresh.append((pair, session, status))
            elif status > before[session]:
                newer.append((pair, session, status))
    for statement in (
        *_sessions("add_sessions", fresh),
        *_sessions("replace_sessions", newer),
        *_dated("add_conduct", [(p, row) for p, t in part.items() for row in t.conduct]),
        *_dated("add_enrolment", [(p, row) for p, t in part.items() for row in t.enrolment]),
    ):
        cursor.along(*statement)


def _sessions(query: str, told: Sequence[tuple[Pair, str, Status]]) -> Iterator[Statement]:
    if told:
        yield (
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


def _dated(query: str, told: Sequence[tuple[Pair, Dated]]) -> Iterator[Statement]:
    if told:
        yield (
            _SQL[query],
            {
                "student": arrays.plain(pair[0] for pair, _ in told),
                "course": arrays.texts([pair[1] for pair, _ in told]),
                "occurred_us": arrays.plain(row[0] for _, row in told),
                "event_uid": arrays.plain(row[1] for _, row in told),
                "value": arrays.plain(row[2] for _, row in told),
            },
        )


def clear(cursor: Pipeline, aspect: str, pieces: Iterable[tuple[str, str, str]]) -> None:
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
