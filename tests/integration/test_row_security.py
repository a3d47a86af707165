"""What a query without a WHERE shows the role `api`: the rows of the person who asks."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from psycopg2 import errors

from chalicelib.adapters.postgres.database import Database
from chalicelib.domain.catalogue import Enrolment
from chalicelib.domain.roster import ROLES, Line
from tests.builders import START, STUDENTS, active, attended, conducted, enrolled, scored
from tests.rosters import advises, holds, put_roster, teaches

if TYPE_CHECKING:
    from collections.abc import Iterator

A, B, C = STUDENTS
# Tables that name no student: what api may read without being asked who asks.
OPEN = {
    "access_batch", "client_source", "course", "course_context", "event_partition", "item",
    "migration", "opened", "policy_version", "receipt", "request_quota", "shadow_policy_version",
}  # fmt: skip
NAMED = {
    "alert", "attendance", "conduct", "correction", "enrolment",
    "enrolment_change", "result", "risk_daily", "seen_event", "standing",
}  # fmt: skip
# Who, and which (student, course) of A, B in MATH-1 and B, C in LAW-1 she has to do with.
PAIRS = {(A, "MATH-1"), (B, "MATH-1"), (B, "LAW-1"), (C, "LAW-1")}
SEEN = {
    "nobody": set(),
    "": set(),
    "administrator": set(),
    "analyst": set(),
    "integrator": set(),
    "registrar": PAIRS,
    "privacy_officer": PAIRS,
    "eve": {(A, "MATH-1"), (B, "MATH-1")},
    "ann": {(B, "MATH-1"), (B, "LAW-1")},
    "ben": {(B, "MATH-1"), (B, "LAW-1")},
    "past": set(),
}
LINES = [
    *(holds(role, role) for role in ROLES),
    teaches("eve", "MATH-1"),
    advises("ann", B),
    Line("ben", "self", B),
    Line("past", "teaches", "MATH-1", None, START.date()),
]


_PAIRS = "SELECT DISTINCT student::text, course FROM"
_PAIRS_OF_ALERTS = "SELECT DISTINCT a.student::text, a.course FROM alert a"
_ALERTS = "SELECT count(DISTINCT alert_id)"
_ANY = "SELECT 1 FROM"
_ADD = "INSERT INTO roster (person, kind, target, set_by) SELECT *, 'x' FROM"


@pytest.fixture
def school(monitor: Any) -> Any:
    """Have rows in every table that names students."""
    put_roster(monitor.server, *LINES)
    for number, (student, course) in enumerate(sorted(PAIRS)):
        events = [
            one
            for day in (0.5, 1)
            for one in (
                scored(f"s{number}{day}", student, day, 10),
                attended(f"a{number}{day}", student, day, "absent", f"{day}"),
                active(f"p{number}{day}", student, day),
                conducted(f"c{number}{day}", student, day),
                enrolled(f"e{number}{day}", student, day),
            )
        ]
        monitor.consume([msgspec.structs.replace(one, course=course) for one in events])
        monitor.catalogue.put_enrolments(course, student, [Enrolment(START)])
    monitor.sweep()
    _as_owner(
        monitor,
        "INSERT INTO intervention SELECT alert_id, 1, 'plan', 'eve', now() FROM alert;"
        "INSERT INTO announcement (alert_id, kind) SELECT alert_id, 'opened' FROM alert;"
        "INSERT INTO correction (student, number, course, about, wanted, requested_by,"
        " requested_at)"
        " SELECT student, row_number() OVER (), course, 'a', 'w', 'r', now() FROM standing;"
        "INSERT INTO person (student, data_key, nonce, content)"
        " SELECT DISTINCT student, ''::bytea, ''::bytea, ''::bytea FROM standing;"
        "INSERT INTO quarantine (quarantine_uid, reason, detail, payload)"
        " VALUES (gen_random_uuid(), 'r', 'd', '')",
    )
    return monitor


def _as_owner(monitor: Any, statement: str) -> None:
    owner = Database(monitor.server.dsn("owner"))
    with contextlib.closing(owner), owner.transaction() as cursor:
        cursor.execute(statement)


@pytest.fixture
def api(school: Any) -> Iterator[Database]:
    database = Database(school.server.dsn("api"))
    yield database
    database.close()


@pytest.mark.parametrize("table", sorted(NAMED))
def test_without_a_where_each_sees_her_own(api, table):
    query = f"{_PAIRS} {table}"
    assert {who: set(api.ask(query, {}, person=who)) for who in SEEN} == SEEN


@pytest.mark.parametrize("table", ["alert_history", "announcement", "intervention"])
def test_what_hangs_on_an_alert_goes_with_it_but_not_to_the_student(api, table):
    query = f"{_PAIRS_OF_ALERTS} JOIN {table} USING (alert_id)"
    bare = f"{_ALERTS} FROM {table}"
    for who, seen in {**SEEN, "ben": set()}.items():
        ((alerts,),) = api.ask(bare, {}, person=who)
        assert set(api.ask(query, {}, person=who)) == seen
        assert bool(alerts) == bool(seen)


def test_people_are_known_to_those_who_see_their_standing(api):
    for who, seen in SEEN.items():
        rows = api.ask("SELECT student::text FROM person", {}, person=who)
        assert {one for (one,) in rows} == {one for one, _ in seen}


def test_what_nobody_teaches_is_for_those_who_answer_for_it(api):
    for table, whose in {
        "quarantine": {"registrar", "privacy_officer"},
        "set_aside": {"administrator", "registrar", "privacy_officer"},
        "catalogue_version WHERE kind = 'enrolment'": {"registrar", "privacy_officer"},
    }.items():
        seen = {who for who in SEEN if api.ask(f"{_ANY} {table}", {}, person=who)}
        assert seen == whose


def test_the_roster_shows_each_her_own_lines(api):
    lines = {
        who: {(p, k) for p, k in api.ask("SELECT person, kind FROM roster", {}, person=who)}
        for who in SEEN
    }
    assert lines["nobody"] == lines[""] == set()
    assert lines["eve"] == {("eve", "teaches"), ("past", "teaches")}
    assert lines["ann"] == {("ann", "advises")}
    assert lines["ben"] == {("ben", "self"), ("ann", "advises")}
    assert len(lines["registrar"]) == len(lines["administrator"]) == len(LINES)


@pytest.mark.parametrize(
    ("who", "line"),
    [
        ("registrar", "('registrar', 'teaches', 'MATH-1')"),
        ("registrar", "('eve', 'role', 'registrar')"),
        ("administrator", "('administrator', 'role', 'registrar')"),
        ("administrator", "('administrator', 'teaches', 'MATH-1')"),
        ("eve", "('ann', 'teaches', 'MATH-1')"),
    ],
)
def test_nobody_raises_her_own_rights_or_gives_what_is_not_hers_to_give(api, who, line):
    with pytest.raises(errors.InsufficientPrivilege):
        api.ask(f"{_ADD} (VALUES {line}) AS v RETURNING 1", {}, person=who)


def test_what_was_shown_to_one_is_not_shown_to_the_next(api):
    count = "SELECT count(*) FROM standing"
    counted = [api.ask(count, {}, person=who)[0][0] for who in ("registrar", "", "eve", "nobody")]
    assert counted == [4, 0, 2, 0]


def test_whoever_puts_a_piece_of_work_the_whole_class_is_computed(api):
    with api.transaction(person="nobody", for_all=True) as cursor:
        cursor.execute("SELECT count(*) FROM standing")
        assert cursor.fetchall() == [(4,)]


def test_every_table_that_the_api_reads_is_fenced_or_names_no_student(school):
    rows = school.rows(
        "SELECT c.relname, c.relrowsecurity, c.relkind = 'v',"
        "  has_any_column_privilege('api', c.oid, 'SELECT, INSERT, UPDATE')"
        " FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
        " AND c.relkind IN ('r', 'p', 'v', 'm')"
    )
    unfenced = {name for name, fenced, view, may in rows if may and not fenced and not view}
    assert unfenced == OPEN
    assert {name for name, _, view, may in rows if view and may} == {
        "result",
        "seen_event",
        "set_aside",
    }


def test_the_log_itself_is_closed_to_the_api(api):
    with pytest.raises(errors.InsufficientPrivilege):
        api.ask("SELECT 1 FROM event", {}, person="registrar")
