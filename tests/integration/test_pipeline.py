"""Statements run behind the caller's back: in order, and with no error lost."""

from __future__ import annotations

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
        assert found.result() == [(2,)]
    assert notes(db) == [11, 12]


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
        cursor.soon("SELECT 1", {}).result()


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
    db.ask("SELECT 1", {})
    with pytest.raises(UnavailableError, match="statement timeout"):
        db.ask("SELECT pg_sleep(5)", {})
    assert db.ask("SELECT 1", {}) == [(1,)]
