"""Each night verifies what is new since the last good one, and older batches in turn."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest

from chalicelib.adapters.ledger_heads import FileHeads
from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.ledger import PostgresLedger
from chalicelib.domain.ledger import Origin
from chalicelib.domain.principal import Principal
from chalicelib.services import ledger_walk, verifying
from chalicelib.services.ledger import record_read, seal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ADA = "00000000-0000-0000-0000-000000000001"
WHO = Principal("teacher", "person", "dashboard")
NOW = dt.datetime(2026, 11, 21, 15, tzinfo=dt.UTC)
OTHERS = "its hash is not the one that was noted"


class Nights:
    """A ledger with batches of one read, and its verifier, which has time for some queries."""

    def __init__(self, server: Any, folder: Path) -> None:
        self.server = server
        self.databases = [Database(server.dsn("api")), Database(server.dsn("ingest"))]
        self.api, self.ingest = map(PostgresLedger, self.databases)
        self.file = folder / "heads"
        self.heads = FileHeads(self.file)
        self.now = NOW

    def day(self, batches: int) -> None:
        for _ in range(batches):
            record_read(self.api, WHO, "students", [ADA], "teaches MATH-1", Origin("", ""))
            seal(self.ingest, self.heads, self.now)

    def night(self, queries: int = 1_000) -> verifying.Verdict:
        """Verify with time for that many queries for rows."""
        self.now += dt.timedelta(days=1)
        asked = itertools.count(1)
        return verifying.verify_nightly(
            self.ingest, self.heads, self.now, enough=lambda: next(asked) > queries
        )

    def place(self) -> tuple[int, int]:
        """Return up to where new batches and older ones are verified."""
        last = self.heads.verified()[-1]
        return last.batch, last.walked

    def tamper(self, *statements: str) -> None:
        connection = psycopg2.connect(self.server.dsn("postgres"))
        with contextlib.closing(connection), connection, connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for statement in statements:
                cursor.execute(statement)


@pytest.fixture
def nights(database, tmp_path, monkeypatch) -> Iterator[Nights]:
    monkeypatch.setattr(ledger_walk, "MOST_ROWS", 2)
    made = Nights(database, tmp_path)
    yield made
    for one in made.databases:
        one.close()


def test_a_short_ledger_is_verified_whole_each_night(nights):
    nights.day(5)
    for _ in range(2):
        found = nights.night()
        assert (found.batches, found.complete, found.broken) == (5, True, None)
    nights.day(2)
    assert nights.night().batches == 7


def test_what_is_new_comes_first_and_older_batches_in_turn(nights):
    nights.day(6)
    nights.night()
    nights.day(2)
    found = nights.night(queries=2)  # one for what is new, one for older ones
    assert (found.batches, found.complete, found.head[:2]) == (4, False, "8:")
    assert nights.place() == (8, 2)
    walked = []
    for _ in range(4):
        assert nights.night(queries=1).broken is None
        walked.append(nights.place())
    assert walked == [(8, 4), (8, 6), (8, 0), (8, 2)]


def test_a_first_night_that_is_too_short_is_gone_on_with(nights):
    nights.day(5)
    assert [nights.night(queries=1).batches for _ in range(3)] == [2, 2, 1]
    assert nights.place() == (5, 0)


def test_an_old_batch_that_was_changed_is_found_in_its_turn_and_each_night_after(nights):
    nights.day(6)
    nights.night()
    nights.tamper("UPDATE access SET reason = 'x' WHERE access_id = 4")
    assert nights.night(queries=1).broken is None
    for _ in range(2):
        found = nights.night(queries=1)
        assert (found.broken_batch, found.broken) == (4, "a row of it has changed")
    assert nights.place() == (6, 2)


def test_a_noted_head_of_an_old_batch_is_compared_in_its_turn(nights):
    nights.day(4)
    nights.night()
    nights.heads.note(3, "0" * 64, nights.now)
    found = nights.night()
    assert (found.broken_batch, found.broken) == (3, OTHERS)


def test_a_chain_that_was_made_anew_is_found_the_same_night(nights):
    nights.day(4)
    nights.night()
    nights.file.write_text("\n".join(nights.file.read_text().splitlines()[-1:]) + "\n")
    nights.tamper("UPDATE access SET reason = 'x' WHERE access_id = 1", "DELETE FROM access_batch")
    seal(nights.ingest, nights.heads, nights.now)
    assert verifying.verify(nights.ingest).broken is None
    found = nights.night(queries=0)
    assert (found.broken_batch, found.broken) == (4, "it was noted, and is missing")
    nights.day(3)
    found = nights.night(queries=0)
    assert (found.broken_batch, found.broken) == (4, OTHERS)


def test_after_a_restore_it_goes_on_from_a_night_that_the_backup_knows(nights):
    nights.day(2)
    nights.night()
    nights.day(2)
    nights.night()
    nights.tamper(
        "DELETE FROM access_batch WHERE batch > 3", "DELETE FROM access WHERE access_id > 3"
    )
    assert nights.night().broken_batch == 4
    with nights.file.open("a") as file:
        file.write(f"restored 3 - {nights.now.isoformat()}\n")
    found = nights.night()
    assert (found.broken, found.batches) == (None, 3)
    assert nights.place()[0] == 3


def test_many_batches_are_read_with_few_queries(nights, monkeypatch):
    nights.day(5)
    asked: list[tuple[int, int, int]] = []
    real = nights.ingest.entries
    monkeypatch.setattr(nights.ingest, "entries", lambda *of: asked.append(of) or real(*of))
    assert nights.night().batches == 5
    assert asked == [(1, 2, 3), (3, 4, 3), (5, 5, 2)]
