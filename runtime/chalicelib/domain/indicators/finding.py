"""What a rule says: its severity, the numbers and the events behind it, one plain sentence."""

from __future__ import annotations

import enum
import functools
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.policy import Policy
    from chalicelib.domain.standing import CourseContext, Standing

    Rule = Callable[[Standing, CourseContext, Policy, int], "Finding | None"]


class Severity(enum.IntEnum):
    """How urgent a finding is."""

    GOOD = 0  # nothing to act upon: it opens no alert
    WATCH = 1
    ELEVATED = 2
    HIGH = 3


class Finding(NamedTuple):
    """What a rule found: the sentence for people, the numbers and the work behind it.

    `evidence` holds the numbers, the thresholds (`threshold_...`) and, as far as the standing knows
    them, the identities of the `events` and the `items` behind them.
    """

    rule: str
    severity: Severity
    because: str
    evidence: dict[str, object]
    fires: bool = True  # False: keeps an open alert open, opens none


@functools.lru_cache(maxsize=16_384)
def percent(basis_points: int) -> str:
    """Return a share or a mark as people read it."""
    sign, size = "-" if basis_points < 0 else "", abs(basis_points)
    whole, rest = divmod(size, 100)
    return f"{sign}{whole} %" if rest == 0 else f"{sign}{whole}.{rest:02d} %"


def points(basis_points: int) -> str:
    """Return a difference of marks in percentage points as people read it."""
    return f"{percent(basis_points)[:-2]} points"


def count(number: int, thing: str) -> str:
    """Return a number of things."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
