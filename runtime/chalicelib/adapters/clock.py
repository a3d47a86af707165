"""What time it is: the wall clock, or the position of a replay."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class WallClock:
    """The present."""

    def now(self) -> dt.datetime:
        """Return the present moment, UTC."""
        return dt.datetime.now(dt.UTC)


class FileClock:
    """The moment that a file names (RFC 3339); the present while there is no such file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> dt.datetime:
        """Return the moment that the file names now, UTC."""
        try:
            moment = dt.datetime.fromisoformat(self._path.read_text().strip())
        except FileNotFoundError:
            return dt.datetime.now(dt.UTC)
        return moment.astimezone(dt.UTC)

    def set(self, moment: dt.datetime) -> None:
        """Replace the file whole, so that no reader sees half a moment."""
        part = self._path.with_suffix(".part")
        part.write_text(moment.isoformat())
        part.replace(self._path)
