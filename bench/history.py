"""What years of events in older partitions cost the consumer: nothing, if partitioning works."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

from bench.database import consumer, execute, took_s
from bench.workload import Workload

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.consumer import Consumer
    from local.postgres import EmbeddedPostgres

BATCH, ROUNDS, WARMING = 5000, 15, 20  # see write_path for what the warming is for
WITHOUT = "bench_without"
_QUARTERS = ("2024-01-01", "2024-04-01", "2024-07-01", "2024-10-01")
# Rows as the consumer writes them, spread over the first 90 days of a quarter; in the order of the
# students, since it is the index that takes its time otherwise.
_HISTORY = """
INSERT INTO event (student, occurred_at, event_uid, receipt, event_type, source, event_id, course,
                   subject, details, metadata)
SELECT md5('student' || (i::bigint * 7919 % 100000))::uuid AS student,
       timestamptz '{quarter} 00:00+00' + (i::bigint * 104729 % 7776000) * interval '1 second',
       md5('event' || i)::uuid, md5('receipt')::uuid, 4, 'local', 'activity-' || i,
       'COURSE-' || lpad((i % 1000)::text, 4, '0'), 'page_view', '{{"count":3}}',
       '{{"tool":"quiz-engine"}}'
FROM generate_series({first}, {last}) AS i
ORDER BY student
"""
# What a batch works with, into memory: attaching history has put it out of there, in one of the
# databases more than in the other.
_WARM = """
SELECT sum(pg_prewarm(oid::regclass, 'read')) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')
  AND relname NOT LIKE 'event_2024%'
"""


def measure(
    postgres: EmbeddedPostgres, database: str, *, rows: int, tell: Callable[[str], None]
) -> dict[str, float]:
    """Return the consumer's rate with `rows` of history, relative to its rate without.

    Batch by batch in turn, in two databases of one server that differ in nothing else.
    """
    superuser = postgres.dsn(database)
    execute(postgres.dsn("postgres"), f"CREATE DATABASE {WITHOUT} TEMPLATE {database}")
    for number, quarter in enumerate(_QUARTERS):
        tell(f"history: {number * rows // 4:,} of {rows:,} rows attached")
        first, last = number * rows // 4, (number + 1) * rows // 4 - 1
        execute(superuser, _HISTORY.format(quarter=quarter, first=first, last=last))
    for name in (database, WITHOUT):
        execute(postgres.dsn(name), "VACUUM (ANALYZE)", "CHECKPOINT")
    for name in (database, WITHOUT):
        execute(postgres.dsn(name), "CREATE EXTENSION IF NOT EXISTS pg_prewarm", _WARM)
    both = [consumer(postgres.dsn(name, "ingest")) for name in (WITHOUT, database)]
    workload = Workload(seed=time.time_ns())
    _in_turn(both, workload, WARMING)
    return {"history_ratio": _in_turn(both, workload, ROUNDS), "rows_attached": float(rows)}


def _in_turn(both: list[Consumer], workload: Workload, rounds: int) -> float:
    """Return the median of how the first one's seconds for a batch compare with the other's."""
    ratios = []
    for _ in range(rounds):
        first, other = (took_s(one, workload.batch(BATCH, bursty=False)) for one in both)
        ratios.append(first / other)
    return statistics.median(ratios)
