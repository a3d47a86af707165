"""Alarms of the access ledger: it agrees, it is verified, it is sealed."""

from __future__ import annotations

from infrastructure.parts.alarms.watch import BELOW, Watch
from infrastructure.parts.metrics import emitted

DAY_S = 86_400


def ledger_watches(*, suffix: str) -> list[Watch]:
    """Return what is watched of the record of who has read whose record."""
    return [
        Watch(
            name="ledger-broken",
            means="The ledger of who has read whose record does not agree with its own hashes.",
            metric=emitted("LedgerBroken", suffix=suffix, statistic="Maximum", seconds=300),
            threshold=0,
        ),
        Watch(
            name="ledger-unverified",
            means="The ledger was not verified for a day.",
            metric=emitted("LedgerBroken", suffix=suffix, statistic="SampleCount", seconds=DAY_S),
            threshold=1,
            compared=BELOW,
            silence_is_bad=True,
        ),
        Watch(
            name="ledger-unsealed",
            means="Reads of students' records wait to be chained.",
            metric=emitted("LedgerWaitingSeconds", suffix=suffix, statistic="Maximum", seconds=300),
            threshold=600,
            silence_is_bad=True,
        ),
        Watch(
            name="event-ids-reused",
            means="A source gives the same id to several events.",
            metric=emitted("EventIdsReused", suffix=suffix, statistic="Maximum", seconds=300),
            threshold=0,
        ),
    ]
