"""Alarms of the database: what it runs out of, and how far the replica is behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infrastructure.parts.alarms.watch import BELOW, Watch
from infrastructure.parts.metrics import measured

if TYPE_CHECKING:
    from aws_cdk import aws_cloudwatch as cloudwatch

_MIB = 1024**2
_GIB = 1024**3
_BYTES_PER_CONNECTION = 9_531_392  # RDS: max_connections = LEAST(memory / 9531392, 5000)


def most_connections(memory_mib: int) -> int:
    """Return RDS's default for PostgreSQL of `max_connections`."""
    return min(memory_mib * _MIB // _BYTES_PER_CONNECTION, 5_000)


def capacity_watches(*, instance_id: str, memory_mib: int, storage_gib: int) -> list[Watch]:
    """Return what is watched of what the instance may run out of."""
    return [
        Watch(
            name="database-cpu",
            means="The database's processors are busy.",
            metric=_of(instance_id, "CPUUtilization", "Average"),
            threshold=90,
            bad=5,
            of=5,
        ),
        Watch(
            name="database-connections",
            means="Four fifths of the connections that the database allows are in use.",
            metric=_of(instance_id, "DatabaseConnections", "Maximum"),
            threshold=most_connections(memory_mib) * 4 // 5,
            bad=3,
            of=5,
        ),
        Watch(
            name="database-memory",
            means="Less than a tenth of the database's memory is free.",
            metric=_of(instance_id, "FreeableMemory", "Minimum"),
            threshold=memory_mib * _MIB // 10,
            compared=BELOW,
            bad=10,
            of=10,
        ),
        Watch(
            name="database-storage",
            means="Less than a tenth of the storage is free, and it has not grown by itself.",
            metric=_of(instance_id, "FreeStorageSpace", "Minimum"),
            threshold=storage_gib * _GIB // 10,
            compared=BELOW,
            bad=15,
            of=15,
        ),
        Watch(
            name="database-transaction-age",
            means="Vacuum does not keep up; at two thousand million PostgreSQL stops to write.",
            metric=_of(instance_id, "MaximumUsedTransactionIDs", "Maximum", seconds=300),
            threshold=1_000_000_000,
        ),
    ]


def disk_watches(*, instance_id: str) -> list[Watch]:
    """Return what is watched of the instance's disk."""
    return [
        Watch(
            name="database-read-latency",
            means="Reads from the disk take long.",
            metric=_of(instance_id, "ReadLatency", "p90"),
            threshold=0.02,
            bad=5,
            of=5,
        ),
        Watch(
            name="database-write-latency",
            means="Writes to the disk take long.",
            metric=_of(instance_id, "WriteLatency", "p90"),
            threshold=0.02,
            bad=5,
            of=5,
        ),
        Watch(
            name="database-disk-queue",
            means="Reads and writes queue for the disk.",
            metric=_of(instance_id, "DiskQueueDepth", "Average"),
            threshold=64,
            bad=5,
            of=5,
        ),
    ]


def replica_watches(*, replica_id: str) -> list[Watch]:
    """Return what is watched of a read replica."""
    return [
        Watch(
            name="database-replica-lag",
            means="The replica shows what was true ten minutes ago, or does not replicate.",
            metric=_of(replica_id, "ReplicaLag", "Maximum"),
            threshold=600,
            bad=5,
            of=5,
            silence_is_bad=True,
        )
    ]


def _of(instance_id: str, name: str, statistic: str, *, seconds: int = 60) -> cloudwatch.Metric:
    dimensions = {"DBInstanceIdentifier": instance_id}
    return measured("AWS/RDS", name, dimensions, statistic=statistic, seconds=seconds)
