"""How often one client may ask: a bucket of tokens that refills (one for each who asks)."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from chalicelib.domain.errors import TooOftenError

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.domain.principal import Principal

_MOST_KNOWN = 10_000


class Throttle:
    """Lets `burst` requests through at once, and `per_s` in the long run; 0: any number.

    It counts in this process alone. Lambda runs as many as requests overlap, so who asks n at a
    time gets up to n times as much; what all together may ask is API Gateway's to limit.
    """

    def __init__(
        self, per_s: int, burst: int, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_s = per_s
        self._burst = burst
        self._now = now
        self._left: dict[tuple[str, str], tuple[float, float]] = {}  # requests left, as of when
        self._lock = threading.Lock()

    def admit(self, principal: Principal) -> None:
        """Count a request; TooOftenError says in how many seconds the next one is let through.

        People share the dashboard's client, so it is client and subject that are counted.
        """
        if not self._per_s:
            return
        who, now = (principal.client, principal.subject), self._now()
        with self._lock:
            left, as_of = self._left.get(who, (float(self._burst), now))
            left = min(self._burst, left + (now - as_of) * self._per_s)
            if left < 1:
                wait_s = (1 - left) / self._per_s
                raise TooOftenError(f"At most {self._per_s} requests a second are taken.", wait_s)
            if len(self._left) >= _MOST_KNOWN and who not in self._left:
                self._left.clear()  # they start anew: a stranger to us is no reason to refuse
            self._left[who] = (left - 1, now)
