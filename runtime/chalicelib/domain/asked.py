"""What every request may name: ids without control characters, moments that can be meant."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from msgspec import Meta

from chalicelib.domain.events import NO_CONTROLS

EARLIEST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)  # as for events: see conversion.py
LATEST = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
Id = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=128,
        pattern=NO_CONTROLS,
        description="1 to 128 characters, none of them a control character",
    ),
]


def check_moments(**named: dt.datetime | None) -> None:
    """Raise ValueError for a moment that no calendar of ours has; None is none."""
    for name, moment in named.items():
        if moment is not None and not EARLIEST <= moment < LATEST:
            raise ValueError(f"`{name}` is not between the years 1900 and 2200")
