"""What counts of each piece of work of one student in one course; exact, and the same in any order.

A result keeps what the events say beside what the catalogue makes of it, so that a standing can be
judged, shown and added to without a look at any other table.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from chalicelib.domain import wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DEFAULT_WEIGHT_MILLI = 1000


class Result(msgspec.Struct, array_like=True):
    """One piece of work; times in microseconds since 1970 UTC, weights in thousandths."""

    item: str
    weight: int | None = (
        None  # what its mark counts with; None: no mark, or one that does not count
    )
    late: bool = False  # first handed in after the due date in force
    optional: bool = False  # by the catalogue
    score_bp: int | None = None  # of the mark that counts: the greatest (occurred_at, event_uid)
    scored_us: int | None = None
    scored_uid: str = ""
    sent_weight: int | None = None  # as the event says; the catalogue's beats it
    excused: bool = False
    submitted_us: int | None = None  # of the first submission
    due_us: int | None = None  # in force: the catalogue's, or else that of the event below
    sent_due_us: int | None = None  # of the greatest event that carries one
    due_from_us: int | None = None
    due_from_uid: str = ""


class Terms(NamedTuple):
    """What the catalogue says of some work; None: nothing, so that the events' word counts."""

    due_us: int | None = None
    weight_milli: int | None = None
    optional: bool = False


class Totals(msgspec.Struct, frozen=True, gc=False):
    """Sums over the results of one student in one course."""

    marks: int
    weight_sum: int  # thousandths
    weighted_sum: int  # thousandths x basis points
    handed_in: int
    late: int
    submitted_us: int | None  # the last of the first submissions


NO_TERMS = Terms()
NO_TOTALS = Totals(0, 0, 0, 0, 0, None)
_item_of = attrgetter("item")
_marked_at = attrgetter("scored_us", "scored_uid")


def merge(
    results: Iterable[Result],
    told: Iterable[tuple[wire.Scored | wire.Submitted, str]],
    terms: Mapping[str, Terms],
    forgotten: Iterable[str] = (),
) -> list[Result]:
    """Return the results, sorted by item, after events, each with its event_uid, have told more.

    `forgotten` names items whose earlier result is void: `told` holds all that is left of them.
    """
    by_item = {result.item: result for result in results}
    for item in forgotten:
        by_item.pop(item, None)
    changed: dict[str, Result] = {}
    for event, uid in told:
        item = event.item
        result = changed.get(item)
        if result is None:
            known = by_item.get(item)
            result = Result(item) if known is None else msgspec.structs.replace(known)
            by_item[item] = changed[item] = result
        _add(result, event, uid)
    for item, result in changed.items():
        _in_force(result, terms.get(item, NO_TERMS))
    return sorted(by_item.values(), key=_item_of)


def put_terms(results: Iterable[Result], item: str, terms: Terms) -> list[Result]:
    """Return the results after the catalogue has said something else of one piece of work."""
    return [_in_force(msgspec.structs.replace(r), terms) if r.item == item else r for r in results]


def totals(results: Iterable[Result]) -> Totals:
    """Return the sums that lists and rules go by."""
    marks = weight_sum = weighted_sum = handed_in = late = 0
    last: int | None = None
    for result in results:
        if result.weight is not None and result.score_bp is not None:
            marks += 1
            weight_sum += result.weight
            weighted_sum += result.weight * result.score_bp
        if result.submitted_us is not None:
            handed_in += 1
            late += result.late
            if last is None or result.submitted_us > last:
                last = result.submitted_us
    return Totals(marks, weight_sum, weighted_sum, handed_in, late, last)


def marks_in_order(results: Iterable[Result]) -> list[Result]:
    """Return the results whose marks count, the oldest mark first."""
    return sorted([r for r in results if r.weight is not None], key=_marked_at)


def _add(result: Result, event: wire.Scored | wire.Submitted, uid: str) -> None:
    """Let the greatest mark, the first submission and the greatest due date count."""
    at_us = event.occurred_us
    if type(event) is wire.Scored:
        if result.scored_us is None or (at_us, uid) > (result.scored_us, result.scored_uid):
            result.scored_us, result.scored_uid = at_us, uid
            result.score_bp, result.sent_weight = event.score_bp, event.weight_milli
            result.excused = event.excused
    elif result.submitted_us is None or at_us < result.submitted_us:
        result.submitted_us = at_us
    if event.due_us is not None and (
        result.due_from_us is None or (at_us, uid) > (result.due_from_us, result.due_from_uid)
    ):
        result.due_from_us, result.due_from_uid = at_us, uid
        result.sent_due_us = event.due_us


def _in_force(result: Result, terms: Terms) -> Result:
    """Let the catalogue beat what the events say."""
    result.optional = terms.optional
    result.due_us = terms.due_us if terms.due_us is not None else result.sent_due_us
    free = result.excused or terms.optional
    if result.scored_us is None or free:
        result.weight = None
    elif terms.weight_milli is not None:
        result.weight = terms.weight_milli
    else:
        result.weight = DEFAULT_WEIGHT_MILLI if result.sent_weight is None else result.sent_weight
    submitted, due = result.submitted_us, result.due_us
    result.late = not free and submitted is not None and due is not None and submitted > due
    return result
