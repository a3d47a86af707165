"""The handler that tutorials show: a connection a call, CREATE TABLE, one INSERT a record."""

from __future__ import annotations

import base64
import statistics
import time
from typing import TYPE_CHECKING, Any

import psycopg2

from bench.database import consumer
from bench.latency import delayed
from bench.workload import Workload, kinesis_event
from chalicelib.domain import wire

if TYPE_CHECKING:
    from local.postgres import EmbeddedPostgres

BATCH = 1000
_TABLE = """
CREATE TABLE IF NOT EXISTS tutorial_event (
  event_id text PRIMARY KEY, student_id text, course_id text, occurred_at bigint, payload text)
"""
_INSERT = """
INSERT INTO tutorial_event VALUES (%s, %s, %s, %s, %s) ON CONFLICT (event_id) DO NOTHING
"""


def measure(postgres: EmbeddedPostgres, database: str, *, rounds: int = 5) -> dict[str, float]:
    """Return how many times as fast the whole consumer is, directly and with 1 ms of network."""
    ingest = postgres.dsn(database, "ingest")
    figures = {"consumer_vs_tutorial": _ratio(ingest, postgres.dsn(database), rounds)}
    with delayed(postgres.port, milliseconds=1.0) as port:
        far = [f"{conninfo} port={port}" for conninfo in (ingest, postgres.dsn(database))]
        figures["consumer_vs_tutorial_1ms"] = _ratio(far[0], far[1], max(2, rounds // 2))
    return figures


def _ratio(ingest: str, superuser: str, rounds: int) -> float:
    whole, workload = consumer(ingest), Workload(seed=time.time_ns())
    ratios = []
    for _ in range(rounds + 1):
        event = kinesis_event(workload.batch(BATCH, bursty=False))
        began = time.perf_counter()
        whole.consume(event)
        ours = time.perf_counter() - began
        assert whole.last.new == BATCH, whole.last
        event = _unpacked(workload)
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
                one = wire.unpack(base64.b64decode(record["kinesis"]["data"]))[0].events[0]
                values = (one.event_id, one.student, one.course, one.occurred_us, one.metadata)
                cursor.execute(_INSERT, values)
        connection.commit()
    finally:
        connection.close()


def _unpacked(workload: Workload) -> dict[str, Any]:
    """Return a batch whose records hold one event each, as a tutorial's producer sends them."""
    records = [
        record
        for event in workload.batch(BATCH, bursty=False)
        for record in kinesis_event([event])["Records"]
    ]
    return {"Records": records}
