"""What a class looks like: sums over its standings, from which a student can be told apart.

Whole numbers only, so that the same standings give the same class in any order. Small classes are
drawn towards what is usual by a few imagined students; the numbers were chosen on the course runs
of 2013 in OULAD (docs/accuracy.md).
"""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.domain.class_work import HOUR_US, Sums, told
from chalicelib.domain.standing import (
    CourseContext,
    DueItem,
    Standing,
    enrolled_at,
    last_day,
    within,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NEVER_H = 20 * 24  # who never handed anything in counts as last seen this long before the course
PRIOR_STUDENTS, PRIOR_HANDED_BP = 2, 8500
PRIOR_MARKS, PRIOR_MEAN_BP, PRIOR_SD_BP = 5, 7200, 2000
PRIOR_TIMES, PRIOR_LEAD_H, PRIOR_LEAD_SD_H = 5, -24, 96
MIN_SD_BP, MIN_LEAD_SD_H = 500, 48


class ItemTerms(NamedTuple):
    """A piece of work as the catalogue has it."""

    item: str
    title: str
    due_us: int | None
    weight_milli: int | None
    optional: bool


class Course(NamedTuple):
    """A course as the catalogue has it; without dates, its work tells when it is."""

    course: str
    begins_us: int | None
    ends_us: int | None
    items: Sequence[ItemTerms]
    subject: str = ""


def describe(course: Course, standings: Iterable[Standing], as_of_us: int) -> CourseContext:
    """Return what a class looks like at a moment."""
    known = {one.item: one for one in course.items}
    here = [standing for standing in standings if enrolled_at(standing, as_of_us)]
    sums = {one.item: Sums(one.due_us, one.weight_milli) for one in course.items} or told(here)
    for standing in here:
        for result in standing.work:
            if result.item in sums:  # the catalogue tells what there is
                sums[result.item].add(result)
    _expect(sums, here, as_of_us)
    hefts = _hefts({item: one.weight for item, one in sums.items()})
    begins_us, ends_us = _dates(course, sums)
    wanted = [item for item in sums if not (item in known and known[item].optional)]
    items = [_due_item(item, known.get(item), sums[item], hefts[item], as_of_us) for item in wanted]
    means = [s.weighted_sum // s.weight_sum for s in here if s.weight_sum]
    return CourseContext(
        course.course,
        tuple(sorted(items, key=lambda one: (one.due_us is None, one.due_us or 0, one.item))),
        sum(means) // len(means) if means else None,
        len(here),
        begins_us,
        ends_us,
        _median_submitted(here, begins_us),
        len(means),
        sorted(means)[(15 * len(means) - 1) // 100] if means else None,
        _median_day(here),
        subject_of(course),
    )


def subject_of(course: Course) -> str:
    """Return a course's subject as rules compare it."""
    return course.subject.strip().lower()


def last_submitted_us(standing: Standing, begins_us: int | None) -> int:
    """Return when a student last handed something in for the first time; long ago for never."""
    moments = [r.submitted_us for r in standing.work if r.submitted_us is not None]
    return max(moments, default=(begins_us or 0) - NEVER_H * HOUR_US)


def _expect(sums: dict[str, Sums], here: list[Standing], as_of_us: int) -> None:
    """Count for each piece of work who is expected to hand it in, and who has dealt with it."""
    for standing in here:
        done = {result.item for result in standing.work}
        for item, one in sums.items():
            due_us = one.due_us
            if due_us is None or due_us > as_of_us or within(standing.enrolled, due_us):
                one.expected += 1
                one.settled += item in done


def _due_item(item: str, terms: ItemTerms | None, sums: Sums, heft: int, as_of_us: int) -> DueItem:
    is_due = sums.due_us is not None and sums.due_us <= as_of_us
    imagined = PRIOR_STUDENTS * PRIOR_HANDED_BP if is_due else 0
    expected = sums.expected - sums.carried
    mean, sd = _drawn(sums.marks, PRIOR_MARKS, PRIOR_MEAN_BP, PRIOR_SD_BP)
    lead, lead_sd = _drawn(sums.leads, PRIOR_TIMES, PRIOR_LEAD_H, PRIOR_LEAD_SD_H)
    return DueItem(
        item,
        terms.title if terms else item,
        sums.due_us,
        sums.settled,
        sums.expected,
        heft,
        (sums.handed * 10_000 + imagined) // max(1, expected + PRIOR_STUDENTS),
        mean,
        max(sd, MIN_SD_BP),
        lead,
        max(lead_sd, MIN_LEAD_SD_H),
    )


def _drawn(sums: list[int], priors: int, prior: int, prior_sd: int) -> tuple[int, int]:
    """Return mean and spread, drawn towards what is usual by imagined values."""
    n, total, squares = sums
    mean = (total + priors * prior) // (n + priors)
    spread = squares - 2 * mean * total + n * mean * mean + priors * prior_sd**2
    return mean, isqrt(spread // (n + priors))


def _hefts(weights: dict[str, int | None]) -> dict[str, int]:
    """Return the square root of each weight over the mean weight, in thousandths."""
    low = min((w for w in weights.values() if w), default=1000)
    full = {item: weight or low for item, weight in weights.items()}
    total = sum(full.values())
    return {i: isqrt(w * len(full) * 1_000_000 // total) for i, w in full.items()}


def _dates(course: Course, sums: dict[str, Sums]) -> tuple[int | None, int | None]:
    """Return when a course begins and ends: by the catalogue, or else by its work's due dates."""
    due = [one.due_us for one in sums.values() if one.due_us is not None]
    begins_us = course.begins_us if course.begins_us is not None else min(due, default=None)
    ends_us = course.ends_us if course.ends_us is not None else max(due, default=None)
    return begins_us, ends_us


def _median_submitted(here: list[Standing], begins_us: int | None) -> int | None:
    if not here:
        return None
    lasts = sorted(last_submitted_us(standing, begins_us) for standing in here)
    return lasts[(len(lasts) - 1) // 2]


def _median_day(here: list[Standing]) -> int | None:
    """Return the day by which half of the class had shown its last sign; None before that."""
    days = sorted(last_day(standing) or 0 for standing in here)
    return (days[(len(days)) // 2] or None) if days else None
