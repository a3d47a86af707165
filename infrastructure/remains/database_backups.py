"""Backups that RDS keeps beside the instance: replicated or retained ones, and snapshots."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from infrastructure.remains.made import Clients, Made, of_type
from infrastructure.remains.remain import Kind, Remain


def database_backups(
    made: Sequence[Made], clients: Clients, regions: Iterable[str]
) -> Iterator[Remain]:
    """Return automated backups in every region, and snapshots that somebody made by hand.

    What a living instance keeps in its own region goes with it, and is not among them.
    """
    instances = list(of_type(made, "AWS::RDS::DBInstance"))
    for region in regions:
        rds = clients("rds", region)
        for one in instances:
            if not (one.alive and one.region == region):
                yield from _automated(rds, one, region)
            if one.region == region:
                yield from _snapshots(rds, one)


def _automated(rds: Any, instance: Made, region: str) -> Iterator[Remain]:
    for backup in _kept(rds, instance):
        arn = backup["DBInstanceAutomatedBackupsArn"]
        yield Remain(
            kind=Kind.AUTOMATED_BACKUPS,
            name=f"{instance.physical_id}: {arn}",
            region=region,
            remove=functools.partial(
                rds.delete_db_instance_automated_backup, DBInstanceAutomatedBackupsArn=arn
            ),
        )


def _kept(rds: Any, instance: Made) -> list[dict[str, Any]]:
    pages = rds.get_paginator("describe_db_instance_automated_backups").paginate(
        DBInstanceIdentifier=instance.physical_id
    )
    try:
        return [backup for page in pages for backup in page["DBInstanceAutomatedBackups"]]
    except rds.exceptions.DBInstanceAutomatedBackupNotFoundFault:
        return []


def _snapshots(rds: Any, instance: Made) -> Iterator[Remain]:
    pages = rds.get_paginator("describe_db_snapshots").paginate(
        DBInstanceIdentifier=instance.physical_id, SnapshotType="manual"
    )
    for snapshot in (one for page in pages for one in page["DBSnapshots"]):
        name = snapshot["DBSnapshotIdentifier"]
        yield Remain(
            kind=Kind.SNAPSHOTS,
            name=name,
            region=instance.region,
            remove=functools.partial(rds.delete_db_snapshot, DBSnapshotIdentifier=name),
        )
