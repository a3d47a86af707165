"""Each read as the API runs it, against SELECT 1 run the same way."""

from __future__ import annotations

import random
import statistics
import time
from typing import TYPE_CHECKING, Any

from bench.database import NOW, PERSON
from bench.workload import COURSES, Workload
from chalicelib.adapters.postgres.alert_reads import PostgresAlertReads
from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.reads import PostgresReads

if TYPE_CHECKING:
    from collections.abc import Callable

TIMES = 400
NOTHING: dict[str, Any] = {
    "course": None,
    "student": None,
    "assignee": None,
    "rule": None,
    "state": None,
}
Ratios = dict[str, float]


def measure(conninfo: str, *, times: int = TIMES) -> dict[str, Ratios]:
    """Return by query the ratio of its p50, and of its p99, to those of SELECT 1."""
    database = Database(conninfo)
    queries = _queries(database)
    took: dict[str, list[float]] = {name: [] for name in (*queries, "select_1")}
    for _ in range(times):
        for name, query in (*queries.items(), ("select_1", database.answers)):
            began = time.perf_counter()
            query()
            took[name].append(time.perf_counter() - began)
    database.close()
    return {
        "read_p50_ratio": {
            name: _at(took, name, 50) / _at(took, "select_1", 50) for name in queries
        },
        "read_p99_ratio": {
            name: _at(took, name, 99) / _at(took, "select_1", 99) for name in queries
        },
        "select_1_ms": {
            "p50": _at(took, "select_1", 50) * 1e3,
            "p99": _at(took, "select_1", 99) * 1e3,
        },
    }


def _queries(database: Database) -> dict[str, Callable[[], Any]]:
    """Return what asks each question, of another student or course each time."""
    alerts = PostgresAlertReads(database)
    reads, students, pick = PostgresReads(database), Workload().students, random.Random(3)

    def course() -> str:
        return f"COURSE-{pick.randrange(COURSES):04d}"

    return {
        "student": lambda: reads.student(pick.choice(students), NOW, person=PERSON),
        "courses": lambda: reads.courses((), 50, person=PERSON),
        "timeline": lambda: reads.timeline(pick.choice(students), None, (), 50, person=PERSON),
        "course": lambda: reads.course(course(), NOW, person=PERSON),
        "students_by_risk": lambda: reads.students(course(), "risk", (), 50, NOW, person=PERSON),
        "students_by_mark": lambda: reads.students(course(), "mark", (), 50, NOW, person=PERSON),
        "students_by_student": lambda: reads.students(
            course(), "student", (), 50, NOW, person=PERSON
        ),
        "students_by_last_activity": lambda: reads.students(
            course(), "last_activity", (), 50, NOW, person=PERSON
        ),
        "alerts_of_course": lambda: alerts.newest(
            {**NOTHING, "course": course()}, (), 50, NOW, person=PERSON
        ),
        "alerts_to_do": lambda: alerts.todo(
            {**NOTHING, "course": course(), "state": "active"}, (), 50, NOW, person=PERSON
        ),
        "alerts": lambda: alerts.newest(NOTHING, (), 50, NOW, person=PERSON),
    }


def _at(took: dict[str, list[float]], name: str, percent: int) -> float:
    return statistics.quantiles(took[name], n=100)[percent - 1]
