"""What is known already of the work and the sessions that events tell of, asked in one message."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from chalicelib.adapters.postgres import arrays, queries
from chalicelib.domain.work import Terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from chalicelib.adapters.postgres.pipeline import Pipeline
    from chalicelib.domain.facts import Pair, Status, Told

    Sessions = Mapping[Pair, Mapping[str, Status]]

_SQL = queries.load("folding.sql")
Piece = tuple[str, str]  # (course, item)


class Known(NamedTuple):
    """What there is; nothing where there is nothing."""

    terms: Mapping[str, Mapping[str, Terms]]  # the catalogue's, by course and item
    sessions: Sessions  # the status so far, by pair and session


def ask(cursor: Pipeline, part: Mapping[Pair, Told]) -> Callable[[], Known]:
    """Ask what is known of what these pairs are told of; the answer is there when called for."""
    work = sorted({(pair[1], e.item) for pair, one in part.items() for e, _ in one.work})
    sessions = [(pair, session) for pair, one in part.items() for session in one.sessions]
    if not work and not sessions:
        return lambda: Known({}, {})
    asked = cursor.soon(_SQL["terms_and_sessions"], _keys(work, sessions))

    def answer() -> Known:
        return _known(asked.rows(), work, sessions)

    return answer


def _keys(work: Sequence[Piece], sessions: Sequence[tuple[Pair, str]]) -> dict[str, str]:
    return {
        "work_course": arrays.texts([course for course, _ in work]),
        "item": arrays.texts([item for _, item in work]),
        "student": arrays.plain(pair[0] for pair, _ in sessions),
        "course": arrays.texts([pair[1] for pair, _ in sessions]),
        "session": arrays.texts([session for _, session in sessions]),
    }


def _known(
    rows: Iterable[tuple[int, int, str, int, bool]],
    work: Sequence[Piece],
    sessions: Sequence[tuple[Pair, str]],
) -> Known:
    terms: dict[str, dict[str, Terms]] = {}
    statuses: dict[Pair, dict[str, Status]] = {}
    for number, at_us, uid, value, optional in rows:
        if number < 0:
            course, item = work[-number - 1]
            terms.setdefault(course, {})[item] = Terms(at_us, value, optional)
        else:
            pair, session = sessions[number - 1]
            statuses.setdefault(pair, {})[session] = (at_us, uid, value)
    return Known(terms, statuses)
