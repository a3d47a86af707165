"""How often one client may ask of all processes together: a bucket that they share."""

from __future__ import annotations

import dataclasses
import threading
import time
from typing import TYPE_CHECKING

from chalicelib.domain.errors import TooOftenError, UnavailableError
from chalicelib.services.throttle import MOST_KNOWN
from chalicelib.telemetry import logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.principal import Principal
    from chalicelib.ports.accepting import Quotas
    from chalicelib.services.throttle import Throttle

SPARE = 0.1  # of what is left: how much of it one process may let through before it asks again
KEPT_S = 1.0  # for so long
PAUSE_S = 0.25  # who was refused is refused for so long at least, without asking
AWAY_S = 30.0  # a database that did not answer is left alone for so long


@dataclasses.dataclass(slots=True)
class _Share:
    """What one process knows of one client, until it has to ask again."""

    until: float = 0.0
    spare: int = 0  # requests that it may let through
    used: int = 0  # let through, and not charged yet
    refused: bool = False


class Quota:
    """Counts for all processes, asking for a request now and then; without an answer for this one.

    While much is left, few requests ask; when little is left, each does, so that all processes
    together keep to the rate. What was let through without asking is charged with the next.
    """

    def __init__(
        self, shared: Quotas, own: Throttle, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._shared = shared
        self._own = own
        self._now = now
        self._shares: dict[tuple[str, str], _Share] = {}
        self._away_until = 0.0
        self._lock = threading.Lock()

    def admit(self, principal: Principal) -> None:
        """Count a request; TooOftenError says in how many seconds to ask again."""
        if not self._own.per_s:
            return
        if self._now() < self._away_until:
            self._own.admit(principal)
            return
        used = self._to_charge(principal)
        if used is not None:
            self._ask(principal, used)

    def _to_charge(self, principal: Principal) -> int | None:
        """Return what to charge when asking; None when there is no need to ask."""
        now = self._now()
        with self._lock:
            share = self._share_of(principal)
            if now < share.until:
                if share.refused:
                    raise self._refusal(share.until - now)
                if share.used < share.spare:
                    share.used += 1
                    return None
            used, share.used = share.used, 0
            return used

    def _ask(self, principal: Principal, used: int) -> None:
        per_s, burst = self._own.per_s, self._own.burst
        try:
            left = self._shared.take(principal, used, per_s=per_s, burst=burst)
        except UnavailableError as error:
            logger.warning("clients are counted in this process for now: %s", error)
            self._away_until = self._now() + AWAY_S
            self._own.admit(principal)
            return
        wait_s = max((1 - left) / per_s, PAUSE_S) if left < 1 else 0.0
        with self._lock:
            share = self._share_of(principal)
            share.until = self._now() + (wait_s or KEPT_S)
            share.spare = max(0, int((left - 1) * SPARE))
            share.refused = bool(wait_s)
        if wait_s:
            raise self._refusal(wait_s)

    def _share_of(self, principal: Principal) -> _Share:
        who = (principal.client, principal.subject)
        if len(self._shares) >= MOST_KNOWN and who not in self._shares:
            self._shares.clear()  # they ask anew
        return self._shares.setdefault(who, _Share())

    def _refusal(self, wait_s: float) -> TooOftenError:
        return TooOftenError(f"At most {self._own.per_s} requests a second are taken.", wait_s)
