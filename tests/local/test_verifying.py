"""`python -m local verify` and the schedules: what is sealed agrees, what was changed shows."""

from __future__ import annotations

import contextlib
import io
from types import SimpleNamespace
from typing import Any

import psycopg2
import pytest
from rich.console import Console

from chalicelib import jobs
from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.ledger import PostgresLedger
from chalicelib.domain.ledger import Origin
from chalicelib.domain.principal import Principal
from chalicelib.services.ledger import record_read
from local.verifying import verify

ADA = "00000000-0000-0000-0000-000000000001"


@pytest.fixture
def scheduled(database) -> Any:
    """Have three reads, and the ledger as the schedules work on it."""
    api, ingest = Database(database.dsn("api")), Database(database.dsn("ingest"))
    for what in ("students", "alerts", "students"):
        who = Principal("teacher", "person", "dashboard")
        record_read(PostgresLedger(api), who, what, [ADA], "teaches MATH-1", Origin("", ""))
    yield SimpleNamespace(ledger=PostgresLedger(ingest))
    api.close()
    ingest.close()


def said(database: Any, noted: str = "") -> tuple[int, str]:
    told = io.StringIO()
    status = verify(database.dsn("owner"), noted, Console(file=told, width=200))
    return status, told.getvalue()


def change(database: Any) -> None:
    connection = psycopg2.connect(database.dsn())
    with contextlib.closing(connection), connection, connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE access SET reason = 'x' WHERE access_id = 2")


def test_what_the_schedules_tell(scheduled, database):
    jobs.seal_ledger(scheduled)
    found = jobs.verify_ledger(scheduled)
    assert (found["entries"], found["unsealed"], found["broken"]) == (3, 0, None)
    assert jobs.verify_ledger(scheduled, found["head"])["broken"] is None
    change(database)
    assert jobs.verify_ledger(scheduled)["broken_batch"] == 1


def test_what_the_command_tells(scheduled, database):
    assert said(database)[1].splitlines()[:2] == [
        "0 reads in 0 batches agree.",
        "3 reads are not sealed yet.",
    ]
    jobs.seal_ledger(scheduled)
    status, told = said(database)
    assert (status, told.splitlines()[0]) == (0, "3 reads in 1 batches agree.")
    head = told.partition("Head: ")[2].strip()
    assert said(database, head)[0] == 0
    assert said(database, "1:" + "0" * 64)[0] == 1
    assert said(database, "nonsense")[0] == 2
    change(database)
    assert said(database)[0] == 1
