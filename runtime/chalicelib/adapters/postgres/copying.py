"""Feed events to COPY: the rows of the next part are made while the server stores the last.

In COPY's binary format: moments and identities are sent as the server keeps them, which takes both
sides less time than text does, and no character has to be escaped.
"""

from __future__ import annotations

import functools
import struct
from typing import TYPE_CHECKING

from chalicelib.adapters.postgres.event_rows import TYPE_NUMBER, content_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chalicelib.domain.delivery import Incoming

PART = 250  # events whose rows are made at once
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)  # no flags, and nothing more in it
_END = b"\xff\xff"
_EPOCH_US = 946_684_800_000_000  # 2000-01-01, whence PostgreSQL counts
_COLUMNS = 11
# How many columns there are, then those of a fixed length, each after its length in bytes.
_fixed = struct.Struct("!h i16s iq i16s i16s ih").pack
_length = struct.Struct("!i").pack
_NULL = _length(-1)


class Feed:
    """What COPY reads from: the events' rows, in the order of the columns of add_new_events.

    `meanwhile` is called with each part of the events when its rows are on their way: what it does
    costs no time, since the server is busy then. An error in here cannot pass through the driver,
    which would take it for the server's: it ends the COPY and waits in `error`.
    """

    def __init__(
        self, incoming: Sequence[Incoming], meanwhile: Callable[[Sequence[Incoming]], None]
    ) -> None:
        self.error: Exception | None = None
        self._incoming = incoming
        self._meanwhile = meanwhile
        self._sent = 0
        self._ended = False

    def read(self, _: int = -1) -> bytes:
        """Return the next part's rows, however long; nothing at the end or after an error."""
        if self._ended:
            return b""
        try:
            return self._next()
        except Exception as error:  # noqa: BLE001  # the caller raises it after the COPY
            self.error, self._ended = error, True
            return b""

    def _next(self) -> bytes:
        start, self._sent = self._sent, self._sent + PART
        if start:
            self._meanwhile(self._incoming[start - PART : start])
        made = rows(self._incoming[start : self._sent])
        if not made:
            self._ended = True
            return _END
        return made if start else _HEADER + made


def rows(incoming: Sequence[Incoming]) -> bytes:
    """Return a row for each event, in COPY's binary format.

    Raises UnicodeEncodeError for a lone surrogate. A NUL, which no text can hold, is for the server
    to refuse.
    """
    return b"".join([_row(one) for one in incoming])


def _row(incoming: Incoming) -> bytes:
    event = incoming.event
    subject, details = content_of(event)
    metadata = event.metadata
    return b"".join(
        (
            _fixed(
                _COLUMNS,
                16,
                bytes.fromhex(event.student.replace("-", "")),
                8,
                event.occurred_us - _EPOCH_US,
                16,
                bytes.fromhex(incoming.uid),
                16,
                bytes.fromhex(incoming.receipt),
                2,
                TYPE_NUMBER[type(event)],
            ),
            _often(incoming.source),
            _text(event.event_id),
            _often(event.course or ""),
            _often(subject),
            _text(details),
            _NULL if metadata is None else _text(metadata),
        )
    )


def _text(value: str) -> bytes:
    data = value.encode()
    return _length(len(data)) + data


_often = functools.lru_cache(maxsize=4096)(_text)  # of what comes again and again
