"""The rules that say who needs help and why: standing + class + policy + moment -> findings.

A rule is one function in RULES. It returns None when there is nothing to say, a firing finding
past its threshold, and a finding that does not fire between the threshold and the point where an
open alert clears.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from chalicelib.domain.standing import (
    MICROS_PER_DAY,
    CourseContext,
    DueItem,
    Standing,
    enrolled_at,
    mean_bp,
)
from chalicelib.domain.work import marks_in_order

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.policy import Policy


class Severity(enum.IntEnum):
    """How urgent a finding is."""

    WATCH = 1
    ELEVATED = 2
    HIGH = 3


class Finding(NamedTuple):
    """What a rule found: the sentence for people, the numbers and the work behind it."""

    rule: str
    severity: Severity
    because: str
    evidence: dict[str, object]
    fires: bool = True  # False: keeps an open alert open, opens none


class Risk(msgspec.Struct, frozen=True):
    """0..100, with what each part adds to it; never more than 100 in all."""

    total: int
    parts: dict[str, int]


def low_marks(standing: Standing, _: CourseContext, policy: Policy, __: int) -> Finding | None:
    """Weighted mean of the counted marks below the pass mark, or below the early warning."""
    mean = mean_bp(standing)
    if mean is None or mean >= policy.early_warning_bp + policy.clear_mark_margin_bp:
        return None
    failing = mean < policy.low_mark_bp
    threshold = policy.low_mark_bp if failing else policy.early_warning_bp
    marked = standing.marks
    return Finding(
        "low_marks",
        Severity.HIGH if failing else Severity.ELEVATED,
        f"The mean of {_count(marked, 'mark')} is {_percent(mean)}; {_percent(threshold)} is the "
        f"{'pass mark' if failing else 'early-warning mark'}.",
        {
            "mean_bp": mean,
            "threshold_bp": threshold,
            "marks_bp": [result.score_bp for result in marks_in_order(standing.work)],
        },
        fires=mean < policy.early_warning_bp,
    )


def chronic_absence(
    standing: Standing, _: CourseContext, policy: Policy, __: int
) -> Finding | None:
    """Attendance at or below 90 % of the sessions held while enrolled (Attendance Works).

    Excused absences count as absences: what was taught was missed all the same.
    """
    held, attended = standing.sessions, standing.attended
    if held < policy.absence_min_sessions:
        return None
    if attended * 10_000 > held * (policy.absence_rate_bp + policy.clear_absence_margin_bp):
        return None
    severe = attended * 10_000 <= held * policy.severe_absence_rate_bp
    threshold = policy.severe_absence_rate_bp if severe else policy.absence_rate_bp
    return Finding(
        "chronic_absence",
        Severity.HIGH if severe else Severity.ELEVATED,
        f"Attended {attended} of {held} sessions ({_percent(attended * 10_000 // held)}); "
        f"{_percent(threshold)} or less is {'severe' if severe else 'chronic'} absence.",
        {"attended": attended, "sessions": held, "threshold_bp": threshold},
        fires=attended * 10_000 <= held * policy.absence_rate_bp,
    )


def missing_work(
    standing: Standing, context: CourseContext, policy: Policy, as_of_us: int
) -> Finding | None:
    """Work that is due, past its grace, handed in by most of the class, and not by this student."""
    missing = missing_items(standing, context, policy, as_of_us)
    if not missing:
        return None
    titles = ", ".join(due.title for due in missing)
    return Finding(
        "missing_work",
        Severity.HIGH if len(missing) >= policy.several_missing else Severity.ELEVATED,
        f"{_count(len(missing), 'piece')} of work not handed in, {policy.grace_days} days or more "
        f"after the due date: {titles}.",
        {
            "items": [due.item for due in missing],
            "grace_days": policy.grace_days,
            "handed_in_by_class": {due.item: f"{due.handed_in}/{due.expected}" for due in missing},
        },
    )


RULES: tuple[Callable[[Standing, CourseContext, Policy, int], Finding | None], ...] = (
    low_marks,
    chronic_absence,
    missing_work,
)


def evaluate(
    standing: Standing, context: CourseContext, policy: Policy, as_of_us: int
) -> list[Finding]:
    """Return what is to be said about this student in this course at that moment.

    Nothing is said of those who are not enrolled then.
    """
    if not enrolled_at(standing, as_of_us):
        return []
    return [f for rule in RULES if (f := rule(standing, context, policy, as_of_us)) is not None]


def missing_items(
    standing: Standing, context: CourseContext, policy: Policy, as_of_us: int
) -> list[DueItem]:
    """Return the work that counts as missing at that moment, in the catalogue's order."""
    if not context.items:
        return []
    latest_due_us = as_of_us - policy.grace_days * MICROS_PER_DAY
    settled = {result.item for result in standing.work}
    return [
        due
        for due in context.items
        if due.due_us <= latest_due_us
        and due.item not in settled
        and due.handed_in * 10_000 >= due.expected * policy.class_gate_bp
        and enrolled_at(standing, due.due_us)
    ]


def risk(standing: Standing, context: CourseContext, policy: Policy, as_of_us: int) -> Risk:
    """Return the risk of one student in one course, 0..100, with its parts.

    50 x share of due work that is missing + 40 x (1 - mean mark) + 5 if anything was late: the
    three-term score whose AUC on OULAD is .65 at week 4 and .85 at week 20; and, where sessions are
    held, 50 x absences as a share of 20 % (severe absence).
    """
    if not enrolled_at(standing, as_of_us):
        return Risk(0, {})
    latest_due_us = as_of_us - policy.grace_days * MICROS_PER_DAY
    due = sum(item.due_us <= latest_due_us for item in context.items) if context.items else 0
    missing = 50 * len(missing_items(standing, context, policy, as_of_us)) // due if due else 0
    marks = absence = 0
    if standing.weight_sum:
        mean = standing.weighted_sum // standing.weight_sum
        marks = max(0, 40 * (10_000 - mean) // 10_000)
    late = 5 if standing.late else 0
    held = standing.sessions
    if held >= policy.absence_min_sessions:
        absence = min(50, 250 * (held - standing.attended) // held)
    return Risk(
        min(100, missing + marks + late + absence),
        {"missing_work": missing, "marks": marks, "late_work": late, "absence": absence},
    )


def risk_bucket(total: int) -> int:
    """Return the step, 0..20, by which lists sort: it seldom changes, so updates stay HOT."""
    return total // 5


def _percent(basis_points: int) -> str:
    whole, rest = divmod(basis_points, 100)
    return f"{whole} %" if rest == 0 else f"{whole}.{rest:02d} %"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
