"""Judge by a policy in shadow beside the one in force, and compare; nobody is told of anything."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from chalicelib.domain.in_force import Policies
from chalicelib.domain.score import has_dates, scale
from chalicelib.domain.shadow import ShadowPolicies, compared
from chalicelib.services.judge import verdict_of
from chalicelib.services.policies import history

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.domain.in_force import PolicyVersion
    from chalicelib.domain.policy import Policy
    from chalicelib.domain.shadow import ShadowPut
    from chalicelib.domain.standing import CourseContext
    from chalicelib.ports.changes import PolicyVersions
    from chalicelib.ports.write_path import Unit
    from chalicelib.services.judge import Verdict

KEPT_DAYS = 120  # a term
MOST_FORGOTTEN = 50_000  # rows a sweep
Json = dict[str, Any]


class ShadowVersions(Protocol):
    """Keeps every version of what is in shadow; takes `put` as the policies in force do."""

    def shadows(self) -> dict[str, ShadowPut]:
        """Return the latest word of each scope."""
        ...

    def versions(self, course: str) -> Sequence[PolicyVersion]:
        """Return the latest versions of one scope, newest first."""
        ...


def begin(unit: Unit, default: Policy, now: dt.datetime) -> ShadowPolicies | None:
    """Return what is in shadow, None where nothing ever was; forget comparisons past their days."""
    puts = unit.load_shadows()
    if not puts:
        return None
    unit.forget_shadows(now.date() - dt.timedelta(days=KEPT_DAYS), MOST_FORGOTTEN)
    return ShadowPolicies(default, unit.load_policies(), puts)


def look_beside(
    unit: Unit,
    shadows: ShadowPolicies,
    context: CourseContext,
    judged: Sequence[Verdict],
    now: dt.datetime,
) -> None:
    """Judge the same standings by the policy in shadow, and keep how the two compare.

    Safe to repeat: what is kept of a day grows to whom either policy flagged at any time of it.
    """
    course = context.course
    policy, edition = shadows.of(course), shadows.edition(course)
    if policy is None:
        return
    as_of_us = int(now.timestamp() * 1_000_000)
    by = scale(context, policy.low_mark_bp, as_of_us) if has_dates(context) else None
    findings = {
        one.touched.standing.student: verdict_of(
            one.touched, context, policy, by, as_of_us
        ).findings
        for one in judged
    }
    rows = [
        row
        for one in judged
        if one.findings or findings[one.touched.standing.student]
        for row in compared(
            one.touched.standing.student, one.findings, findings[one.touched.standing.student]
        )
    ]
    unit.save_shadow_findings(course, now.date(), edition, rows)
    unit.reconcile_shadow_alerts(course, edition, findings, now, policy.cool_down_cleared_days)


def show(in_force: PolicyVersions, shadows: ShadowVersions, default: Policy, course: str) -> Json:
    """Return what a scope has in shadow, where it differs from what is in force, its versions."""
    puts, now = shadows.shadows(), in_force.in_force()
    kept = shadows.versions(course)
    own = puts.get(course)
    candidate = ShadowPolicies(default, now, puts).of(course)
    return {
        "course": course or None,
        "active": candidate is not None,
        "changes": own.overrides if own else None,
        "differs": _differences(Policies(default, now).of(course), candidate),
        "version": kept[0].version if kept else 0,
        "history": history(kept),
    }


def _differences(in_force: Policy, shadow: Policy | None) -> dict[str, Json]:
    if shadow is None:
        return {}
    now, then = msgspec.structs.asdict(in_force), msgspec.structs.asdict(shadow)
    return {
        "preset" if name == "name" else name: {"in_force": value, "shadow": then[name]}
        for name, value in now.items()
        if then[name] != value
    }
