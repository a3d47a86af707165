"""What people are told: in order, once, within limits; again only where a crash came between."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.adapters.postgres.alert_changes import PostgresAlertChanges
from chalicelib.adapters.postgres.announcing import PostgresOutbox
from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.policies import PostgresPolicies
from chalicelib.domain import alert_requests as ask
from chalicelib.domain.alerts import NOBODY
from chalicelib.domain.errors import UnavailableError
from chalicelib.domain.policy import HIGHER_EDUCATION
from chalicelib.services import policies
from chalicelib.services.alerts import act
from chalicelib.services.announce import announce
from tests.builders import START, STUDENTS, scored
from tests.fakes import FakeNotifier

A, B, C = STUDENTS
DAY = dt.timedelta(days=1)
NOON = START + 120 * DAY + DAY / 2
INSTRUCTOR = "instructor of MATH-1"


class Killed(BaseException):
    """What a process that is killed looks like from inside."""


class DyingNotifier(FakeNotifier):
    """Delivers, and dies before it can say so, as long as it has lives."""

    def __init__(self, lives: int) -> None:
        super().__init__()
        self.lives = lives

    def notify(self, message) -> None:
        super().notify(message)
        if self.lives:
            self.lives -= 1
            raise Killed


class Announcer:
    """The announcer with a connection of its own."""

    def __init__(self, monitor, notifier=None) -> None:
        self.monitor = monitor
        self.notifier = notifier or FakeNotifier()
        self.database = Database(monitor.server.dsn("ingest"))
        self.outbox = PostgresOutbox(self.database)

    def run(self, **more) -> int:
        return announce(
            outbox=self.outbox,
            notifier=self.notifier,
            clock=self.monitor.clock,
            policy=HIGHER_EDUCATION,
            **more,
        )

    @property
    def told(self):
        """What was delivered: to whom, whether as a digest, and of each alert its kind."""
        return [
            (one.recipient, one.digest, [notice.kind for notice in one.notices])
            for one in self.notifier.told
        ]


@pytest.fixture
def announcer(monitor):
    """Give announcers at noon, when nothing is quiet."""
    monitor.clock.moment = NOON
    known = []

    def another(notifier=None):
        known.append(Announcer(monitor, notifier))
        return known[-1]

    yield another
    for one in known:
        one.database.close()


@pytest.fixture
def api(monitor):
    database = Database(monitor.server.dsn("api"))
    yield database
    database.close()


def has_alerts(monitor, number, severity=3, course="MATH-1", student=A):
    """Have alerts of so many rules, as the consumer leaves them in the outbox."""
    monitor.rows(
        "WITH a AS (INSERT INTO alert (student, course, rule, severity, because, evidence,"
        " opened_at) SELECT %(student)s, %(course)s, 'rule_' || gen_random_uuid(), %(severity)s,"
        " 'It is so.', '{}', %(now)s FROM generate_series(1, %(number)s) RETURNING alert_id)"
        " INSERT INTO announcement (alert_id, kind) SELECT alert_id, 'opened' FROM a"
        " RETURNING alert_id",
        student=student,
        course=course,
        severity=severity,
        number=number,
        now=monitor.clock.now(),
    )


def unsent(monitor):
    return monitor.rows("SELECT count(*) FROM announcement WHERE sent_at IS NULL")[0][0]


def changed(monitor, statement, **values):
    with monitor.database.transaction() as cursor:
        cursor.execute(statement, values)


def works(monitor, api, wanted, number, person="ada"):
    return act(
        wanted,
        number,
        changes=PostgresAlertChanges(api),
        clock=monitor.clock,
        policy_of=lambda _: HIGHER_EDUCATION,
        person=person,
        versions=None,
    )


def test_what_is_urgent_is_told_at_once_the_rest_in_the_digest_of_the_next_morning(
    monitor, announcer
):
    has_alerts(monitor, 1)
    has_alerts(monitor, 2, severity=2)
    one = announcer()

    assert one.run() == 1
    assert one.told == [(INSTRUCTOR, False, ["opened"])]
    assert one.run() == 0
    monitor.clock.moment += DAY
    assert one.run() == 1
    assert one.told[1:] == [(INSTRUCTOR, True, ["opened", "opened"])]
    assert (one.run(), unsent(monitor)) == (0, 0)


def test_in_quiet_hours_nothing_is_sent_until_their_end(monitor, announcer):
    monitor.clock.moment = NOON - DAY / 2
    has_alerts(monitor, 1)
    one = announcer()

    assert one.run() == 0
    monitor.clock.moment = NOON - DAY / 6
    assert one.run() == 1
    assert one.told == [(INSTRUCTOR, False, ["opened"])]


def test_beyond_the_budget_all_goes_to_one_digest(monitor, announcer):
    has_alerts(monitor, 4)
    one = announcer()
    assert one.run() == 4
    monitor.clock.moment += DAY / 24
    has_alerts(monitor, 4)

    assert one.run() == 1
    monitor.clock.moment = NOON + DAY
    assert one.run() == 1
    assert one.told[5:] == [(INSTRUCTOR, True, ["opened"] * 3)]
    has_alerts(monitor, 6)
    assert one.run() == 4, "one was told within 24 hours"
    assert unsent(monitor) == 2


def test_a_mark_that_opens_and_clears_before_anybody_was_told_is_settled(monitor, announcer):
    monitor.consume([scored("first", A, 1, 20)])
    monitor.consume([scored("second", A, 2, 90, item="quiz-2")])
    one = announcer()

    assert one.run() == 0
    monitor.clock.moment += DAY
    assert one.run() == 1
    assert one.told == [(INSTRUCTOR, True, ["settled"])]
    assert unsent(monitor) == 0


def test_what_clears_is_told_to_who_was_told_of_it(monitor, announcer, api):
    monitor.consume([scored("first", A, 1, 20)])
    one = announcer()
    one.run()
    monitor.clock.moment += DAY
    one.run()
    ((number,),) = monitor.rows("SELECT alert_id FROM alert")
    works(monitor, api, ask.Assign(assignee="ada"), number)
    monitor.consume([scored("second", A, 2, 90, item="quiz-2")])
    one.run()
    monitor.clock.moment += DAY
    one.run()

    assert one.told[-1] == (INSTRUCTOR, True, ["cleared"])


def test_who_gets_an_alert_is_told_and_a_change_of_mind_is_not(monitor, announcer, api):
    has_alerts(monitor, 1)
    one = announcer()
    one.run()
    ((number,),) = monitor.rows("SELECT alert_id FROM alert")

    works(monitor, api, ask.Assign(assignee="ben"), number)
    assert one.run() == 1
    assert one.told[-1] == ("ben", False, ["assigned"])

    works(monitor, api, ask.Assign(assignee="cleo"), number)
    works(monitor, api, ask.Assign(assignee=None), number)
    assert (one.run(), unsent(monitor)) == (0, 0)


def test_the_end_of_a_snooze_is_told_if_it_is_still_that_snooze(monitor, announcer, api):
    has_alerts(monitor, 1)
    one = announcer()
    one.run()
    ((number,),) = monitor.rows("SELECT alert_id FROM alert")
    for days in (3, 2):
        works(monitor, api, ask.Snooze(until=NOON + days * DAY), number)

    told = []
    for _ in range(4):
        monitor.clock.moment += DAY
        told.append(one.run())
    assert told == [0, 1, 0, 0]
    assert one.told[-1] == (INSTRUCTOR, False, ["woken"])
    assert unsent(monitor) == 0


def test_who_is_responsible_by_the_roster_of_the_day_is_told_each(monitor, announcer, api):
    today = NOON.date()
    with api.transaction() as cursor:
        for line in (
            ("ines", "teaches", "MATH-1", None, None),
            ("ivo", "teaches", "MATH-1", today, today),
            ("otto", "teaches", "MATH-1", None, today - DAY),
            ("nora", "teaches", "MATH-1", today + DAY, None),
            ("lena", "teaches", "LAW-1", None, None),
            ("ada", "advises", A, None, None),
            ("ivo", "advises", A, None, None),
            (A, "self", A, None, None),
        ):
            cursor.execute("INSERT INTO roster VALUES (%s, %s, %s, %s, %s, 1, 'o')", line)
    has_alerts(monitor, 1)
    has_alerts(monitor, 1, student=B)
    has_alerts(monitor, 1, student=NOBODY)
    has_alerts(monitor, 1, course="ART-1")
    one = announcer()

    assert one.run() == 9
    assert Counter(who for who, _, _ in one.told) == {"ines": 3, "ivo": 4, "ada": 2}


def test_who_has_left_is_told_of_nobody_any_more(monitor, announcer, api):
    has_alerts(monitor, 1)
    ((number,),) = monitor.rows("SELECT alert_id FROM alert")
    works(monitor, api, ask.Assign(assignee="otto"), number)
    with api.transaction() as cursor:
        cursor.execute(
            "INSERT INTO roster (person, kind, target, ends_on, set_by)"
            " VALUES ('otto', 'teaches', 'MATH-1', %s, 'o')",
            (NOON.date() - DAY,),
        )
        cursor.execute(
            "INSERT INTO roster_version (person, kind, target, ends_on, version, set_by)"
            " SELECT person, kind, target, ends_on, version, set_by FROM roster"
        )
    one = announcer()

    assert one.run() == 1
    assert one.told == [(INSTRUCTOR, False, ["opened"])]
    assert unsent(monitor) == 0


def test_the_institutions_policy_and_the_courses_severity_are_in_force(monitor, announcer, api):
    versions = PostgresPolicies(api)
    for course, changes in (
        ("", {"time_zone": "Asia/Tokyo", "daily_messages": 9}),
        ("LAW-1", {"immediate_from_severity": "watch"}),
    ):
        policies.put(versions, HIGHER_EDUCATION, course, changes, "", person="ada")
    has_alerts(monitor, 8, severity=1, course="LAW-1")
    has_alerts(monitor, 1, severity=1)
    one = announcer()

    assert one.run() == 0, "it is nine in the evening in Tokyo"
    monitor.clock.moment = NOON + DAY / 2  # nine in the morning
    assert one.run() == 9
    assert one.told[-1] == (INSTRUCTOR, True, ["opened"])


def test_who_dies_after_delivering_delivers_again_and_loses_nothing(monitor, announcer):
    has_alerts(monitor, 3)
    one = announcer(DyingNotifier(lives=3))
    for _ in range(3):
        with pytest.raises(Killed):
            one.run()
    assert unsent(monitor) == 3

    assert one.run() == 3
    delivered = Counter(
        number for message in one.notifier.told for number in message.announcement_ids
    )
    assert len(delivered) == 3
    assert sum(delivered.values()) == 6, "once each, and once for every death"
    assert one.run() == 0


def test_what_has_gone_out_when_the_notifier_fails_is_not_sent_again(monitor, announcer):
    class Failing(FakeNotifier):
        def notify(self, message) -> None:
            self.down = len(self.told) == 2
            super().notify(message)

    has_alerts(monitor, 3)
    one = announcer(Failing())
    with pytest.raises(UnavailableError):
        one.run()
    assert monitor.rows("SELECT attempts FROM announcement WHERE sent_at IS NULL") == [(1,)]

    one.notifier = FakeNotifier()
    assert one.run() == 1
    assert unsent(monitor) == 0


def test_one_whom_nothing_reaches_holds_up_nobody_else(monitor, announcer):
    class Refusing(FakeNotifier):
        def notify(self, message) -> None:
            self.down = message.recipient == "instructor of A-1"
            super().notify(message)

    has_alerts(monitor, 1, course="A-1")
    has_alerts(monitor, 1, course="B-1")
    one = announcer(Refusing())
    for _ in range(2):
        with pytest.raises(UnavailableError):
            one.run()

    assert one.told == [("instructor of B-1", False, ["opened"])]


def test_announcers_at_once_send_nothing_twice_and_one_digest(monitor, announcer):
    courses = [f"C-{n}" for n in range(12)]
    for course in courses:
        has_alerts(monitor, 7, course=course)
    several = [announcer() for _ in range(4)]
    begin = threading.Barrier(4)

    def run(one):
        begin.wait()
        return one.run()

    for wanted in (5, 1):
        with ThreadPoolExecutor(4) as threads:
            sent = sum(threads.map(run, several))
        assert sent == wanted * len(courses)
        monitor.clock.moment += DAY
    delivered = Counter(
        number
        for one in several
        for message in one.notifier.told
        for number in message.announcement_ids
    )
    assert set(delivered.values()) == {1}
    assert len(delivered) == 7 * len(courses)
    assert unsent(monitor) == 0


def test_when_the_time_is_over_the_rest_is_left_to_the_next_run(monitor, announcer):
    has_alerts(monitor, 1)

    assert announcer().run(within_s=-1) == 0
    assert announcer().run() == 1


def test_nobodys_digest_is_lost_in_a_crowd(monitor, announcer):
    has_alerts(monitor, 2500, severity=1)
    one = announcer()
    one.run()
    monitor.clock.moment += DAY

    while one.run():
        pass
    assert [len(message.notices) for message in one.notifier.told] == [2000, 500]
    assert unsent(monitor) == 0


def test_a_course_cannot_say_when_people_are_told(api):
    for name, value in (("time_zone", "Asia/Tokyo"), ("digest_hour", 3)):
        with pytest.raises(Exception, match=f"`{name}`: people have several courses"):
            policies.put(
                PostgresPolicies(api), HIGHER_EDUCATION, "LAW-1", {name: value}, "", person="ada"
            )
