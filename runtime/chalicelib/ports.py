"""What the services need from outside, as protocols; `adapters/` has the real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from chalicelib.domain.alerts import Announcement


class Clock(Protocol):
    """Tells what time it is: the wall clock, or the position of a replay."""

    def now(self) -> dt.datetime:
        """Return the present moment, aware, UTC."""
        ...


class Stream(Protocol):
    """The durable, ordered stream of academic events."""

    def put(self, records: Sequence[tuple[str, bytes]], *, timeout_s: float) -> list[bool]:
        """Append (partition key, data) pairs; tell for each whether the stream acknowledged it.

        Tries again what was refused, until `timeout_s` is over; never raises for a refusal. Not
        safe to repeat without a second copy on the stream, which the store recognises.
        """
        ...


class Notifier(Protocol):
    """Brings an announcement to the adult who can act on it."""

    def notify(self, announcement: Announcement) -> None:
        """Hand one announcement over; raise UnavailableError when that failed."""
        ...
