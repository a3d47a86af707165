"""Reads a range of a shard again, in batches as the consumer takes them."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from typing import Any

from infrastructure.redriving.given_up import GivenUp

Record = dict[str, Any]
BATCH_RECORDS = 500
BATCH_BYTES = 3_000_000  # four in base64; a function takes six


class GoneError(Exception):
    """Records of the range are no longer in the stream; senders still have them."""


def read(kinesis: Any, wanted: GivenUp) -> Iterator[Record]:
    """Return the records of a range, in order. Raises GoneError if the first is not there."""
    records = _until_last(kinesis, wanted)
    first = next(records, None)
    if first is None or int(first["SequenceNumber"]) != wanted.first:
        raise GoneError(f"{wanted}: the stream does not hold its first record any more")
    yield first
    yield from records


def batches(records: Iterator[Record]) -> Iterator[list[Record]]:
    """Return records by as many as one invocation takes."""
    batch: list[Record] = []
    size = 0
    for record in records:
        if batch and (len(batch) == BATCH_RECORDS or size + len(record["Data"]) > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += len(record["Data"])
    if batch:
        yield batch


def event(records: Sequence[Record], wanted: GivenUp) -> dict[str, Any]:
    """Return the event by which Lambda hands records over."""
    return {
        "Records": [
            {
                "kinesis": {
                    "kinesisSchemaVersion": "1.0",
                    "partitionKey": record["PartitionKey"],
                    "sequenceNumber": record["SequenceNumber"],
                    "data": base64.b64encode(record["Data"]).decode(),
                    "approximateArrivalTimestamp": record[
                        "ApproximateArrivalTimestamp"
                    ].timestamp(),
                },
                "eventSource": "aws:kinesis",
                "eventVersion": "1.0",
                "eventID": f"{wanted.shard_id}:{record['SequenceNumber']}",
                "eventName": "aws:kinesis:record",
                "awsRegion": wanted.stream_arn.split(":")[3],
                "eventSourceARN": wanted.stream_arn,
            }
            for record in records
        ]
    }


def _until_last(kinesis: Any, wanted: GivenUp) -> Iterator[Record]:
    iterator = _iterator(kinesis, wanted)
    while iterator:
        answer = kinesis.get_records(ShardIterator=iterator)
        for record in answer["Records"]:
            if int(record["SequenceNumber"]) > wanted.last:
                return
            yield record
            if int(record["SequenceNumber"]) == wanted.last:
                return
        if not answer["Records"] and not answer.get("MillisBehindLatest"):
            return  # the end of what is there
        iterator = answer.get("NextShardIterator")


def _iterator(kinesis: Any, wanted: GivenUp) -> str | None:
    try:
        answer = kinesis.get_shard_iterator(
            StreamName=wanted.stream_arn.rpartition("/")[2],
            ShardId=wanted.shard_id,
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            StartingSequenceNumber=str(wanted.first),
        )
    except (
        kinesis.exceptions.ResourceNotFoundException,
        kinesis.exceptions.InvalidArgumentException,
    ) as error:
        raise GoneError(f"{wanted}: the stream knows no such place") from error
    found: str | None = answer["ShardIterator"]
    return found
