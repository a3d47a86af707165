"""The dashboard: events in and out, lag, errors, database, and alerts raised per hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infrastructure.names import named
from infrastructure.parts.metrics import emitted, measured

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from infrastructure.environments import Deployment
    from infrastructure.parts.alarms.watched import Watched

_HOUR = 3_600
_WIDTH, _HEIGHT = 8, 6  # three to a row


class Dashboard(Construct):
    """What operators look at first. Use `dashboard`."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        deployment: Deployment,
        watched: Watched,
        alarms: Mapping[str, cloudwatch.IAlarm],
    ) -> None:
        super().__init__(scope, id_)
        self._suffix = deployment.suffix
        self._watched = watched
        self.dashboard = cloudwatch.Dashboard(
            self, "Dashboard", dashboard_name=named("student-performance", deployment.suffix)
        )
        self.dashboard.add_widgets(
            cloudwatch.AlarmStatusWidget(
                title="Alarms", alarms=list(alarms.values()), width=24, height=4
            )
        )
        for row in (self._people(), self._ingest(), self._consumer(), self._database()):
            self.dashboard.add_widgets(*row)

    def _people(self) -> list[cloudwatch.IWidget]:
        return [
            _graph(
                "Alerts raised and cleared, per hour",
                [self._ours("AlertsOpened", _HOUR), self._ours("AlertsCleared", _HOUR)],
            ),
            _graph("Alerts told, per hour", [self._ours("AnnouncementsSent", _HOUR)]),
            _graph("The sweep, ms", [self._timed("SweepMilliseconds", "Maximum", 300)]),
        ]

    def _ingest(self) -> list[cloudwatch.IWidget]:
        stream = {"StreamName": self._watched.stream_name}
        api = {"ApiName": self._watched.api_name, "Stage": self._watched.api_stage}
        return [
            _graph(
                "Events in: accepted, refused, unavailable",
                [
                    self._ours("EventsAccepted"),
                    self._ours("EventsRejected"),
                    self._ours("EventsUnavailable"),
                ],
            ),
            _graph(
                "Stream: bytes in, throttles",
                [measured("AWS/Kinesis", "IncomingBytes", stream)],
                right=[
                    measured("AWS/Kinesis", name, stream)
                    for name in (
                        "WriteProvisionedThroughputExceeded",
                        "ReadProvisionedThroughputExceeded",
                        "PutRecords.FailedRecords",
                    )
                ],
            ),
            _graph(
                "API: answers, errors, latency p90",
                [measured("AWS/ApiGateway", n, api) for n in ("Count", "4XXError", "5XXError")],
                right=[measured("AWS/ApiGateway", "Latency", api, statistic="p90")],
            ),
        ]

    def _consumer(self) -> list[cloudwatch.IWidget]:
        function = {"FunctionName": self._watched.consumer_name}
        stream = {"StreamName": self._watched.stream_name}
        age = "GetRecords.IteratorAgeMilliseconds"
        return [
            _graph(
                "Events out: stored, repeated, quarantined",
                [
                    self._ours("EventsStored"),
                    self._ours("EventsRepeated"),
                    self._ours("EventsQuarantined"),
                ],
            ),
            _graph(
                "Lag, ms; batches held",
                [
                    measured("AWS/Kinesis", age, stream, statistic="Maximum"),
                    self._timed("BatchMilliseconds", "p99", 60),
                ],
                right=[self._ours("BatchesHeld")],
            ),
            _graph(
                "Consumer: errors, throttles, dead letters",
                [measured("AWS/Lambda", name, function) for name in ("Errors", "Throttles")],
                right=[
                    measured(
                        "AWS/SQS",
                        "ApproximateNumberOfMessagesVisible",
                        {"QueueName": self._watched.dead_letter_name},
                        statistic="Maximum",
                    )
                ],
            ),
        ]

    def _database(self) -> list[cloudwatch.IWidget]:
        return [
            _graph(
                "Database: processors, %; connections",
                [self._rds("CPUUtilization")],
                right=[self._rds("DatabaseConnections")],
            ),
            _graph(
                "Database: memory and storage that are free",
                [self._rds("FreeableMemory")],
                right=[self._rds("FreeStorageSpace")],
            ),
            _graph(
                "Database: latency of the disk, s; lag of the replica, s",
                [self._rds("ReadLatency"), self._rds("WriteLatency")],
                right=self._lag(),
            ),
        ]

    def _lag(self) -> list[cloudwatch.IMetric]:
        replica = self._watched.replica_id
        return [_rds(replica, "ReplicaLag")] if replica else []

    def _rds(self, name: str) -> cloudwatch.Metric:
        return _rds(self._watched.instance_id, name)

    def _ours(self, name: str, seconds: int = 60) -> cloudwatch.Metric:
        return emitted(name, suffix=self._suffix, seconds=seconds)

    def _timed(self, name: str, statistic: str, seconds: int) -> cloudwatch.Metric:
        return emitted(name, suffix=self._suffix, statistic=statistic, seconds=seconds)


def _rds(instance_id: str, name: str) -> cloudwatch.Metric:
    dimensions = {"DBInstanceIdentifier": instance_id}
    return measured("AWS/RDS", name, dimensions, statistic="Average")


def _graph(
    title: str,
    left: Sequence[cloudwatch.IMetric],
    *,
    right: Sequence[cloudwatch.IMetric] = (),
) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(
        title=title, left=list(left), right=list(right), width=_WIDTH, height=_HEIGHT
    )
