"""How often one client may ask of this process: a bucket that refills, one for each who asks."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from chalicelib.domain.errors import TooOftenError

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.principal import Principal

MOST_KNOWN = 10_000  # clients; who is counted is bounded, so that memory is


class Throttle:
    """Lets `burst` requests through at once, and `per_s` in the long run; 0: any number.

    It counts in this process alone, as `Quota` does while what all processes share is away.
    """

    def __init__(
        self, per_s: int, burst: int, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.per_s = per_s
        self.burst = burst
        self._now = now
        self._left: dict[tuple[str, str], tuple[float, float]] = {}  # requests left, as of when
        self._lock = threading.Lock()

    def admit(self, principal: Principal) -> None:
        """Count a request; TooOftenError says in how many seconds the next one is let through.

        People share the dashboard's client, so it is client and subject that are counted.
        """
        if not self.per_s:
            return
        who, now = (principal.client, principal.subject), self._now()
        with self._lock:
            left, as_of = self._left.get(who, (float(self.burst), now))
            left = min(self.burst, left + (now - as_of) * self.per_s)
            if left < 1:
                wait_s = (1 - left) / self.per_s
                raise TooOftenError(f"At most {self.per_s} requests a second are taken.", wait_s)
            if len(self._left) >= MOST_KNOWN and who not in self._left:
                self._left.clear()  # they start anew: a stranger to us is no reason to refuse
            self._left[who] = (left - 1, now)
