"""The mapping from the stream to the consumer: poison is passed over, outages are waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_lambda as lambda_

if TYPE_CHECKING:
    from aws_cdk import aws_kinesis as kinesis
    from aws_cdk import aws_sqs as sqs
    from constructs import Construct

# A record is given up after six days; the stream keeps it for a day more, to be read again.
LONGEST_AGE_S = 6 * 24 * 3600
BATCH_RECORDS = 1000
FOR_EVER = -1


def event_mapping(
    scope: Construct,
    *,
    consumer: str,
    stream: kinesis.IStream,
    dead_letters: sqs.IQueue,
    parallelization_factor: int,
) -> lambda_.CfnEventSourceMapping:
    """Return the mapping; `consumer` names the alias, so that a canary takes its share of batches.

    Chalice's own event has no say in any of this, and begins at LATEST: what is written before the
    mapping is there would be lost.
    """
    destination = lambda_.CfnEventSourceMapping.DestinationConfigProperty(
        on_failure=lambda_.CfnEventSourceMapping.OnFailureProperty(
            destination=dead_letters.queue_arn
        )
    )
    return lambda_.CfnEventSourceMapping(
        scope,
        "EventMapping",
        event_source_arn=stream.stream_arn,
        function_name=consumer,
        starting_position="TRIM_HORIZON",
        batch_size=BATCH_RECORDS,
        maximum_batching_window_in_seconds=1,  # a record a second would be an invocation each
        parallelization_factor=parallelization_factor,
        function_response_types=["ReportBatchItemFailures"],
        bisect_batch_on_function_error=True,
        maximum_retry_attempts=FOR_EVER,
        maximum_record_age_in_seconds=LONGEST_AGE_S,
        destination_config=destination,
        metrics_config=lambda_.CfnEventSourceMapping.MetricsConfigProperty(metrics=["EventCount"]),
    )
