"""What is kept of a record that cannot be read, and whose it is, whatever its version.

Two things hold of every version of an envelope (chalicelib.domain.wire), so that a consumer that is
older than the writer can tell whom it sets aside: `events` is a list, and the third element of each
is the student, or its member `student`. Where that does not hold, whatever looks like a pseudonym
counts as one: rather one too many than one too few.
"""

from __future__ import annotations

import contextlib
import itertools
import re
import zlib
from typing import TYPE_CHECKING

import msgspec

from chalicelib.domain import wire
from chalicelib.domain.errors import PoisonError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_SHOWN_BYTES = (
    4 * 1024 * 1024
)  # of one row: in base64 an answer of Lambda, 6 MB at most, holds it
_STUDENT_AT = 2
_STREAM_BEGINS = re.compile(rb"\x78[\x01\x5e\x9c\xda]")  # zlib's header, by level
_MOST_STREAMS = 1000  # in one record: the API packs 500 events at most
_STEP_BYTES = 64  # inflated at a time, so that what comes before damage is read
# Pseudonyms that overlap are all found.
_PSEUDONYM = re.compile(rb"(?=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))", re.IGNORECASE)
_MOST_SOURCE = 128

_Envelope = dict[str, msgspec.Raw]
_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_elements = msgspec.json.Decoder(list[msgspec.Raw])
_either = msgspec.json.Decoder(list[msgspec.Raw] | dict[str, msgspec.Raw])
_text = msgspec.json.Decoder(str)
_encode = msgspec.json.Encoder().encode


def parts(data: bytes) -> list[bytes]:
    """Return what to keep of a record that is poison as a whole, in readable form.

    An envelope for each student whose events it holds, with these events byte by byte, so that what
    is of one can go without the others; compressed again, each is a record of the stream. Without
    events, the text. The data itself when it cannot be inflated, or is more than can be shown.
    """
    try:
        text = wire.inflate(data)
    except PoisonError:
        return [data]
    kept = _by_student(text)
    return kept if max(map(len, kept)) <= MOST_SHOWN_BYTES else [data]


def students_of(payload: bytes) -> tuple[str, ...]:
    """Return the pseudonyms of those whom something that was set aside is of, in order."""
    pieces = (piece for text in _texts(payload) for piece in _pieces(text))
    return tuple(sorted({student for piece in pieces for student in _whose(piece)}))


def origin_of(payload: bytes) -> tuple[str | None, str | None]:
    """Return the source and correlation id that an envelope of any version tells."""
    envelope, _ = _taken_apart(payload)
    source, correlation_id = (_text_or_none(envelope.get(n)) for n in ("source", "correlation_id"))
    return source, correlation_id


def pseudonyms_in(text: bytes) -> tuple[str, ...]:
    """Return whatever looks like a pseudonym, in order, once each."""
    return tuple(sorted({found.decode().lower() for found in _PSEUDONYM.findall(text)}))


def _by_student(text: bytes) -> list[bytes]:
    envelope, events = _taken_apart(text)
    by_students: dict[tuple[str, ...], list[msgspec.Raw]] = {}
    for event in events:
        by_students.setdefault(_whose(event), []).append(event)
    around = len(text) - sum(map(len, events))
    if len(by_students) < 2 or around * len(by_students) > wire.MAX_INFLATED_BYTES:
        return [text]
    return [_encode({**envelope, "events": some}) for some in by_students.values()]


def _taken_apart(text: bytes) -> tuple[_Envelope, list[msgspec.Raw]]:
    """Return an envelope's members and events; nothing of what is none."""
    with contextlib.suppress(KeyError, *wire.UNREADABLE):
        envelope = _members.decode(text)
        return envelope, _elements.decode(envelope["events"])
    return {}, []


def _pieces(text: bytes) -> Sequence[bytes]:
    envelope, events = _taken_apart(text)
    return events if envelope else [text]


def _whose(event: bytes) -> tuple[str, ...]:
    with contextlib.suppress(LookupError, *wire.UNREADABLE):
        fields = _either.decode(event)
        named = fields[_STUDENT_AT] if isinstance(fields, list) else fields["student"]
        if students := pseudonyms_in(_text.decode(named).encode()):
            return students
    return pseudonyms_in(event)


def _text_or_none(raw: bytes | None) -> str | None:
    with contextlib.suppress(*wire.UNREADABLE):
        text = _text.decode(raw or b"null")
        return text if len(text) <= _MOST_SOURCE else None
    return None


def _texts(payload: bytes) -> Iterable[bytes]:
    """Give the text of a payload; of a damaged one all that can be inflated, wherever it begins.

    At most 8 MiB in all, however much there is.
    """
    try:
        yield wire.inflate(payload)
    except PoisonError:
        yield payload
        left = wire.MAX_INFLATED_BYTES
        for found in itertools.islice(_STREAM_BEGINS.finditer(payload), _MOST_STREAMS):
            text = _inflated_from(payload, found.start(), left)
            left -= len(text)
            yield text
            if left <= 0:
                return


def _inflated_from(payload: bytes, start: int, most: int) -> bytes:
    """Return what a zlib stream holds up to its end or its damage, at most so many bytes."""
    inflater, text = zlib.decompressobj(), bytearray()
    with contextlib.suppress(zlib.error):
        for at in range(start, len(payload), _STEP_BYTES):
            text += inflater.decompress(payload[at : at + _STEP_BYTES], most - len(text))
            if inflater.eof or len(text) >= most:
                break
    return bytes(text)
