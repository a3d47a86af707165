"""Who asks, for what, and why that is allowed: what a route knows before it does anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from chalicelib.domain.access import About
from chalicelib.domain.errors import NotAllowedError
from chalicelib.http.sign_in import principal_of
from chalicelib.services import access

if TYPE_CHECKING:
    from chalice.app import Request

    from chalicelib.domain.access import Own, Permit
    from chalicelib.domain.principal import Principal
    from chalicelib.domain.rules import Action
    from chalicelib.ports.roster import RosterReads


class Asked(NamedTuple):
    """A request that is allowed."""

    request: Request
    principal: Principal
    permit: Permit

    @property
    def person(self) -> str:
        """Whose rows the database is to show."""
        return self.principal.subject

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the query."""
        return dict(self.request.query_params or {})

    @property
    def only(self) -> Own | None:
        """What a list shows; None: all of it."""
        return self.permit.only


def asked(request: Request, roster: RosterReads, action: Action, **about: Any) -> Asked:
    """Return a request that is allowed; NotAllowedError otherwise."""
    principal = principal_of(request)
    return Asked(request, principal, access.permit(roster, principal, action, About(**about)))


def also(who: Asked, roster: RosterReads, action: Action, **about: Any) -> bool:
    """Tell whether the one who asks may do something else as well."""
    return rather(who, roster, action, **about) is not None


def rather(who: Asked, roster: RosterReads, action: Action, **about: Any) -> Asked | None:
    """Return the request as allowed for something else; None when it is not."""
    try:
        return who._replace(permit=access.permit(roster, who.principal, action, About(**about)))
    except NotAllowedError:
        return None


def asked_of_alert(request: Request, roster: RosterReads, action: Action, number: int) -> Asked:
    """Return a request about an alert that is allowed; NotAllowedError otherwise."""
    principal = principal_of(request)
    return Asked(request, principal, access.permit_on_alert(roster, principal, action, number))
