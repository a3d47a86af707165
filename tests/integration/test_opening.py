"""A database that was restored from before an erasure lets nobody in until that was applied."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import itertools
import subprocess
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest

from chalicelib import bootstrap, jobs
from chalicelib.adapters.erasure_list import FileErasureList
from chalicelib.adapters.migrations import migrate
from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.opening import CLOSED
from chalicelib.adapters.postgres.privacy import PostgresPrivacy
from chalicelib.domain.errors import UnavailableError
from chalicelib.services import erasure
from chalicelib.settings import Settings
from local.postgres import EmbeddedPostgres
from local.postgres.server import NOT_DURABLE
from tests.builders import START, STUDENTS, Clock, scored
from tests.dumps import dumped, restore

if TYPE_CHECKING:
    from pathlib import Path

KEY = b"a key of thirty-two bytes, or so"
ADA, BEN, _ = STUDENTS
ROLES = ("api", "ingest", "privacy")
_minutes = itertools.count()


@pytest.fixture
def kept(tmp_path: Path) -> FileErasureList:
    return FileErasureList(tmp_path / "list")


@pytest.fixture
def backup(monitor: Any) -> str:
    """Have two students, and a backup of them."""
    monitor.consume([scored("a", ADA, 1, 10), scored("b", BEN, 1, 10)])
    return dumped(monitor.server)


def test_a_backup_from_before_the_erasure_is_closed_until_it_is_applied(
    backup, restored, monitor, postgres, kept, tmp_path
):
    _erase(ADA, monitor.server.dsn("privacy"), kept)
    restore(backup, postgres, restored)

    for role in ROLES:
        database = Database(postgres.dsn(restored, role), last_erased=kept.last)
        for _ in range(2):  # a query, and a transaction: it stays closed
            with pytest.raises(UnavailableError, match="restored from before an erasure"):
                database.ask("SELECT 1", {}, person="ada" if role == "api" else "")
            with pytest.raises(UnavailableError) as told, database.transaction():
                pytest.fail("nothing may be done here")
        assert str(told.value) == CLOSED
    assert _migrated(monitor, postgres.dsn(restored), tmp_path) == 1
    assert _let_in(postgres, restored, kept) == set(ROLES)


def test_a_process_that_has_been_at_work_finds_the_restored_one_closed(
    backup, restored, monitor, postgres, kept
):
    """The restored database takes the name of the other: connections are lost, or not even that."""
    _erase(ADA, monitor.server.dsn("privacy"), kept)
    restore(backup, postgres, restored)
    with contextlib.closing(Database(postgres.dsn(restored, "api"))) as elsewhere:
        elsewhere.ask("SELECT 1", {})  # a proxy's connection, which is older than the restore
        elsewhere._last_erased = kept.last
        with pytest.raises(UnavailableError, match="restored from before an erasure"):
            elsewhere.ask("SELECT 1", {})


def test_a_backup_from_after_the_last_erasure_opens_by_itself(
    backup, restored, monitor, postgres, kept, tmp_path
):
    _erase(ADA, monitor.server.dsn("privacy"), kept)
    restore(dumped(monitor.server), postgres, restored)

    assert _let_in(postgres, restored, kept) == set(ROLES)


def test_of_two_who_were_erased_the_last_counts(
    backup, restored, monitor, postgres, kept, tmp_path
):
    _erase(BEN, monitor.server.dsn("privacy"), kept)
    between = dumped(monitor.server)
    _erase(ADA, monitor.server.dsn("privacy"), kept)
    restore(between, postgres, restored)

    assert _let_in(postgres, restored, kept) == set()
    assert _migrated(monitor, postgres.dsn(restored), tmp_path) == 1
    assert _let_in(postgres, restored, kept) == set(ROLES)


def test_the_last_one_is_applied_last_so_that_none_before_him_is_seen(
    backup, restored, monitor, postgres, kept
):
    assert ADA < BEN
    for student in (BEN, ADA):
        _erase(student, monitor.server.dsn("privacy"), kept)
    restore(backup, postgres, restored)
    seen = []

    class Records(PostgresPrivacy):
        def erase(self, one: Any, as_of: Any, *, again: bool = False) -> dict[str, int]:
            seen.append((one.student, _let_in(postgres, restored, kept)))
            return super().erase(one, as_of, again=again)

    with contextlib.closing(Database(postgres.dsn(restored))) as master:
        applied = erasure.apply(records=Records(master), kept=kept, key=KEY, clock=Clock())
    assert applied == 2
    assert seen == [(BEN, set()), (ADA, set())]


def test_who_is_erased_again_was_not_erased_last(
    monitor, kept, backup, restored, postgres, tmp_path
):
    dsn = monitor.server.dsn("privacy")
    _erase(BEN, dsn, kept)
    between = dumped(monitor.server)
    _erase(ADA, dsn, kept)
    _erase(BEN, dsn, kept)
    assert kept.last() == ADA
    restore(between, postgres, restored)
    assert _let_in(postgres, restored, kept) == set()
    assert _migrated(monitor, postgres.dsn(restored), tmp_path) == 1
    assert _let_in(postgres, restored, kept) == set(ROLES)

    kept.put_last(BEN)  # as an erasure that was overtaken, or maintenance that began before it
    with contextlib.closing(Database(monitor.server.dsn())) as master:
        records = PostgresPrivacy(master)
        assert erasure.apply(records=records, kept=kept, key=KEY, clock=Clock()) == 0
    assert kept.last() == ADA


def test_a_server_that_cannot_remember_that_it_is_open_is_not(database, kept):
    dsn = f"{database.dsn('api')} options='-c default_transaction_read_only=on'"
    with (
        contextlib.closing(Database(dsn, last_erased=kept.last)) as api,
        pytest.raises(UnavailableError, match="read-only"),
    ):
        api.ask("SELECT 1", {})


def test_a_list_that_was_lost_opens_nothing_that_knows_of_erasures(
    backup, restored, monitor, postgres, kept, tmp_path
):
    _erase(ADA, monitor.server.dsn("privacy"), kept)
    restore(dumped(monitor.server), postgres, restored)

    assert _let_in(postgres, restored, FileErasureList(tmp_path / "another")) == set()


def test_a_list_that_does_not_answer_keeps_it_closed_and_once_open_it_is_not_asked(database, kept):
    def down() -> str | None:
        raise UnavailableError("S3 did not tell who was erased last")

    with contextlib.closing(Database(database.dsn("api"), last_erased=down)) as api:
        with pytest.raises(UnavailableError, match="S3 did not tell"):
            api.ask("SELECT 1", {})
        assert _let_in(database.server, database.name, kept) == set(ROLES)
        assert api.ask("SELECT 1", {}) == [(1,)]


@pytest.fixture
def two_servers(tmp_path):
    servers = [EmbeddedPostgres(tmp_path / name, settings=NOT_DURABLE) for name in ("one", "copy")]
    yield servers
    for server in servers:
        server.remove()


def test_a_copy_of_the_files_is_closed_and_a_restart_is_not(two_servers, kept):
    first, copy = two_servers
    with first as server:
        server.create_database("monitor")
        migrate(server.dsn("monitor"))
        server.set_role_passwords(ROLES)
        assert _let_in(server, "monitor", kept) == set(ROLES)
    for folder, copied in ((first.passfile.parent, copy.passfile.parent), (first.data, copy.data)):
        if not copied.exists():  # as root the data are in a folder of their own
            copied.parent.mkdir(exist_ok=True)
            subprocess.run(["cp", "-a", str(folder), str(copied)], check=True)
    with first as server:  # the same files, another process: as after a failover
        assert _let_in(server, "monitor", kept) == set(ROLES)
        with psycopg2.connect(server.dsn("monitor")) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT erase_student(%s, now(), 'ada', 'asked')", (ADA,))
        connection.close()
        kept.put_last(ADA)
        assert _let_in(server, "monitor", kept) == set(ROLES)
    with copy as server:
        psycopg2.connect(server.dsn("monitor")).close()  # it has what was copied
        assert _let_in(server, "monitor", kept) == set()


def _let_in(server: EmbeddedPostgres, name: str, kept: FileErasureList) -> set[str]:
    """Return the roles of the application that get an answer."""
    found = set()
    for role in ROLES:
        database = Database(server.dsn(name, role), last_erased=kept.last)
        with contextlib.closing(database), contextlib.suppress(UnavailableError):
            assert database.ask("SELECT 1", {}) == [(1,)]
            found.add(role)
    return found


def _erase(student: str, dsn: str, kept: FileErasureList) -> None:
    clock = Clock(START + dt.timedelta(minutes=next(_minutes)))
    with contextlib.closing(Database(dsn, last_erased=kept.last)) as database:
        erasure.erase(
            student,
            person="officer",
            reason="asked to",
            records=PostgresPrivacy(database),
            kept=kept,
            key=KEY,
            clock=clock,
        )


def _migrated(monitor: Any, dsn: str, folder: Path) -> int:
    """Migrate as a deployment does; return how many that erased."""
    (folder / "key").write_bytes(KEY)
    told = Settings(
        database_conninfo=dsn,
        erasure_list=str(folder / "list"),
        pseudonym_key_file=str(folder / "key"),
    )
    service = dataclasses.replace(bootstrap.build(told), clock=monitor.clock)
    return int(jobs.migrate(service)["erased"])
