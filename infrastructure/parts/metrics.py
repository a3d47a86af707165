"""Metrics by the names under which AWS and the runtime publish them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

if TYPE_CHECKING:
    from collections.abc import Mapping

# As in the runtime's telemetry.py, which this side may not import; a test holds the two equal.
NAMESPACE = "StudentPerformanceMonitor"
SERVICE = "student-performance-monitor"


def measured(
    namespace: str,
    name: str,
    dimensions: Mapping[str, str],
    *,
    statistic: str = "Sum",
    seconds: int = 60,
) -> cloudwatch.Metric:
    """Return a metric; without its dimensions CloudWatch watches nothing, and does not say so."""
    return cloudwatch.Metric(
        namespace=namespace,
        metric_name=name,
        dimensions_map=dict(dimensions),
        statistic=statistic,
        period=Duration.seconds(seconds),
    )


def emitted(
    name: str, *, suffix: str, statistic: str = "Sum", seconds: int = 60
) -> cloudwatch.Metric:
    """Return a metric that the runtime of one deployment writes to its log."""
    dimensions = {"service": SERVICE, "environment": suffix}
    return measured(NAMESPACE, name, dimensions, statistic=statistic, seconds=seconds)
