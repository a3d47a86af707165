"""The mapping as a whole: finds shards, follows their lineage, starts and stops their readers."""

from __future__ import annotations

import datetime as dt
import threading
import time
from typing import TYPE_CHECKING, Any

from local.mapping.checkpoints import ENDED, Checkpoints
from local.mapping.events import Record, lambda_event
from local.mapping.failures import Origin, message
from local.mapping.lane import Invoker, StoppedError
from local.mapping.settings import MappingSettings
from local.mapping.shard import ShardReader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Handler = Callable[[dict[str, Any], Any], Any]

LOOK_FOR_SHARDS_S = 1.0
STOP_WITHIN_S = 10.0


class EventSourceMapping:
    """Invokes `handler` with the records of a stream, each shard in order, until stopped."""

    def __init__(
        self,
        client: Any,
        stream_name: str,
        handler: Handler,
        settings: MappingSettings,
        *,
        checkpoints: Checkpoints | None = None,
        on_failure: Callable[[dict[str, Any]], None] | None = None,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._client = client
        self._handler = handler
        self._settings = settings
        self._checkpoints = checkpoints or Checkpoints()
        self._on_failure = on_failure
        self._now = now
        summary = client.describe_stream_summary(StreamName=stream_name)["StreamDescriptionSummary"]
        self._arn: str = summary["StreamARN"]
        self._name = stream_name
        # A stream made anew under the same name is another stream: its numbers mean nothing here.
        self._stream = f"{self._arn} {summary['StreamCreationTimestamp'].timestamp():.3f}"
        self._readers: dict[str, ShardReader] = {}
        self._stopping = threading.Event()
        self._looked_at = 0.0
        self._supervisor = threading.Thread(target=self._supervise, name="mapping", daemon=True)

    def start(self) -> EventSourceMapping:
        """Begin to read every shard whose turn it is."""
        self._supervisor.start()
        return self

    def stop(self) -> None:
        """Stop after the invocation that is under way; what is not settled is read again."""
        self._stopping.set()
        self._supervisor.join(STOP_WITHIN_S)
        for reader in self._readers.values():
            reader.join(STOP_WITHIN_S)

    def errors(self) -> list[BaseException]:
        """Return what ended a reader that should have gone on."""
        return [reader.error for reader in self._readers.values() if reader.error]

    def behind_ms(self) -> int:
        """Return how far the slowest shard is behind its tip."""
        return max((reader.behind_ms for reader in self._readers.values()), default=0)

    def wait_until_drained(self, timeout_s: float) -> bool:
        """Wait until all that was in the stream at the call is settled; tell whether it came."""
        asked = time.monotonic()
        while time.monotonic() - asked < timeout_s:
            readers = list(self._readers.values())
            caught_up = all(reader.ended or reader.caught_up_at > asked for reader in readers)
            if readers and caught_up and self._looked_at > asked:
                return True
            time.sleep(0.01)
        return False

    def _supervise(self) -> None:
        while not self._stopping.is_set():
            began = time.monotonic()
            for shard_id, begin in self._due():
                self._readers[shard_id] = self._reader(shard_id, begin)
                self._readers[shard_id].start()
            self._looked_at = began
            self._stopping.wait(LOOK_FOR_SHARDS_S if self._readers else 0.05)

    def _due(self) -> list[tuple[str, str]]:
        """Return the shards to begin with, and where: their parents, if any, have ended.

        The child of a shard that was read is read from its beginning, wherever the mapping began.
        """
        shards = self._list_shards()
        listed = {shard["ShardId"] for shard in shards}
        due = []
        for shard in shards:
            shard_id = shard["ShardId"]
            parents = _parents(shard) & listed
            over = self._checkpoints.get(self._stream, shard_id) == ENDED
            if shard_id in self._readers or over:
                continue
            if all(self._checkpoints.get(self._stream, parent) == ENDED for parent in parents):
                begin = "TRIM_HORIZON" if parents else self._settings.starting_position
                due.append((shard_id, begin))
        return due

    def _list_shards(self) -> list[dict[str, Any]]:
        shards: list[dict[str, Any]] = []
        page: dict[str, Any] = {"StreamName": self._name}
        while True:
            answer = self._client.list_shards(**page)
            shards += answer["Shards"]
            if not answer.get("NextToken"):
                return shards
            page = {"NextToken": answer["NextToken"]}

    def _reader(self, shard_id: str, begin: str) -> ShardReader:
        origin = Origin("arn:aws:lambda:us-east-1:000000000000:function:local", self._arn, shard_id)

        def invoke(records: Sequence[Record]) -> Any:
            if self._stopping.is_set():
                raise StoppedError
            return self._handler(lambda_event(records, shard_id, self._arn), None)

        def give_up(records: Sequence[Record], condition: str, invokes: int) -> None:
            if self._on_failure:
                self._on_failure(message(origin, records, condition, invokes, self._now()))

        return ShardReader(
            client=self._client,
            stream=self._stream,
            stream_arn=self._arn,
            shard_id=shard_id,
            begin=begin,
            settings=self._settings,
            checkpoints=self._checkpoints,
            invoker=Invoker(invoke, lambda _: None, give_up, self._wait, self._now),
            stopping=self._stopping,
        )

    def _wait(self, seconds: float) -> None:
        if self._stopping.wait(seconds):
            raise StoppedError


def _parents(shard: dict[str, Any]) -> set[str]:
    return {shard[name] for name in ("ParentShardId", "AdjacentParentShardId") if shard.get(name)}
