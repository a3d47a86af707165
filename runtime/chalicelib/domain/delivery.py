"""What arrives from the stream, and what became of it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from chalicelib.domain.identity import event_uid

if TYPE_CHECKING:
    from chalicelib.domain.errors import PoisonError
    from chalicelib.domain.wire import Envelope, Event


class Delivery(NamedTuple):
    """One user record of the stream, read as far as it can be."""

    sequence_number: str
    receipt: str  # hash of the record's bytes, 32 hex digits: the same when delivered again
    envelope: Envelope | None  # None: the record as a whole is poison
    bad: list[tuple[bytes, PoisonError]]


class Quarantined(NamedTuple):
    """What cannot be processed, kept with the reason; every field but the first three may lack."""

    reason: str
    detail: str
    payload: bytes
    source: str | None = None
    event_id: str | None = None
    student: str | None = None
    occurred_us: int | None = None
    correlation_id: str | None = None
    sequence_number: str | None = None
    students: tuple[str, ...] = ()  # whom it is of, as far as that can be told


@dataclasses.dataclass(slots=True)
class Outcome:
    """What became of a batch."""

    new: int = 0
    repeated: int = 0
    quarantined: int = 0
    erased: int = 0  # events, or poison, of students who were erased, refused into nothing
    opened: int = 0
    updated: int = 0
    cleared: int = 0

    def __iadd__(self, other: Outcome) -> Outcome:
        """Add the counts of another batch."""
        for field in dataclasses.fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))
        return self


class Incoming(msgspec.Struct, gc=False):
    """One event on its way into the store."""

    event: Event
    source: str
    receipt: str
    correlation_id: str
    _uid: str = ""

    @property
    def uid(self) -> str:
        """The hash of source and event_id, 32 hex digits.

        Made when it is first asked for: that is while the store is busy, and not before it begins.
        """
        if not self._uid:
            self._uid = event_uid(self.source, self.event.event_id)
        return self._uid


class Sorted(NamedTuple):
    """What became of events that were offered to the log, as positions in their list."""

    new: list[int]
    repeated: list[int]
    conflicting: list[int]
