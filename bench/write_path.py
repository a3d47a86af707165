"""The whole consumer against COPY of the same rows into the same table, A B A B in one process."""

from __future__ import annotations

import datetime as dt
import gc
import io
import statistics
import time
from typing import TYPE_CHECKING

import psycopg2

from bench.database import consumer
from bench.workload import Workload, kinesis_event
from chalicelib.adapters.postgres.event_rows import to_row
from chalicelib.domain.identity import event_uid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.domain.wire import Event

BATCH, ROUNDS = 5000, 9
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_COPY = """
COPY event (student, occurred_at, event_uid, receipt, event_type, source, event_id, course, subject,
            details, metadata) FROM STDIN
"""
Figures = dict[str, float]


def measure(ingest: str, owner: str, *, rounds: int = ROUNDS) -> Figures:
    """Return each ratio's median over the rounds, the client's CPU share, and us an event."""
    whole, workload = consumer(ingest), Workload(seed=time.time_ns())
    figures: Figures = {}
    for kind, bursty in (("bursty", True), ("uniform", False)):
        ratios, shares, ours = [], [], []
        for _ in range(rounds + 1):
            copied = copy(owner, workload.batch(BATCH, bursty=bursty))
            event = kinesis_event(workload.batch(BATCH, bursty=bursty))
            gc.collect()
            cpu, began = time.process_time(), time.perf_counter()
            whole.consume(event)
            took, used = time.perf_counter() - began, time.process_time() - cpu
            assert whole.last.new == BATCH, whole.last
            ratios.append(copied / took)
            shares.append(used / took)
            ours.append(took / BATCH * 1e6)
        figures[f"consumer_vs_copy_{kind}"] = statistics.median(ratios[1:])
        figures[f"us_per_event_{kind}"] = statistics.median(ours[1:])
        figures["client_cpu_share"] = max(
            figures.get("client_cpu_share", 0), statistics.median(shares[1:])
        )
    return figures


def copy(conninfo: str, events: Sequence[Event]) -> float:
    """Return the seconds that COPY and its commit take for the rows of these events."""
    text = io.StringIO("".join(_line(event) for event in events))
    connection = psycopg2.connect(conninfo)
    try:
        with connection.cursor() as cursor:
            began = time.perf_counter()
            cursor.copy_expert(_COPY, text)
            connection.commit()
            return time.perf_counter() - began
    finally:
        connection.close()


def _line(event: Event) -> str:
    row = to_row(event, event_uid("local", event.event_id), "local")
    moment = (_EPOCH + dt.timedelta(microseconds=row.occurred_us)).isoformat()
    values = (
        row.student,
        moment,
        row.event_uid,
        row.event_uid,
        str(row.event_type),
        row.source,
        row.event_id,
        row.course,
        row.subject,
        row.details,
        row.metadata or "\\N",
    )
    return "\t".join(values) + "\n"
