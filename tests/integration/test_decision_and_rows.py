"""What domain.access decides and what row security shows are the same, for whatever roster."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import TYPE_CHECKING, Any

import msgspec
import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.roster import PostgresRoster, put_lines
from chalicelib.domain.access import About, Permit
from chalicelib.domain.errors import NotAllowedError
from chalicelib.domain.principal import Principal
from chalicelib.domain.roster import ROLES, Line
from chalicelib.domain.rules import Action
from chalicelib.services.access import permit, permit_on_alert
from tests.builders import START, STUDENTS, enrolled, scored
from tests.rosters import as_owner

if TYPE_CHECKING:
    from collections.abc import Iterator

WHO = Principal("eve", "person", "dashboard")
COURSES = ("LAW-1", "MATH-1")
# Of whom there is a standing, and mostly an alert, in which course.
CLASSES = {(STUDENTS[0], "MATH-1"), (STUDENTS[1], "MATH-1"), (STUDENTS[1], "LAW-1")}
TODAY = dt.datetime.now(dt.UTC).date()
DAYS = st.sampled_from([None, *(TODAY + dt.timedelta(days=n) for n in (-2, 2))])
TARGETS = {"role": ROLES, "teaches": COURSES, "advises": STUDENTS, "self": STUDENTS}
ROSTERS = st.dictionaries(
    st.sampled_from([(kind, target) for kind, all_ in TARGETS.items() for target in all_]),
    st.tuples(DAYS, DAYS).filter(lambda days: None in days or days[0] <= days[1]),
    max_size=6,
)
CAN_ADD = "INSERT INTO intervention"
CAN_ENROL = "INSERT INTO enrolment (student, course, begins_at)"


@pytest.fixture
def school(monitor: Any) -> Any:
    for number, (student, course) in enumerate(sorted(CLASSES)):
        events = [enrolled(f"e{number}", student, 0), scored(f"s{number}", student, 1, 10)]
        monitor.consume([msgspec.structs.replace(one, course=course) for one in events])
    monitor.sweep()
    with as_owner(monitor.server) as cursor:
        cursor.execute(
            "INSERT INTO person (student, data_key, nonce, content)"
            " SELECT DISTINCT student, ''::bytea, ''::bytea, ''::bytea FROM standing"
        )
    return monitor


@pytest.fixture
def api(school: Any) -> Iterator[Database]:
    database = Database(school.server.dsn("api"))
    yield database
    database.close()


def seen(api: Database, columns: str) -> set[Any]:
    return set(api.ask(f"SELECT DISTINCT {columns}", {}, person=WHO.subject))


def permitted(roster: PostgresRoster, action: Action, **about: Any) -> Permit | None:
    with contextlib.suppress(NotAllowedError):
        if "alert" in about:
            return permit_on_alert(roster, WHO, action, about["alert"])
        return permit(roster, WHO, action, About(**about))
    return None


def writable(api: Database, statement: str, *, for_all: bool = False) -> bool:
    """Tell whether row security lets a row be written; it is not kept."""
    try:
        with api.transaction(person=WHO.subject, for_all=for_all) as cursor:
            cursor.execute(statement)
            cursor.execute("SELECT 1")
            cursor.fetchall()
            raise _RolledBackError  # noqa: TRY301  # to roll back
    except _RolledBackError:
        return True
    except psycopg2.errors.InsufficientPrivilege:
        return False


class _RolledBackError(Exception):
    """Nothing is kept."""


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(lines=ROSTERS)
def test_the_decision_and_row_security_agree(school, api, lines):
    told = [Line(WHO.subject, *named, *days) for named, days in lines.items()]
    with as_owner(school.server) as cursor:
        cursor.execute("DELETE FROM roster; DELETE FROM roster_version")
        put_lines(cursor, told, "deployment")
    roster = PostgresRoster(api)
    alerts = dict(school.rows("SELECT alert_id, student::text FROM alert"))
    assert set(alerts.values()) == {student for student, _ in CLASSES}

    students = {(s,) for s, _ in CLASSES if permitted(roster, Action.READ_STUDENT, student=s)}
    classes = {c for c in COURSES if permitted(roster, Action.READ_CLASS, course=c)}
    read = {(a,) for a in alerts if permitted(roster, Action.READ_ALERT, alert=a)}
    worked_on = {a for a in alerts if permitted(roster, Action.ACT_ON_ALERT, alert=a)}

    assert seen(api, "student::text FROM standing") == students
    assert seen(api, "student::text FROM person") == students
    assert {pair for pair in CLASSES if pair[1] in classes} <= seen(
        api, "student::text, course FROM standing"
    )
    assert seen(api, "alert_id FROM alert_history") == read
    assert {(a,) for a in worked_on} <= read
    for number in worked_on:
        assert writable(api, f"{CAN_ADD} VALUES ({number}, 1, 'plan', 'eve', now())")
    for number in set(alerts) - {a for (a,) in read}:
        assert not writable(api, f"{CAN_ADD} VALUES ({number}, 1, 'plan', 'eve', now())")


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(lines=ROSTERS, course=st.sampled_from(COURSES), student=st.sampled_from(STUDENTS))
def test_who_may_enrol_can_and_whom_it_would_show_more_cannot(school, api, lines, course, student):
    told = [Line(WHO.subject, *named, *days) for named, days in lines.items()]
    with as_owner(school.server) as cursor:
        cursor.execute("DELETE FROM roster; DELETE FROM roster_version")
        put_lines(cursor, told, "deployment")
    values = f"VALUES ('{student}', '{course}', '{START}')"
    own = {(one.kind, one.target) for one in told if one.holds(TODAY)}

    may = permitted(PostgresRoster(api), Action.PUT_ENROLMENTS, course=course, student=student)
    can = writable(api, f"{CAN_ENROL} {values}", for_all=True)

    assert can or not may
    assert can is not bool({("teaches", course), ("self", student)} & own)
