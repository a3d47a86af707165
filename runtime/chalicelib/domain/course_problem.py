"""What is the course's problem rather than its students'."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.indicators import Finding, Severity
from chalicelib.domain.standing import MICROS_PER_DAY

if TYPE_CHECKING:
    from chalicelib.domain.policy import Policy
    from chalicelib.domain.standing import CourseContext, DueItem

RULE = "class_missing_work"


def class_missing_work(context: CourseContext, policy: Policy, as_of_us: int) -> Finding | None:
    """Work that is due, past its grace, and not handed in by most of the class.

    Below the class gate nobody's own work counts as missing: the instructor is told instead, once
    for all such work of the course.
    """
    latest_due_us = as_of_us - policy.grace_days * MICROS_PER_DAY
    earliest_due_us = latest_due_us - policy.course_problem_days * MICROS_PER_DAY
    found = [
        due
        for due in context.items
        if due.due_us is not None
        and earliest_due_us < due.due_us <= latest_due_us
        and due.expected >= policy.course_problem_students
        and due.handed_in * 10_000 < due.expected * policy.class_gate_bp
    ]
    return _finding(found, policy) if found else None


def _finding(found: list[DueItem], policy: Policy) -> Finding:
    told = ", ".join(f"{due.title} ({due.handed_in} of {due.expected} did)" for due in found)
    return Finding(
        RULE,
        Severity.ELEVATED,
        f"Most of the class has not handed in, {policy.grace_days} days or more after the due "
        f"date: {told}.",
        {
            "items": [due.item for due in found],
            "handed_in_by_class": {due.item: f"{due.handed_in}/{due.expected}" for due in found},
            "grace_days": policy.grace_days,
            "threshold_bp": policy.class_gate_bp,
        },
    )
