"""What becomes of findings: alerts that open, change and clear."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.domain.indicators import Finding


# Stands for no student: the alert is about the class as a whole.
NOBODY = "00000000-0000-0000-0000-000000000000"


class OpenAlert(NamedTuple):
    """An alert that has not cleared yet."""

    alert_id: int
    student: str
    course: str
    rule: str
    severity: int
    because: str


class QuietAlert(NamedTuple):
    """An alert that was closed a short while ago; nothing as severe opens anew as yet."""

    student: str
    course: str
    rule: str
    severity: int


class Changes(NamedTuple):
    """What reconciling asks of the store, for one student in one course."""

    to_open: list[Finding]
    to_update: list[tuple[OpenAlert, Finding]]
    to_clear: list[OpenAlert]


def reconcile(
    open_alerts: Iterable[OpenAlert],
    findings: Iterable[Finding],
    quiet: Iterable[QuietAlert] = (),
) -> Changes:
    """Return what makes the open alerts of one student and course agree with the findings.

    A finding that fires has one open alert, unless one as severe was closed a short while ago; one
    that merely lingers keeps an alert that is open; an alert without a finding clears. A snoozed
    alert is open: it keeps up, and clears. Doing it twice changes nothing the second time.
    """
    by_rule = {alert.rule: alert for alert in open_alerts}
    quiet_up_to: dict[str, int] = {}
    for closed in quiet:
        quiet_up_to[closed.rule] = max(closed.severity, quiet_up_to.get(closed.rule, 0))
    changes = Changes([], [], [])
    for finding in findings:
        alert = by_rule.pop(finding.rule, None)
        if alert is None:
            if finding.fires and finding.severity > quiet_up_to.get(finding.rule, 0):
                changes.to_open.append(finding)
        elif (alert.because, alert.severity) != (finding.because, finding.severity):
            changes.to_update.append((alert, finding))
    changes.to_clear.extend(by_rule.values())
    return changes
