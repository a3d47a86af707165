"""Every read of the API on 100,000 students: planned without reading a big table as a whole."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import re
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest

from chalicelib.adapters.postgres import queries
from chalicelib.adapters.postgres.alert_reads import PostgresAlertReads
from chalicelib.adapters.postgres.as_of import PostgresPast
from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.reads import SORTS, PostgresReads
from chalicelib.adapters.postgres.record import PostgresRecords
from chalicelib.adapters.postgres.roster import PostgresRoster
from chalicelib.domain.access import Own
from chalicelib.domain.policy import HIGHER_EDUCATION
from chalicelib.domain.record import Place
from chalicelib.domain.retention import Retention
from chalicelib.services.as_of import look_back
from tests.conftest import TEMPLATE, TestDatabase
from tests.rosters import advises, holds, put_roster, teaches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.postgres import EmbeddedPostgres

NAME = "test_reads"
NOW = dt.datetime(2025, 3, 25, tzinfo=dt.UTC)
FILL = (Path(__file__).parent / "students.sql").read_text()
BIG = {
    "event",
    "standing",
    "alert",
    "alert_history",
    "attendance",
    "risk_daily",
    "quarantine",
    "receipt",
    "item",
    "roster",
    "roster_version",
    "shadow_alert",
    "shadow_finding",
}
SMALL = {"event_stray", "event_partition"}
STUDENT = "00000000-0000-0000-0000-000000000000"
COURSE = "COURSE-0070"  # its students have alerts


def _md5_uuid(text: str) -> str:
    return str(uuid.UUID(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()))


EVERY = {"course": None, "student": None, "assignee": None, "rule": None, "state": None}


# Who asks, and what of a list is hers; three hundred students are advised by one.
WHO = {
    "registrar": None,
    "educator": Own((COURSE,), ()),
    "adviser": Own((), tuple(_md5_uuid(f"student{i}") for i in range(1, 301))),
}


LINES = [
    *(teaches("educator", course) for course in WHO["educator"].courses),
    *(advises("adviser", student) for student in WHO["adviser"].students),
]


class ExplainingDatabase(Database):
    """A database asked by somebody, that keeps the plan of every query, and which they were."""

    def __init__(self, conninfo: str, who: str = "registrar") -> None:
        super().__init__(conninfo)
        self.who = who
        self.plans: dict[str, Any] = {}

    def ask(self, query: str, values: Any, *, person: str = "") -> list[tuple[Any, ...]]:
        person = person or self.who
        (((plan,),),) = super().ask(f"EXPLAIN (FORMAT JSON) {query}", values, person=person)
        self.plans[f"{query}{values}"] = plan["Plan"]
        return super().ask(query, values, person=person)


@pytest.fixture(scope="module")
def server(postgres: EmbeddedPostgres) -> Iterator[EmbeddedPostgres]:
    """Have 100,000 students in two courses each, 200,000 events, 40,000 alerts."""
    postgres.create_database(NAME, template=TEMPLATE)
    connection = psycopg2.connect(postgres.dsn(NAME, "postgres"))
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(FILL)
        put_roster(TestDatabase(postgres, NAME), holds("registrar", "registrar"), *LINES)
        cursor.execute("VACUUM (ANALYZE)")
    yield postgres
    postgres.drop_database(NAME)


@pytest.fixture(params=list(WHO))
def database(server, request) -> Iterator[ExplainingDatabase]:
    database = ExplainingDatabase(server.dsn(NAME, "api"), request.param)
    yield database
    database.close()


@pytest.fixture
def student(database) -> str:
    query = "SELECT student::text FROM standing WHERE course = %(course)s LIMIT 1"
    own = WHO[database.who]
    if own and own.students:
        return own.students[0]
    ((found,),) = database.ask(query, {"course": COURSE})
    database.plans.clear()
    return str(found)


def whole_tables(plan: dict[str, Any]) -> set[str]:
    """Return the big tables, or partitions of them, that a plan reads from end to end.

    The partition for strays is kept empty by maintenance, so that its end is its beginning.
    """
    found = set().union(*(whole_tables(part) for part in plan.get("Plans", ())))
    relation = plan.get("Relation Name", "")
    table = "event" if relation.startswith("event_") else relation
    if table in BIG and "Seq Scan" in plan["Node Type"] and relation not in SMALL:
        found.add(relation)
    return found


def ask_everything(reads: PostgresReads, student: str, only: Own | None) -> None:
    """Ask every question that the API can, at the head of lists and further on."""
    reads.student(student, NOW)
    reads.known(student)
    assert reads.courses_of(student)
    reads.on_record(student)
    for after in ((), (NOW, str(uuid.UUID(int=1)))):
        reads.timeline(student, None, after, 50)
        reads.timeline(student, COURSE, after, 50, event_type="activity_recorded")
        reads.quarantine(after, 50)
        reads.quarantine(after, 50, whole=False)
    reads.timeline(STUDENT, None, (), 50)
    for after in ((), (COURSE,)):
        reads.courses(after, 50, only=only)
    reads._database.ask(queries.load("reads.sql")["class_sizes"], {"courses": [COURSE]})
    reads.course(COURSE, NOW)
    for sort, (_, first) in SORTS.items():
        reads.students(COURSE, sort, (), 50, NOW)
        reads.students(COURSE, sort, (5, student), 50, NOW)
        reads.students("NONE", sort, (5, first), 50, NOW)
    reads.items(COURSE)
    reads.quarantined(str(uuid.UUID(int=1)))
    reads.quarantined(str(uuid.UUID(int=1)), whole=False)
    reads.health(NOW)


def ask_of_the_past(database: Database, student: str) -> None:
    """Ask all that is asked to tell what was known of a student."""
    now = dt.datetime.now(dt.UTC)  # when the rows were written
    assert look_back(student, now, PostgresPast(database), HIGHER_EDUCATION, now=now)
    look_back(student, NOW, PostgresPast(database), HIGHER_EDUCATION, now=now)


def ask_for_alerts(reads: PostgresAlertReads, student: str, only: Own | None) -> None:
    """Ask for alerts in every order, at the head of lists and further on."""
    narrowed = [
        {},
        {"course": COURSE},
        {"student": student},
        {"assignee": "ada"},
        {"state": "open", "rule": "low_marks"},
        {"course": COURSE, "state": "open"},
        {"course": COURSE, "state": "cleared"},
        {"assignee": "ada", "state": "snoozed"},
        {"state": "resolved"},
    ]
    for wanted in narrowed:
        for after in ((), (NOW, 20_000)):
            reads.newest({**EVERY, **wanted}, after, 50, NOW, only=only)
        if {"course", "student", "assignee"} & wanted.keys():
            for after in ((), (NOW, -2, 0, NOW, 20_000)):
                todo = {**EVERY, "state": "active", **wanted}
                reads.todo(todo, after, 50, NOW, only=only)
    number = reads.newest(EVERY, (), 1, NOW, only=only).rows[0]["alert_id"]
    reads.one(number, NOW)


def ask_the_roster(roster: PostgresRoster, student: str) -> None:
    """Ask what every decision rests on, and what the roster says."""
    named = {"courses": [COURSE], "people": ["adviser-7"]}
    roster._database.ask(queries.load("roster.sql")["teaching"], named)
    for person in WHO:
        roster.of(person)
        roster.of(person, student)
        roster.of_alert(person, 20_000)
        roster.by_person(person, person="")
    roster.by_target("advises", student, person="")
    roster.by_target("teaches", COURSE, person="")


def test_no_read_goes_through_a_big_table_from_end_to_end(database, student):
    ask_everything(PostgresReads(database), student, WHO[database.who])
    ask_for_alerts(PostgresAlertReads(database), student, WHO[database.who])
    ask_the_roster(PostgresRoster(database), student)
    ask_of_the_past(database, student)

    found = {
        query: tables for query, plan in database.plans.items() if (tables := whole_tables(plan))
    }
    assert found == {}


def test_every_query_of_the_reads_is_among_those_asked(database, student):
    ask_everything(PostgresReads(database), student, WHO[database.who])
    ask_for_alerts(PostgresAlertReads(database), student, WHO[database.who])
    ask_of_the_past(database, student)

    known = queries.load("reads.sql") | queries.load("alert_reads.sql") | queries.load("as_of.sql")
    del known["own"]  # a part of the others
    beginnings = {name: query.split("%(")[0] for name, query in known.items()}
    asked = "\n".join(database.plans)
    assert [name for name, text in beginnings.items() if text not in asked] == []


@pytest.mark.parametrize("name", ["standings_then", "events_then"])
@pytest.mark.parametrize("replayed", ["true", "false"])
def test_what_a_function_reads_it_reads_by_index(server, student, name, replayed):
    values = {"in_course": "$1::text", "of_students": "$2::uuid[]", "at": "$3::timestamptz"}
    connection = psycopg2.connect(server.dsn(NAME, "postgres"))
    with contextlib.closing(connection), connection, connection.cursor() as cursor:
        cursor.execute("SELECT prosrc, proconfig FROM pg_proc WHERE proname = %s", (name,))
        body, settings = cursor.fetchone()
        for named, value in {**values, "replayed": replayed}.items():
            body = re.sub(rf"\b{named}\b(?! AS)", value, body)
        for setting in settings:
            cursor.execute(f"SET LOCAL {setting.replace('pg_temp', '').rstrip(', ')}")
        cursor.execute(f"EXPLAIN (FORMAT JSON, GENERIC_PLAN) {body}")
        (((plan,),),) = cursor.fetchall()

    assert whole_tables(plan["Plan"]) == set()


@pytest.mark.parametrize(
    ("query", "tables"),
    [
        ("SELECT count(*) FROM standing WHERE handed_in > 3", {"standing"}),
        ("SELECT 1 FROM seen_event WHERE event_id = 'x' AND occurred_at < '2024-02-01'", {"event"}),
        ("SELECT 1 FROM course c JOIN alert a USING (course) WHERE a.because = 'x'", {"alert"}),
        ("SELECT (SELECT max(recorded_at) FROM receipt)", {"receipt"}),
    ],
)
def test_a_bad_query_is_found_out(database, query, tables):
    database.ask(query, {})

    (plan,) = database.plans.values()
    assert {table.split("_")[0] for table in whole_tables(plan)} == tables


def test_a_timeline_further_back_leaves_newer_partitions_alone(database, student):
    long_ago = dt.datetime(2024, 5, 1, tzinfo=dt.UTC)

    PostgresReads(database).timeline(student, None, (long_ago, str(uuid.UUID(int=1))), 50)

    (query,) = (text for text in database.plans if "event_uid" in text)
    assert "event_202501" not in json.dumps(database.plans[query])


def test_a_part_of_a_record_is_found_by_index(server, student):
    """But for what the whole record reads of small tables, and standings of its courses."""
    database = ExplainingDatabase(server.dsn(NAME, "privacy"), "")
    with contextlib.closing(database):
        place = Place("events", at=dt.datetime(2025, 1, 15, tzinfo=dt.UTC))
        list(PostgresRecords(database).rows(student, NOW, place))
    events, _, ledger = database.plans.values()
    assert whole_tables(events) == whole_tables(ledger) == set()
    assert "event_202405" not in json.dumps(events)
    assert "event_202501" in json.dumps(events)


# Events go with their partitions; those that are left, in event_stray, are few.
@pytest.mark.parametrize("class_", [c for c in Retention.__struct_fields__ if c != "events"])
def test_what_is_past_its_days_is_found_without_reading_a_big_table(server, class_):
    connection = psycopg2.connect(server.dsn(NAME, "owner"))
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT rows_past(%s)", (class_,))
        ((query,),) = cursor.fetchall()
        query = query.replace("$1", "'2024-06-01Z'::timestamptz").replace("$2", "5000")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {query}")
        (((plan,),),) = cursor.fetchall()
    assert whole_tables(plan["Plan"]) == set()
