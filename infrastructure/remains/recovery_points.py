"""Recovery points: a vault that holds any cannot be deleted."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import Any

from botocore.exceptions import ClientError

from infrastructure.remains.made import Clients, Made, of_type
from infrastructure.remains.remain import Kind, Remain

# AWS Backup answers either for a vault that is gone, so the second only counts where it is.
_GONE = {"ResourceNotFoundException", "AccessDeniedException"}


def recovery_points(made: Sequence[Made], clients: Clients) -> Iterator[Remain]:
    """Return what the vaults hold, whether their stack is there or not."""
    for vault in of_type(made, "AWS::Backup::BackupVault"):
        backup = clients("backup", vault.region)
        for point in _points(backup, vault):
            arn = point["RecoveryPointArn"]
            going = point["Status"] == "DELETING"
            remove = functools.partial(
                backup.delete_recovery_point,
                BackupVaultName=vault.physical_id,
                RecoveryPointArn=arn,
            )
            yield Remain(
                kind=Kind.RECOVERY_POINTS,
                name=f"{vault.physical_id}: {arn}",
                region=vault.region,
                remove=None if going else remove,
                why="AWS Backup is deleting it" if going else "",
            )


def _points(backup: Any, vault: Made) -> list[dict[str, Any]]:
    pages = backup.get_paginator("list_recovery_points_by_backup_vault").paginate(
        BackupVaultName=vault.physical_id
    )
    try:
        return [point for page in pages for point in page["RecoveryPoints"]]
    except ClientError as error:
        if vault.alive or error.response["Error"]["Code"] not in _GONE:
            raise
        return []
