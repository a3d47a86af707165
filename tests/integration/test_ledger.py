"""Every read of a record is kept, in a chain that shows when anything of it is changed."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import threading
import uuid
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest
from psycopg2 import errors

from chalicelib.adapters.ledger_heads import FileHeads, Nowhere
from chalicelib.adapters.postgres import queries
from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.ledger import PostgresLedger
from chalicelib.domain.errors import UnavailableError
from chalicelib.domain.ledger import Origin, digest
from chalicelib.domain.principal import Principal
from chalicelib.services import ledger as service
from chalicelib.services import verifying

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from chalicelib.domain.ledger import Batch
    from chalicelib.services.ledger_walk import Verdict

ADA, BEN, CAT = (str(uuid.UUID(int=n)) for n in (1, 2, 3))
TEACHER = Principal("teacher", "person", "dashboard")
NOW = dt.datetime(2026, 11, 21, 15, tzinfo=dt.UTC)
ORIGIN = Origin("192.0.2.7", "c-1")
ROLES = ("owner", "ingest", "api", "privacy", "reader")
_ADDED = """
SELECT enter('s'); INSERT INTO access (subject, client, address, correlation_id, kind, what, reason,
                                       students, salts)
VALUES ('s', '', '', '', 'person', 'w', 'r', %s::uuid[], %s::uuid[])
"""


class Ledgers:
    """The ledger as the API writes it, and as the schedule reads it."""

    def __init__(self, server: Any, folder: Path) -> None:
        self.server = server
        self.databases = [Database(server.dsn("api")), Database(server.dsn("ingest"))]
        self.api, self.ingest = map(PostgresLedger, self.databases)
        self._noted = folder / "heads"
        self.heads = FileHeads(self._noted)

    def restored(self, batch: int, at: dt.datetime) -> None:
        """Say that the database was restored, as an operator does."""
        with self._noted.open("a") as file:
            file.write(f"restored {batch} - {at.isoformat()}\n")

    def read(self, *students: str, reason: str = "teaches MATH-101") -> None:
        service.record_read(
            self.api, TEACHER, "courses/MATH-101/students", students, reason, ORIGIN
        )

    def seal(self) -> list[Batch]:
        return service.seal(self.ingest, self.heads, NOW)

    def verify(self, *, noted: bool = False) -> Verdict:
        """Verify, by what was noted outside of the database if wanted."""
        if not noted:
            return verifying.verify(self.ingest)
        return verifying.verify(self.ingest, verifying.noted(self.heads, "", NOW))

    def tamper(self, *statements: str) -> None:
        """Do what only who owns the machine can: change rows past every trigger."""
        connection = psycopg2.connect(self.server.dsn("postgres"))
        with contextlib.closing(connection), connection, connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for statement in statements:
                cursor.execute(statement)


@pytest.fixture
def ledgers(database, tmp_path) -> Iterator[Ledgers]:
    made = Ledgers(database, tmp_path)
    yield made
    for one in made.databases:
        one.close()


def rows(server: Any, query: str, role: str = "postgres") -> list[tuple[Any, ...]]:
    connection = psycopg2.connect(server.dsn(role))
    with contextlib.closing(connection), connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def test_a_list_is_one_row_that_names_each_student_once(ledgers):
    ledgers.read(ADA, BEN, ADA)
    ((*row, salts),) = rows(
        ledgers.server,
        "SELECT subject, client, kind, what, reason, address, correlation_id, students::text[],"
        " cardinality(salts) FROM access",
    )
    assert row == [
        "teacher", "dashboard", "person", "courses/MATH-101/students", "teaches MATH-101",
        "192.0.2.7", "c-1", [ADA, BEN],
    ]  # fmt: skip
    assert salts == 3


def test_the_interest_names_no_student(ledgers):
    ledgers.read(ADA, reason=f"advises {ADA} until 2027-01-31")
    ledgers.read(ADA, reason=f"is the student {ADA}")
    assert rows(ledgers.server, "SELECT kind, reason FROM access ORDER BY access_id") == [
        ("person", "advises the student until 2027-01-31"),
        ("student", "is the student"),
    ]


def test_a_list_that_shows_nobody_is_no_read(ledgers):
    ledgers.read()
    assert rows(ledgers.server, "SELECT count(*) FROM access") == [(0,)]


def test_a_read_that_cannot_be_kept_is_refused(ledgers):
    ledgers.tamper(
        "ALTER DATABASE " + ledgers.server.name + " SET default_transaction_read_only = on"
    )
    with pytest.raises(UnavailableError):
        ledgers.read(ADA)


def test_what_was_read_verifies_before_and_after_sealing(ledgers):
    ledgers.read(ADA)
    ledgers.read(BEN, CAT)
    assert ledgers.verify().unsealed == 2
    assert [batch.entries for batch in ledgers.seal()] == [2]
    ledgers.read(CAT)
    verdict = ledgers.verify()
    assert (verdict.batches, verdict.entries, verdict.unsealed) == (1, 2, 1)
    assert (verdict.broken, verdict.erased) == (None, 0)


def test_sealing_with_nothing_new_makes_no_batch(ledgers):
    assert ledgers.seal() == []
    ledgers.read(ADA)
    ledgers.seal()
    assert ledgers.seal() == []


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("table", ["access", "access_batch"])
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {} SET {} = 'x'", "DELETE FROM {}", "TRUNCATE {}"],
    ids=["update", "delete", "truncate"],
)
def test_no_role_changes_what_was_kept(ledgers, role, table, statement):
    ledgers.read(ADA)
    ledgers.seal()
    column = "what" if table == "access" else "content"
    with pytest.raises(errors.InsufficientPrivilege):
        rows(ledgers.server, statement.format(table, column), role)


def three_batches(ledgers: Ledgers) -> None:
    for student in (ADA, BEN, CAT):
        ledgers.read(student, ADA)
        ledgers.read(student)
        ledgers.seal()


CHANGES = {
    "a reason": ("UPDATE access SET reason = 'x' WHERE access_id = 3", 2),
    "a reader": ("UPDATE access SET subject = 'x' WHERE access_id = 3", 2),
    "an address": ("UPDATE access SET address = 'x' WHERE access_id = 4", 2),
    "a moment": ("UPDATE access SET recorded_at = recorded_at + '1 us' WHERE access_id = 5", 3),
    "a student": ("UPDATE access SET students[1] = gen_random_uuid() WHERE access_id = 1", 1),
    "a salt": ("UPDATE access SET salts[1] = gen_random_uuid() WHERE access_id = 1", 1),
    "a row gone": ("DELETE FROM access WHERE access_id = 4", 2),
    "a row put in": (
        "INSERT INTO access OVERRIDING SYSTEM VALUE SELECT 0, recorded_at, subject, client,"
        " address, correlation_id, kind, what, reason, students, salts FROM access"
        " WHERE access_id = 1",
        1,
    ),
    "a batch gone": ("DELETE FROM access_batch WHERE batch = 2", 3),
    "a batch changed": ("UPDATE access_batch SET entries = 3 WHERE batch = 2", 2),
    "a hash": ("UPDATE access_batch SET hash = sha256('x') WHERE batch = 2", 2),
    "an unsealed erasure": ("UPDATE access SET salts[1] = NULL WHERE access_id = 3", 2),
}  # fmt: skip


@pytest.mark.parametrize(("statement", "batch"), CHANGES.values(), ids=CHANGES)
def test_verify_names_the_first_batch_that_was_changed(ledgers, statement, batch):
    three_batches(ledgers)
    assert ledgers.verify().broken is None
    ledgers.tamper(statement)
    assert ledgers.verify().broken_batch == batch


def test_a_cut_off_end_shows_by_a_batch_that_was_noted_elsewhere(ledgers):
    three_batches(ledgers)
    assert ledgers.verify(noted=True).broken is None
    ledgers.tamper(
        "DELETE FROM access_batch WHERE batch = 3", "DELETE FROM access WHERE access_id > 4"
    )
    assert ledgers.verify().broken is None
    found = ledgers.verify(noted=True)
    assert (found.broken_batch, found.broken) == (3, "it was noted, and is missing")


def test_a_ledger_made_anew_shows_by_a_batch_that_was_noted_elsewhere(ledgers):
    ledgers.read(ADA)
    ledgers.seal()
    ledgers.tamper("DELETE FROM access_batch", "UPDATE access SET reason = 'x'")
    ledgers.seal()  # which notes the new one beside the old one
    assert ledgers.verify().broken is None
    found = ledgers.verify(noted=True)
    assert (found.broken_batch, found.broken) == (1, "its hash is not the one that was noted")


def test_a_wiped_ledger_shows_at_once_and_after_it_has_begun_anew(ledgers):
    three_batches(ledgers)
    ledgers.tamper("DELETE FROM access", "DELETE FROM access_batch")
    alone = ledgers.verify()
    assert (alone.broken_batch, alone.broken) == (1, "reads were kept, and nothing is left of them")
    assert ledgers.verify(noted=True).broken_batch == 1

    ledgers.read(ADA)
    ledgers.seal()
    assert ledgers.verify().broken is None
    assert ledgers.verify(noted=True).broken_batch == 1


def test_a_ledger_that_nobody_has_read_by_yet_is_whole(ledgers):
    found = ledgers.verify(noted=True)
    assert (found.broken, found.batches, found.head) == (None, 0, None)


def test_after_a_restore_what_the_backup_did_not_have_is_not_missed(ledgers):
    three_batches(ledgers)
    ledgers.tamper(
        "DELETE FROM access_batch WHERE batch = 3", "DELETE FROM access WHERE access_id > 4"
    )
    ledgers.restored(2, NOW + dt.timedelta(minutes=1))
    assert ledgers.verify(noted=True).broken is None

    ledgers.read(ADA)  # goes on, and is noted again
    service.seal(ledgers.ingest, ledgers.heads, NOW + dt.timedelta(minutes=2))
    assert ledgers.verify(noted=True).broken is None
    ledgers.tamper("DELETE FROM access_batch WHERE batch > 1")
    assert ledgers.verify(noted=True).broken_batch == 2


def test_two_sealers_at_once_make_one_chain(ledgers):
    others = [Database(ledgers.server.dsn("ingest")) for _ in range(4)]
    stop = threading.Event()

    def keep_sealing(database: Database) -> None:
        while not stop.is_set():
            service.seal(PostgresLedger(database), Nowhere(), NOW)
        database.close()

    threads = [threading.Thread(target=keep_sealing, args=(one,)) for one in others]
    for thread in threads:
        thread.start()
    readers = [threading.Thread(target=_read_often, args=(ledgers.server,)) for _ in range(3)]
    for thread in readers:
        thread.start()
    for thread in readers:
        thread.join(60)
    stop.set()
    for thread in threads:
        thread.join(60)
    ledgers.seal()
    verdict = ledgers.verify()
    assert (verdict.broken, verdict.entries, verdict.unsealed) == (None, 300, 0)
    assert verdict.batches > 1


def _read_often(server: Any) -> None:
    database = Database(server.dsn("api"))
    for _ in range(100):
        service.record_read(PostgresLedger(database), TEACHER, "x", [ADA, BEN], "y", ORIGIN)
    database.close()


def test_a_read_that_is_still_being_added_is_waited_for(ledgers):
    """Its id is lower than that of one which is there: sealing past it would leave it out."""
    slow = psycopg2.connect(ledgers.server.dsn("api"))
    slow.cursor().execute(_ADDED, ([ADA], [BEN, CAT]))
    ledgers.read(BEN)
    threading.Timer(0.3, slow.commit).start()
    assert [batch.entries for batch in ledgers.seal()] == [2]
    slow.close()
    assert ledgers.verify().broken is None


def test_what_is_rolled_back_leaves_a_gap_that_verifies(ledgers):
    ledgers.read(ADA)
    undone = psycopg2.connect(ledgers.server.dsn("api"))
    undone.cursor().execute(_ADDED, ([CAT], [ADA, BEN]))
    undone.close()
    ledgers.read(BEN)
    ledgers.seal()
    numbers = rows(ledgers.server, "SELECT access_id FROM access ORDER BY 1", "owner")
    assert numbers == [(1,), (3,)]
    verdict = ledgers.verify()
    assert (verdict.broken, verdict.entries) == (None, 2)


def test_who_is_erased_leaves_the_ledger_and_the_digests_stay(ledgers):
    ledgers.read(ADA, BEN)
    ledgers.read(ADA, reason=f"is the student {ADA} until 2027-01-31")
    ledgers.read(CAT)
    ledgers.seal()
    before = [digest(one) for one in ledgers.ingest.entries(1, 3, 9)]
    (counted,) = rows(ledgers.server, f"SELECT forget_in_access('{ADA}', true)", "owner")
    (emptied,) = rows(ledgers.server, f"SELECT forget_in_access('{ADA}', false)", "owner")
    assert counted == emptied == (2,)
    shared, own, other = ledgers.ingest.entries(1, 3, 9)
    assert [digest(one) for one in (shared, own, other)] == before
    assert ADA not in [*shared.students, *own.students]
    assert (shared.students[1], other.students) == (BEN, [CAT])
    assert (shared.subject, other.subject) == ("teacher", "teacher")
    assert "teacher" not in own.subject
    assert (own.client, own.address, own.correlation_id) == ("", "", "")
    verdict = ledgers.verify()
    assert (verdict.broken, verdict.erased) == (None, 3)


def test_erasing_twice_changes_nothing_more(ledgers):
    ledgers.read(ADA, BEN)
    ledgers.seal()
    found = [rows(ledgers.server, f"SELECT forget_in_access('{ADA}', false)", "owner")[0][0]
             for _ in range(2)]  # fmt: skip
    assert found == [1, 0]
    rows(ledgers.server, f"SELECT forget_in_access('{BEN}', false)", "owner")
    assert ledgers.verify().erased == 2


def test_the_procedure_of_erasure_empties_the_ledger_too(ledgers):
    ledgers.read(ADA, BEN)
    ledgers.seal()
    query = f"SELECT erase_student('{ADA}', now(), 'officer', 'asked for')->>'access'"
    assert rows(ledgers.server, query, "privacy") == [("1",)]
    assert ledgers.verify().erased == 1


def test_ids_that_a_source_has_given_twice_are_reported(ledgers):
    values = itertools.chain.from_iterable(
        [(f"'{ADA}'", f"'2025-03-0{day}'", name) for day in days]
        for name, days in (("once", (1,)), ("twice", (2, 3)))
    )
    ledgers.tamper(
        *(
            "INSERT INTO event SELECT"
            f" {student}::uuid, {day}, md5('{name}')::uuid, gen_random_uuid(), now(), 1, 'lms',"
            f" '{name}', 'c', 'x', '{{}}', NULL"
            for student, day, name in values
        )
    )
    assert ledgers.ingest.reused_event_ids(10) == [("lms", "twice", 2)]


def refuse(ledgers: Ledgers, student: str = ADA, what: str = "students", **who: str) -> None:
    asking = Principal(who.get("subject", "eve"), "person", who.get("client", "dashboard"))
    service.record_refused(ledgers.api, asking, what, student, ORIGIN)


@pytest.fixture
def on_record(ledgers) -> None:
    """Have two students enrolled, so that there is a record of them."""
    insert = "INSERT INTO enrolment (student, course, begins_at) VALUES"
    ledgers.tamper(f"{insert} ('{ADA}', 'M-1', now()), ('{BEN}', 'M-1', now())")


def test_the_same_refusal_is_kept_once_an_hour(ledgers, on_record):
    for _ in range(3):
        refuse(ledgers)
    assert rows(ledgers.server, "SELECT count(*) FROM access") == [(1,)]
    ledgers.tamper("UPDATE access SET recorded_at = recorded_at - interval '59 minutes'")
    refuse(ledgers)
    assert rows(ledgers.server, "SELECT count(*) FROM access") == [(1,)]
    ledgers.tamper("UPDATE access SET recorded_at = recorded_at - interval '2 minutes'")
    for _ in range(2):
        refuse(ledgers)
    assert rows(ledgers.server, "SELECT count(*) FROM access") == [(2,)]


def test_another_refusal_is_kept_by_itself(ledgers, on_record):
    ledgers.read(ADA)  # no refusal, though of the same student
    refuse(ledgers)
    refuse(ledgers, subject="ana")
    refuse(ledgers, client="phone")
    refuse(ledgers, student=BEN)
    refuse(ledgers, what="students/record")
    refuse(ledgers, student=CAT)  # of whom there is no record
    found = rows(ledgers.server, "SELECT count(*) FROM access WHERE reason = 'refused'")
    assert found == [(5,)]


def test_refusals_at_once_are_kept_once(ledgers, on_record):
    threads = [threading.Thread(target=_refuse_often, args=(ledgers.server,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert rows(ledgers.server, "SELECT count(*) FROM access") == [(1,)]


def _refuse_often(server: Any) -> None:
    database = Database(server.dsn("api"))
    for _ in range(10):
        service.record_refused(PostgresLedger(database), TEACHER, "students", ADA, ORIGIN)
    database.close()


def test_a_refusal_of_the_last_hour_is_found_by_index(ledgers):
    rows(
        ledgers.server,
        "INSERT INTO access (subject, client, address, correlation_id, kind, what, reason,"
        " students, salts) SELECT 'eve', '', '', '', 'person', 'w',"
        " CASE WHEN i % 2 = 0 THEN 'refused' ELSE 'r' END, ARRAY[gen_random_uuid()],"
        " ARRAY[gen_random_uuid(), gen_random_uuid()] FROM generate_series(1, 20000) AS i"
        " RETURNING 1",
    )
    rows(ledgers.server, "ANALYZE access; SELECT 1")
    values = {
        "subject": "'eve'", "client": "''", "address": "''", "correlation_id": "''",
        "kind": "'person'", "what": "'w'", "reason": "'refused'", "students": f"'{{{ADA}}}'",
    }  # fmt: skip
    query = queries.load("ledger.sql")["add_refused"] % values
    plan = rows(ledgers.server, f"EXPLAIN {query.rpartition(';')[2]}", "api")
    text = "\n".join(line for (line,) in plan)
    assert "access_refused" in text, text
    assert "recorded_at" in text.partition("Index Cond")[2].splitlines()[0], text


def test_the_reads_of_one_student_are_found_by_index(ledgers):
    rows(
        ledgers.server,
        "INSERT INTO access (subject, client, address, correlation_id, kind, what, reason,"
        " students, salts) SELECT 's', '', '', '', 'person', 'w', 'r', s, s || gen_random_uuid()"
        " FROM (SELECT ARRAY[gen_random_uuid(), gen_random_uuid()] AS s"
        " FROM generate_series(1, 20000)) AS k RETURNING 1",
    )
    connection = psycopg2.connect(ledgers.server.dsn())
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) access")  # as autovacuum does, which empties GIN's list
    query = queries.load("record.sql")["ledger"].replace("%(student)s", f"'{ADA}'")
    query = query.replace("%(number)s", "0").replace("%(limit)s", "1000")
    plan = "\n".join(line for (line,) in rows(ledgers.server, f"EXPLAIN {query}"))
    assert "access_by_student" in plan, plan
