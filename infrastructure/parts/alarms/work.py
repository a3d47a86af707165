"""Alarms of the work beside the stream: dead letters, schedules, delivery of alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from infrastructure.parts.alarms.watch import BELOW, Watch
from infrastructure.parts.metrics import emitted, measured

if TYPE_CHECKING:
    from collections.abc import Sequence


def dead_letter_watches(*, queue_name: str) -> list[Watch]:
    """Return what is watched of the queue that names the records which were given up."""
    dimensions = {"QueueName": queue_name}
    visible, oldest = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"
    return [
        Watch(
            name="dead-letter-depth",
            means="Records wait to be redriven.",
            metric=measured("AWS/SQS", visible, dimensions, statistic="Maximum"),
            threshold=0,
        ),
        Watch(
            name="dead-letter-age",
            means="Records wait to be redriven for half a day; in another half they may be gone.",
            metric=measured("AWS/SQS", oldest, dimensions, statistic="Maximum"),
            threshold=43_200,
        ),
    ]


def schedule_watches(
    *, function_names: Sequence[str], migration_name: str, suffix: str
) -> list[Watch]:
    """Return what is watched of the functions that run by schedule."""
    return [
        Watch(
            name="schedule-errors",
            means="A scheduled function fails: the sweep or announcements.",
            metric=_errors_of(function_names),
            threshold=0,
            bad=2,
            of=3,
        ),
        Watch(
            name="migration-errors",
            means="The migration, or the nightly maintenance of partitions, failed.",
            metric=measured("AWS/Lambda", "Errors", {"FunctionName": migration_name}, seconds=300),
            threshold=0,
        ),
        Watch(
            name="sweep-silent",
            means="No sweep has ended: what does not happen goes unnoticed.",
            metric=emitted(
                "SweepMilliseconds", suffix=suffix, statistic="SampleCount", seconds=900
            ),
            threshold=1,
            compared=BELOW,
            silence_is_bad=True,
        ),
        Watch(
            name="stale-sources",
            means="A source that used to send has fallen silent.",
            metric=emitted("StaleSources", suffix=suffix, statistic="Maximum", seconds=900),
            threshold=0,
            bad=2,
            of=2,
        ),
    ]


def delivery_watches(*, topic_name: str, suffix: str) -> list[Watch]:
    """Return what is watched of the way of alerts about students to people."""
    return [
        Watch(
            name="announcements-held",
            means="Messages about students stay in the outbox: SNS does not take them.",
            metric=emitted("AnnouncementsHeld", suffix=suffix, seconds=300),
            threshold=0,
            bad=3,
            of=3,
        ),
        Watch(
            name="alerts-undelivered",
            means="A subscriber did not get an alert about a student.",
            metric=measured(
                "AWS/SNS", "NumberOfNotificationsFailed", {"TopicName": topic_name}, seconds=300
            ),
            threshold=0,
        ),
    ]


def _errors_of(function_names: Sequence[str]) -> cloudwatch.IMetric:
    metrics = {
        f"e{at}": measured("AWS/Lambda", "Errors", {"FunctionName": name}, seconds=300)
        for at, name in enumerate(function_names)
    }
    return cloudwatch.MathExpression(
        expression="+".join(f"FILL({id_}, 0)" for id_ in metrics),
        using_metrics=metrics,
        label="errors of scheduled functions",
        period=Duration.minutes(5),
    )
