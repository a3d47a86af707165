"""Reading one shard: its iterator, opened again when it expires, and where it stands."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from local.mapping.checkpoints import LATEST
from local.mapping.events import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

_log = logging.getLogger(__name__)
_MOST = 10_000  # records, or 10 MB: what GetRecords gives at most


class Page(NamedTuple):
    """What one read gave."""

    records: Sequence[Record]
    behind_ms: int
    answered: bool = True  # False: the stream did not answer, or the iterator had expired


class ShardSource:
    """Reads a shard after `after` (a checkpoint, or None for its beginning) until `ended`."""

    def __init__(self, client: Any, stream_name: str, shard_id: str, after: str | None) -> None:
        self.ended = False
        self._client = client
        self._where = {"StreamName": stream_name, "ShardId": shard_id}
        self._after = after
        self._iterator: str | None = None

    def read(self) -> Page:
        """Read what comes next; never raises for a stream that is away, throttled or expired."""
        try:
            if self._iterator is None:
                self._iterator = self._open()
            answer = self._client.get_records(ShardIterator=self._iterator, Limit=_MOST)
        except (BotoCoreError, ClientError) as error:
            if _code(error) != "ProvisionedThroughputExceededException":
                self._iterator = None  # expired, or the stream came back: open it again
            _log.warning("%s cannot be read: %s", self._where["ShardId"], error)
            return Page([], 0, answered=False)
        records = [_record(each) for each in answer["Records"]]
        if records:
            self._after = records[-1].sequence_number
        self._iterator = answer.get("NextShardIterator")
        self.ended = self._iterator is None
        return Page(records, int(answer.get("MillisBehindLatest") or 0))

    def _open(self) -> str:
        position = {"ShardIteratorType": "TRIM_HORIZON"}
        if self._after == LATEST:
            position = {"ShardIteratorType": "LATEST"}
        elif self._after:
            position = {
                "ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
                "StartingSequenceNumber": self._after,
            }
        iterator: str = self._client.get_shard_iterator(**self._where, **position)["ShardIterator"]
        return iterator


def _record(each: dict[str, Any]) -> Record:
    return Record(
        each["SequenceNumber"],
        each["PartitionKey"],
        each["Data"],
        each["ApproximateArrivalTimestamp"],
    )


def _code(error: Exception) -> str:
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
