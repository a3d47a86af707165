"""RDS's own backups, replicated to the other region for point-in-time recovery there."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from aws_cdk import aws_rds as rds

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms


def replicate_backups(
    instance: rds.DatabaseInstance, *, region: str, key: kms.IKey, days: int
) -> None:
    """Replicate snapshots and transaction logs of an instance, under a key of that region.

    AWS Backup cannot do this: its copy of a continuous backup is a snapshot.
    """
    bare = cast("rds.CfnDBInstance", instance.node.default_child)
    bare.automatic_backup_replication_region = region
    bare.automatic_backup_replication_kms_key_id = key.key_arn
    bare.automatic_backup_replication_retention_period = days
