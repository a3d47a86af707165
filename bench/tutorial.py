"""The handler that tutorials show: a connection a call, CREATE TABLE, one INSERT a record.

Its table holds the same events as ours, with what such a table has: a key and an index by student.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import statistics
import time
from typing import TYPE_CHECKING, Any

import psycopg2

from bench.database import consumer, execute, took_s
from bench.latency import far
from bench.workload import Workload

if TYPE_CHECKING:
    from chalicelib.domain import wire
    from local.postgres import EmbeddedPostgres

BATCH = 1000
NETWORK_MS = 1.0
LEARNING = 5  # batches after which a consumer knows nearly every class, as within its minute
WARMING = 20  # rounds after which most pages were written to since the checkpoint: see write_path
_TABLE = """
CREATE TABLE IF NOT EXISTS tutorial_event (
  event_id text PRIMARY KEY, event_type text NOT NULL, student_id text NOT NULL, course_id text,
  occurred_at timestamptz NOT NULL, item_id text, score numeric, max_score numeric, metadata jsonb,
  received_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX IF NOT EXISTS tutorial_event_student ON tutorial_event (student_id, occurred_at)
"""
_FILL = """
INSERT INTO tutorial_event
SELECT event_id, event_type::text, student::text, course, occurred_at, subject,
       (details::json ->> 'score')::numeric, (details::json ->> 'max_score')::numeric,
       metadata::jsonb
FROM event
"""
_FIELDS = (
    "event_id", "event_type", "student_id", "course_id", "occurred_at", "item_id", "score",
    "max_score", "metadata",
)  # fmt: skip
_INSERT = """
INSERT INTO tutorial_event VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (event_id) DO NOTHING
"""


def measure(postgres: EmbeddedPostgres, database: str, *, rounds: int = 5) -> dict[str, float]:
    """Return how many times as fast the whole consumer is, directly and with 1 ms of network.

    With every event another student's course, and beside it with bursts; see workload.
    """
    ingest = postgres.dsn(database, "ingest")
    near = postgres.dsn(database)
    execute(near, _TABLE, _FILL, "VACUUM (ANALYZE) tutorial_event", "CHECKPOINT")
    _ratio(ingest, near, WARMING, bursty=False)
    figures = _ratios("consumer_vs_tutorial", ingest, near, rounds)
    with far(milliseconds=NETWORK_MS):
        figures |= _ratios("consumer_vs_tutorial_1ms", ingest, near, max(2, rounds // 2))
    execute(near, "DROP TABLE tutorial_event")
    return figures


def _ratios(name: str, ingest: str, superuser: str, rounds: int) -> dict[str, float]:
    return {
        name: _ratio(ingest, superuser, rounds, bursty=False),
        f"{name}_bursty": _ratio(ingest, superuser, rounds, bursty=True),
    }


def _ratio(ingest: str, superuser: str, rounds: int, *, bursty: bool) -> float:
    whole, workload = consumer(ingest), Workload(seed=time.time_ns())
    for _ in range(LEARNING):
        took_s(whole, workload.batch(BATCH, bursty=False))
    ratios = []
    for _ in range(rounds + 1):
        # The second of two counts: a second of the tutorial leaves caches cold.
        took_s(whole, workload.batch(BATCH, bursty=bursty))
        ours = took_s(whole, workload.batch(BATCH, bursty=bursty))
        event = _unpacked(workload, bursty=bursty)
        began = time.perf_counter()
        handler(event, superuser)
        ratios.append((time.perf_counter() - began) / ours)
    return statistics.median(ratios[1:])


def handler(event: dict[str, Any], conninfo: str) -> None:
    """Store each record with a statement of its own; no standings, no alerts."""
    connection = psycopg2.connect(conninfo)
    try:
        with connection.cursor() as cursor:
            cursor.execute(_TABLE)
            for record in event["Records"]:
                one = json.loads(base64.b64decode(record["kinesis"]["data"]))
                cursor.execute(_INSERT, [one.get(name) for name in _FIELDS])
        connection.commit()
    finally:
        connection.close()


def _unpacked(workload: Workload, *, bursty: bool) -> dict[str, Any]:
    """Return a batch whose records hold one event each as JSON, as a tutorial's producer sends."""
    records = [_record(event) for event in workload.batch(BATCH, bursty=bursty)]
    return {"Records": records}


def _record(event: wire.Event) -> dict[str, Any]:
    moment = dt.datetime.fromtimestamp(event.occurred_us / 1e6, dt.UTC)
    told = {
        "event_id": event.event_id,
        "event_type": type(event).__name__,
        "student_id": event.student,
        "course_id": event.course,
        "occurred_at": moment.isoformat(),
        "item_id": getattr(event, "item", None),
        "score": getattr(event, "score", None),
        "max_score": getattr(event, "max_score", None),
        "metadata": event.metadata,
    }
    return {"kinesis": {"data": base64.b64encode(json.dumps(told).encode()).decode()}}
