"""Logs and metrics: one logger, one catalogue of metrics, no student's data in either."""

from __future__ import annotations

import enum
import logging
import os
from typing import TYPE_CHECKING, NamedTuple

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from chalicelib.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from chalicelib.domain.delivery import Outcome

NAMESPACE = "StudentPerformanceMonitor"
SERVICE = "student-performance-monitor"


class _Described(NamedTuple):
    unit: MetricUnit
    meaning: str


class Metric(enum.Enum):
    """Every metric that the monitor emits, with its unit and what it means."""

    EVENTS_ACCEPTED = _Described(MetricUnit.Count, "events of a POST that the stream acknowledged")
    EVENTS_REJECTED = _Described(MetricUnit.Count, "events of a POST that were refused as invalid")
    EVENTS_UNAVAILABLE = _Described(MetricUnit.Count, "good events that the stream did not take")
    ACCEPT_MILLISECONDS = _Described(MetricUnit.Milliseconds, "from a POST to its answer")
    EVENTS_STORED = _Described(MetricUnit.Count, "new events that a batch committed")
    EVENTS_REPEATED = _Described(MetricUnit.Count, "events of a batch that were stored before")
    EVENTS_QUARANTINED = _Described(MetricUnit.Count, "events or records set aside, with a reason")
    EVENTS_ERASED = _Described(
        MetricUnit.Count,
        "events, and what would be set aside, refused: of students who were erased",
    )
    BATCHES_HELD = _Described(MetricUnit.Count, "batches that stopped because of an outage")
    BATCH_MILLISECONDS = _Described(MetricUnit.Milliseconds, "from a batch's arrival to its commit")
    ALERTS_OPENED = _Described(MetricUnit.Count, "alerts that a batch or a sweep opened")
    ALERTS_CLEARED = _Described(MetricUnit.Count, "alerts that cleared by themselves")
    ANNOUNCEMENTS_SENT = _Described(MetricUnit.Count, "messages about alerts that were delivered")
    ANNOUNCEMENTS_HELD = _Described(MetricUnit.Count, "runs of delivery that stopped at an outage")
    STALE_SOURCES = _Described(MetricUnit.Count, "sources that fell silent, by the week before")
    LEDGER_SEALED = _Described(MetricUnit.Count, "reads of records that were chained")
    LEDGER_WAITING_SECONDS = _Described(
        MetricUnit.Seconds, "for how long the oldest read has not been chained"
    )
    LEDGER_BROKEN = _Described(MetricUnit.Count, "batches of the ledger that do not agree: 0 or 1")
    EVENT_IDS_REUSED = _Described(
        MetricUnit.Count, "ids that a source gave to several events, at most 100"
    )
    SWEEP_MILLISECONDS = _Described(
        MetricUnit.Milliseconds, "one sweep of the courses whose turn it is"
    )


class WithoutWords(logging.Filter):
    """Keeps what an error was and where it arose; its words may quote a student's record.

    A database's error keeps its SQLSTATE, and a wrong setting its words, which hold no record.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, its exception without the words."""
        if record.exc_info and record.exc_info[1] is not None:
            kind, error, trace = record.exc_info
            record.exc_info = (kind, _wordless(error), trace)
        return True


def _wordless(error: BaseException) -> BaseException:
    if isinstance(error, ConfigurationError):
        return error
    named = type(error)
    kind: type[Exception] = type(named.__name__, (Exception,), {"__module__": named.__module__})
    return kind(getattr(error, "pgcode", None) or "")


logger = Logger(service=SERVICE)  # POWERTOOLS_LOG_LEVEL sets its level
logger.addFilter(WithoutWords())


def quieten(level: int = logging.WARNING) -> None:
    """Log no less than `level`; for programs that own the terminal."""
    logger.setLevel(level)


def emit(values: dict[Metric, float]) -> None:
    """Write one line of metrics in the embedded format, which CloudWatch reads from the log.

    Silent outside of Lambda, where nobody reads it.
    """
    if "AWS_LAMBDA_FUNCTION_NAME" not in os.environ:
        return
    metrics = Metrics(namespace=NAMESPACE, service=SERVICE)
    # Two deployments may share an account: each has metrics, and alarms on them, of its own.
    metrics.add_dimension(name="environment", value=os.environ.get("MONITOR_ENVIRONMENT", "local"))
    for metric, value in values.items():
        metrics.add_metric(name=name_of(metric), unit=metric.value.unit, value=value)
    metrics.flush_metrics()


def name_of(metric: Metric) -> str:
    """Return the name under which CloudWatch shows a metric."""
    return "".join(part.capitalize() for part in metric.name.split("_"))


def of_outcome(outcome: Outcome, milliseconds: float) -> dict[Metric, float]:
    """Return the metrics of one batch."""
    return {
        Metric.EVENTS_STORED: outcome.new,
        Metric.EVENTS_REPEATED: outcome.repeated,
        Metric.EVENTS_QUARANTINED: outcome.quarantined,
        Metric.EVENTS_ERASED: outcome.erased,
        Metric.ALERTS_OPENED: outcome.opened,
        Metric.ALERTS_CLEARED: outcome.cleared,
        Metric.BATCH_MILLISECONDS: milliseconds,
    }
