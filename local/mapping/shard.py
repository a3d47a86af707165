"""One shard: reads it in order, deals its records out to lanes, checkpoints what is settled."""

from __future__ import annotations

import threading
import time
import zlib
from typing import TYPE_CHECKING

from local.mapping.checkpoints import ENDED
from local.mapping.lane import Lane
from local.mapping.progress import Progress

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from local.mapping.attempts import Invoker
    from local.mapping.events import Record
    from local.mapping.settings import MappingSettings
    from local.mapping.source import ShardSource

TRY_AGAIN_S = 0.5
IDLE_S = 0.05  # between reads at the tip of a shard; AWS allows five reads a second
READ_AHEAD = 10_000  # records that may wait for the handler before the next read
_MANY = 1_000  # records in a read that say there are more to come


class ShardReader:
    """Settles a shard's records until it ends or is told to stop; a thread, and one a lane."""

    def __init__(
        self,
        *,
        name: str,
        source: ShardSource,
        settings: MappingSettings,
        note: Callable[[str], None],  # keeps a checkpoint
        invoker: Invoker,
        stopping: threading.Event,
        on_end: Callable[[], None],
    ) -> None:
        self.ended_at: float | None = None
        self.behind_ms = 0
        self.error: BaseException | None = None
        self.progress = Progress(note)
        self._source = source
        self._note = note
        self._stopping = stopping
        self._on_end = on_end
        self._tip = (0.0, 0)  # start of the latest read that found nothing new; taken until then
        invoker = invoker._replace(settled=self.progress.settle)
        self._lanes = [
            Lane(f"{name}-{number}", settings, invoker, stopping, self._fail)
            for number in range(settings.parallelization_factor)
        ]
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to read."""
        for lane in self._lanes:
            lane.start()
        self._thread.start()

    def finish(self) -> None:
        """Let the threads end, once `stopping` is set or the shard is over."""
        self.progress.wake()
        for lane in self._lanes:
            lane.finish()

    def join(self, deadline: float) -> bool:
        """Wait for the threads until `deadline` (monotonic); tell whether all ended."""
        self._thread.join(max(0.0, deadline - time.monotonic()))
        lanes = [lane.join(max(0.0, deadline - time.monotonic())) for lane in self._lanes]
        return all(lanes) and not self._thread.is_alive()

    def settled_since(self, moment: float) -> bool:
        """Tell whether all that was in the shard at `moment` (monotonic) is settled."""
        seen_at, taken = self._tip
        return self.ended_at is not None or (seen_at > moment and self.progress.front >= taken)

    def behind(self, now: dt.datetime) -> int:
        """Return how old the oldest record not settled is, or not yet read, in milliseconds."""
        oldest = self.progress.oldest()
        age_ms = int((now - oldest).total_seconds() * 1000) if oldest else 0
        return max(age_ms, self.behind_ms)

    def _run(self) -> None:
        try:
            self._follow()
        except Exception as error:  # noqa: BLE001  # shown by the mapping, which owns the thread
            self._fail(error)

    def _follow(self) -> None:
        while not self._stopping.is_set() and not self._source.ended:
            self._read_once()
            self.progress.wait_for_at_most(READ_AHEAD, self._stopping)
        self.progress.wait_for_at_most(0, self._stopping)
        if self._source.ended and not self.progress.open_records():
            self._note(ENDED)
            self.ended_at = time.monotonic()
            self.finish()
            self._on_end()

    def _read_once(self) -> None:
        began = time.monotonic()
        page = self._source.read()
        if not page.answered:
            self._stopping.wait(TRY_AGAIN_S)
            return
        self.behind_ms = page.behind_ms
        self._deal(page.records)
        if not page.records and not page.behind_ms:
            self._tip = (began, self.progress.taken)
        if not self._source.ended and len(page.records) < _MANY:
            self._stopping.wait(IDLE_S)

    def _deal(self, records: Sequence[Record]) -> None:
        """Hand each record to the lane of its partition key."""
        self.progress.take(records)
        dealt: dict[int, list[Record]] = {}
        for record in records:
            number = zlib.crc32(record.partition_key.encode()) % len(self._lanes)
            dealt.setdefault(number, []).append(record)
        for number, part in dealt.items():
            self._lanes[number].offer(part)

    def _fail(self, error: BaseException) -> None:
        self.error = error
