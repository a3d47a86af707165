"""Which of a shard's records are taken and not yet settled; the front is what is checkpointed."""

from __future__ import annotations

import collections
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from local.mapping.events import Record


class Progress:
    """Notes the highest record up to which all are settled, whatever lane they were in."""

    def __init__(self, note: Callable[[str], None]) -> None:
        self.taken = 0
        self.front = 0  # of those taken, how many are settled without a gap
        self._note = note
        self._waiting: collections.deque[Record] = collections.deque()
        self._settled: set[str] = set()
        self._changed = threading.Condition()

    def take(self, records: Sequence[Record]) -> None:
        """Expect these records, in their order in the shard, to be settled."""
        with self._changed:
            self._waiting.extend(records)
            self.taken += len(records)

    def settle(self, records: Sequence[Record]) -> None:
        """Count these records as done or given up, and note the front when it has moved."""
        with self._changed:
            self._settled.update(record.sequence_number for record in records)
            last = None
            while self._waiting and self._waiting[0].sequence_number in self._settled:
                last = self._waiting.popleft().sequence_number
                self._settled.discard(last)
                self.front += 1
            if last is not None:
                self._note(last)
                self._changed.notify_all()

    def open_records(self) -> int:
        """Return how many records wait behind the front, settled out of order or not at all."""
        return len(self._waiting)

    def oldest(self) -> dt.datetime | None:
        """Return when the first record behind the front arrived."""
        with self._changed:
            return self._waiting[0].arrived_at if self._waiting else None

    def wait_for_at_most(self, most: int, stopping: threading.Event) -> None:
        """Wait until at most so many records are open, or the mapping stops."""
        with self._changed:
            self._changed.wait_for(lambda: stopping.is_set() or len(self._waiting) <= most)

    def wake(self) -> None:
        """Let whoever waits look at whether it should stop."""
        with self._changed:
            self._changed.notify_all()
