"""From a POST to a readable standing, through every process of the local system."""

from __future__ import annotations

import datetime as dt
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from chalicelib.domain.identity import pseudonym
from local.paths import Paths
from local.sender import Sender, SenderError
from local.system import LocalSystem, remove

EVENTS_PER_S = 100
PER_POST = 10
_WITHIN_S = 10.0


def measure(*, posts: int = 40) -> dict[str, float]:
    """Return p50 and p99 of the seconds from a POST to the standing that shows it."""
    with tempfile.TemporaryDirectory() as folder:
        home = Paths(Path(folder))
        with LocalSystem(home) as system:
            sender, key = (
                Sender(system.port, token=system.token),
                system.service("api").pseudonym_key,
            )
            took = [_one(sender, key, number) for number in range(posts + 3)][3:]
            sender.close()
        remove(home)
    return {"p50_s": statistics.median(took), "p99_s": max(took)}


def _one(sender: Sender, key: bytes, number: int) -> float:
    """POST ten events, wait until the last student's standing is there, keep the pace."""
    began = time.perf_counter()
    events = [_event(number * PER_POST + i) for i in range(PER_POST)]
    sender.post(events)
    path = f"/v1/students/{pseudonym(str(events[-1]['student_id']), key)}"
    while True:
        try:
            sender.get(path)
            break
        except SenderError:
            if time.perf_counter() - began > _WITHIN_S:
                raise
            time.sleep(0.002)
    took = time.perf_counter() - began
    time.sleep(max(0.0, PER_POST / EVENTS_PER_S - took))
    return took


def _event(number: int) -> dict[str, Any]:
    return {
        "event_id": f"bench-{number}",
        "event_type": "activity_recorded",
        "student_id": f"student-{number}",
        "course_id": "BENCH",
        "occurred_at": dt.datetime.now(dt.UTC).isoformat(),
        "kind": "page_view",
        "count": 1,
    }
