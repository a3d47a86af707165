"""What the time is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import datetime as dt


class Clock(Protocol):
    """Tells what time it is: the wall clock, or the position of a replay."""

    def now(self) -> dt.datetime:
        """Return the present moment, aware, UTC."""
        ...
