"""What a class makes of each piece of its work: sums, the same in any order."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.domain.standing import Standing
    from chalicelib.domain.work import Result

HOUR_US = 3_600_000_000
MAX_LEAD_H = 360


class Sums:
    """Sums over the results of one piece of work."""

    __slots__ = ("carried", "due_us", "expected", "handed", "leads", "marks", "settled", "weight")

    def __init__(self, due_us: int | None, weight: int | None) -> None:
        self.due_us, self.weight = due_us, weight
        self.expected = self.settled = self.handed = self.carried = 0
        self.marks = [0, 0, 0]  # how many, sum, sum of squares; basis points
        self.leads = [0, 0, 0]  # hours after the due date

    def add(self, result: Result) -> None:
        """Count one student's result."""
        if result.excused or result.optional:
            self.carried += 1
            return
        self.handed += 1
        if result.score_bp is not None:
            _count(self.marks, result.score_bp)
        if result.submitted_us is not None and self.due_us is not None:
            _count(self.leads, lead_h(result.submitted_us, self.due_us))


def told(standings: Iterable[Standing]) -> dict[str, Sums]:
    """Return what there is without a catalogue: with the due date and weight that most work has."""
    results: defaultdict[str, list[Result]] = defaultdict(list)
    for standing in standings:
        for result in standing.work:
            results[result.item].append(result)
    return {
        item: Sums(_usual(r.due_us for r in of_it), _usual(r.weight for r in of_it))
        for item, of_it in results.items()
    }


def lead_h(submitted_us: int, due_us: int) -> int:
    """Return how many hours after its due date work was handed in, at most 15 days either way."""
    hours = (submitted_us - due_us) // HOUR_US
    if -MAX_LEAD_H < hours < MAX_LEAD_H:
        return hours
    return MAX_LEAD_H if hours > 0 else -MAX_LEAD_H


def _usual(said: Iterable[int | None]) -> int | None:
    """Return what is said most often, the least of several; None when nobody said anything."""
    times = Counter(value for value in said if value is not None)
    return min(times, key=lambda value: (-times[value], value), default=None)


def _count(sums: list[int], value: int) -> None:
    sums[0] += 1
    sums[1] += value
    sums[2] += value * value
