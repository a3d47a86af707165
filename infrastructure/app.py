"""Reads the context and makes the stacks; nothing else."""

from __future__ import annotations

import os
import sys

from aws_cdk import App, Environment

from infrastructure.context import ContextError, from_context
from infrastructure.environments import Deployment
from infrastructure.stacks.monitor import MonitorStack
from infrastructure.stacks.recovery import RecoveryRegionStack
from infrastructure.tags import tag

REGION = "us-east-1"
RECOVERY_REGION = "us-west-2"


def build(app: App, deployment: Deployment, *, account: str | None) -> MonitorStack:
    """Make the stacks of a deployment; with no `account` they fit every one."""
    monitor = MonitorStack(
        app,
        f"StudentMonitor-{deployment.suffix}",
        deployment=deployment,
        recovery=_recovery(app, deployment, account=account),
        env=Environment(account=account, region=REGION),
    )
    tag(app, deployment)
    return monitor


def _recovery(
    app: App, deployment: Deployment, *, account: str | None
) -> RecoveryRegionStack | None:
    if not deployment.environment.second_region:
        return None
    return RecoveryRegionStack(
        app,
        f"StudentMonitorRecovery-{deployment.suffix}",
        deployment=deployment,
        env=Environment(account=account, region=RECOVERY_REGION),
    )


def main() -> None:
    """Synthesize; on wrong context say so in words and leave."""
    app = App()
    try:
        deployment = from_context(app.node.get_all_context())
    except ContextError as error:
        sys.exit(str(error))
    build(app, deployment, account=account_of(deployment))
    app.synth()


def account_of(deployment: Deployment) -> str | None:
    """Return the account that is asked for; without one and a VPC to look up, any will do."""
    looks_up = os.environ.get("CDK_DEFAULT_ACCOUNT") if deployment.vpc_id else None
    return deployment.account or looks_up


if __name__ == "__main__":
    main()
