"""People and the monitor change the same alerts: no change is lost, none waits in a circle."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest

from chalicelib.adapters.postgres.alert_changes import PostgresAlertChanges
from chalicelib.adapters.postgres.alert_reads import PostgresAlertReads
from chalicelib.adapters.postgres.database import Database
from chalicelib.domain import alert_requests as ask
from chalicelib.domain.alert_changes import Case
from chalicelib.domain.alerts import NOBODY
from chalicelib.domain.catalogue import Item
from chalicelib.domain.errors import ConflictError, StaleError
from chalicelib.domain.policy import HIGHER_EDUCATION
from chalicelib.services.alerts import act
from tests.builders import START, STUDENTS, enrolled, scored, submitted
from tests.rosters import put_roster, teaches

A, B, C = STUDENTS
DAY = dt.timedelta(days=1)
CLASS = [f"{n:02x}000000-0000-0000-0000-000000000007" for n in range(1, 9)]


class People:
    """Somebody with a connection of their own."""

    def __init__(self, monitor) -> None:
        self.monitor = monitor
        self.database = Database(monitor.server.dsn("api"))
        self.changes = PostgresAlertChanges(self.database)

    def act(self, wanted, alert_id, versions=None, number=0) -> Case:
        return act(
            wanted,
            alert_id,
            changes=self.changes,
            clock=self.monitor.clock,
            policy_of=lambda _: HIGHER_EDUCATION,
            person="ada",
            versions=versions,
            number=number,
        )

    def todo(self, *, by=2, **wanted):
        """Return what is to be done in the course, page by page of so many."""
        reads, after, found = PostgresAlertReads(self.database), (), []
        every = {"course": "MATH-1", "student": None, "assignee": None, "rule": None}
        while after is not None:
            now = self.monitor.clock.now()
            page = reads.todo({**every, "state": "active", **wanted}, after, by, now, person="ada")
            found += page.rows
            after = page.last
        return found


@pytest.fixture
def people(monitor):
    put_roster(monitor.server, teaches("ada", "MATH-1"))
    known = []

    def another():
        known.append(People(monitor))
        return known[-1]

    yield another
    for one in known:
        one.database.close()


def alerts(monitor, *columns):
    query = "SELECT {} FROM alert ORDER BY student, rule, alert_id"
    return monitor.rows(query.format(", ".join(columns)))


def one_alert(monitor):
    monitor.consume([scored("first", A, 1, 20)])
    ((number,),) = alerts(monitor, "alert_id")
    return number


def one_lacks_work(monitor):
    """Return the alert of one who lacks a piece of work; in five days it will be two."""
    for item, day in (("essay", 10), ("report", 14)):
        monitor.catalogue.put_item("MATH-1", item, Item(item.title(), START + day * DAY))
    monitor.consume([enrolled(f"e{s}", s, 0.5) for s in CLASS])
    done = [
        submitted(f"{item}{s}", s, 9, item=item) for s in CLASS[1:] for item in ("essay", "report")
    ]
    monitor.consume(done)
    monitor.clock.moment = START + 18 * DAY
    assert monitor.sweep().opened == 1
    ((number, severity),) = alerts(monitor, "alert_id", "severity")
    assert severity == 2
    return number


def later(monitor, days):
    monitor.clock.moment += days * DAY


def test_of_two_people_who_read_the_same_version_one_is_told_to_read_again(monitor, people):
    number = one_alert(monitor)
    both = threading.Barrier(2)

    def assign(who, to):
        both.wait()
        try:
            return who.act(ask.Assign(assignee=to), number, frozenset({1})).assignee
        except StaleError:
            return None

    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(assign, [people(), people()], ["ben", "cleo"]))

    (assignee,) = [one for one in done if one]
    assert alerts(monitor, "assignee", "version") == [(assignee, 2)]
    assert monitor.rows("SELECT count(*) FROM alert_history") == [(2,)]


def test_many_notes_at_once_are_all_kept_in_order(monitor, people):
    number = one_alert(monitor)

    def write(who):
        for n in range(10):
            who.act(ask.AddNote(note=f"{n}"), number)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, [people() for _ in range(4)]))

    assert monitor.rows("SELECT version FROM alert_history ORDER BY 1") == [
        (n,) for n in range(1, 42)
    ]


def test_people_beside_a_consumer_and_sweeps_leave_counts_and_history_right(monitor, people):
    marks = [
        scored(f"m{i}", STUDENTS[i % 3], 2 + i / 100, (i * 37) % 60, item=f"q{i % 9}")
        for i in range(150)
    ]
    stop = threading.Event()
    asked = [ask.Resolve(outcome="other"), ask.AddNote(note="."), ask.Intervene(kind="plan")]
    with ThreadPoolExecutor(4) as threads:
        done = [threads.submit(work_on, people(), one, stop) for one in asked]
        done.append(threads.submit(sweep_on, monitor, stop))
        for i in range(0, len(marks), 5):
            monitor.consume(marks[i : i + 5])
            monitor.clock.moment += 8 * DAY
        stop.set()
        for one in done:
            one.result(30)
    monitor.consume([scored("last", str(uuid.UUID(int=9)), 2, 10)])  # one that nobody resolves

    assert {"resolved", "intervention_started", "noted"} <= {
        change for (change,) in monitor.rows("SELECT DISTINCT change FROM alert_history")
    }
    assert counted(monitor)
    assert counted(monitor) == monitor.rows(
        "SELECT student::text, open_alerts FROM standing WHERE open_alerts > 0 ORDER BY 1"
    )
    gaps = monitor.rows(
        "SELECT alert_id FROM alert JOIN alert_history h USING (alert_id) GROUP BY alert_id,"
        " alert.version HAVING count(*) <> alert.version OR max(h.version) <> alert.version"
    )
    assert gaps == []


def work_on(who, wanted, stop):
    """Do the same to every open alert, again and again."""
    while not stop.is_set():
        with who.database.transaction(person="ada") as cursor:
            cursor.execute("SELECT alert_id FROM alert WHERE cleared_at IS NULL")
            found = cursor.fetchall()
        for (number,) in found:
            with contextlib.suppress(ConflictError):  # it has just been closed
                who.act(wanted, number)


def sweep_on(monitor, stop):
    while not stop.is_set():
        monitor.sweep()


def counted(monitor):
    return monitor.rows(
        "SELECT student::text, count(*) FROM alert WHERE cleared_at IS NULL AND student <> %(no)s"
        " GROUP BY student ORDER BY 1",
        no=NOBODY,
    )


def test_what_a_person_has_closed_stays_quiet_until_the_cool_down_is_over(monitor, people):
    number = one_alert(monitor)
    people().act(ask.Resolve(outcome="supported"), number)

    monitor.consume([scored("second", A, 2, 10, item="quiz-2")])
    later(monitor, HIGHER_EDUCATION.cool_down_days - 1)
    assert monitor.sweep().opened == 0

    later(monitor, 1)
    assert monitor.sweep().opened == 1
    assert alerts(monitor, "outcome", "cleared_at IS NULL") == [("supported", False), (None, True)]


def test_something_more_severe_than_what_was_closed_breaks_the_quiet(monitor, people):
    number = one_lacks_work(monitor)
    people().act(ask.Resolve(outcome="supported"), number)

    later(monitor, 5)
    assert monitor.sweep().opened == 1

    assert alerts(monitor, "severity", "cleared_at IS NULL") == [(2, False), (3, True)]


def test_what_has_cleared_and_comes_back_at_once_is_quiet_for_a_day(monitor):
    one_alert(monitor)
    monitor.consume([scored("again", A, 2, 90)])
    monitor.consume([scored("down", A, 3, 20)])
    assert alerts(monitor, "cleared_at IS NULL") == [(False,)]

    later(monitor, 1)
    assert monitor.sweep().opened == 1


def test_a_snoozed_alert_keeps_up_and_clears(monitor, people):
    number = one_alert(monitor)
    until = monitor.clock.now() + 20 * DAY
    people().act(ask.Snooze(until=until), number)

    monitor.consume([scored("second", A, 2, 10, item="quiz-2")])
    assert alerts(monitor, "snoozed_until", "version") == [(until, 3)]
    updated = "SELECT details FROM alert_history WHERE change = 'updated'"
    assert monitor.rows(updated) == [(None,)], "no more severe: only the numbers are new"
    assert monitor.sweep().opened == 0

    monitor.consume([scored(f"r{n}", A, 3, 95, item=f"quiz-{n}") for n in (1, 2)])
    assert alerts(monitor, "cleared_at IS NULL", "outcome") == [(False, None)]


def test_a_snoozed_alert_that_becomes_more_severe_wakes_and_is_told_of(monitor, people):
    number = one_lacks_work(monitor)
    people().act(ask.Snooze(until=monitor.clock.now() + 20 * DAY), number)

    later(monitor, 5)
    assert monitor.sweep().updated == 1

    assert alerts(monitor, "severity", "snoozed_until") == [(3, None)]
    kinds = monitor.rows("SELECT kind FROM announcement ORDER BY announcement_id")
    assert kinds == [("opened",), ("woken",), ("escalated",)]
    ((details,),) = monitor.rows("SELECT details FROM alert_history WHERE change = 'updated'")
    assert json.loads(details) == {"woken": True}


def test_what_most_of_a_class_lacks_is_one_alert_to_the_course(monitor, people):
    item = Item("Essay", START + 10 * DAY)
    monitor.catalogue.put_item("MATH-1", "essay", item)
    monitor.consume([enrolled(f"e{s}", s, 0.5) for s in CLASS])
    monitor.consume([submitted("s1", CLASS[0], 9, item="essay")])
    monitor.clock.moment = START + 16 * DAY
    assert monitor.sweep().opened == 0

    later(monitor, 2)
    assert monitor.sweep().opened == 1
    assert monitor.sweep().opened == 0
    assert alerts(monitor, "student::text", "course", "rule", "because") == [
        (
            NOBODY,
            "MATH-1",
            "class_missing_work",
            "Most of the class has not handed in, 7 days or more after the due date: Essay "
            "(1 of 8 did).",
        )
    ]
    (listed,) = people().todo(state="open")
    assert (listed["student"], listed["severity"]) == (None, "elevated")

    monitor.consume([submitted(f"l{s}", s, 18, item="essay") for s in CLASS[1:6]])
    outcome = monitor.sweep()
    assert (outcome.cleared, outcome.opened) == (1, 2), "now it is the two students' own"


def test_the_course_alert_can_be_resolved(monitor, people):
    with monitor.database.transaction() as cursor:
        cursor.execute(
            "INSERT INTO alert (student, course, rule, severity, because, evidence, opened_at)"
            " VALUES (%s, 'MATH-1', 'class_missing_work', 2, '', '{}', now())",
            (NOBODY,),
        )
    ((number,),) = alerts(monitor, "alert_id")
    assert people().act(ask.Resolve(outcome="other"), number).outcome == "other"


@pytest.mark.parametrize("by", [1, 2, 3, 4, 9])
def test_the_to_do_list_goes_by_severity_change_and_time_without_a_note(monitor, people, by):
    now = monitor.clock.now()
    wanted = [  # rule, severity, risk 8 days ago and today, days without a note
        ("high_rising", 3, (20, 60), 1),
        ("high_long", 3, (50, 50), 30),
        ("high_unknown", 3, None, 20),
        ("high_short", 3, (50, 50), 2),
        ("high_better", 3, (60, 20), 90),
        ("middle_rising", 2, (10, 30), 3),
        ("middle_long", 2, None, 9),
        ("mild_rising", 1, (0, 90), 50),
        ("mild_better", 1, (90, 0), 50),
    ]
    with monitor.database.transaction() as cursor:
        for n, (rule, severity, risks, days) in enumerate(wanted):
            student = f"{n:02x}000000-0000-0000-0000-00000000000a"
            cursor.execute(
                "INSERT INTO alert (student, course, rule, severity, because, evidence, opened_at,"
                " noted_at) VALUES (%s, 'MATH-1', %s, %s, '', '{}', %s, %s)",
                (student, rule, severity, now - 100 * DAY, now - days * DAY),
            )
            for risk, ago in zip(risks or (), (8, 0), strict=False):
                cursor.execute(
                    "INSERT INTO risk_daily VALUES (%s, 'MATH-1', %s, %s, '{}')",
                    (student, (now - ago * DAY).date(), risk),
                )

    listed = people().todo(by=by)

    assert [one["rule"] for one in listed] == [rule for rule, _, _, _ in wanted]
    assert [one["risk_change"] for one in listed] == [40, 0, None, 0, -40, 20, None, 90, -90]


@pytest.mark.parametrize("role", ["ingest", "api"])
@pytest.mark.parametrize(
    "change", ["UPDATE alert_history SET because = ''", "DELETE FROM alert_history"]
)
def test_nobody_changes_the_past_of_an_alert(monitor, role, change):
    one_alert(monitor)
    connection = psycopg2.connect(monitor.server.dsn(role))
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), connection.cursor() as cursor:
        cursor.execute(change)
    connection.close()


def test_analysts_read_no_notes(monitor):
    connection = psycopg2.connect(monitor.server.dsn("reader"))
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT change, because FROM alert_history")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("SELECT details FROM alert_history")
    connection.close()


def test_the_database_and_the_domain_have_the_same_words_for_a_state(monitor):
    now = monitor.clock.now()
    for progress in ("open", "acknowledged", "in_progress"):
        for outcome in (None, "other"):
            for closed in (None, now):
                for snoozed in (None, now - DAY, now, now + DAY):
                    if outcome and not closed:
                        continue
                    ((found,),) = monitor.rows(
                        "SELECT alert_state(%(p)s, %(o)s, %(c)s, %(s)s, %(n)s)",
                        p=progress, o=outcome, c=closed, s=snoozed, n=now,
                    )  # fmt: skip
                    case = Case(
                        version=1,
                        progress=progress,
                        outcome=outcome,
                        closed_at=closed,
                        snoozed_until=snoozed,
                    )
                    assert found == case.state(now)
