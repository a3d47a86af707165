"""A steady load: 10,000 events a second for a while, watched for lag, CPU and memory."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.database import consumer
from bench.workload import Workload, kinesis_event
from bench.writers import backends, cpu_s

if TYPE_CHECKING:
    from chalicelib.consumer import Consumer

RATE = 10_000
BATCH = 2000


def measure(ingest: str, superuser: str, *, seconds: float) -> dict[str, float]:
    """Return the rate reached, the writers' share of one core, the lag at the end, the memory."""
    whole, workload = consumer(ingest), Workload(seed=time.time_ns())
    waiting = [kinesis_event(workload.batch(BATCH, bursty=False)) for _ in range(40)]
    whole.consume(waiting.pop())
    pids = backends(superuser)
    cpu, rss = cpu_s(pids), _rss_mb()
    began, done = time.perf_counter(), 0
    making = 0.0  # seconds that making events took, which a real consumer does not spend
    while (now := time.perf_counter() - began - making) < seconds:
        if not waiting:
            made = time.perf_counter()
            waiting = [kinesis_event(workload.batch(BATCH, bursty=False)) for _ in range(20)]
            making += time.perf_counter() - made
            continue
        if done > now * RATE:
            time.sleep(0.002)
            continue
        done += _consume(whole, waiting)
    took = time.perf_counter() - began - making
    return {
        "events_per_s": done / took,
        "seconds": took,
        "writer_core_share": (cpu_s(pids) - cpu) / took,
        "lag_s_end": max(0.0, took - done / RATE),
        "rss_mb_start": rss,
        "rss_mb_end": _rss_mb(),
    }


def _consume(whole: Consumer, waiting: list[dict[str, object]]) -> int:
    whole.consume(waiting.pop())
    assert whole.last.new == BATCH, whole.last
    return BATCH


def _rss_mb() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
