"""Accept events: validate each, pseudonymise, pack by lane, and bring them onto the stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from chalicelib.domain import wire
from chalicelib.domain.conversion import InvalidEventError, micros
from chalicelib.domain.errors import InvalidRequestError, TooLargeError
from chalicelib.domain.events import EventError
from chalicelib.domain.identity import lane_of
from chalicelib.domain.reading import event_id_of, read_event

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chalicelib.ports.accepting import Stream
    from chalicelib.ports.clock import Clock

MAX_EVENTS = 500
MAX_BYTES = 4 * 1024 * 1024
MAX_RECORD_BYTES = 1_000_000  # Kinesis takes 1 MiB, the partition key included
_split = msgspec.json.Decoder(list[msgspec.Raw]).decode


class Accepted(msgspec.Struct, frozen=True):
    """One event that the stream has acknowledged."""

    index: int
    event_id: str


class Receipt(msgspec.Struct, frozen=True):
    """What became of the events of one request; `unavailable` lists those worth sending again."""

    accepted: list[Accepted]
    rejected: list[EventError]
    unavailable: list[Accepted] = []


class Ingest(NamedTuple):
    """What accepting events needs."""

    stream: Stream
    clock: Clock
    key: bytes
    lanes: int
    deadline_s: float


def accept(body: bytes, source: str, correlation_id: str, using: Ingest) -> Receipt:
    """Bring every good event of one request onto the stream; safe to repeat.

    Raises InvalidRequestError when the body is not one event or a list of 1 to 500, TooLargeError
    when it has more than 4 MB. `accepted` names only what the stream has acknowledged.
    """
    events, rejected = _read(_parts(body), using.key)
    accepted_us = micros(using.clock.now())
    records: list[tuple[str, bytes]] = []
    indexes: list[list[int]] = []
    for lane, members in _lanes(events, using.lanes).items():
        for part, data in _pack(members, events, source, correlation_id, accepted_us):
            records.append((f"lane-{lane}", data))
            indexes.append(part)
    acknowledged = using.stream.put(records, timeout_s=using.deadline_s) if records else []
    done = {i for part, ok in zip(indexes, acknowledged, strict=True) if ok for i in part}
    return Receipt(
        [Accepted(i, event.event_id) for i, event in events.items() if i in done],
        rejected,
        [Accepted(i, event.event_id) for i, event in events.items() if i not in done],
    )


def _parts(body: bytes) -> Sequence[bytes]:
    """Return the JSON of each event of the body."""
    if len(body) > MAX_BYTES:
        raise TooLargeError(f"The body has {len(body)} bytes; at most {MAX_BYTES} are taken.")
    stripped = body.strip()
    if stripped.startswith(b"{"):
        return [stripped]
    try:
        parts = [bytes(raw) for raw in _split(stripped)]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        detail = f"The body is neither one event nor a list of events: {error}."
        raise InvalidRequestError(detail) from error
    if not parts:
        raise InvalidRequestError("The list is empty; 1 to 500 events are expected.")
    if len(parts) > MAX_EVENTS:
        raise TooLargeError(f"The list has {len(parts)} events; at most {MAX_EVENTS} are taken.")
    return parts


def _read(parts: Iterable[bytes], key: bytes) -> tuple[dict[int, wire.Event], list[EventError]]:
    events: dict[int, wire.Event] = {}
    rejected: list[EventError] = []
    for i, raw in enumerate(parts):
        try:
            events[i] = read_event(raw, key)
        except InvalidEventError as error:
            rejected.append(EventError(i, event_id_of(raw), error.path, error.reason))
    return events, rejected


def _lanes(events: dict[int, wire.Event], lanes: int) -> dict[int, list[int]]:
    by_lane: dict[int, list[int]] = {}
    for i, event in events.items():
        by_lane.setdefault(lane_of(event.student, lanes), []).append(i)
    return by_lane


def _pack(
    members: list[int],
    events: dict[int, wire.Event],
    source: str,
    correlation_id: str,
    accepted_us: int,
) -> list[tuple[list[int], bytes]]:
    """Pack events into as few records as Kinesis takes, halving what is too large."""
    part = [events[i] for i in members]
    data = wire.pack(wire.Envelope(wire.VERSION, source, correlation_id, accepted_us, part))
    if len(data) <= MAX_RECORD_BYTES or len(members) == 1:
        return [(members, data)]
    middle = len(members) // 2
    return [
        packed
        for half in (members[:middle], members[middle:])
        for packed in _pack(half, events, source, correlation_id, accepted_us)
    ]
