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

from chalicelib.domain.class_work import HOUR_US, MAX_LEAD_H
from chalicelib.domain.classroom import NEVER_H
from chalicelib.domain.score_points import BASE, PARTS, STAGES_BP
from chalicelib.domain.standing import MICROS_PER_DAY

if TYPE_CHECKING:
    from chalicelib.domain.standing import CourseContext, DueItem, Standing

GATE_BP = 3000  # due work counts once 30 % of the class has handed it in
PRIOR_MISSING_BP, PRIOR_HEFT = 1200, 500
MAX_Z, MAX_LATE = 3000, 2000  # thousandths of the class's spread
# A straight line of a curve: where it begins, the points there, how far they rise, over how much.
Line = tuple[int, int, int, int]
Curve = tuple[str, tuple[int, ...], list[Line]]  # part, knots, lines before, between and after them


# One piece of work as a student's is measured by it: whether it is due; its share of what is due,
# by heft and hand-in share (0: not due, or hardly anybody did it); the class's hand-in share while
# it is not due; due_us; lead_mean_h, lead_sd_h, mean_bp, sd_bp and heft of the DueItem.
Measure = tuple[bool, int, int, int, int, int, int, int, int]


class Scale(NamedTuple):
    """What the students of one class are measured by, at one moment; made once for all of them."""

    measures: dict[str, Measure]
    due: int  # sum of shares
    opened: int  # sum of hand-in shares of what is not due yet, basis points
    pass_bp: int
    base: int
    curves: list[Curve]
    median_submitted_us: int
    never_us: int  # when who never handed anything in counts as last seen
    until_us: int  # for how long it holds: then something else is due, or an hour is over


class Score(NamedTuple):
    """The score, and by part what it adds to the usual; whole points."""

    total: int  # 0..100
    parts: dict[str, int]


def has_dates(context: CourseContext) -> bool:
    """Tell whether some work has a due date, so that the score says something of the class.

    Before anything is due everybody has about the base: a student of whom nothing is known is as
    likely to fail as the usual one, and the risk does not leap when the first work is due.
    """
    return any(item.due_us is not None for item in context.items)


def scale(context: CourseContext, pass_bp: int, as_of_us: int) -> Scale:
    """Return what students are measured by; `pass_bp` is the pass mark in basis points."""
    measures = {item.item: _measure(item, as_of_us) for item in context.items}
    ahead = [i.due_us for i in context.items if i.due_us is not None and i.due_us > as_of_us]
    never_us = (context.begins_us or 0) - NEVER_H * HOUR_US
    median_us = context.median_submitted_us
    base, curves = _stage(_elapsed_bp(context, as_of_us))
    return Scale(
        measures,
        sum(measure[1] for measure in measures.values()),
        sum(measure[2] for measure in measures.values()),
        pass_bp,
        base,
        curves,
        never_us if median_us is None else median_us,
        never_us,
        min([*ahead, as_of_us + HOUR_US]),
    )


def total(standing: Standing, by: Scale) -> int:
    """Return the score of one student, 0..100: all that judging needs, so it makes no parts."""
    return _whole(by.base + sum(_added(standing, by)))


def score(standing: Standing, by: Scale) -> Score:
    """Return the score of one student, with its parts."""
    added = _added(standing, by)
    parts = {
        name: round(points / 100) for (name, _, _), points in zip(by.curves, added, strict=True)
    }
    return Score(_whole(by.base + sum(added)), {"base": round(by.base / 100), **parts})


def _added(standing: Standing, by: Scale) -> list[int]:
    values = features(standing, by)
    added = []
    for name, knots, lines in by.curves:
        value = values[name]
        begins, points, rise, run = lines[bisect_right(knots, value)]
        added.append(points + rise * (value - begins) // run)
    return added


def _whole(hundredths: int) -> int:
    return max(0, min(100, (hundredths + 50) // 100))


def features(  # noqa: C901  # one pass over the work: in parts it takes half as long again
    standing: Standing, by: Scale
) -> dict[str, int]:
    """Return what the score goes by, each relative to the class; units as in score_points.PARTS."""
    missing = due = by.due
    opened, opened_by_class = 0, by.opened
    late = timed = failed = marks = z_sum = z_hefts = hefts = latest_z = 0
    last_us, latest_us, latest_item = by.never_us, 0, ""
    for result in standing.work:
        measure = by.measures.get(result.item)
        if measure is None:
            continue
        is_due, share, handed_bp, due_us, lead_mean, lead_sd, mean, sd, heft = measure
        missing -= share
        if result.excused or result.optional:
            due -= share
            opened_by_class -= handed_bp
            continue
        submitted_us = result.submitted_us
        if submitted_us is not None:
            if submitted_us > last_us:
                last_us = submitted_us
            if is_due:
                timed += 1
                hours = (submitted_us - due_us) // HOUR_US  # lead_h, without the call
                if not -MAX_LEAD_H < hours < MAX_LEAD_H:
                    hours = _end(hours, MAX_LEAD_H)
                lateness = (hours - lead_mean) * 1000 // lead_sd
                late += lateness if -MAX_LATE < lateness < MAX_LATE else _end(lateness, MAX_LATE)
        if not is_due:
            opened += 10_000
        score_bp = result.score_bp
        if score_bp is not None:
            z = (score_bp - mean) * 1000 // sd
            z = z if -MAX_Z < z < MAX_Z else _end(z, MAX_Z)
            marks += 1
            z_sum += z
            z_hefts += z * heft
            hefts += heft
            failed += score_bp < by.pass_bp
            scored_us = result.scored_us or 0
            if scored_us > latest_us or (scored_us == latest_us and result.item > latest_item):
                latest_us, latest_item, latest_z = scored_us, result.item, z
    return {
        "missing": (missing * 10_000 + PRIOR_HEFT * PRIOR_MISSING_BP) // (due + PRIOR_HEFT),
        "marks": z_hefts // (hefts + 1000),
        "fails": failed * 10_000 // (marks + 1),
        "trend": latest_z - (z_sum - latest_z) // (marks - 1) if marks > 1 else 0,
        "timing": late // (timed + 1),
        "silence": (by.median_submitted_us - last_us) // MICROS_PER_DAY,
        "open": (opened - opened_by_class)
        * 100
        // isqrt(max(0, opened_by_class) * 10_000 + 50_000_000),
    }


def _measure(item: DueItem, as_of_us: int) -> Measure:
    is_due = item.due_us is not None and item.due_us <= as_of_us
    counts = is_due and item.handed_bp >= GATE_BP
    return (
        is_due,
        item.heft * item.handed_bp // 10_000 if counts else 0,
        0 if is_due else item.handed_bp,
        item.due_us or 0,
        item.lead_mean_h,
        item.lead_sd_h,
        item.mean_bp,
        item.sd_bp,
        item.heft,
    )


def _end(value: int, most: int) -> int:
    """Return the end of a range, which goes equally far up and down, that a value lies beyond."""
    return most if value > 0 else -most


def _elapsed_bp(context: CourseContext, as_of_us: int) -> int:
    """Return how far a course is; its middle when nobody knows."""
    begins_us, ends_us = context.begins_us, context.ends_us
    elapsed_bp = 5000
    if begins_us is not None and ends_us is not None and ends_us > begins_us:
        elapsed_bp = (as_of_us - begins_us) * 10_000 // (ends_us - begins_us)
    return max(STAGES_BP[0], min(STAGES_BP[-1], elapsed_bp))


@functools.lru_cache(maxsize=512)
def _stage(at: int) -> tuple[int, list[Curve]]:
    """Return the points at a stage of a course: the base, and each part's at its knots."""
    i = min(bisect_right(STAGES_BP, at) - 1, len(STAGES_BP) - 2)
    gone, whole = at - STAGES_BP[i], STAGES_BP[i + 1] - STAGES_BP[i]

    def between(one: int, other: int) -> int:
        return one + (other - one) * gone // whole

    curves = [
        (
            name,
            part.knots,
            _lines(part.knots, [between(u, v) for u, v in zip(*part.rows[i : i + 2], strict=True)]),
        )
        for name, part in PARTS.items()
    ]
    return between(BASE[i], BASE[i + 1]), curves


def _lines(knots: tuple[int, ...], points: list[int]) -> list[Line]:
    """Return a curve as straight lines between its knots, flat outside of them."""
    between = [
        (knots[i], points[i], points[i + 1] - points[i], knots[i + 1] - knots[i])
        for i in range(len(knots) - 1)
    ]
    return [(knots[0], points[0], 0, 1), *between, (knots[-1], points[-1], 0, 1)]
