"""The announcer on a real outbox, as tests drive it."""

from __future__ import annotations

import datetime as dt

from chalicelib.adapters.postgres.alert_changes import PostgresAlertChanges
from chalicelib.adapters.postgres.announcing import PostgresOutbox
from chalicelib.adapters.postgres.database import Database
from chalicelib.domain.policy import HIGHER_EDUCATION
from chalicelib.services.alerts import act
from chalicelib.services.announce import announce
from tests.builders import START, STUDENTS
from tests.fakes import FakeNotifier

A, B, C = STUDENTS
DAY = dt.timedelta(days=1)
NOON = START + 120 * DAY + DAY / 2
INSTRUCTOR = "instructor of MATH-1"


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
