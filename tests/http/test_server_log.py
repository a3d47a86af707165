"""What PostgreSQL writes into its own log of statements that fail, wait or take long: no values."""

from __future__ import annotations

import contextlib
import io
import json

import psycopg2
import pytest

from tests.builders import STUDENTS, scored
from tests.rosters import as_owner

ADA = STUDENTS[0]
NOTE, PERSON, ITEM = "a word in confidence 4711", "zebedee.quuxworth", "essay-on-my-illness"
FAILING = {
    "of a key that is there twice": (
        "INSERT INTO quarantine_like VALUES (%(student)s, %(note)s), (%(student)s, %(note)s)"
    ),
    "of a row that is not allowed": "INSERT INTO quarantine_like VALUES (%(student)s, NULL)",
    "of a text": "SELECT %(note)s AS note, 1 / 0 AS broken",
    "that ends by its time": (
        "SET LOCAL statement_timeout = 20; SELECT pg_sleep(5), %(note)s, %(student)s"
    ),
}


@pytest.fixture
def logged(database):
    """Return a function that gives what the server has written since."""
    log = database.server.log
    before = log.stat().st_size
    return lambda: log.read_bytes()[before:].decode()


def _tells(text: str) -> list[str]:
    return [one for one in (ADA, NOTE, PERSON, ITEM) if one in text]


def _table(database) -> None:
    with as_owner(database) as cursor:
        cursor.execute(
            "CREATE TABLE quarantine_like (student uuid PRIMARY KEY, note text NOT NULL)"
        )


@pytest.mark.parametrize("statement", FAILING.values(), ids=FAILING)
def test_of_a_statement_that_fails_no_value(database, logged, statement):
    _table(database)
    with (
        contextlib.closing(psycopg2.connect(database.dsn())) as connection,
        connection.cursor() as cursor,
        pytest.raises(psycopg2.Error),
    ):
        cursor.execute(statement, {"student": ADA, "note": NOTE})

    assert "ERROR: " in logged()
    assert "STATEMENT: " not in logged()
    assert "DETAIL: " not in logged()
    assert _tells(logged()) == []


def test_of_rows_that_are_copied_no_value(database, logged):
    _table(database)
    with (
        contextlib.closing(psycopg2.connect(database.dsn())) as connection,
        connection.cursor() as cursor,
        pytest.raises(psycopg2.Error),
    ):
        cursor.copy_expert("COPY quarantine_like FROM STDIN", io.StringIO(f"{ADA}\t{NOTE}\t1\n"))

    assert "extra data after last expected column" in logged()
    assert "CONTEXT: " not in logged()
    assert _tells(logged()) == []


def test_of_a_slow_statement_nothing(database, logged):
    with (
        contextlib.closing(psycopg2.connect(database.dsn())) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT pg_sleep(1.1), %s", (NOTE,))
        cursor.execute("SHOW log_min_duration_statement")
        assert cursor.fetchone() == ("-1",)

    assert logged() == ""


def test_of_what_the_routes_write_no_value(api, database, logged):
    """The statements of the routes themselves, each of which a constraint refuses."""
    api.consume(scored("m1", ADA, 1, 10))
    (found,) = api.found("/v1/alerts")["items"]
    with as_owner(database) as cursor:
        for table, always_wrong in (
            ("alert_history", "version < 2"),
            ("item", "item = ''"),
            ("roster", "person = ''"),
            ("legal_hold", "reason = ''"),
        ):
            cursor.execute(f"ALTER TABLE {table} ADD CHECK ({always_wrong}) NOT VALID")

    asked = [
        ("POST", f"/v1/alerts/{found['alert_id']}/notes", {"note": NOTE}),
        ("PUT", f"/v1/courses/MATH-1/items/{ITEM}", {"title": NOTE}),
        ("PUT", f"/v1/students/{ADA}/advisers/{PERSON}", {}),
        ("POST", "/v1/holds", {"student": ADA, "reason": NOTE}),
    ]
    headers = {"Content-Type": "application/json", "If-Match": "*"}
    answers = [
        api.client.http.request(method, path, headers=headers, body=json.dumps(body).encode())
        for method, path, body in asked
    ]

    assert [one.status_code for one in answers] == [500] * len(asked)
    assert logged().count("violates check constraint") == len(asked)
    assert _tells(logged()) == []
