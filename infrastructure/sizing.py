"""Arithmetic: shards from a peak, partitions and storage from a year of events."""

from __future__ import annotations

import hashlib
import math
from itertools import count

# Kinesis, per shard (Streams developer guide, "Quotas and limits").
SHARD_BYTES_PER_SECOND = 1_000_000
SHARD_RECORDS_PER_SECOND = 1_000
SHARE_USED = 0.8  # a peak leaves a fifth of the fullest shard free for bursts within the second

# A fifth of what one consumer did in docs/benchmarks.md; Lambda at 512 MB has a third of a core.
CONSUMER_EVENTS_PER_SECOND = 2_500

MAX_PARTITION_ROWS = 10_000_000  # above it index inserts leave the cache (docs/benchmarks.md)
LEAST_PARTITIONS = 12
_WIDTHS_MONTHS = (6, 4, 3, 2, 1)
BUSIEST_MONTH = 2  # times an average one: terms have ends, years have holidays

EVENT_STORED_BYTES = 500  # row, covering index, and its part of results and standings
FREE_SHARE = 0.3  # of the disk: vacuum, a partition being detached, the log of a slow replica
_GIB = 2**30
LEAST_STORAGE_GIB = 20  # gp3 in RDS


def shards_needed(
    *,
    events_per_second: int,
    events_per_post: int,
    event_bytes: int,
    lanes: int,
    parallelization_factor: int,
) -> int:
    """Return the least number of shards that a peak fits into.

    A POST becomes one record per lane that it touches: of `n` lanes, `k` events touch
    n (1 - (1 - 1/n)^k). Bytes are counted as POSTed: packing saves 70 % (docs/benchmarks.md), but
    metadata that does not compress may come. Kinesis places a lane by the MD5 of its key, so that
    shards are not equally full: the fullest one counts.

    prod: 10,000 events/s of 350 bytes, 50 a POST, 16 lanes = 200 POSTs/s, 15.4 records each
    = 3,072 records/s and 3.5 MB/s. Of 8 shards the fullest has 3 lanes of 16 (.19): 576 records/s
    and .66 MB/s, below .8 of a shard's 1,000 and 1 MB. 7 shards: .25, .88 MB/s, too full.
    """
    records = events_per_second / events_per_post * records_per_post(events_per_post, lanes)
    load = max(
        records / SHARD_RECORDS_PER_SECOND,
        events_per_second * event_bytes / SHARD_BYTES_PER_SECOND,
    )
    consumed = events_per_second / (CONSUMER_EVENTS_PER_SECOND * parallelization_factor)
    for shards in count(1):
        if shards > lanes:
            message = f"{events_per_second} events/s do not fit into {lanes} lanes; more are needed"
            raise ValueError(message)
        share = fullest_share(shards, lanes)
        if load * share <= SHARE_USED and consumed * share <= 1:
            return shards
    raise AssertionError  # count() does not end


def records_per_post(events: int, lanes: int) -> float:
    """Return how many records one POST becomes, students being spread evenly."""
    return lanes * (1 - (1 - 1 / lanes) ** events)


def fullest_share(shards: int, lanes: int) -> float:
    """Return the share of the lanes that the fullest of equal shards holds.

    The keys are those of the runtime, `lane-0` and on; a test holds the two equal.
    """
    held = [0] * shards
    for lane in range(lanes):
        digest = hashlib.md5(f"lane-{lane}".encode(), usedforsecurity=False).digest()
        held[int.from_bytes(digest) * shards >> 128] += 1
    return max(held) / lanes


def partition_months(*, events_per_year: int, retention_days: int) -> int:
    """Return the width of a partition: the widest that leaves twelve, none above 10 M rows.

    prod: 50 M a year are 4.2 M in a month, 8.3 M in the busiest: one month.
    """
    kept_months = retention_days / 365 * 12
    for months in _WIDTHS_MONTHS:
        rows = partition_rows(events_per_year=events_per_year, months=months)
        if kept_months / months >= LEAST_PARTITIONS and rows <= MAX_PARTITION_ROWS:
            return months
    message = (
        f"{events_per_year} events a year are more than {MAX_PARTITION_ROWS} in a month, "
        "or fewer than 12 months are kept: partitions narrower than a month would be needed"
    )
    raise ValueError(message)


def partition_rows(*, events_per_year: int, months: int) -> int:
    """Return how many events the fullest partition gets."""
    return math.ceil(events_per_year * min(1.0, months / 12 * BUSIEST_MONTH))


def storage_gib(*, events_per_year: int, retention_days: int) -> int:
    """Return the disk for all that is kept, with a free part; in steps of 10 GiB.

    prod: 50 M a year x 2 years x 500 bytes = 47 GiB, with 30 % free 70 GiB.
    """
    kept = events_per_year * retention_days / 365 * EVENT_STORED_BYTES / _GIB
    return max(LEAST_STORAGE_GIB, math.ceil(kept / (1 - FREE_SHARE) / 10) * 10)
