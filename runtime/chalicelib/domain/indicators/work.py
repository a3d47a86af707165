"""Rules about work that is handed in, or is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.indicators.finding import Finding, Severity, count
from chalicelib.domain.standing import MICROS_PER_DAY, enrolled_at
from chalicelib.domain.suppression import part_of

if TYPE_CHECKING:
    from chalicelib.domain.policy import Policy
    from chalicelib.domain.standing import CourseContext, DueItem, Standing


def missing_work(
    standing: Standing, context: CourseContext, policy: Policy, as_of_us: int
) -> Finding | None:
    """Work that is due, past its grace, handed in by most of the class, and not by this student.

    How many of the class have is told where they, and those who have not, are not few.
    """
    missing = missing_items(standing, context, policy, as_of_us)
    if not missing:
        return None
    titles = ", ".join(due.title for due in missing)
    return Finding(
        "missing_work",
        Severity.HIGH if len(missing) >= policy.several_missing else Severity.ELEVATED,
        f"{count(len(missing), 'piece')} of work not handed in, {policy.grace_days} days or more "
        f"after the due date: {titles}.",
        {
            "items": [due.item for due in missing],
            "grace_days": policy.grace_days,
            "threshold_bp": policy.class_gate_bp,
            "handed_in_by_class": {
                due.item: f"{due.handed_in}/{due.expected}"
                for due in missing
                if part_of(due.handed_in, due.expected) is not None
            },
        },
    )


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
        if due.item not in settled
        and due.due_us is not None
        and due.due_us <= latest_due_us
        and due.handed_in * 10_000 >= due.expected * policy.class_gate_bp
        and enrolled_at(standing, due.due_us)
    ]
