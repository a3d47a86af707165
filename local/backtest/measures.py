"""How well a ranking and a flag do, by plain code; equal scores share their places."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

Z95 = 1.959964
Scored = tuple[int, bool]  # score, and whether the student failed or left


class Estimate(NamedTuple):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


class Flagged(NamedTuple):
    """Whom a flag was raised for."""

    students: int
    at_risk: int
    flagged: int
    found: int  # flagged and at risk

    @property
    def precision(self) -> float | None:
        """Share of the flagged who were at risk."""
        return self.found / self.flagged if self.flagged else None

    @property
    def recall(self) -> float | None:
        """Share of those at risk who were flagged."""
        return self.found / self.at_risk if self.at_risk else None

    @property
    def false_positives(self) -> Estimate | None:
        """Share of those who passed that was flagged."""
        passed = self.students - self.at_risk
        return wilson(self.flagged - self.found, passed) if passed else None


def auc(scored: Sequence[Scored]) -> Estimate | None:
    """Return the area under the ROC curve, by DeLong (1988); None without both kinds."""
    risky, safe = (Counter(s for s, y in scored if y is kind) for kind in (True, False))
    m, n = risky.total(), safe.total()
    if not m or not n:
        return None
    above_safe = [(_beaten(safe, score) / n, times) for score, times in risky.items()]
    below_risky = [(1 - _beaten(risky, score) / m, times) for score, times in safe.items()]
    area = sum(share * times for share, times in above_safe) / m
    spread = math.sqrt(_variance(above_safe, area) / m + _variance(below_risky, area) / n)
    return Estimate(area, max(0.0, area - Z95 * spread), min(1.0, area + Z95 * spread))


def precision_of_top(scored: Sequence[Scored], share: float) -> Estimate | None:
    """Return the precision of the highest scores, its interval by Wilson (1927).

    Those at the edge with the same score count by the share of them that is still in.
    """
    wanted = int(share * len(scored))
    if not wanted:
        return None
    found = found_in_top(scored, wanted)
    return wilson(found, wanted)


def found_in_top(scored: Sequence[Scored], wanted: int) -> float:
    """Return how many at risk are among the so many highest; expected, where the edge is tied."""
    everybody = Counter(s for s, _ in scored)
    risky = Counter(s for s, y in scored if y)
    found, left = 0.0, wanted
    for score in sorted(everybody, reverse=True):
        taken = min(left, everybody[score])
        found += risky[score] * taken / everybody[score]
        left -= taken
        if not left:
            break
    return found


def top_from(scores: Sequence[int], share: float) -> int:
    """Return the least score at which no more than that share of the class is flagged."""
    wanted, so_far, edge = int(share * len(scores)), 0, 101
    for score, times in sorted(Counter(scores).items(), reverse=True):
        so_far += times
        if so_far > wanted:
            break
        edge = score
    return edge


def wilson(found: float, of: int) -> Estimate:
    """Return a share with its interval."""
    share, z2 = found / of, Z95 * Z95
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z95 * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    # At 0 and 1 rounding may leave the share itself out by 1e-16.
    return Estimate(share, max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half)))


def _beaten(others: Counter[int], score: int) -> float:
    """Return how many of the others have a lower score; those with the same count half."""
    return sum(
        times * (1.0 if other < score else 0.5) for other, times in others.items() if other <= score
    )


def _variance(values: list[tuple[float, int]], mean: float) -> float:
    n = sum(times for _, times in values)
    return sum(times * (value - mean) ** 2 for value, times in values) / max(1, n - 1)
