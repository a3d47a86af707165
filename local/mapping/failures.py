"""What is sent to the on-failure destination: where the records are, not the records."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.mapping.events import Record

RETRIES_EXHAUSTED = "RetryAttemptsExhausted"
AGE_EXCEEDED = "RecordAgeExceeded"


class Origin(NamedTuple):
    """Whose records they are."""

    function_arn: str
    stream_arn: str
    shard_id: str


def message(
    origin: Origin, records: Sequence[Record], condition: str, invokes: int, now: dt.datetime
) -> dict[str, Any]:
    """Return the message for an SQS destination, in Lambda's shape."""
    return {
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "functionArn": origin.function_arn,
            "condition": condition,
            "approximateInvokeCount": invokes,
        },
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled",
        },
        "version": "1.0",
        "timestamp": _timestamp(now),
        "KinesisBatchInfo": {
            "shardId": origin.shard_id,
            "startSequenceNumber": records[0].sequence_number,
            "endSequenceNumber": records[-1].sequence_number,
            "approximateArrivalOfFirstRecord": _timestamp(records[0].arrived_at),
            "approximateArrivalOfLastRecord": _timestamp(records[-1].arrived_at),
            "batchSize": len(records),
            "streamArn": origin.stream_arn,
        },
    }


def _timestamp(moment: dt.datetime) -> str:
    utc = moment.astimezone(dt.UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"
