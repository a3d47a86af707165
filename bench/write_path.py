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
from bench.writers import backends, cpu_s
from chalicelib.adapters.postgres.event_rows import to_row
from chalicelib.domain.identity import event_uid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.consumer import Consumer
    from chalicelib.domain.wire import Event

BATCH, ROUNDS = 5000, 9
WARMING = 20  # rounds after which nearly every page of the standings has been written to
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_COPY = """
COPY event (student, occurred_at, event_uid, receipt, event_type, source, event_id, course, subject,
            details, metadata) FROM STDIN
"""
Figures = dict[str, float]


def measure(ingest: str, owner: str, *, rounds: int = ROUNDS) -> Figures:
    """Return each ratio's median over the rounds, the client's CPU share, and us an event.

    The share is that of the processor time that a batch takes, of client and server together, since
    the two work at the same time. Told beside it is the client's part of the time that passes.

    The first write to a page after a checkpoint puts the whole page into the write-ahead log.
    Under load that is rare, a quarter of an hour after the last checkpoint; here one has just been
    made. So the figures are those of pages that were written to before, and those right after a
    checkpoint are told apart.
    """
    whole, workload = consumer(ingest), Workload(seed=time.time_ns())
    after = _rounds(whole, workload, owner, 3, bursty=False)
    _rounds(whole, workload, owner, WARMING, bursty=False)
    bursty = _rounds(whole, workload, owner, rounds + 1, bursty=True)
    uniform = _rounds(whole, workload, owner, rounds + 1, bursty=False)
    return {
        "consumer_vs_copy_bursty": _median(bursty, "ratio"),
        "consumer_vs_copy_uniform": _median(uniform, "ratio"),
        "consumer_vs_copy_uniform_after_checkpoint": _median(after, "ratio"),
        "us_per_event_bursty": _median(bursty, "us"),
        "us_per_event_uniform": _median(uniform, "us"),
        "client_cpu_share": max(_share(kind) for kind in (bursty, uniform)),
        "client_cpu_of_wall": max(_median(kind, "of_wall") for kind in (bursty, uniform)),
    }


def _rounds(
    whole: Consumer, workload: Workload, owner: str, rounds: int, *, bursty: bool
) -> list[Figures]:
    """Measure a batch of COPY and one of ours, turn by turn."""
    told, pids = [], backends(owner)
    for _ in range(rounds):
        copied = copy(owner, workload.batch(BATCH, bursty=bursty))
        event = kinesis_event(workload.batch(BATCH, bursty=bursty))
        gc.collect()
        server, client, began = cpu_s(pids), time.process_time(), time.perf_counter()
        whole.consume(event)
        took, client = time.perf_counter() - began, time.process_time() - client
        assert whole.last.new == BATCH, whole.last
        told.append(
            {
                "ratio": copied / took,
                "us": took / BATCH * 1e6,
                "client_s": client,
                "server_s": cpu_s(pids) - server,
                "of_wall": client / took,
            }
        )
    return told


def _median(rounds: Sequence[Figures], name: str) -> float:
    """Return the median of all rounds but the first, which is for getting started."""
    return statistics.median(figures[name] for figures in rounds[1:])


def _share(rounds: Sequence[Figures]) -> float:
    """Return the client's part of what both used, in all of the rounds but the first."""
    client, server = (sum(one[of] for one in rounds[1:]) for of in ("client_s", "server_s"))
    return client / (client + server)


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
