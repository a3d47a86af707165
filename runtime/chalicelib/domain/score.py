"""The risk score: how far a student is behind the class, as a sum of parts that can be told.

0..100; each part is a number of points that a person can follow: its value, and what that adds.
It puts students in order and is no probability: docs/accuracy.md tells how well it does, and where
it does not.
"""

from __future__ import annotations

import functools
from bisect import bisect_right
from math import isqrt
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.domain.classroom import HOUR_US, lead_h
from chalicelib.domain.score_points import BASE, PARTS, STAGES_BP
from chalicelib.domain.standing import MICROS_PER_DAY

if TYPE_CHECKING:
    from chalicelib.domain.standing import CourseContext, DueItem, Standing
    from chalicelib.domain.work import Result

GATE_BP = 3000  # due work counts once 30 % of the class has handed it in
PRIOR_MISSING_BP, PRIOR_HEFT = 1200, 500
NEVER_US = 20 * 24 * HOUR_US
Curve = tuple[tuple[int, ...], list[int]]  # knots, points at them


class Stage(NamedTuple):
    """The points on one day of a course; the same for every student of a class."""

    base: int
    curves: dict[str, Curve]


class Score(NamedTuple):
    """The score, and by part what it adds to the usual; whole points."""

    total: int  # 0..100
    parts: dict[str, int]


def has_begun(context: CourseContext, as_of_us: int) -> bool:
    """Tell whether the class has had something to hand in; before, a score would be a guess."""
    return any(item.due_us is not None and item.due_us <= as_of_us for item in context.items)


def score(standing: Standing, context: CourseContext, pass_bp: int, as_of_us: int) -> Score:
    """Return the score of one student; `pass_bp` is the pass mark in basis points."""
    points = _stage(_elapsed_bp(context, as_of_us))
    values = features(standing, context, pass_bp, as_of_us)
    hundredths = {name: _at(*curve, values[name]) for name, curve in points.curves.items()}
    total = (points.base + sum(hundredths.values()) + 50) // 100
    parts = {name: round(of_part / 100) for name, of_part in hundredths.items()}
    return Score(max(0, min(100, total)), {"base": round(points.base / 100), **parts})


def _elapsed_bp(context: CourseContext, as_of_us: int) -> int:
    """Return how far a course is; its middle when nobody knows."""
    begins_us, ends_us = context.begins_us, context.ends_us
    elapsed_bp = 5000
    if begins_us is not None and ends_us is not None and ends_us > begins_us:
        elapsed_bp = (as_of_us - begins_us) * 10_000 // (ends_us - begins_us)
    return max(STAGES_BP[0], min(STAGES_BP[-1], elapsed_bp))


@functools.lru_cache(maxsize=512)
def _stage(at: int) -> Stage:
    """Return the points at a stage of a course; the same for every student of a class."""
    i = min(bisect_right(STAGES_BP, at) - 1, len(STAGES_BP) - 2)
    part, whole = at - STAGES_BP[i], STAGES_BP[i + 1] - STAGES_BP[i]

    def between(one: int, other: int) -> int:
        return one + (other - one) * part // whole

    curves = {
        name: (
            points.knots,
            [between(u, v) for u, v in zip(points.rows[i], points.rows[i + 1], strict=True)],
        )
        for name, points in PARTS.items()
    }
    return Stage(between(BASE[i], BASE[i + 1]), curves)


def features(
    standing: Standing, context: CourseContext, pass_bp: int, as_of_us: int
) -> dict[str, int]:
    """Return what the score goes by, each relative to the class; units as in score_points.PARTS."""
    found = _Sums(pass_bp)
    done = {result.item: result for result in standing.work}
    for item in context.items:
        result = done.get(item.item)
        if result is None or not (result.excused or result.optional):
            found.add(item, result, as_of_us)
    values = found.values()
    values["silence"] = _silence_days(found.last_us, context)
    return values


class _Sums:
    """Sums over the work of one student."""

    def __init__(self, pass_bp: int) -> None:
        self.pass_bp = pass_bp
        self.missing = self.due = self.late = self.timed = 0
        self.marks: list[tuple[int, str, int, int]] = []  # (scored_us, item, z, heft)
        self.failed = self.opened = self.opened_by_class = 0
        self.last_us: int | None = None

    def add(self, item: DueItem, result: Result | None, as_of_us: int) -> None:
        is_due = item.due_us is not None and item.due_us <= as_of_us
        if is_due:
            if item.handed_bp >= GATE_BP:
                share = item.heft * item.handed_bp // 10_000
                self.due += share
                self.missing += share if result is None else 0
        else:
            self.opened_by_class += item.handed_bp
            self.opened += 0 if result is None else 10_000
        if result is not None:
            self._add_result(item, result, is_due=is_due)

    def _add_result(self, item: DueItem, result: Result, *, is_due: bool) -> None:
        submitted_us = result.submitted_us
        if submitted_us is not None:
            self.last_us = max(submitted_us, self.last_us or submitted_us)
            if is_due and item.due_us is not None:
                lead = (lead_h(submitted_us, item.due_us) - item.lead_mean_h) * 1000
                self.late += max(-2000, min(2000, lead // item.lead_sd_h))
                self.timed += 1
        if result.score_bp is not None:
            z = max(-3000, min(3000, (result.score_bp - item.mean_bp) * 1000 // item.sd_bp))
            self.marks.append((result.scored_us or 0, item.item, z, item.heft))
            self.failed += result.score_bp < self.pass_bp

    def values(self) -> dict[str, int]:
        heft = sum(mark[3] for mark in self.marks)
        open_ = (self.opened - self.opened_by_class) * 100
        return {
            "missing": (self.missing * 10_000 + PRIOR_HEFT * PRIOR_MISSING_BP)
            // (self.due + PRIOR_HEFT),
            "marks": sum(z * heft for _, _, z, heft in self.marks) // (heft + 1000),
            "fails": self.failed * 10_000 // (len(self.marks) + 1),
            "trend": self._trend(),
            "timing": self.late // (self.timed + 1),
            "open": open_ // isqrt(max(0, self.opened_by_class) * 10_000 + 50_000_000),
        }

    def _trend(self) -> int:
        if len(self.marks) < 2:
            return 0
        latest = max(self.marks)[2]
        return latest - (sum(mark[2] for mark in self.marks) - latest) // (len(self.marks) - 1)


def _silence_days(last_us: int | None, context: CourseContext) -> int:
    if context.median_submitted_us is None:
        return 0
    if last_us is None:
        last_us = (context.begins_us or 0) - NEVER_US
    return (context.median_submitted_us - last_us) // MICROS_PER_DAY


def _at(knots: tuple[int, ...], points: list[int], value: int) -> int:
    """Return the points at a value: by straight lines between knots, flat outside of them."""
    if value <= knots[0]:
        return points[0]
    if value >= knots[-1]:
        return points[-1]
    i = bisect_right(knots, value) - 1
    return points[i] + (points[i + 1] - points[i]) * (value - knots[i]) // (knots[i + 1] - knots[i])
