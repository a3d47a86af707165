"""A policy in shadow: judged beside the one in force, and alerting no one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from chalicelib.domain.alerts import reconcile
from chalicelib.domain.in_force import INSTITUTION, Policies
from chalicelib.domain.indicators import worth_an_alert

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from chalicelib.domain.alerts import Changes, OpenAlert, QuietAlert
    from chalicelib.domain.indicators import Finding
    from chalicelib.domain.policy import Overrides, Policy


class ShadowPut(NamedTuple):
    """The latest version of what a scope has in shadow."""

    edition: int  # of all scopes: a greater one came later
    overrides: Overrides | None  # None: it has ended


class Compared(NamedTuple):
    """Whom the policy in force and the one in shadow flag now, of one student and rule."""

    student: str
    rule: str
    in_force: bool
    shadow: bool


class ShadowPolicies:
    """What would be in force where, if what is in shadow were put."""

    def __init__(
        self, default: Policy, in_force: Mapping[str, Overrides], puts: Mapping[str, ShadowPut]
    ) -> None:
        on = {scope: one.overrides for scope, one in puts.items() if one.overrides is not None}
        self._puts = puts
        self._on = on
        self._policies = Policies(default, {**in_force, **on})

    def of(self, course: str) -> Policy | None:
        """Return the policy in shadow in a course; None where there is none."""
        if INSTITUTION in self._on or course in self._on:
            return self._policies.of(course)
        return None

    def edition(self, course: str) -> int:
        """Return which edition is in shadow in a course; a new one starts from nothing."""
        scopes = {INSTITUTION, course} & self._puts.keys()
        return max((self._puts[scope].edition for scope in scopes), default=0)


def compared(
    student: str, in_force: Iterable[Finding], shadow: Iterable[Finding]
) -> list[Compared]:
    """Return the rules by which either policy flags a student, good news aside."""
    now = {one.rule for one in worth_an_alert(list(in_force)) if one.fires}
    then = {one.rule for one in worth_an_alert(list(shadow)) if one.fires}
    return [Compared(student, rule, rule in now, rule in then) for rule in sorted(now | then)]


def changes_of(
    known: Iterable[OpenAlert], findings: Sequence[Finding], quiet: Iterable[QuietAlert]
) -> Changes:
    """Return what alerts would open, change and clear."""
    return reconcile(known, worth_an_alert(findings), quiet)
