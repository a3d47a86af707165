"""Watch the sources: one that used to send and does not is the operators' problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.sources import stale
from chalicelib.telemetry import logger

if TYPE_CHECKING:
    from chalicelib.domain.sources import Source
    from chalicelib.ports.clock import Clock
    from chalicelib.ports.write_path import Store


def stale_sources(*, store: Store, clock: Clock, hours: int) -> list[Source]:
    """Return the sources that have fallen silent, and log their names; 0 hours: none ever."""
    if not hours:
        return []
    with store.unit() as unit:
        found = stale(unit.sources(clock.now(), hours))
    for one in found:
        logger.warning("source %s has sent nothing since %s", one.source, one.last_at.isoformat())
    return found
