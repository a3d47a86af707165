"""Alarms of the backups: what failed, and what did not happen at all."""

from __future__ import annotations

from infrastructure.parts.alarms.watch import BELOW, Watch
from infrastructure.parts.metrics import measured

_HOUR = 3_600


def backup_watches(*, vault_name: str, copies: bool) -> list[Watch]:
    """Return what is watched of the vault; AWS Backup's dimension is `BackupVaultName`.

    Both regions' vaults have one name, so that it does not matter whose copies are counted.
    """
    dimensions = {"BackupVaultName": vault_name}
    copied = Watch(
        name="backup-copy-failures",
        means="A backup did not reach the other region.",
        metric=measured("AWS/Backup", "NumberOfCopyJobsFailed", dimensions, seconds=_HOUR),
        threshold=0,
    )
    return [
        *([copied] if copies else []),
        Watch(
            name="backup-job-failures",
            means="A backup of the database failed.",
            metric=measured("AWS/Backup", "NumberOfBackupJobsFailed", dimensions, seconds=_HOUR),
            threshold=0,
        ),
        Watch(
            name="backup-missing",
            means="No backup has been completed for hours.",
            metric=measured("AWS/Backup", "NumberOfBackupJobsCompleted", dimensions, seconds=_HOUR),
            threshold=1,
            compared=BELOW,
            bad=6,
            of=6,
            silence_is_bad=True,
        ),
    ]
