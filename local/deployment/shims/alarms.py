"""Alarms over an expression: there by name, with actions and threshold; never evaluated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local.deployment.shims.handlers import Handlers, Made, Properties

NAMESPACE = "NotEvaluatedHere"


def register(handlers: Handlers) -> None:
    """Keep an alarm's `Metrics` from the emulator, which refuses them."""
    handler = handlers["AWS::CloudWatch::Alarm"]
    create: Callable[..., Made] = handler["create"]
    update: Callable[..., Made] = handler["update"]

    def created(logical_id: str, properties: Properties, stack: str) -> Made:
        return create(logical_id, _plain(properties), stack)

    def updated(physical_id: str, old: Properties, new: Properties, *rest: Any) -> Made:
        return update(physical_id, _plain(old), _plain(new), *rest)

    handler["create"], handler["update"] = created, updated


def _plain(properties: Properties) -> Properties:
    metrics = properties.get("Metrics")
    if not metrics:
        return properties
    [returned] = [one for one in metrics if one.get("ReturnData", True) not in (False, "false")]
    plain = {name: value for name, value in properties.items() if name != "Metrics"}
    return {**plain, "Namespace": NAMESPACE, "MetricName": returned.get("Label", returned["Id"])}
