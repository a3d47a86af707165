"""Alarms of the consumer: what fails, what waits, what is passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infrastructure.parts.alarms.watch import AT_LEAST, Watch
from infrastructure.parts.metrics import emitted, measured

if TYPE_CHECKING:
    from aws_cdk import aws_cloudwatch as cloudwatch


def consumer_watches(
    *, function_name: str, timeout_s: int, reserved_concurrency: int
) -> list[Watch]:
    """Return what is watched of the function that reads the stream."""

    def of_function(name: str, statistic: str = "Sum") -> cloudwatch.Metric:
        return measured("AWS/Lambda", name, {"FunctionName": function_name}, statistic=statistic)

    return [
        Watch(
            name="consumer-errors",
            means="The consumer ends with an error, runs out of time or out of memory.",
            metric=of_function("Errors"),
            threshold=0,
            bad=3,
            of=5,
        ),
        Watch(
            name="consumer-throttles",
            means="Lambda does not let the consumer run.",
            metric=of_function("Throttles"),
            threshold=0,
            bad=5,
            of=5,
        ),
        Watch(
            name="consumer-duration",
            means="A batch takes nearly as long as the consumer may run.",
            metric=of_function("Duration", "Maximum"),
            threshold=800 * timeout_s,
            bad=3,
            of=5,
        ),
        Watch(
            name="consumer-concurrency",
            means="The consumer runs as often at once as it may, and has nothing left.",
            metric=of_function("ConcurrentExecutions", "Maximum"),
            threshold=reserved_concurrency,
            compared=AT_LEAST,
            bad=15,
            of=15,
        ),
    ]


def mapping_watches(*, mapping_id: str) -> list[Watch]:
    """Return what is watched of the event source mapping, which knows what was given up."""
    dimensions = {"EventSourceMappingUUID": mapping_id}
    return [
        Watch(
            name="consumer-dropped-events",
            means="Records left the stream unprocessed and reached no queue either.",
            metric=measured("AWS/Lambda", "DroppedEventCount", dimensions),
            threshold=0,
        ),
        Watch(
            name="consumer-on-failure-deliveries",
            means="Records were given up; the dead-letter queue names them.",
            metric=measured("AWS/Lambda", "OnFailureDestinationDeliveredEventCount", dimensions),
            threshold=0,
        ),
    ]


def outcome_watches(*, suffix: str) -> list[Watch]:
    """Return what is watched of the outcome that the runtime itself reports."""
    return [
        Watch(
            name="consumer-batches-held",
            means="The consumer waits for the database.",
            metric=emitted("BatchesHeld", suffix=suffix),
            threshold=0,
            bad=5,
            of=5,
        ),
        Watch(
            name="events-quarantined",
            means="Events were set aside, since they cannot be processed.",
            metric=emitted("EventsQuarantined", suffix=suffix, seconds=300),
            threshold=0,
        ),
        Watch(
            name="events-unavailable",
            means="Senders were told to send again: the stream did not take their events.",
            metric=emitted("EventsUnavailable", suffix=suffix),
            threshold=0,
            bad=3,
            of=5,
        ),
    ]
