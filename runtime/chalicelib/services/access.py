"""Ask whether somebody may do something: one question to the roster, answered by domain.access."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.access import About, Action, Permit, decide
from chalicelib.domain.errors import NotAllowedError

if TYPE_CHECKING:
    from chalicelib.domain.principal import Principal
    from chalicelib.ports import RosterReads

NOTHING = About()


def permit(
    roster: RosterReads, principal: Principal, action: Action, about: About = NOTHING
) -> Permit:
    """Return why it is allowed; NotAllowedError, whether the thing exists or not."""
    today, lines, courses = roster.of(principal.subject, about.student)
    found = decide(principal, action, about._replace(courses=courses), lines, today)
    if found is None:
        raise NotAllowedError
    return found


def permit_on_alert(
    roster: RosterReads, principal: Principal, action: Action, alert_id: int
) -> Permit:
    """Return why it is allowed to see an alert or to work on it; NotAllowedError otherwise."""
    today, lines, about = roster.of_alert(principal.subject, alert_id)
    found = decide(principal, action, about, lines, today)
    if found is None:
        raise NotAllowedError
    return found
