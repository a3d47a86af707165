"""Alarms of the API: answers that are errors, and answers that take long."""

from __future__ import annotations

from infrastructure.parts.alarms.watch import Watch
from infrastructure.parts.metrics import measured


def api_watches(*, api_name: str, stage: str) -> list[Watch]:
    """Return what is watched of a stage of the REST API; the error metrics' average is a share."""
    dimensions = {"ApiName": api_name, "Stage": stage}
    return [
        Watch(
            name="api-5xx",
            means="More than one answer in twenty is an error of ours.",
            metric=measured("AWS/ApiGateway", "5XXError", dimensions, statistic="Average"),
            threshold=0.05,
            bad=3,
            of=3,
        ),
        Watch(
            name="api-4xx",
            means="More than one request in twenty is refused.",
            metric=measured("AWS/ApiGateway", "4XXError", dimensions, statistic="Average"),
            threshold=0.05,
            bad=5,
            of=5,
        ),
        Watch(
            name="api-latency",
            means="One answer in ten takes long.",
            metric=measured("AWS/ApiGateway", "Latency", dimensions, statistic="p90"),
            threshold=2_500,
            bad=5,
            of=5,
        ),
    ]
