"""The database of the benchmarks: full durability, a million events of history, vacuumed."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg2

from bench.workload import Workload, kinesis_event
from chalicelib.adapters.migrations import migrate
from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.store import PostgresStore
from chalicelib.consumer import Consumer
from chalicelib.domain.policy import HIGHER_EDUCATION
from chalicelib.services.judge import Judge
from chalicelib.services.sweep import sweep
from local.postgres import EmbeddedPostgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from chalicelib.domain.wire import Event

NAME = "bench"
FILL_BATCH = 10_000
ROLES = ("owner", "ingest", "api", "privacy", "reader")
# Shared buffers as RDS sets them for the production instance, of the 8 GB of an m7g.large.
SETTINGS = {"shared_buffers": "2GB", "max_wal_size": "8GB", "checkpoint_timeout": "15min"}
PERSON = "the-registrar-of-the-benchmark"  # who sees everybody: row security is part of a read
NOW = dt.datetime(2025, 3, 25, tzinfo=dt.UTC)


class StandingClock:
    """A clock that stands still, so that every run judges by the same moment."""

    def __init__(self, now: dt.datetime = NOW) -> None:
        self._now = now

    def now(self) -> dt.datetime:
        """Return that moment; by default a day after the last event of the workload."""
        return self._now


@contextlib.contextmanager
def server() -> Iterator[EmbeddedPostgres]:
    """Give a server with an empty database of the present schema; remove it afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        postgres = EmbeddedPostgres(Path(folder) / "postgres", settings=SETTINGS).start()
        try:
            postgres.create_database(NAME)
            migrate(postgres.dsn(NAME))
            postgres.set_role_passwords(ROLES)
            execute(
                postgres.dsn(NAME), "SELECT ensure_event_partitions('2024-01-01', '2025-03-31', 3)"
            )
            execute(
                postgres.dsn(NAME),
                "INSERT INTO roster (person, kind, target, set_by)"
                f" VALUES ('{PERSON}', 'role', 'registrar', 'bench')",
            )
            yield postgres
        finally:
            postgres.remove()


def consumer(conninfo: str) -> Consumer:
    """Return the whole consumer on a database."""
    return Consumer(
        store=PostgresStore(Database(conninfo)),
        judge=Judge(HIGHER_EDUCATION),
        clock=StandingClock(),
    )


def took_s(whole: Consumer, events: Sequence[Event]) -> float:
    """Return the seconds that a batch takes the consumer; all of it has to be new."""
    batch = kinesis_event(events)
    began = time.perf_counter()
    whole.consume(batch)
    took = time.perf_counter() - began
    assert whole.last.new == len(events), whole.last
    return took


def fill(conninfo: str, events: int, tell: Callable[[str], None]) -> None:
    """Bring events of history in through the consumer, so that all derived state is real.

    The roster comes first, class by class, as in a real term: a class's standings lie together.
    """
    whole, workload = consumer(conninfo), Workload(seed=0)
    tell("history: the roster")
    classes = workload.roster()
    while part := list(itertools.islice(classes, 2)):
        whole.consume(kinesis_event([event for one in part for event in one]))
    for done in range(0, events, FILL_BATCH):
        whole.consume(kinesis_event(workload.batch(FILL_BATCH, bursty=False)))
        if done % 100_000 == 0:
            tell(f"history: {done:,} of {events:,} events")


def sweep_all(conninfo: str, now: dt.datetime = NOW) -> float:
    """Sweep every class once, as the schedule does; return the seconds it took."""
    began = time.perf_counter()
    store, judge = PostgresStore(Database(conninfo)), Judge(HIGHER_EDUCATION)
    sweep(store=store, judge=judge, clock=StandingClock(now))
    return time.perf_counter() - began


def execute(conninfo: str, *statements: str) -> None:
    """Run statements, each in a transaction of its own."""
    connection = psycopg2.connect(conninfo)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    finally:
        connection.close()
