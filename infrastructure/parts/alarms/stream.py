"""Alarms of the stream: records that wait, and records that it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infrastructure.parts.alarms.watch import Watch
from infrastructure.parts.metrics import measured

if TYPE_CHECKING:
    from aws_cdk import aws_cloudwatch as cloudwatch


def stream_watches(*, stream_name: str) -> list[Watch]:
    """Return what is watched of the stream."""

    def kinesis(name: str, statistic: str = "Sum") -> cloudwatch.Metric:
        return measured("AWS/Kinesis", name, {"StreamName": stream_name}, statistic=statistic)

    return [
        Watch(
            name="stream-iterator-age",
            means="Records wait in the stream, or nobody reads it.",
            metric=kinesis("GetRecords.IteratorAgeMilliseconds", "Maximum"),
            threshold=180_000,
            bad=3,
            of=3,
            silence_is_bad=True,  # a mapping at work asks each shard every second
        ),
        Watch(
            name="stream-write-throttles",
            means="Senders put more into the stream than its shards take.",
            metric=kinesis("WriteProvisionedThroughputExceeded"),
            threshold=0,
            bad=3,
            of=5,
        ),
        Watch(
            name="stream-read-throttles",
            means="Readers ask the stream for more than its shards give.",
            metric=kinesis("ReadProvisionedThroughputExceeded"),
            threshold=0,
            bad=3,
            of=5,
        ),
        Watch(
            name="stream-put-failures",
            means="PutRecords fails inside of Kinesis.",
            metric=kinesis("PutRecords.FailedRecords"),
            threshold=0,
            bad=3,
            of=5,
        ),
    ]
