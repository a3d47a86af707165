"""Times of enrolment as PostgreSQL writes and reads them: multiranges of timestamptz."""

from __future__ import annotations

import datetime as dt
import functools
from typing import TYPE_CHECKING

from chalicelib.domain.standing import MICROS_PER_DAY

if TYPE_CHECKING:
    from chalicelib.domain.standing import Spans

_FOREVER_US = 2**62


@functools.lru_cache(maxsize=8192)
def from_text(text: str | None) -> Spans | None:
    """Read a multirange of times, as PostgreSQL writes it in UTC."""
    if text is None:
        return None
    bounds = [part.strip("[]()") for part in text.strip("{}").split(",")] if text != "{}" else []
    return tuple(
        (_micros(begins, -_FOREVER_US), _micros(ends, _FOREVER_US))
        for begins, ends in zip(bounds[::2], bounds[1::2], strict=True)
    )


def _micros(text: str, unbounded: int) -> int:
    if not text:
        return unbounded
    moment = dt.datetime.fromisoformat(text.strip('"'))
    since = moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return since.days * MICROS_PER_DAY + since.seconds * 1_000_000 + since.microseconds


def to_text(of: Spans) -> str:
    """Return spans as PostgreSQL reads them."""
    return "{" + ",".join(f"[{_moment(begins)},{_moment(ends)})" for begins, ends in of) + "}"


def _moment(micros: int) -> str:
    if abs(micros) == _FOREVER_US:
        return ""
    return (dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=micros)).isoformat()
