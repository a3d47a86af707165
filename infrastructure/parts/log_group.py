"""Log groups of our own: encrypted, kept for days, removed with the deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs

from infrastructure.parts.log_retention import retention

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms
    from constructs import Construct


def log_group(scope: Construct, id_: str, *, name: str, days: int, key: kms.IKey) -> logs.LogGroup:
    """Return a log group under a name that its writer knows, so that it makes none of its own."""
    return logs.LogGroup(
        scope,
        id_,
        log_group_name=name,
        retention=retention(days),
        encryption_key=key,
        removal_policy=RemovalPolicy.DESTROY,
    )
