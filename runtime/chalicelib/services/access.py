"""Ask whether somebody may do something: one question to the roster, answered by domain.access."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.access import About, Permit, decide, takes_another
from chalicelib.domain.errors import NotAllowedError, NotGrantedError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from chalicelib.domain.principal import Principal
    from chalicelib.domain.roster import Line
    from chalicelib.domain.rules import Action
    from chalicelib.ports.roster import RosterReads

NOTHING = About()


def permit(
    roster: RosterReads, principal: Principal, action: Action, about: About = NOTHING
) -> Permit:
    """Return why it is allowed; NotAllowedError, whether the thing exists or not.

    NotGrantedError tells who might otherwise that it takes somebody else.
    """
    today, lines, courses = roster.of(principal.subject, about.student)
    return _decided(principal, action, about._replace(courses=courses), lines, today)


def permit_on_alert(
    roster: RosterReads, principal: Principal, action: Action, alert_id: int
) -> Permit:
    """Return why it is allowed to see an alert or to work on it; errors as of `permit`."""
    today, lines, about = roster.of_alert(principal.subject, alert_id)
    return _decided(principal, action, about, lines, today)


def _decided(
    principal: Principal, action: Action, about: About, lines: Sequence[Line], today: dt.date
) -> Permit:
    asked = (principal, action, about, lines, today)
    found = decide(*asked)
    if found is None:
        why = takes_another(*asked)
        raise NotGrantedError(why) if why else NotAllowedError
    return found
