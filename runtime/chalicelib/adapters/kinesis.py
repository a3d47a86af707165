"""The stream in Kinesis: PutRecords, again for what was refused, until the deadline."""

from __future__ import annotations

import functools
import random
import time
from typing import TYPE_CHECKING, Any

from chalicelib.telemetry import logger

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_RECORDS = 500  # a call
MAX_BYTES = 10 * 1024 * 1024
FIRST_WAIT_S = 0.05
LONGEST_WAIT_S = 1.0


class KinesisStream:
    """One stream; boto3 is imported when the first record is put, not before."""

    def __init__(self, name: str, *, client: Any = None) -> None:
        self._name = name
        self._given = client

    def put(self, records: Sequence[tuple[str, bytes]], *, timeout_s: float) -> list[bool]:
        """Append records; tell for each whether it was acknowledged before the deadline.

        What is refused (throttled, or failed inside) is sent again alone, with full jitter.
        """
        deadline = time.monotonic() + timeout_s
        acknowledged = [False] * len(records)
        waiting = list(range(len(records)))
        for attempt in range(1000):
            for call in _calls(waiting, records):
                for i in self._put_once([records[i] for i in call], call):
                    acknowledged[i] = True
            waiting = [i for i in waiting if not acknowledged[i]]
            longest_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**attempt)
            pause_s = random.uniform(0, longest_s)  # noqa: S311  # nosec B311  # jitter
            if not waiting or time.monotonic() + pause_s >= deadline:
                break
            time.sleep(pause_s)
        return acknowledged

    def health(self) -> str:
        """Return the stream's status; raise what the client raises when it does not answer."""
        answer = self._client.describe_stream_summary(StreamName=self._name)
        status: str = answer["StreamDescriptionSummary"]["StreamStatus"]
        return status

    def _put_once(self, records: Sequence[tuple[str, bytes]], indexes: Sequence[int]) -> list[int]:
        """Return the indexes of those that were acknowledged."""
        from botocore.exceptions import BotoCoreError, ClientError  # loaded with the client

        entries = [{"PartitionKey": key, "Data": data} for key, data in records]
        try:
            answer = self._client.put_records(StreamName=self._name, Records=entries)
        except (BotoCoreError, ClientError) as error:  # the whole call: all are tried again
            logger.warning("the stream refused %d records: %s", len(records), error)
            return []
        refused = {result["ErrorCode"] for result in answer["Records"] if result.get("ErrorCode")}
        if refused:
            logger.warning("the stream refused some records: %s", ", ".join(sorted(refused)))
        results = zip(indexes, answer["Records"], strict=True)
        return [i for i, result in results if not result.get("ErrorCode")]

    @functools.cached_property
    def _client(self) -> Any:
        if self._given is not None:
            return self._given
        import boto3
        from botocore.config import Config

        # The retries are ours: the client's would send acknowledged records again. A call that
        # begins just before the deadline ends 6 s after it at the latest, in time for the API's 29.
        config = Config(connect_timeout=2, read_timeout=4, retries={"total_max_attempts": 1})
        return boto3.client("kinesis", config=config)


def _calls(waiting: Sequence[int], records: Sequence[tuple[str, bytes]]) -> Iterator[list[int]]:
    """Cut what waits into calls that Kinesis takes, in order."""
    call: list[int] = []
    size = 0
    for i in waiting:
        weight = len(records[i][0]) + len(records[i][1])
        if call and (len(call) >= MAX_RECORDS or size + weight > MAX_BYTES):
            yield call
            call, size = [], 0
        call.append(i)
        size += weight
    if call:
        yield call
