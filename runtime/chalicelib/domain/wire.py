"""What travels on the stream: validated events in compact form, packed into envelopes by lane.

Every event is a JSON array whose first element tells its type; times are whole microseconds since
1970 UTC, scores basis points, weights thousandths, students pseudonyms. Fields are only ever added
at the end, with a default, so that an older consumer's records stay readable. In every version to
come `events` is a list and the student the third element of an event, or its member `student`:
chalicelib.domain.poison relies on it.
"""

from __future__ import annotations

import zlib
from typing import Annotated, Literal, TypeVar

import msgspec

from chalicelib.domain.errors import PoisonError

VERSION = 1
MAX_INFLATED_BYTES = 8 * 1024 * 1024  # an envelope is at most 1 MiB on the wire
# What decoding raises for what is no JSON, not of the type, no UTF-8, or nested too deeply.
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

Pseudonym = Annotated[str, msgspec.Meta(min_length=36, max_length=36)]
Id = Annotated[str, msgspec.Meta(max_length=128)]
Decimals = Annotated[str, msgspec.Meta(max_length=32)]
Metadata = Annotated[str, msgspec.Meta(max_length=8 * 1024)]
Micros = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
AttendanceStatus = Literal["present", "absent", "late", "excused"]
ConductKind = Literal["incident", "suspension", "commendation"]
EnrolmentStatus = Literal["enrolled", "withdrawn", "completed"]


class _Event(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """What every event has; `metadata` is JSON text as the sender wrote it."""

    event_id: Id
    student: Pseudonym
    occurred_us: Micros
    course: Id | None
    metadata: Metadata | None


class Scored(_Event, tag=1, frozen=True):
    """assessment_scored: `score` and `max_score` as sent, in decimal; `score_bp` their ratio."""

    item: Id
    score: Decimals
    max_score: Decimals
    score_bp: int
    weight_milli: int | None = None
    due_us: Micros | None = None
    attempt: int | None = None
    excused: bool = False


class Submitted(_Event, tag=2, frozen=True):
    """work_submitted."""

    item: Id
    due_us: Micros | None = None
    attempt: int | None = None


class Attended(_Event, tag=3, frozen=True):
    """attendance_recorded."""

    session: Id
    status: AttendanceStatus


class Active(_Event, tag=4, frozen=True):
    """activity_recorded."""

    kind: Id
    count: int = 0
    minutes: int = 0


class Conducted(_Event, tag=5, frozen=True):
    """conduct_recorded."""

    kind: ConductKind


class Enrolled(_Event, tag=6, frozen=True):
    """enrollment_changed."""

    status: EnrolmentStatus


class Retracted(_Event, tag=7, frozen=True):
    """event_retracted: names the retracted event, of the same source and student."""

    retracted_id: Id
    retracted_us: Micros


Event = Scored | Submitted | Attended | Active | Conducted | Enrolled | Retracted


class Envelope(msgspec.Struct, frozen=True, rename={"version": "v"}):
    """One record of the stream: the events of one lane of one POST."""

    version: int
    source: Id
    correlation_id: Id
    accepted_us: Micros
    events: list[Event]


class _LooseEnvelope(msgspec.Struct, frozen=True, rename={"version": "v"}):
    """An envelope whose events are decoded one by one, so that poison does not fail neighbours."""

    version: int
    source: Id
    correlation_id: Id
    accepted_us: Micros
    events: list[msgspec.Raw]


_E = TypeVar("_E", Envelope, _LooseEnvelope)

_encoder = msgspec.json.Encoder()
_strict = msgspec.json.Decoder(Envelope)
_loose = msgspec.json.Decoder(_LooseEnvelope)
_event = msgspec.json.Decoder(Event)


def pack(envelope: Envelope) -> bytes:
    """Return the bytes of a stream record: zlib-compressed JSON."""
    return zlib.compress(_encoder.encode(envelope), 6)


def unpack(data: bytes) -> tuple[Envelope, list[tuple[bytes, PoisonError]]]:
    """Return the envelope with its good events, and each bad event's bytes with what is wrong.

    Raises PoisonError when the record as a whole cannot be read.
    """
    text = inflate(data)
    try:
        return _checked(_strict.decode(text)), []
    except UNREADABLE:
        return _unpack_loosely(text)


def inflate(data: bytes) -> bytes:
    """Return the text of a stream record; PoisonError when it is no whole zlib stream of 8 MiB."""
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(data, MAX_INFLATED_BYTES)
    except zlib.error as error:
        raise PoisonError("not_compressed", f"not a zlib stream: {error}") from error
    if inflater.unconsumed_tail or not inflater.eof:
        raise PoisonError("not_compressed", "a cut or oversized zlib stream")
    return text


def _checked(envelope: _E) -> _E:
    if envelope.version != VERSION:
        raise PoisonError("unknown_version", f"envelope version {envelope.version}, not {VERSION}")
    return envelope


def _unpack_loosely(text: bytes) -> tuple[Envelope, list[tuple[bytes, PoisonError]]]:
    try:
        loose = _checked(_loose.decode(text))
    except UNREADABLE as error:
        raise PoisonError("not_an_envelope", str(error)) from error
    events: list[Event] = []
    bad: list[tuple[bytes, PoisonError]] = []
    for raw in loose.events:
        try:
            events.append(_event.decode(raw))
        except UNREADABLE as error:  # one by one
            bad.append((bytes(raw), PoisonError("not_an_event", str(error))))
    good = Envelope(loose.version, loose.source, loose.correlation_id, loose.accepted_us, events)
    return good, bad
