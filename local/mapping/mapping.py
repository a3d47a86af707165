"""The mapping as a whole: finds shards, starts their readers in turn, tells the lag, stops."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from local.mapping import lineage
from local.mapping.attempts import Invoker, StoppedError
from local.mapping.checkpoints import Checkpoints
from local.mapping.context import FUNCTION_ARN, LambdaContext
from local.mapping.events import Record, lambda_event
from local.mapping.failures import Origin, message
from local.mapping.settings import MappingSettings
from local.mapping.shard import ShardReader
from local.mapping.source import ShardSource

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Handler = Callable[[dict[str, Any], Any], Any]

_log = logging.getLogger(__name__)
LOOK_FOR_SHARDS_S = 1.0
TRY_AGAIN_S = 0.5


class Lag(NamedTuple):
    """How far behind the mapping is."""

    records: int  # read and not yet settled; what was not yet read nobody can count
    milliseconds: int  # age of the oldest record not settled


class EventSourceMapping:
    """Invokes `handler` with the records of a stream, each shard in order, until stopped.

    The handler is called by one thread a lane: shards times parallelization factor at once, as
    Lambda would run as many instances of a function.
    """

    def __init__(
        self,
        client: Any,
        stream: str,  # name or ARN
        handler: Handler,
        settings: MappingSettings,
        checkpoints: Checkpoints | None = None,
        *,
        on_failure: Callable[[dict[str, Any]], None] | None = None,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._client = client
        self._handler = handler
        self._settings = settings
        self._checkpoints = checkpoints or Checkpoints()
        self._on_failure = on_failure
        self._now = now
        self._name = stream.rsplit("/", 1)[-1]
        summary = client.describe_stream_summary(StreamName=self._name)["StreamDescriptionSummary"]
        self._arn: str = summary["StreamARN"]
        # A stream made anew under the same name is another stream: its numbers mean nothing here.
        self._stream = f"{self._arn} {summary['StreamCreationTimestamp'].timestamp():.3f}"
        self._readers: dict[str, ShardReader] = {}
        self._waiting_for_parents: list[str] = []
        self._looked_at = 0.0
        self._stopping = threading.Event()
        self._look = threading.Event()
        self._supervisor = threading.Thread(target=self._supervise, name="mapping", daemon=True)

    def start(self) -> EventSourceMapping:
        """Begin to read every shard whose turn it is."""
        self._supervisor.start()
        return self

    def stop(self, timeout_s: float = 2.0) -> bool:
        """Stop; what is not settled is read again. Tell whether every invocation ended in time."""
        deadline = time.monotonic() + timeout_s
        self._stopping.set()
        self._look.set()
        if self._supervisor.ident is not None:
            self._supervisor.join(timeout_s)
        readers = list(self._readers.values())
        for reader in readers:
            reader.finish()
        ended = [reader.join(deadline) for reader in readers]
        return all(ended)

    def errors(self) -> list[BaseException]:
        """Return what ended a reader that should have gone on, such as a full disk."""
        return [reader.error for reader in list(self._readers.values()) if reader.error]

    def lag(self) -> Lag:
        """Return how far behind it is, for display."""
        readers, now = list(self._readers.values()), self._now()
        return Lag(
            sum(reader.progress.open_records() for reader in readers),
            max((reader.behind(now) for reader in readers), default=0),
        )

    def wait_until_drained(self, timeout_s: float) -> bool:
        """Wait until all that was in the stream at the call is settled; tell whether it came."""
        asked = time.monotonic()
        self._look.set()
        while not self._settled_since(asked):
            if time.monotonic() - asked >= timeout_s:
                return False
            time.sleep(0.01)
        return True

    def drained(self) -> bool:
        """Tell whether all that is in the stream now is settled; takes a read or two."""
        return self.wait_until_drained(1.0)

    def _settled_since(self, moment: float) -> bool:
        if self._looked_at <= moment or self._waiting_for_parents:
            return False
        readers = list(self._readers.values())
        # A shard that ended after the last look may have children that nobody knows yet.
        ends = [reader.ended_at for reader in readers if reader.ended_at is not None]
        return max(ends, default=0.0) < self._looked_at and all(
            reader.settled_since(moment) for reader in readers
        )

    def _supervise(self) -> None:
        while not self._stopping.is_set():
            self._look.clear()
            began = time.monotonic()
            try:
                self._start_readers()
                self._looked_at = began
            except (BotoCoreError, ClientError) as error:
                _log.warning("the shards of %s cannot be listed: %s", self._name, error)
            self._look.wait(LOOK_FOR_SHARDS_S)

    def _start_readers(self) -> None:
        shards = lineage.list_shards(self._client, self._name)
        latest = self._settings.starting_position == "LATEST"
        if latest and shards and not self._checkpoints.knows(self._stream):
            lineage.begin_at_latest(shards, self._stream, self._checkpoints)
        ids = [shard["ShardId"] for shard in shards]
        done = {shard_id: self._checkpoints.get(self._stream, shard_id) for shard_id in ids}
        ready, self._waiting_for_parents = lineage.due(shards, done)
        for shard_id in ready:
            if shard_id not in self._readers and not self._stopping.is_set():
                self._readers[shard_id] = self._reader(shard_id, done[shard_id])
                self._readers[shard_id].start()

    def _reader(self, shard_id: str, after: str | None) -> ShardReader:
        return ShardReader(
            name=shard_id,
            source=ShardSource(self._client, self._name, shard_id, after),
            settings=self._settings,
            note=lambda number: self._checkpoints.put(self._stream, shard_id, number),
            invoker=self._invoker(shard_id),
            stopping=self._stopping,
            on_end=self._look.set,
        )

    def _invoker(self, shard_id: str) -> Invoker:
        origin = Origin(FUNCTION_ARN, self._arn, shard_id)

        def invoke(records: Sequence[Record]) -> Any:
            if self._stopping.is_set():
                raise StoppedError
            return self._handler(lambda_event(records, shard_id, self._arn), LambdaContext())

        def give_up(records: Sequence[Record], condition: str, invokes: int) -> None:
            if self._on_failure:
                self._deliver(message(origin, records, condition, invokes, self._now()))

        return Invoker(invoke, lambda _: None, give_up, self._wait, self._now)

    def _deliver(self, failure: dict[str, Any]) -> None:
        """Send to the on-failure destination; Lambda drops what it does not take, we wait."""
        while self._on_failure:
            try:
                return self._on_failure(failure)
            except Exception as error:  # noqa: BLE001  # the destination is the caller's own
                _log.warning("the on-failure destination does not take a message: %s", error)
                self._wait(TRY_AGAIN_S)
        return None

    def _wait(self, seconds: float) -> None:
        if self._stopping.wait(seconds):
            raise StoppedError
