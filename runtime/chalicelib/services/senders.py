"""As which source a machine sends: by its client, which the database binds to one."""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING

from chalicelib.domain.access import About, decide
from chalicelib.domain.errors import NotGrantedError, UnavailableError
from chalicelib.domain.rules import Action

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.principal import Principal
    from chalicelib.ports.accepting import Clients

KEPT_S = 60
AWAY_S = 10  # a database that did not answer is left alone for so long


class Senders:
    """Knows each client's source for a minute, and for as long as the database is away.

    Nobody can change a binding while it is, so what was known goes on: the stream takes events
    through an outage of the database.
    """

    def __init__(self, clients: Clients, *, now: Callable[[], float] = time.monotonic) -> None:
        self._clients = clients
        self._now = now
        self._known: dict[str, tuple[str, float]] = {}

    def source_of(self, principal: Principal) -> str:
        """Return the source; NotGrantedError without the scope, or for a client without one."""
        if decide(principal, Action.SEND_EVENTS, About(), (), dt.date.max) is None:
            raise NotGrantedError("Events are sent by machines with the scope events:write.")
        source, until = self._known.get(principal.client, ("", 0.0))
        if source and self._now() < until:
            return source
        try:
            found = self._clients.source_of(principal.client)
        except UnavailableError:
            if not source:
                raise
            self._known[principal.client] = (source, self._now() + AWAY_S)
            return source
        if found is None:
            self._known.pop(principal.client, None)
            raise NotGrantedError("No source is bound to this client: PUT /v1/clients/{client}.")
        self._known[principal.client] = (found, self._now() + KEPT_S)
        return found
