"""What comes before the stream: bytes on the wire, and the time to accept an event."""

from __future__ import annotations

import datetime as dt
import json
import random
import statistics
import time
import uuid
from typing import TYPE_CHECKING, Any

from chalicelib.services.ingest import Ingest, accept

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZES = (50, 100, 500)
ROUNDS = 30
_KEY = b"a key of the benchmarks, no secret"


class CountingStream:
    """Takes everything, and counts the bytes."""

    def __init__(self) -> None:
        self.bytes = 0

    def put(self, records: Sequence[tuple[str, bytes]], *, timeout_s: float) -> list[bool]:
        """Acknowledge every record at once."""
        del timeout_s
        self.bytes += sum(len(data) for _, data in records)
        return [True] * len(records)

    def health(self) -> str:
        """Return that all is well."""
        return "ACTIVE"


class _Clock:
    def now(self) -> dt.datetime:
        """Return the present."""
        return dt.datetime.now(dt.UTC)


def measure() -> dict[str, Any]:
    """Return the wire ratio by events a POST, and the microseconds to accept one of 500."""
    pick = random.Random(5)
    ratios: dict[str, float] = {}
    took: list[float] = []
    for size in SIZES:
        stream, sent = CountingStream(), 0
        using = Ingest(stream, _Clock(), _KEY, lanes=8, deadline_s=5)
        for _ in range(ROUNDS):
            body = json.dumps([_event(pick) for _ in range(size)], separators=(",", ":")).encode()
            began = time.perf_counter()
            receipt = accept(body, "local", str(uuid.uuid4()), using)
            if size == SIZES[-1]:
                took.append((time.perf_counter() - began) / size * 1e6)
            assert len(receipt.accepted) == size, receipt.rejected[:1]
            sent += len(body)
        ratios[str(size)] = stream.bytes / sent
    return {"wire_ratio": ratios, "accept_us_per_event": statistics.median(took)}


def _event(pick: random.Random) -> dict[str, Any]:
    """Return a quiz's mark, about 320 bytes of JSON, of one of the 100 students of a class."""
    return {
        "event_id": str(uuid.UUID(int=pick.getrandbits(128))),
        "event_type": "assessment_scored",
        "student_id": f"S{pick.randrange(100):08d}",
        "course_id": f"MATH-{pick.randrange(20):03d}",
        "occurred_at": f"2025-03-{pick.randrange(1, 29):02d}T10:{pick.randrange(60):02d}:"
        f"{pick.randrange(60):02d}.{pick.randrange(1000):03d}+01:00",
        "item_id": f"quiz-{pick.randrange(12)}",
        "score": pick.randrange(400) / 4,
        "max_score": 100,
        "weight": 10,
        "metadata": {"tool": "quiz-engine", "version": "4.2", "room": "B-117"},
    }
