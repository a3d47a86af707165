"""Tell people about alerts: claim what is unsent, notify, mark it sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.ports import Notifier, Store

LIMIT = 100  # a call of the notifier takes milliseconds; a claim is held as long


def announce(*, store: Store, notifier: Notifier) -> int:
    """Deliver every unsent announcement, in order; return how many were sent.

    At least once: what was delivered when the store went away is delivered again. Raises
    UnavailableError when the notifier or the store does not answer; the rest stays unsent.
    """
    total = 0
    while sent := _announce_some(store, notifier):
        total += sent
    return total


def _announce_some(store: Store, notifier: Notifier) -> int:
    with store.unit() as unit:
        claimed = unit.claim(LIMIT)
        for announcement in claimed:
            notifier.notify(announcement)
        if claimed:
            unit.mark_sent(claimed)
    return len(claimed)
