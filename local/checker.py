"""Holds the system to its word: what was acknowledged is stored or quarantined, exactly once."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

import psycopg2

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Identity = tuple[str, dt.datetime]  # (event_id, occurred_at)
_SHOWN = 5


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is not as it should be; each list names events."""

    lost: Sequence[Identity]  # acknowledged, and nowhere
    doubled: Sequence[Identity]  # more than once
    wrongly_quarantined: Sequence[Identity]  # not expected there
    wrongly_stored: Sequence[Identity]  # expected in quarantine
    unknown: Sequence[Identity]  # nobody sent it

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not any(getattr(self, field.name) for field in dataclasses.fields(self))

    def __str__(self) -> str:
        """Return one line per kind of fault, with the first few events by name."""
        lines = []
        for field in dataclasses.fields(self):
            found = getattr(self, field.name)
            if found:
                named = ", ".join(event_id for event_id, _ in found[:_SHOWN])
                lines.append(f"{field.name.replace('_', ' ')}: {len(found)} ({named})")
        return "; ".join(lines) or "every acknowledged event is there, exactly once"


def check(
    acknowledged: Iterable[Identity],
    stored: Iterable[Identity],
    quarantined: Iterable[Identity],
    expected_quarantined: Iterable[Identity] = (),
) -> Verdict:
    """Compare the sender's list with what the store holds.

    `expected_quarantined` is written down before the run; empty for clean data.
    """
    sent = set(acknowledged)
    expected = set(expected_quarantined)
    kept, aside = collections.Counter(stored), collections.Counter(quarantined)
    everywhere = kept + aside
    return Verdict(
        lost=sorted(sent - set(everywhere)),
        doubled=sorted(one for one, times in everywhere.items() if times > 1),
        wrongly_quarantined=sorted(set(aside) - expected),
        wrongly_stored=sorted(set(kept) & expected),
        unknown=sorted(set(everywhere) - sent),
    )


def holdings(conninfo: str) -> tuple[list[Identity], list[Identity]]:
    """Return what the database holds: the stored and the quarantined events."""
    connection = psycopg2.connect(conninfo)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT event_id, occurred_at FROM event")
            stored = cursor.fetchall()
            cursor.execute("SELECT coalesce(event_id, reason), occurred_at FROM quarantine")
            return stored, cursor.fetchall()
    finally:
        connection.close()


def identities(sent: Iterable[tuple[str, str]]) -> set[Identity]:
    """Return the identities of (event_id, occurred_at as sent)."""
    return {(event_id, dt.datetime.fromisoformat(at)) for event_id, at in sent}
