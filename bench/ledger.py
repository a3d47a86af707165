"""What noting a read costs: each read with its row in the access ledger, against the read alone."""

from __future__ import annotations

import functools
import random
import statistics
import time
from typing import TYPE_CHECKING

from bench.database import NOW, PERSON
from bench.workload import COURSES, Workload
from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.ledger import PostgresLedger
from chalicelib.adapters.postgres.reads import PostgresReads
from chalicelib.domain.ledger import Origin
from chalicelib.domain.principal import Principal
from chalicelib.services.ledger import record_read

if TYPE_CHECKING:
    from collections.abc import Callable

TIMES = 400
WHO = Principal(PERSON, "person", "dashboard")
FROM = Origin("192.0.2.7", "00000000-0000-0000-0000-000000000000")
WHY = "teaches COURSE-0001 until 2025-06-30"
Shown = list[str]


def measure(conninfo: str, *, times: int = TIMES) -> dict[str, dict[str, float]]:
    """Return by read the ratio of its p50 with the ledger to that without, taken turn by turn."""
    database = Database(conninfo)
    ledger = PostgresLedger(database)
    reads = _reads(PostgresReads(database))
    took: dict[str, list[float]] = {name: [] for read in reads for name in (read, f"{read}+")}
    for _ in range(times):
        for name, read in reads.items():
            took[name].append(_seconds(read))
            took[f"{name}+"].append(_seconds(functools.partial(_noted, read, ledger)))
    database.close()
    p50 = {name: statistics.median(of) for name, of in took.items()}
    return {
        "read_with_ledger_ratio": {name: p50[f"{name}+"] / p50[name] for name in reads},
        "ledger_ms": {name: (p50[f"{name}+"] - p50[name]) * 1e3 for name in reads},
    }


def _noted(read: Callable[[], Shown], ledger: PostgresLedger) -> None:
    record_read(ledger, WHO, "courses/x", read(), WHY, FROM)


def _reads(reads: PostgresReads) -> dict[str, Callable[[], Shown]]:
    """Return reads that tell whom they have shown."""
    students, pick = Workload().students, random.Random(4)

    def course() -> str:
        return f"COURSE-{pick.randrange(COURSES):04d}"

    def one() -> Shown:
        student = pick.choice(students)
        return [student] if reads.student(student, NOW, person=PERSON) else []

    def timeline() -> Shown:
        student = pick.choice(students)
        return [student] if reads.timeline(student, None, (), 50, person=PERSON) else []

    def class_list() -> Shown:
        found = reads.students(course(), "risk", (), 50, NOW, person=PERSON)
        return [row["student"] for row in found.rows] if found else []

    return {"student": one, "timeline": timeline, "students_by_risk": class_list}


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
