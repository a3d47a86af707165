"""`python -m local verify` and the schedules: what is sealed agrees, what was changed shows."""

from __future__ import annotations

import contextlib
import io
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest
from rich.console import Console

import app as front
from chalicelib import bootstrap, jobs
from chalicelib.adapters.clock import WallClock
from chalicelib.adapters.ledger_heads import FileHeads
from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.ledger import PostgresLedger
from chalicelib.domain.ledger import Origin
from chalicelib.domain.principal import Principal
from chalicelib.services.ledger import record_read
from local.verifying import verify

if TYPE_CHECKING:
    from pathlib import Path

ADA = "00000000-0000-0000-0000-000000000001"


@pytest.fixture
def scheduled(database, tmp_path) -> Any:
    """Have three reads, and the ledger as the schedules work on it."""
    api, ingest = Database(database.dsn("api")), Database(database.dsn("ingest"))
    for what in ("students", "alerts", "students"):
        who = Principal("teacher", "person", "dashboard")
        record_read(PostgresLedger(api), who, what, [ADA], "teaches MATH-1", Origin("", ""))
    heads = FileHeads(tmp_path / "heads")
    yield SimpleNamespace(ledger=PostgresLedger(ingest), heads=heads, clock=WallClock())
    api.close()
    ingest.close()


def said(database: Any, heads: Path, noted: str = "") -> tuple[int, str]:
    told = io.StringIO()
    status = verify(database.dsn("owner"), noted, Console(file=told, width=200), heads)
    return status, told.getvalue()


def change(
    database: Any, statement: str = "UPDATE access SET reason = 'x' WHERE access_id = 2"
) -> None:
    connection = psycopg2.connect(database.dsn())
    with contextlib.closing(connection), connection, connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement)


def test_what_the_schedules_tell(scheduled, database):
    jobs.seal_ledger(scheduled)
    found = jobs.verify_ledger(scheduled)
    assert (found["entries"], found["unsealed"], found["broken"]) == (3, 0, None)
    assert jobs.verify_ledger(scheduled, found["head"])["broken"] is None
    change(database)
    assert jobs.verify_ledger(scheduled)["broken_batch"] == 1


def test_the_nightly_run_finds_a_wiped_ledger_and_notes_a_good_one(scheduled, database):
    jobs.seal_ledger(scheduled)
    (head,) = scheduled.heads.heads()
    jobs.verify_ledger_nightly(scheduled)
    assert {one[:2] for one in scheduled.heads.heads()} == {head[:2]}
    change(database, "DELETE FROM access; DELETE FROM access_batch")
    found = jobs.verify_ledger_nightly(scheduled)
    assert (found["broken_batch"], found["broken"]) == (1, "it was noted, and is missing")


def test_the_schedule_verifies_what_is_new_a_call_by_hand_all_or_from_a_batch_on(scheduled):
    by_schedule = {"source": "aws.events", "detail-type": "Scheduled Event"}
    jobs.seal_ledger(scheduled)
    with bootstrap.using(scheduled):
        assert front.verify_ledger({}, None)["batches"] == 1
        assert scheduled.heads.verified() == []
        for _ in range(2):
            assert front.verify_ledger(by_schedule, None)["batches"] == 1
        assert len(scheduled.heads.verified()) == 2
        assert front.verify_ledger({"after": 1}, None)["batches"] == 0


def test_the_function_can_be_called_by_hand_with_a_batch(scheduled):
    jobs.seal_ledger(scheduled)
    head = jobs.verify_ledger(scheduled)["head"]
    with bootstrap.using(scheduled):
        assert front.verify_ledger({}, None)["broken"] is None
        assert front.verify_ledger({"noted": head}, None)["broken"] is None
        assert front.verify_ledger({"noted": "1:" + "0" * 64}, None)["broken_batch"] == 1


def test_what_the_command_tells(scheduled, database, tmp_path):
    heads = tmp_path / "heads"
    assert said(database, heads)[1].splitlines()[:2] == [
        "0 reads in 0 batches agree.",
        "3 reads are not sealed yet.",
    ]
    jobs.seal_ledger(scheduled)
    status, told = said(database, heads)
    assert (status, told.splitlines()[0]) == (0, "3 reads in 1 batches agree.")
    head = told.partition("Head: ")[2].strip()
    assert said(database, heads, head)[0] == 0
    assert said(database, heads, "1:" + "0" * 64)[0] == 1
    assert said(database, heads, "nonsense")[0] == 2
    change(database)
    assert said(database, heads)[0] == 1
