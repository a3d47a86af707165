"""What the standings must be, computed from a plain list of events: slow, simple, no SQL.

Written from what an event means, not from the code that it judges.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

from chalicelib.domain import wire
from chalicelib.domain.identity import event_uid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.domain.catalogue import Enrolment, Item

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
SOURCE = "local"


class Expected(NamedTuple):
    """The facts of a standing, in the order of the query that reads them."""

    marks: int
    marks_bp: list[int]  # oldest first
    weight_sum: int
    weighted_sum: int
    settled: list[str]
    handed_in: int
    late: int
    sessions: int
    attended: int
    last_activity_on: dt.date | None
    last_submitted_on: dt.date | None
    incidents: int
    suspensions: int
    conduct: list[str]  # oldest first


def standings(
    events: Iterable[Any],
    catalogue: dict[tuple[str, str], Item],  # by course and item
    roster: dict[tuple[str, str], list[Enrolment]],  # by student and course
) -> dict[tuple[str, str], Expected]:
    """Return the standing of every student and course that anything was ever said of."""
    told = [event for event in events if not isinstance(event, wire.Retracted)]
    gone = {
        (event.student, event.retracted_id, event.retracted_us)
        for event in events
        if isinstance(event, wire.Retracted)
    }
    counting = [e for e in told if (e.student, e.event_id, e.occurred_us) not in gone]
    pairs = {(event.student, event.course or "") for event in told} | set(roster)
    return {pair: _standing(pair, counting, catalogue, roster.get(pair, [])) for pair in pairs}


def _standing(
    pair: tuple[str, str],
    events: list[Any],
    catalogue: dict[tuple[str, str], Item],
    spans: list[Enrolment],
) -> Expected:
    items = {name: item for (course, name), item in catalogue.items() if course == pair[1]}
    mine = sorted((e for e in events if (e.student, e.course or "") == pair), key=_moment)
    works = [e for e in mine if isinstance(e, wire.Scored | wire.Submitted)]
    names = sorted({e.item for e in works})
    marks = sorted(filter(None, (_mark(n, works, items) for n in names)), key=lambda m: m[0])
    statuses = _statuses(mine, spans)
    conduct = [e.kind for e in mine if isinstance(e, wire.Conducted)]
    submissions = [e for e in works if isinstance(e, wire.Submitted)]
    # Only the first submission of a piece of work is kept, so the last day is the last of those.
    firsts = [
        min(e.occurred_us for e in submissions if e.item == n)
        for n in names
        if any(e.item == n for e in submissions)
    ]
    return Expected(
        marks=len(marks),
        marks_bp=[bp for _, bp, _ in marks],
        weight_sum=sum(weight for _, _, weight in marks),
        weighted_sum=sum(bp * weight for _, bp, weight in marks),
        settled=names,
        handed_in=len(firsts),
        late=sum(_late(name, works, items) for name in names),
        sessions=len(statuses),
        attended=sum(status in {"present", "late"} for status in statuses),
        last_activity_on=_last_day(e.occurred_us for e in mine if isinstance(e, wire.Active)),
        last_submitted_on=_last_day(firsts),
        incidents=conduct.count("incident"),
        suspensions=conduct.count("suspension"),
        conduct=conduct,
    )


def _moment(event: Any) -> tuple[int, str]:
    return event.occurred_us, event_uid(SOURCE, event.event_id)


def _at(occurred_us: int) -> dt.datetime:
    return EPOCH + dt.timedelta(microseconds=occurred_us)


def _last_day(moments_us: Iterable[int]) -> dt.date | None:
    return max((_at(moment).date() for moment in moments_us), default=None)


def _scores(name: str, works: list[Any]) -> list[Any]:
    return [e for e in works if isinstance(e, wire.Scored) and e.item == name]


def _mark(
    name: str, works: list[Any], items: dict[str, Item]
) -> tuple[tuple[int, str], int, int] | None:
    scores, item = _scores(name, works), items.get(name)
    if not scores or scores[-1].excused or (item and item.optional):
        return None
    last = scores[-1]
    weights = [item.weight_milli if item else None, last.weight_milli, 1000]
    return _moment(last), last.score_bp, next(w for w in weights if w is not None)


def _late(name: str, works: list[Any], items: dict[str, Item]) -> bool:
    handed_in = [_at(e.occurred_us) for e in works if e.item == name and type(e) is wire.Submitted]
    scores, item = _scores(name, works), items.get(name)
    dues = [_at(e.due_us) for e in works if e.item == name and e.due_us is not None]
    due_at = (item and item.due_at) or (dues[-1] if dues else None)
    excused = bool(scores and scores[-1].excused) or bool(item and item.optional)
    return bool(handed_in and due_at and not excused and min(handed_in) > due_at)


def _statuses(mine: list[Any], spans: list[Enrolment]) -> list[str]:
    """Return the last status of each session that was held while the student was enrolled."""
    last = {e.session: e for e in mine if isinstance(e, wire.Attended)}
    changes = [e for e in mine if isinstance(e, wire.Enrolled)]
    return [e.status for e in last.values() if _enrolled(_at(e.occurred_us), changes, spans)]


def _enrolled(moment: dt.datetime, changes: list[Any], spans: list[Enrolment]) -> bool:
    if not changes and not spans:
        return True  # nobody ever said: taken as always
    if any(s.begins_at <= moment and (not s.ends_at or moment < s.ends_at) for s in spans):
        return True
    before = [e for e in changes if _at(e.occurred_us) <= moment]
    if before:
        return bool(before[-1].status == "enrolled")
    # Who leaves without ever having come was there before.
    return bool(changes) and changes[0].status != "enrolled"
