"""Told again only where a crash came between: announcers die, fail, and run at once."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib import bootstrap
from chalicelib.domain.errors import UnavailableError
from chalicelib.jobs import announce_unsent
from chalicelib.settings import Settings
from tests.fakes import FakeNotifier
from tests.integration.announcers import (
    DAY,
    NOON,
    has_alerts,
    unsent,
)


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


def test_while_one_is_told_something_nobody_else_tells_them_more(monitor, announcer):
    has_alerts(monitor, 1)
    one, other = announcer(), announcer()
    one.run()
    monitor.rows("UPDATE announcement SET sent_at = NULL RETURNING 1")
    with one.outbox.unit() as unit:
        assert len(unit.claim("instructor of MATH-1")) == 1
        has_alerts(monitor, 1)
        assert other.run() == 0, "it would be beyond the budget, or another digest"

    assert other.run() == 2


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


@pytest.mark.parametrize(
    ("down", "sent", "metric"), [(True, 0, "AnnouncementsHeld"), (False, 1, "AnnouncementsSent")]
)
def test_operators_see_whether_what_is_due_goes_out(
    monitor, capsys, monkeypatch, down, sent, metric
):
    monitor.clock.moment = NOON
    has_alerts(monitor, 1)
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "alert-announcer")
    built = bootstrap.build(Settings(database_conninfo=monitor.server.dsn("ingest")))
    notifier = FakeNotifier(down=down)

    assert (
        announce_unsent(dataclasses.replace(built, clock=monitor.clock, notifier=notifier)) == sent
    )
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line[metric] for line in lines if metric in line] == [[1.0]]
    assert unsent(monitor) == 1 - sent
