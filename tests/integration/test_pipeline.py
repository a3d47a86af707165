"""Statements run behind the caller's back: in order, and with no error lost."""

from __future__ import annotations

import contextlib
import io

import psycopg2
import pytest
from psycopg2 import errors

from chalicelib.adapters.postgres.database import Database
from chalicelib.domain.errors import UnavailableError


@pytest.fixture
def db(database):
    one = Database(database.dsn("postgres"), statement_timeout_ms=2000)
    with one.transaction() as cursor:
        cursor.execute("CREATE TABLE note (n integer PRIMARY KEY)")
    yield one
    one.close()


def notes(db):
    return [n for (n,) in db.ask("SELECT n FROM note ORDER BY n", {})]


def test_what_is_sent_for_later_is_done_before_what_follows(db):
    with db.transaction() as cursor:
        cursor.later([("INSERT INTO note VALUES (%s)", [1]), ("INSERT INTO note VALUES (%s)", [2])])
        found = cursor.soon("SELECT count(*) FROM note", {})
        cursor.later([("UPDATE note SET n = n + 10", [])], rows=2)
        cursor.execute("SELECT max(n) FROM note")
        assert cursor.fetchall() == [(12,)]
        assert found.rows() == [(2,)]
    assert notes(db) == [11, 12]


def test_what_goes_along_is_done_before_what_it_goes_with(db):
    with db.transaction() as cursor:
        cursor.along("INSERT INTO note VALUES (%s)", [1])
        cursor.along("INSERT INTO note VALUES (2)")
        assert cursor.soon("SELECT count(*) FROM note", {}).rows() == [(2,)]
        cursor.along("UPDATE note SET n = n + 10")
        cursor.later([("INSERT INTO note SELECT max(n) + 1 FROM note", [])])
        cursor.along("UPDATE note SET n = n + 10 WHERE n = 13")
        cursor.execute("SELECT n FROM note ORDER BY n")
        assert cursor.fetchall() == [(11,), (12,), (23,)]


def test_what_goes_along_with_nothing_else_goes_with_the_commit(db):
    with db.transaction() as cursor:
        cursor.along("INSERT INTO note VALUES (1)")
    assert notes(db) == [1]


def fill(db, rows):
    """COPY rows after one that goes along and makes a savepoint; without them if they fail."""
    with db.transaction() as cursor:
        cursor.along("INSERT INTO note VALUES (1)")
        cursor.along("SAVEPOINT before_rows")
        try:
            cursor.copy_expert("COPY note FROM STDIN", io.StringIO(rows))
        except errors.UniqueViolation:
            cursor.execute("ROLLBACK TO SAVEPOINT before_rows")
        cursor.execute("INSERT INTO note VALUES (100)")


def test_a_savepoint_that_goes_along_with_a_copy_is_what_its_failure_returns_to(db):
    fill(db, "2\n2\n")
    assert notes(db) == [1, 100]


def test_a_copy_keeps_its_rows_and_what_went_along_with_it(db):
    fill(db, "2\n3\n")
    assert notes(db) == [1, 2, 3, 100]


def pass_over(db):
    """Go on after an error as if nothing had happened."""
    with db.transaction() as cursor:
        cursor.execute("INSERT INTO note VALUES (1)")
        with contextlib.suppress(errors.DivisionByZero):
            cursor.execute("SELECT 1 / 0")


def test_an_error_passed_over_does_not_look_like_a_commit(db):
    with pytest.raises(RuntimeError, match="nothing was kept"):
        pass_over(db)
    assert notes(db) == []


def test_an_error_of_what_goes_along_with_the_commit_is_raised(db):
    with pytest.raises(errors.UniqueViolation):
        along_alone(db, "INSERT INTO note VALUES (1), (1)")
    assert notes(db) == []


def along_alone(db, query):
    """Leave a query to the commit."""
    with db.transaction() as cursor:
        cursor.along(query)


def later(db, *queries, rows=None, then=""):
    """Send queries for later, each by itself, in one transaction."""
    with db.transaction() as cursor:
        for query in queries:
            cursor.later([(query, [])], rows=rows)
        if then:
            cursor.execute(then)


def test_an_error_of_it_ends_the_transaction(db):
    with pytest.raises(errors.UniqueViolation):
        later(db, "INSERT INTO note VALUES (1)", "INSERT INTO note VALUES (1)")
    assert notes(db) == []


def test_an_error_of_it_is_raised_by_the_next_statement(db):
    with pytest.raises(errors.UniqueViolation):
        later(db, "INSERT INTO note VALUES (1), (1)", then="SELECT 1")


def ask_after(db, query):
    """Ask a question after a statement for later."""
    with db.transaction() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 50")
        cursor.later([(query, [])])
        cursor.soon("SELECT 1", {}).rows()


def test_an_error_of_it_is_what_a_question_asked_after_it_raises(db):
    with pytest.raises(UnavailableError, match="statement timeout"):
        ask_after(db, "SELECT pg_sleep(5)")


def execute_after(db, question):
    """Run a statement after a question whose answer nobody has looked at."""
    with db.transaction() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 50")
        cursor.soon(question, {})
        cursor.execute("INSERT INTO note VALUES (1)")


def test_an_error_of_a_question_is_raised_by_the_next_statement(db):
    with pytest.raises(UnavailableError, match="statement timeout"):
        execute_after(db, "SELECT pg_sleep(5)")
    assert notes(db) == []


def lose_the_connection(db, ask):
    """Have the server end the connection behind the caller's back; go on when it has."""
    with db.transaction() as cursor:
        early = cursor.soon("SELECT 1", {})
        lost = cursor.soon("SELECT pg_terminate_backend(pg_backend_pid())", {})
        with contextlib.suppress(psycopg2.Error):
            lost.rows()
        ask(cursor, early)


@pytest.mark.parametrize(
    "ask",
    [
        lambda _, early: early.rows(),
        lambda cursor, _: cursor.soon("SELECT %(n)s", {"n": "one"}),
        lambda cursor, _: cursor.later([("SELECT %s", ["one"])]),
    ],
    ids=["an answer", "a question", "a statement"],
)
def test_a_connection_lost_behind_is_told_as_what_it_was(db, ask):
    with pytest.raises(UnavailableError, match="closed the connection unexpectedly"):
        lose_the_connection(db, ask)


def test_another_number_of_rows_than_expected_is_an_error(db):
    with pytest.raises(RuntimeError, match="2 rows expected, 0 touched"):
        later(db, "UPDATE note SET n = 3 WHERE n = 9", rows=2)


def test_an_error_of_the_caller_rolls_back_what_runs_behind(db):
    with pytest.raises(errors.DivisionByZero):
        later(db, "INSERT INTO note SELECT g FROM generate_series(1, 999) g", then="SELECT 1 / 0")
    assert notes(db) == []


def test_a_question_and_the_name_of_who_asks_are_one_transaction(db):
    query = "SELECT current_setting('monitor.person'), current_setting('statement_timeout')"
    db.ask("SELECT 1", {})  # so that there is a connection

    assert db.ask(query, {}, person="registrar") == [("registrar", "2s")]
    assert db.ask(query, {}) == [("", "2s")]  # nothing of it is left


def test_a_lost_connection_is_replaced_once(db, database):
    db.ask("SELECT 1", {})
    killer = psycopg2.connect(database.dsn())
    killer.autocommit = True
    with killer.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    killer.close()

    assert db.ask("SELECT 7", {}) == [(7,)]


def test_a_question_that_takes_too_long_is_not_asked_again(db):
    with db.transaction() as cursor:
        cursor.execute("CREATE SEQUENCE asked")
    with pytest.raises(UnavailableError, match="statement timeout"):
        db.ask("SELECT nextval('asked'), pg_sleep(5)", {})
    assert db.ask("SELECT last_value FROM asked", {}) == [(1,)]
