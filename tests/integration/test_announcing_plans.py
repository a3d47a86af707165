"""Delivery reads what waits, however much was told before and waits for later."""

from __future__ import annotations

import datetime as dt
from typing import Any

import psycopg2
import pytest

from chalicelib.adapters.postgres import queries
from tests.builders import START, STUDENTS

NOW = START + dt.timedelta(days=200)
FILL = """
INSERT INTO alert (student, course, rule, severity, because, evidence, opened_at)
SELECT gen_random_uuid(), 'C-' || n %% 500, 'rule', 2, 'It is so.', '{}', %(now)s
FROM generate_series(1, 20000) AS t (n);
INSERT INTO announcement (alert_id, kind, recipient, due_at, in_digest, sent_at)
SELECT alert_id, 'opened', 'instructor of ' || course, %(now)s - interval '9 days', n = 1,
       %(now)s - alert_id %% 200 * interval '1 hour'
FROM alert, generate_series(1, 3) AS t (n);
INSERT INTO announcement (alert_id, kind, recipient, due_at, in_digest)
SELECT alert_id, 'escalated', 'instructor of ' || course, %(now)s + interval '9 hours', true
FROM alert;
INSERT INTO announcement (alert_id, kind) SELECT alert_id, 'cleared' FROM alert LIMIT 50;
INSERT INTO roster (person, kind, target, set_by)
SELECT 'p-' || n, 'teaches', 'C-' || n %% 500, 'o' FROM generate_series(1, 20000) AS t (n);
INSERT INTO roster_version (person, kind, target, version, set_by)
SELECT person, kind, target, version, set_by FROM roster;
ANALYZE;
"""
VALUES = {
    "as_of": NOW,
    "today": NOW.date(),
    "limit": 100,
    "recipient": "instructor of C-7",
    "alert_id": "{7,8,9}",
    "course": "{C-7,C-8}",
    "person": "{p-1,nobody}",
    "student": "{" + STUDENTS[0] + "}",
    "announcement_id": "{7,8}",
    "due_at": f"{{{NOW.isoformat()},{NOW.isoformat()}}}",
    "in_digest": "{true,false}",
}
QUERIES = queries.load("announcing.sql")


@pytest.fixture
def cursor(database) -> Any:
    connection = psycopg2.connect(database.dsn())
    with connection, connection.cursor() as cursor:
        cursor.execute(FILL, {"now": NOW})
        yield cursor
    connection.close()


def whole_tables(plan: dict[str, Any]) -> set[str]:
    found = set().union(*(whole_tables(part) for part in plan.get("Plans", ())))
    return found | ({plan["Relation Name"]} if plan["Node Type"] == "Seq Scan" else set())


def test_no_query_reads_a_table_from_end_to_end(cursor):
    wanted = set(QUERIES) - {"lock_recipient", "route"}
    found = {}
    for name in wanted:
        values = {**VALUES, "in_digest": True} if name == "mark_sent" else VALUES
        cursor.execute(f"EXPLAIN (FORMAT JSON) {QUERIES[name]}", values)
        found[name] = whole_tables(cursor.fetchone()[0][0]["Plan"])

    assert found == {name: set() for name in wanted}
