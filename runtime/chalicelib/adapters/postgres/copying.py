"""Feed events to COPY: the lines of the next part are made while the server stores the last."""

from __future__ import annotations

import datetime as dt
import functools
from typing import TYPE_CHECKING

from chalicelib.adapters.postgres.event_rows import TYPE_NUMBER, content_of
from chalicelib.domain.standing import MICROS_PER_DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chalicelib.domain.delivery import Incoming

PART = 250  # events whose lines are made at once
_EPOCH = dt.date(1970, 1, 1).toordinal()
# What COPY's text format writes with a backslash.
_ESCAPED = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_NULL = "\\" + "N"  # told from a text of the same characters by being this very object
_TABS = 10  # between the columns of a line


class Feed:
    """What COPY reads from: the events' lines, in the order of the columns of add_new_events.

    `meanwhile` is called with each part of the events when its lines are on their way: what it does
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

    def read(self, _: int = -1) -> bytes:
        """Return the next part's lines, however long; nothing at the end or after an error."""
        try:
            return self._next()
        except Exception as error:  # noqa: BLE001  # the caller raises it after the COPY
            self.error = error
            return b""

    def _next(self) -> bytes:
        start, self._sent = self._sent, self._sent + PART
        if start:
            self._meanwhile(self._incoming[start - PART : start])
        return lines(self._incoming[start : self._sent])


def lines(incoming: Sequence[Incoming]) -> bytes:
    """Return a line for each event.

    Raises ValueError for a NUL, which no text can hold; UnicodeEncodeError for a lone surrogate.
    """
    rows = [_columns(one) for one in incoming]
    text = "".join(["\t".join(row) + "\n" for row in rows])
    if "\0" in text:
        raise ValueError("a text holds U+0000")
    if not _plain(text, rows):
        text = "".join(["\t".join(map(_escaped, row)) + "\n" for row in rows])
    return text.encode()


def _plain(text: str, rows: Sequence[tuple[str, ...]]) -> bool:
    """Tell whether every special character in the lines is one that we put there."""
    return (
        text.count("\t") == _TABS * len(rows)
        and text.count("\n") == len(rows)
        and "\r" not in text
        and text.count("\\") == sum(row[-1] is _NULL for row in rows)
    )


def _columns(incoming: Incoming) -> tuple[str, ...]:
    event = incoming.event
    kind = type(event)
    subject, details = content_of(event)
    metadata = event.metadata
    return (
        event.student,
        _moment(event.occurred_us),
        incoming.uid,
        incoming.receipt,
        _NUMBER[kind],
        incoming.source,
        event.event_id,
        event.course or "",
        subject,
        details,
        _NULL if metadata is None else metadata,
    )


_NUMBER = {kind: str(number) for kind, number in TYPE_NUMBER.items()}


def _escaped(value: str) -> str:
    return value if value is _NULL else value.translate(_ESCAPED)


def _moment(micros: int) -> str:
    days, rest = divmod(micros, MICROS_PER_DAY)
    seconds, fraction = divmod(rest, 1_000_000)
    return f"{_date(days)} {_time(seconds)}.{fraction:06}+00"


@functools.lru_cache(maxsize=4096)
def _date(days: int) -> str:
    return dt.date.fromordinal(_EPOCH + days).isoformat()


@functools.lru_cache(maxsize=86_400)
def _time(seconds: int) -> str:
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{second:02}"
