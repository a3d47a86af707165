"""Events, messages and settings, in AWS's own shapes."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from local.mapping import MappingSettings
from local.mapping.events import Record, lambda_event
from local.mapping.failures import RETRIES_EXHAUSTED, Origin, message

NOON = dt.datetime(2024, 10, 5, 12, tzinfo=dt.UTC)


def _records(count: int, arrived_at: dt.datetime = NOON) -> list[Record]:
    return [Record(f"{i:04d}", f"key-{i % 3}", b"data", arrived_at) for i in range(count)]


def test_the_message_to_the_destination_has_lambdas_shape():
    records = _records(2)
    origin = Origin("arn:aws:lambda:x", "arn:aws:kinesis:y", "shardId-000000000003")

    told = message(origin, records, RETRIES_EXHAUSTED, 4, NOON + dt.timedelta(milliseconds=1234))

    assert re.fullmatch(r"[0-9a-f-]{36}", told["requestContext"].pop("requestId"))
    assert told == {
        "requestContext": {
            "functionArn": "arn:aws:lambda:x",
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 4,
        },
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled",
        },
        "version": "1.0",
        "timestamp": "2024-10-05T12:00:01.234Z",
        "KinesisBatchInfo": {
            "shardId": "shardId-000000000003",
            "startSequenceNumber": "0000",
            "endSequenceNumber": "0001",
            "approximateArrivalOfFirstRecord": "2024-10-05T12:00:00.000Z",
            "approximateArrivalOfLastRecord": "2024-10-05T12:00:00.000Z",
            "batchSize": 2,
            "streamArn": "arn:aws:kinesis:y",
        },
    }


def test_a_record_looks_to_the_handler_as_in_lambda():
    record = Record("4959", "lane-3", b"\x00data", NOON + dt.timedelta(milliseconds=250))
    arn = "arn:aws:kinesis:us-east-1:000000000000:stream/events"

    (seen,) = lambda_event([record], "shardId-000000000001", arn)["Records"]

    assert seen.pop("invokeIdentityArn").startswith("arn:aws:iam::")
    assert seen == {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "lane-3",
            "sequenceNumber": "4959",
            "data": "AGRhdGE=",
            "approximateArrivalTimestamp": 1728129600.25,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": "shardId-000000000001:4959",
        "eventName": "aws:kinesis:record",
        "awsRegion": "us-east-1",
        "eventSourceARN": arn,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"batch_size": 0},
        {"batch_size": 10_001},
        {"maximum_batching_window_in_seconds": 301},
        {"parallelization_factor": 0},
        {"parallelization_factor": 11},
        {"maximum_retry_attempts": -2},
        {"maximum_retry_attempts": 10_001},
        {"maximum_record_age_in_seconds": 59},
        {"maximum_record_age_in_seconds": 604_801},
        {"starting_position": "MIDDLE"},
        {"function_response_types": ("Other",)},
    ],
)
def test_settings_that_aws_would_refuse_are_refused_by_name(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        MappingSettings(**wrong)
