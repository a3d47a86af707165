"""One lane of a shard: its queue, cut into batches by size and window, and its thread."""

from __future__ import annotations

import collections
import threading
import time
from typing import TYPE_CHECKING

from local.mapping import attempts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from local.mapping.events import Record
    from local.mapping.settings import MappingSettings

MOST_BYTES = 6_000_000  # of an event, base64 and names included: what Lambda takes


class Lane:
    """Settles what it is offered, in order, one batch at a time."""

    def __init__(
        self,
        name: str,
        settings: MappingSettings,
        invoker: attempts.Invoker,
        stopping: threading.Event,
        failed: Callable[[BaseException], None],
    ) -> None:
        self._settings = settings
        self._invoker = invoker
        self._stopping = stopping
        self._failed = failed
        self._queue: collections.deque[tuple[Record, float]] = collections.deque()
        self._changed = threading.Condition()
        self._over = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to settle."""
        self._thread.start()

    def offer(self, records: Sequence[Record]) -> None:
        """Append these records to its queue."""
        now = time.monotonic()
        with self._changed:
            self._queue.extend((record, now) for record in records)
            self._changed.notify_all()

    def finish(self) -> None:
        """End the thread, once nothing more will be offered or the mapping stops."""
        with self._changed:
            self._over = True
            self._changed.notify_all()

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread's end; tell whether it came."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            while batch := self._next_batch():
                attempts.run(batch, self._settings, self._invoker)
        except attempts.StoppedError:
            pass
        except Exception as error:  # noqa: BLE001  # shown by the mapping, which owns the thread
            self._failed(error)

    def _next_batch(self) -> list[Record]:
        """Wait for a full batch, or the end of its window; empty when the lane is over."""
        window_s = self._settings.maximum_batching_window_in_seconds
        with self._changed:
            while not self._stopping.is_set() and (self._queue or not self._over):
                if not self._queue:
                    self._changed.wait()
                    continue
                count, full = fitting(
                    (record for record, _ in self._queue), self._settings.batch_size
                )
                left_s = self._queue[0][1] + window_s - time.monotonic()
                if full or left_s <= 0 or self._over:
                    return [self._queue.popleft()[0] for _ in range(count)]
                self._changed.wait(left_s)
        return []


def fitting(records: Iterable[Record], batch_size: int) -> tuple[int, bool]:
    """Return how many records from the first on make one batch, and whether it is full."""
    count = size = 0
    for record in records:
        size += len(record.data) * 4 // 3 + 400
        if count and size > MOST_BYTES:
            return count, True
        count += 1
        if count == batch_size:
            return count, True
    return count, False
