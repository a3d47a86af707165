"""The stacks of a deployment, without the CDK: named here as `infrastructure/app.py` names them."""

from __future__ import annotations

from infrastructure.remains.search import StackName


def stacks_of(suffix: str) -> tuple[StackName, ...]:
    """Return (name, region) in the order in which they are deployed."""
    return (
        (f"StudentMonitorRecovery-{suffix}", "us-west-2"),
        (f"StudentMonitor-{suffix}", "us-east-1"),
    )
