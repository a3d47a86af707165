"""How far each shard has been processed, kept over restarts."""

from __future__ import annotations

import json
import logging
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_log = logging.getLogger(__name__)
ENDED = "SHARD_END"
LATEST = "LATEST"  # nothing done yet; begin at what comes


class Checkpoints:
    """The last sequence number done of each shard, in memory."""

    def __init__(self) -> None:
        self._done: dict[str, dict[str, str]] = {}
        self._lock = threading.Lock()

    def get(self, stream: str, shard_id: str) -> str | None:
        """Return the last sequence number done, ENDED for a shard that is over, or None."""
        with self._lock:
            return self._done.get(stream, {}).get(shard_id)

    def knows(self, stream: str) -> bool:
        """Tell whether anything was noted about this stream."""
        with self._lock:
            return stream in self._done

    def put(self, stream: str, shard_id: str, sequence_number: str) -> None:
        """Note that everything up to this sequence number is done."""
        with self._lock:
            self._done.setdefault(stream, {})[shard_id] = sequence_number
            self._save()

    def _save(self) -> None:
        """Keep what was noted; memory needs nothing."""


class FileCheckpoints(Checkpoints):
    """The same in a file, replaced whole at each change: a killed runner leaves the old one."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._done = _load(path)

    def _save(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        part = self._path.with_suffix(".part")
        part.write_text(json.dumps(self._done))
        part.replace(self._path)


def _load(path: Path) -> dict[str, dict[str, str]]:
    """Return what was kept; a file that a power cut spoilt means reading all again, losing none."""
    try:
        kept: dict[str, dict[str, str]] = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except ValueError:
        _log.warning("%s is spoilt; every shard is read from its beginning", path)
        return {}
    return kept
