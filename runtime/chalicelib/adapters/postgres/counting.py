"""Let new events count: fold what they say, and fold anew what a retraction has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.adapters.postgres import event_log, fact_tables, folding
from chalicelib.adapters.postgres.event_rows import Row, from_row
from chalicelib.domain import wire
from chalicelib.domain.facts import ACTIVITY, ATTENDANCE, CONDUCT, ENROLMENT, WORK, Facts
from chalicelib.domain.identity import event_uid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from chalicelib.adapters.postgres.pipeline import Pipeline
    from chalicelib.domain.delivery import Incoming
    from chalicelib.domain.standing import Touched

ASPECTS = {
    "work": WORK,
    "attendance": ATTENDANCE,
    "activity": ACTIVITY,
    "conduct": CONDUCT,
    "enrolment": ENROLMENT,
}
Piece = tuple[str, str, str, str]  # (aspect, student, course, what within them, if not all)


def count(
    cursor: Pipeline, new: Sequence[Incoming], facts: Facts | None, *, any_retracted: bool
) -> Iterator[list[Touched]]:
    """Fold events that were just stored; yield the standings that they touched, not saved yet.

    The state afterwards is the same in whatever order events and retractions came. `facts` are
    those of the same events, where the caller knows them already; `any_retracted` tells whether
    anything was before.
    """
    named = [_named(i) for i in new if type(i.event) is wire.Retracted]
    affected = _retract(cursor, named) if named else set()
    gone = event_log.retracted(cursor, new) if any_retracted or named else set()
    if facts is None or affected or gone:
        facts = _facts(new, affected, gone)
    if affected:
        _fold_anew(cursor, affected, facts)
    return folding.fold(cursor, facts)


def _facts(new: Sequence[Incoming], affected: set[Piece], gone: set[event_log.Key]) -> Facts:
    """Return what those events tell that count, but for pieces that are folded anew anyway."""
    facts = Facts()
    for one in new:
        if (one.event.student, one.event.occurred_us, one.uid) in gone:
            facts.touch(one.event)
        elif piece_of(one.event, one.uid) not in affected:
            facts.add(one.event, one.uid)
    return facts


def piece_of(event: wire.Event, uid: str) -> Piece | None:
    """Return the piece of derived state that an event is part of; None for a retraction."""
    student, course = event.student, event.course or ""
    match event:
        case wire.Scored() | wire.Submitted():
            return "work", student, course, event.item
        case wire.Attended():
            return "attendance", student, course, event.session
        case wire.Active():
            return "activity", student, course, ""
        case wire.Conducted():
            return "conduct", student, course, uid
        case wire.Enrolled():
            return "enrolment", student, course, uid
        case _:
            return None


def _named(incoming: Incoming) -> Row:
    """Return as much of the retracted event's row as identifies it."""
    event = incoming.event
    assert isinstance(event, wire.Retracted)  # noqa: S101  # nosec B101  # the caller chose
    uid = event_uid(incoming.source, event.retracted_id)
    return Row(uid, event.retracted_us, event.student, 0, incoming.source, "", "", "", "", None)


def _retract(cursor: Pipeline, named: Sequence[Row]) -> set[Piece]:
    """Write the tombstones; return the pieces that the stored ones among the named were part of."""
    event_log.add_retractions(cursor, named)
    events = ((from_row(row), row.event_uid) for row in event_log.find(cursor, named))
    return {piece for event, uid in events if (piece := piece_of(event, uid)) is not None}


def _fold_anew(cursor: Pipeline, affected: Iterable[Piece], facts: Facts) -> None:
    """Forget the affected pieces and add what is left of their events to the facts."""
    pieces = set(affected)
    for aspect in sorted({piece[0] for piece in pieces} & fact_tables.CLEARED):
        fact_tables.clear(cursor, aspect, [piece[1:] for piece in pieces if piece[0] == aspect])
    for row in event_log.of_pieces(cursor, {piece[1:3] for piece in pieces}):
        event = from_row(row)
        if piece_of(event, row.event_uid) in pieces:
            facts.add(event, row.event_uid)
    for aspect, student, course, what in pieces:
        told = facts.of(student, course)
        told.aspects |= ASPECTS[aspect]
        if aspect == "work":
            told.void_items |= {what}
        else:
            told.void |= ASPECTS[aspect]
