"""What years of events in older partitions cost the consumer: nothing, if partitioning works."""

from __future__ import annotations

import statistics
import time

from bench.database import consumer, execute
from bench.workload import Workload, kinesis_event

BATCH, ROUNDS = 5000, 9
_PART = 1_000_000
# Rows as the consumer writes them, spread over the quarters of 2024.
_HISTORY = """
INSERT INTO event (student, occurred_at, event_uid, receipt, event_type, source, event_id, course,
                   subject, details, metadata)
SELECT md5('student' || (i::bigint * 7919 % 100000))::uuid,
       timestamptz '2024-01-01 00:00+00' + (i::bigint * 104729 % 31536000) * interval '1 second',
       md5('event' || i)::uuid, md5('receipt')::uuid, 4, 'local', 'activity-' || i,
       'COURSE-' || lpad((i % 1000)::text, 4, '0'), 'page_view', '{{"count":3}}',
       '{{"tool":"quiz-engine"}}'
FROM generate_series({first}, {last}) AS i
"""


def measure(ingest: str, superuser: str, *, rows: int) -> dict[str, float]:
    """Return the consumer's rate with `rows` of history, relative to its rate without."""
    # From a checkpoint on both times, since each page is logged whole when it is first changed.
    execute(superuser, "VACUUM (ANALYZE)", "CHECKPOINT")
    without = _seconds(ingest)
    for first in range(0, rows, _PART):
        execute(superuser, _HISTORY.format(first=first, last=first + _PART - 1))
    execute(superuser, "VACUUM (ANALYZE)", "CHECKPOINT")
    return {"history_ratio": without / _seconds(ingest), "rows_attached": float(rows)}


def _seconds(ingest: str) -> float:
    whole, workload = consumer(ingest), Workload(seed=time.time_ns())
    took = []
    for _ in range(ROUNDS + 1):
        event = kinesis_event(workload.batch(BATCH, bursty=False))
        began = time.perf_counter()
        whole.consume(event)
        took.append(time.perf_counter() - began)
    return statistics.median(took[1:])
