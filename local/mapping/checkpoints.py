"""How far each shard has been processed, kept over restarts."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

ENDED = "SHARD_END"


class Checkpoints:
    """The last sequence number done of each shard, in memory."""

    def __init__(self) -> None:
        self._done: dict[str, dict[str, str]] = {}
        self._lock = threading.Lock()

    def get(self, stream: str, shard_id: str) -> str | None:
        """Return the last sequence number done, ENDED for a shard that is over, or None."""
        with self._lock:
            return self._done.get(stream, {}).get(shard_id)

    def put(self, stream: str, shard_id: str, sequence_number: str) -> None:
        """Note that everything up to this sequence number is done."""
        with self._lock:
            self._done.setdefault(stream, {})[shard_id] = sequence_number
            self._save()

    def _save(self) -> None:
        """Keep what was noted; memory needs nothing."""


class FileCheckpoints(Checkpoints):
    """The same in a file, replaced whole at each change, so that a crash leaves the old one."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        if path.exists():
            self._done = json.loads(path.read_text())

    def _save(self) -> None:
        part = self._path.with_suffix(".part")
        part.write_text(json.dumps(self._done))
        part.replace(self._path)
