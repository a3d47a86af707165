"""One shard: reads it in order, hands its records to lanes, checkpoints what is settled."""

from __future__ import annotations

import logging
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from local.mapping import lane
from local.mapping.checkpoints import ENDED, Checkpoints
from local.mapping.events import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from local.mapping.settings import MappingSettings

_log = logging.getLogger(__name__)
TRY_AGAIN_S = 0.5
IDLE_S = 0.05  # between reads of a shard that has nothing new; AWS allows five reads a second
_MAX_BATCH_BYTES = 6_000_000


class ShardReader:
    """Settles a shard's records until it ends or is told to stop; one thread."""

    def __init__(
        self,
        *,
        client: Any,
        stream: str,
        stream_arn: str,
        shard_id: str,
        begin: str,
        settings: MappingSettings,
        checkpoints: Checkpoints,
        invoker: lane.Invoker,
        stopping: threading.Event,
    ) -> None:
        self.shard_id = shard_id
        self.caught_up_at = 0.0  # start of the latest read that found nothing left to do
        self.behind_ms = 0
        self.ended = False
        self.error: BaseException | None = None
        self._client = client
        self._begin = begin
        self._stream = stream
        self._stream_arn = stream_arn
        self._settings = settings
        self._checkpoints = checkpoints
        self._invoker = invoker
        self._stopping = stopping
        self._read_up_to = checkpoints.get(stream, shard_id)
        self._thread = threading.Thread(target=self._run, name=shard_id, daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def join(self, timeout_s: float) -> None:
        """Wait for the thread's end."""
        self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            self._follow()
        except lane.StoppedError:
            pass
        except Exception as error:  # noqa: BLE001  # shown by the mapping, which owns the thread
            self.error = error

    def _follow(self) -> None:
        iterator: str | None = self._open()
        while iterator and not self._stopping.is_set():
            began = time.monotonic()
            iterator, records, behind_ms = self._read(iterator)
            self.behind_ms = behind_ms
            if records:
                self._settle(records)
            elif behind_ms == 0:
                self.caught_up_at = began
                self._stopping.wait(IDLE_S)
        if iterator is None:
            self._checkpoints.put(self._stream, self.shard_id, ENDED)
            self.ended = True

    def _read(self, iterator: str) -> tuple[str | None, list[Record], int]:
        """Read until the batch is full or its window is over."""
        window_s = self._settings.maximum_batching_window_in_seconds
        deadline = time.monotonic() + window_s
        records: list[Record] = []
        following: str | None = iterator
        behind_ms = 0
        while following:
            following, more, behind_ms = self._get(following)
            records += more
            full = len(records) >= self._settings.batch_size
            if full or time.monotonic() >= deadline or not window_s:
                break
            self._stopping.wait(IDLE_S)
        return following, records, behind_ms

    def _get(self, iterator: str) -> tuple[str | None, list[Record], int]:
        try:
            answer = self._client.get_records(ShardIterator=iterator, Limit=10_000)
        except self._client.exceptions.ExpiredIteratorException:
            return self._open(), [], 1
        except (BotoCoreError, ClientError) as error:  # throttled, or the stream is away: try again
            _log.warning("%s cannot be read: %s", self.shard_id, error)
            self._stopping.wait(TRY_AGAIN_S)
            return iterator, [], 1
        records = [
            Record(
                each["SequenceNumber"],
                each["PartitionKey"],
                each["Data"],
                each["ApproximateArrivalTimestamp"],
            )
            for each in answer["Records"]
        ]
        if records:
            self._read_up_to = records[-1].sequence_number
        following: str | None = answer.get("NextShardIterator")
        return following, records, int(answer.get("MillisBehindLatest") or 0)

    def _open(self) -> str:
        where: dict[str, str] = {"ShardIteratorType": self._begin}
        if self._read_up_to:
            where = {
                "ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
                "StartingSequenceNumber": self._read_up_to,
            }
        answer = self._client.get_shard_iterator(
            StreamARN=self._stream_arn, ShardId=self.shard_id, **where
        )
        iterator: str = answer["ShardIterator"]
        return iterator

    def _settle(self, records: Sequence[Record]) -> None:
        """Settle what was read, batch by batch, the lanes of a batch side by side."""
        for batch in batches(records, self._settings.batch_size):
            progress = _Progress(batch, self._note)
            invoker = self._invoker._replace(settled=progress.settled)
            lanes = self._lanes(batch)
            if len(lanes) == 1:
                lane.run(lanes[0], self._settings, invoker)
                continue
            with ThreadPoolExecutor(len(lanes)) as pool:
                running = [pool.submit(lane.run, part, self._settings, invoker) for part in lanes]
            for each in running:
                each.result()

    def _lanes(self, batch: Sequence[Record]) -> list[list[Record]]:
        lanes: dict[int, list[Record]] = {}
        for record in batch:
            number = zlib.crc32(record.partition_key.encode())
            lanes.setdefault(number % self._settings.parallelization_factor, []).append(record)
        return list(lanes.values())

    def _note(self, sequence_number: str) -> None:
        self._checkpoints.put(self._stream, self.shard_id, sequence_number)


class _Progress:
    """Checkpoints the highest record up to which all are settled, whatever lane they were in."""

    def __init__(self, batch: Sequence[Record], note: Callable[[str], None]) -> None:
        self._numbers = [record.sequence_number for record in batch]
        self._open = set(self._numbers)
        self._note = note
        self._at = 0
        self._lock = threading.Lock()

    def settled(self, records: Sequence[Record]) -> None:
        """Take these records off, and checkpoint when the front has moved."""
        with self._lock:
            self._open.difference_update(record.sequence_number for record in records)
            before = self._at
            while self._at < len(self._numbers) and self._numbers[self._at] not in self._open:
                self._at += 1
            if self._at > before:
                self._note(self._numbers[self._at - 1])


def batches(records: Sequence[Record], batch_size: int) -> list[list[Record]]:
    """Cut records into batches by number and by bytes (a Lambda event holds 6 MB)."""
    cut: list[list[Record]] = []
    size = 0
    for record in records:
        weight = len(record.data) * 4 // 3 + 400
        if not cut or len(cut[-1]) >= batch_size or size + weight > _MAX_BATCH_BYTES:
            cut.append([])
            size = 0
        cut[-1].append(record)
        size += weight
    return cut
