"""What runs with its owner's rights passes row security: each such function has its reason."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from chalicelib.adapters.postgres.database import Database
from chalicelib.domain.roster import ROLES, Line
from tests.builders import STUDENTS, enrolled, scored
from tests.rosters import advises, holds, put_roster, teaches

if TYPE_CHECKING:
    from collections.abc import Iterator

A, B, C = STUDENTS
# Which roles of the database may call it, and why it may not go by the rows that these are shown.
WHY = {
    "count_student": ("privacy", "counts what an erasure would delete, in every table"),
    "courses_of": ("api", "flags of all courses are held against a student; asks who has entered"),
    "drop_event_partitions": ("", "retention, of the owner's tables"),
    "ensure_event_partitions": ("", "makes tables, as only their owner can"),
    "enter": ("api ingest privacy", "reads the roster, by which rows are shown, before any is"),
    "erase_again": ("", "what an erasure list says, after a restore"),
    "erase_student": ("privacy", "deletes from append-only tables; refuses what is on hold"),
    "events_then": ("api", "a class is folded anew as of a moment; asks who has entered"),
    "open_with": ("api ingest privacy", "remembers that every erasure is there"),
    "on_record": ("api", "tells whether there is such a student, before a disclosure is noted"),
    "refuse_erased": ("", "a trigger: whoever writes, who was erased stays so"),
    "retain": ("privacy", "deletes by class of data, of append-only tables; respects holds"),
    "rights_of": ("api", "a decision rests on it, before any row is shown"),
    "rights_on_alert": ("api", "the same of an alert"),
    "standings_then": ("api", "a class as of a moment; asks who has entered"),
    "waiting": ("api", "two numbers up to 1,000, of no student"),
}
CLASSES = {(A, "MATH-1"), (B, "MATH-1"), (B, "LAW-1"), (C, "LAW-1")}
THEN = "SELECT DISTINCT student FROM standings_then(%(course)s, NULL, now(), true)"
OF_ONE = "SELECT DISTINCT student FROM events_then(%(course)s, ARRAY[%(one)s]::uuid[], now(), true)"
# Who is shown the class of MATH-1, and of whom the one student's events in LAW-1.
SEEN = {
    "nobody": (set(), set()),
    "": (set(), set()),
    "administrator": (set(), set()),
    "integrator": (set(), set()),
    "registrar": ({A, B}, {B, C}),
    "privacy_officer": ({A, B}, {B, C}),
    "teacher of MATH-1": ({A, B}, {B}),
    "teacher of LAW-1": (set(), {B, C}),
    "adviser of B": ({A, B}, {B, C}),  # C by the class of LAW-1, which B's sums come from
    "student C": (set(), {B, C}),
}


@pytest.fixture
def api(monitor: Any) -> Iterator[Database]:
    put_roster(
        monitor.server,
        *(holds(role, role) for role in ROLES),
        teaches("teacher of MATH-1", "MATH-1"),
        teaches("teacher of LAW-1", "LAW-1"),
        advises("adviser of B", B),
        Line("student C", "self", C),
    )
    for number, (student, course) in enumerate(sorted(CLASSES)):
        events = [enrolled(f"e{number}", student, 0), scored(f"s{number}", student, 1, 10)]
        monitor.consume([msgspec.structs.replace(one, course=course) for one in events])
    with contextlib.closing(Database(monitor.server.dsn("api"))) as database:
        yield database


def test_who_may_call_which_and_why(monitor):
    rows = monitor.rows(
        "SELECT p.proname, (SELECT coalesce(string_agg(r, ' ' ORDER BY r), '')"
        "  FROM unnest('{api,ingest,privacy,public,reader}'::text[]) AS r"
        "  WHERE has_function_privilege(r, p.oid, 'EXECUTE')), p.proconfig"
        " FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef"
    )
    assert {name: roles for name, roles, _ in rows} == {name: who for name, (who, _) in WHY.items()}
    assert all("search_path=public, pg_temp" in settings for _, _, settings in rows)


@pytest.mark.parametrize("who", list(SEEN))
def test_the_past_is_told_of_a_class_to_whom_any_of_it_is_shown(api, who):
    class_, law = SEEN[who]

    told = {one for (one,) in api.ask(THEN, {"course": "MATH-1"}, person=who)}
    of_one = {
        one
        for student in STUDENTS
        for (one,) in api.ask(OF_ONE, {"course": "LAW-1", "one": student}, person=who)
    }
    courses = {
        student
        for student in STUDENTS
        if api.ask("SELECT courses_of(%(one)s)", {"one": student}, person=who)
    }
    everyone = "SELECT DISTINCT student::text FROM standing"

    assert told == class_
    assert of_one == law
    assert courses == {one for (one,) in api.ask(everyone, {}, person=who)}
