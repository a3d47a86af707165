"""What people do with alerts: acknowledge, assign, note, resolve, snooze, intervene."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from chalicelib.domain.alert_changes import Limits, change
from chalicelib.domain.errors import NotFoundError, StaleError

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.alert_changes import Case, Step
    from chalicelib.domain.alert_requests import Request
    from chalicelib.domain.policy import Policy
    from chalicelib.ports.changes import AlertChanges
    from chalicelib.ports.clock import Clock

Versions = frozenset[int] | None  # one of which the sender has read; None: any


def act(
    wanted: Request,
    alert_id: int,
    *,
    changes: AlertChanges,
    clock: Clock,
    policy_of: Callable[[str], Policy],
    person: str,
    versions: Versions,
    number: int = 0,
) -> Case:
    """Do to an alert what a person wants, and return it as it then is.

    `policy_of` a course sets the limits; `number` names the intervention that is meant. Safe to
    repeat: a repetition is StaleError, or changes nothing. Raises NotFoundError for no such alert,
    ConflictError where its state does not allow it.
    """
    now = clock.now()

    def decide(case: Case) -> Step | None:
        if versions is not None and case.version not in versions:
            raise StaleError(f"The alert has version {case.version} by now; read it again.")
        limits = _limits(policy_of(case.course))
        return change(wanted, case, person, now, limits=limits, number=number)

    after = changes.change(alert_id, person, now, decide)
    if after is None:
        raise NotFoundError("There is no such alert.")
    return after


def _limits(policy: Policy) -> Limits:
    return Limits(
        most_snooze=dt.timedelta(days=policy.most_snooze_days),
        cool_down=dt.timedelta(days=policy.cool_down_days),
    )
