"""What is told now, what waits and until when: nothing is dropped, nothing is told twice."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from typing import Any

import msgspec
import pytest

from chalicelib.domain.announcements import Announcement
from chalicelib.domain.delivery_plan import Plan, plan
from chalicelib.domain.indicators import Severity
from chalicelib.domain.policy import HIGHER_EDUCATION, Policy
from tests.messages import announcement as told

NOON = dt.datetime(2025, 3, 25, 12, tzinfo=dt.UTC)
NIGHT = dt.datetime(2025, 3, 25, 22, tzinfo=dt.UTC)
MORNING = dt.datetime(2025, 3, 26, 8, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
POLICY = HIGHER_EDUCATION  # quiet from 20 to 8, digest at 8, five messages a day, in UTC


def planned(
    *untold: Announcement, now: dt.datetime = NOON, lately: int = 0, **changes: Any
) -> Plan:
    policy: Policy = msgspec.structs.replace(POLICY, **changes)
    severity = Severity[policy.immediate_from_severity.upper()]
    return plan(untold, now, policy=policy, urgent_from=lambda _: severity, sent_lately=lately)


def sent(found: Plan) -> list[tuple[bool, list[tuple[str, tuple[int, ...]]]]]:
    return [
        (message.digest, [(one.kind, one.announcement_ids) for one in message.notices])
        for message in found.messages
    ]


def test_what_is_urgent_is_told_at_once_and_alone():
    found = planned(told(1), told(2))

    assert sent(found) == [(False, [("opened", (1,))]), (False, [("opened", (2,))])]
    assert [message.recipient for message in found.messages] == ["ines", "ines"]
    assert (found.waiting, found.moot) == ([], [])


@pytest.mark.parametrize("severity", [Severity.WATCH, Severity.ELEVATED])
def test_what_is_not_waits_for_the_digest(severity):
    found = planned(told(1, severity))

    assert found == Plan([], [((1,), MORNING, True)], [])


def test_the_policy_says_what_is_urgent():
    found = planned(told(1, Severity.WATCH), immediate_from_severity="watch")

    assert sent(found) == [(False, [("opened", (1,))])]


def test_each_courses_policy_says_so_for_its_alerts():
    of = {"MATH-1": Severity.HIGH, "LAW-1": Severity.ELEVATED}
    both = [told(1, Severity.ELEVATED), told(2, Severity.ELEVATED, course="LAW-1")]

    found = plan(both, NOON, policy=POLICY, urgent_from=lambda c: of[c], sent_lately=0)

    assert sent(found) == [(False, [("opened", (2,))])]
    assert [one.announcement_ids for one in found.waiting] == [(1,)]


def test_in_quiet_hours_what_is_urgent_waits_for_their_end():
    assert planned(told(1), now=NIGHT) == Plan([], [((1,), MORNING, False)], [])
    assert sent(planned(told(1, due_at=MORNING), now=MORNING)) == [(False, [("opened", (1,))])]


@pytest.mark.parametrize(
    ("zone", "now", "ends"),
    [
        # Clocks go forward on 30 March 2025 in Europe, on 9 March in America.
        ("Europe/Berlin", "2025-03-29T21:00", "2025-03-30T06:00"),
        ("Europe/Berlin", "2025-03-28T21:00", "2025-03-29T07:00"),
        ("America/New_York", "2025-03-09T01:00", "2025-03-09T12:00"),
        ("America/New_York", "2025-03-08T01:00", "2025-03-08T13:00"),
    ],
)
def test_quiet_hours_and_digest_go_by_the_clock_of_the_institution(zone, now, ends):
    moment = dt.datetime.fromisoformat(now).replace(tzinfo=dt.UTC)
    until = dt.datetime.fromisoformat(ends).replace(tzinfo=dt.UTC)

    found = planned(told(1), told(2, Severity.WATCH), now=moment, time_zone=zone)

    assert found.waiting == [((1,), until, False), ((2,), until, True)]


def test_what_is_beyond_the_budget_of_the_morning_is_in_its_digest():
    night = planned(*map(told, range(1, 4)), now=NIGHT, lately=3)
    assert night.waiting == [
        ((1,), MORNING, False), ((2,), MORNING, False), ((3,), MORNING, True),
    ]  # fmt: skip

    due = told(3, in_digest=True, due_at=MORNING)
    assert sent(planned(told(1), told(2), due, now=MORNING, lately=3)) == [
        (False, [("opened", (1,))]),
        (False, [("opened", (2,))]),
        (True, [("opened", (3,))]),
    ]


def test_equal_hours_are_no_quiet_hours():
    found = planned(told(1), now=NIGHT, quiet_from_hour=0, quiet_until_hour=0)

    assert sent(found) == [(False, [("opened", (1,))])]


def test_beyond_the_budget_the_digest_takes_it():
    found = planned(*map(told, range(1, 9)), lately=2)

    assert [ids for _, ((_, ids),) in sent(found)] == [(1,), (2,), (3,)]
    assert found.waiting == [((n,), MORNING, True) for n in range(4, 9)]


def test_the_most_severe_are_within_the_budget():
    found = planned(told(1, Severity.WATCH), told(2), lately=4, immediate_from_severity="watch")

    assert sent(found) == [(False, [("opened", (2,))])]
    assert [one.announcement_ids for one in found.waiting] == [(1,)]


@pytest.mark.parametrize("lately", [5, 6, 1000])
def test_an_empty_budget_drops_nothing(lately):
    assert planned(told(1), lately=lately) == Plan([], [((1,), MORNING, True)], [])
    assert planned(told(1), daily_messages=0).waiting == [((1,), MORNING, True)]
    assert planned(told(1), told(2), told(3), lately=lately).messages == []


def test_what_is_beyond_the_budget_comes_first_in_a_digest_that_is_due():
    due = told(1, Severity.WATCH, in_digest=True, due_at=NOON)

    assert sent(planned(due, told(2), lately=5)) == [(True, [("opened", (2,)), ("opened", (1,))])]


def test_a_digest_with_nothing_left_to_tell_is_no_message():
    due = told(1, kind="escalated", closed=True, in_digest=True, due_at=NOON)

    assert planned(due) == Plan([], [], [1])
    assert sent(planned(due, told(2))) == [(False, [("opened", (2,))])]


def test_what_was_left_to_the_digest_stays_there_though_the_budget_has_room_again():
    one = told(1, in_digest=True, due_at=MORNING)

    assert planned(one).waiting == [((1,), MORNING, True)]


def test_the_digest_is_one_message_of_all_that_waits_for_it_most_severe_first():
    due = {"in_digest": True, "due_at": MORNING}
    found = planned(
        told(1, Severity.WATCH, **due),
        told(2, Severity.ELEVATED),
        told(3, **due),
        told(4, closed=True, **due),
        told(5),
        now=MORNING,
    )

    assert sent(found) == [
        (False, [("opened", (5,))]),
        (True, [("opened", (3,)), ("opened", (2,)), ("opened", (1,)), ("settled", (4,))]),
    ]
    assert found.waiting == []
    assert found.messages[1].announcement_ids == [3, 2, 1, 4]
    assert found.messages[1].severity is Severity.HIGH


def test_the_digest_comes_at_its_hour_be_it_quiet():
    due = told(1, in_digest=True, due_at=NIGHT)

    assert sent(planned(due, told(2), now=NIGHT)) == [(True, [("opened", (1,))])]
    assert planned(due, told(2), now=NIGHT).waiting == [((2,), MORNING, False)]


def test_a_digest_that_is_late_takes_all_and_the_next_is_tomorrows():
    late = NOON + DAY
    due = told(1, Severity.WATCH, in_digest=True, due_at=MORNING)

    assert sent(planned(due, told(2, Severity.WATCH), now=late)) == [
        (True, [("opened", (1,)), ("opened", (2,))])
    ]
    assert planned(told(3, Severity.WATCH), now=late).waiting == [((3,), MORNING + DAY, True)]


def test_what_is_over_before_it_was_told_is_settled_in_the_digest_not_new():
    both = [told(1, alert_id=1, closed=True), told(2, alert_id=1, kind="cleared", closed=True)]

    assert planned(*both) == Plan([], [((1, 2), MORNING, True)], [])
    at_once = planned(*[msgspec.structs.replace(one, in_digest=True) for one in both], now=MORNING)
    assert sent(at_once) == [(True, [("settled", (1, 2))])]
    assert at_once.messages[0].severity is Severity.GOOD


def test_what_a_person_closed_before_it_was_told_is_settled_too():
    resolved = told(1, closed=True, in_digest=True)

    assert sent(planned(resolved)) == [(True, [("settled", (1,))])]


def test_that_something_has_cleared_is_never_urgent():
    cleared = told(2, kind="cleared", closed=True)

    assert planned(cleared) == Plan([], [((2,), MORNING, True)], [])
    later = msgspec.structs.replace(cleared, in_digest=True)
    assert sent(planned(later)) == [(True, [("cleared", (2,))])]


def test_several_things_of_one_alert_are_one_notice():
    found = planned(
        told(1, alert_id=1, in_digest=True, due_at=MORNING), told(2, alert_id=1, kind="escalated")
    )

    assert sent(found) == [(False, [("opened", (1, 2))])]
    assert sent(planned(told(2, kind="escalated"))) == [(False, [("escalated", (2,))])]


@pytest.mark.parametrize(
    "moot",
    [
        told(1, kind="escalated", closed=True),
        told(1, kind="woken", closed=True),
        told(1, kind="assigned", assignee="ines", closed=True),
        told(1, kind="assigned", assignee="ben"),
        told(1, kind="assigned"),
        told(1, kind="woken", snoozed_until=NOON + DAY),
    ],
)
def test_what_is_no_longer_so_is_told_to_nobody(moot):
    assert planned(moot) == Plan([], [], [1])


@pytest.mark.parametrize(
    "still",
    [told(1, kind="assigned", assignee="ines"), told(1, kind="woken", snoozed_until=NOON)],
)
def test_what_is_still_so_is_told(still):
    assert sent(planned(still)) == [(False, [(still.kind, (1,))])]


def test_what_somebody_has_snoozed_is_not_urgent():
    found = planned(told(1, snoozed_until=NOON + DAY))

    assert found == Plan([], [((1,), MORNING, True)], [])


def test_nothing_to_tell_is_no_message():
    assert planned() == Plan([], [], [])


class Announcer:
    """Plays an outbox of one recipient, and keeps what was delivered when."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.waiting: dict[int, Announcement] = {}
        self.delivered: list[tuple[dt.datetime, bool, list[int]]] = []

    def run(self, now: dt.datetime) -> None:
        if any(one.due_at is None or one.due_at <= now for one in self.waiting.values()):
            lately = len(self.singly(now - DAY, now))
            untold = [*self.waiting.values()]
            self.take(
                now,
                plan(
                    untold,
                    now,
                    policy=self.policy,
                    urgent_from=lambda _: Severity.HIGH,
                    sent_lately=lately,
                ),
            )

    def take(self, now: dt.datetime, found: Plan) -> None:
        assert found.moot == []
        for message in found.messages:
            self.delivered.append((now, message.digest, message.announcement_ids))
            for number in message.announcement_ids:
                del self.waiting[number]
        for ids, until, in_digest in found.waiting:
            assert until > now
            for number in ids:
                kept = self.waiting[number]
                self.waiting[number] = msgspec.structs.replace(
                    kept, due_at=until, in_digest=in_digest
                )

    def singly(self, after: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
        return [at for at, digest, _ in self.delivered if not digest and after < at <= until]


@pytest.mark.parametrize("seed", range(60))
def test_over_weeks_everything_is_told_once_and_within_every_limit(seed):
    draw, numbers = random.Random(seed), itertools.count(1)
    zone = draw.choice(["UTC", "Europe/Berlin", "America/New_York"])
    hours = {"digest_hour": draw.randrange(24), "daily_messages": draw.randrange(4)}
    announcer = Announcer(msgspec.structs.replace(POLICY, time_zone=zone, **hours))
    for step in range(20 * 48):
        now = dt.datetime(2025, 3, 20, tzinfo=dt.UTC) + step * dt.timedelta(minutes=30)
        if step < 16 * 48 and draw.random() < 0.3:
            severity, over = draw.choice([*Severity][1:]), draw.random() < 0.1
            number = next(numbers)
            announcer.waiting[number] = told(number, severity, closed=over)
        announcer.run(now)

    assert announcer.waiting == {}
    told_of = sorted(number for _, _, ids in announcer.delivered for number in ids)
    assert told_of == list(range(1, next(numbers)))
    digests = [at for at, digest, _ in announcer.delivered if digest]
    assert all(b - a >= dt.timedelta(hours=23) for a, b in itertools.pairwise(digests))
    most = max((len(announcer.singly(at - DAY, at)) for at, _, _ in announcer.delivered), default=0)
    assert most <= announcer.policy.daily_messages
