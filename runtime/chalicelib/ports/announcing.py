"""How people are told: a notifier, and the outbox of what is to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from chalicelib.domain.announcements import Announcement, Message
    from chalicelib.domain.delivery_plan import Waiting
    from chalicelib.domain.policy import Overrides
    from chalicelib.domain.routing import Staff


class Notifier(Protocol):
    """Brings messages to the adults who can act on them."""

    def notify(self, message: Message) -> None:
        """Hand one message over; raise UnavailableError when that failed."""
        ...


class Outbox(Protocol):
    """Keeps what people are to be told of alerts, written with these, until it was told."""

    def unit(self) -> AbstractContextManager[OutboxUnit]:
        """Give one transaction: all of it is kept at its end, or none; UnavailableError if down."""
        ...


class OutboxUnit(Protocol):
    """One transaction of delivery; what it has claimed, no other gets before it ends."""

    def load_policies(self) -> dict[str, Overrides]:
        """Return what is changed of the preset policy, by course; '' = the institution."""
        ...

    def claim_unrouted(self, as_of: dt.datetime, limit: int) -> list[Announcement]:
        """Return announcements that are due, but to nobody yet."""
        ...

    def told(self, alert_ids: Iterable[int]) -> Mapping[int, Sequence[str]]:
        """Return who was told of these alerts, or will be."""
        ...

    def staff(
        self, courses: Collection[str], students: Collection[str], as_of: dt.datetime
    ) -> Staff:
        """Return who is responsible for these courses and students, as the roster has it."""
        ...

    def left(self, people: Collection[str], as_of: dt.datetime) -> set[str]:
        """Return who of these was on the roster once, and is no longer."""
        ...

    def route(self, recipients: Mapping[int, Sequence[str]], as_of: dt.datetime) -> None:
        """Keep whom each announcement is for; it is moot where that is nobody."""
        ...

    def unroute(self, announcement_ids: Iterable[int]) -> None:
        """Let it be decided anew whom these are for."""
        ...

    def due(self, as_of: dt.datetime, limit: int) -> list[str]:
        """Return who has to be told something now; last, where that has failed before."""
        ...

    def claim(self, recipient: str) -> list[Announcement]:
        """Return what one recipient has not been told; nothing while another worker tells them."""
        ...

    def sent_lately(self, recipient: str, as_of: dt.datetime) -> int:
        """Return how many single messages one recipient got in the last 24 hours."""
        ...

    def postpone(self, waiting: Iterable[Waiting]) -> None:
        """Keep until when announcements wait, and for what."""
        ...

    def mark_sent(self, message: Message, as_of: dt.datetime) -> None:
        """Note that a message was delivered."""
        ...

    def mark_failed(self, message: Message) -> None:
        """Note that a message could not be delivered."""
        ...

    def mark_moot(self, announcement_ids: Sequence[int], as_of: dt.datetime) -> None:
        """Note that there is nothing left to tell."""
        ...
