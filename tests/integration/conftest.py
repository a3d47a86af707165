"""A consumer on a real database, and the digest of what it made."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest

from chalicelib.adapters.postgres.catalogue import PostgresCatalogue
from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.digest import digest
from chalicelib.adapters.postgres.store import PostgresStore
from chalicelib.consumer import Consumer
from chalicelib.domain.policy import HIGHER_EDUCATION
from chalicelib.services.judge import Judge
from chalicelib.services.sweep import sweep
from tests.builders import Clock, lambda_event, record
from tests.integration.announcers import NOON, Announcer
from tests.rosters import holds, put_roster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.domain.wire import Event
    from local.postgres import EmbeddedPostgres

TABLES = (
    "event, receipt, retraction, quarantine, attendance, conduct,"
    " enrolment_change, enrolment, item, course, standing, course_context, risk_daily,"
    " announcement, alert_history, alert, shadow_finding, shadow_alert, catalogue_version,"
    " roster, roster_version"
)


@dataclasses.dataclass
class Monitor:
    """The write path on one database, as a test wants to drive it."""

    server: Any
    clock: Clock
    store: PostgresStore
    consumer: Consumer
    catalogue: PostgresCatalogue
    database: Database

    def consume(self, events: list[Event], *, per_record: int = 10) -> None:
        """Consume events in one batch of several records; every record must be done."""
        parts = [events[i : i + per_record] for i in range(0, len(events), per_record)]
        answer = self.consumer.consume(
            lambda_event(*(record(part, i + 1) for i, part in enumerate(parts)))
        )
        assert answer == {"batchItemFailures": []}

    def another_consumer(self) -> Consumer:
        """Return a second consumer with a connection of its own."""
        store = PostgresStore(Database(self.server.dsn("ingest")))
        return Consumer(store=store, judge=Judge(HIGHER_EDUCATION), clock=self.clock)

    def sweep(self) -> Any:
        return sweep(store=self.store, judge=Judge(HIGHER_EDUCATION), clock=self.clock)

    def digest(self) -> str:
        with self.database.transaction() as cursor:
            return digest(cursor, HIGHER_EDUCATION, self.clock.now())

    def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.database.transaction() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall()

    def empty(self) -> None:
        """Forget everything but the schema and the partitions."""
        connection = psycopg2.connect(self.server.dsn())
        with contextlib.closing(connection), connection, connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {TABLES} CASCADE")


@pytest.fixture
def monitor(database: Any) -> Iterator[Monitor]:
    clock, ingest = Clock(), Database(database.dsn("ingest"))
    store = PostgresStore(ingest)
    api = Database(database.dsn("api"))
    consumer = Consumer(store=store, judge=Judge(HIGHER_EDUCATION), clock=clock)
    yield Monitor(database, clock, store, consumer, PostgresCatalogue(api), ingest)
    ingest.close()
    api.close()


@pytest.fixture
def announcer(monitor):
    """Give announcers at noon, when nothing is quiet."""
    monitor.clock.moment = NOON
    known = []

    def another(notifier=None):
        known.append(Announcer(monitor, notifier))
        return known[-1]

    yield another
    for one in known:
        one.database.close()


@pytest.fixture
def api_database(monitor):
    put_roster(monitor.server, holds("ada", "registrar"), holds("ben", "registrar"))
    database = Database(monitor.server.dsn("api"))
    yield database
    database.close()


@pytest.fixture
def restored(postgres: EmbeddedPostgres) -> Iterator[str]:
    """Have the name of an empty database to restore to."""
    postgres.create_database("restored")
    try:
        yield "restored"
    finally:
        postgres.drop_database("restored")
