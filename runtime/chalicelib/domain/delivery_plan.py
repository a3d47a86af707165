"""What one recipient is sent now, what waits and until when. Pure; the clock is the caller's."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.domain.announcements import Announcement, Message, Notice
from chalicelib.domain.local_time import end_of_quiet, next_at

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Sequence

    from chalicelib.domain.indicators import Severity
    from chalicelib.domain.policy import Policy

# What an open alert is told as when several things are to be told of it.
_FOREMOST = ("opened", "escalated", "assigned", "woken")


class Waiting(NamedTuple):
    """Announcements that are told later, one by one or in the digest."""

    announcement_ids: tuple[int, ...]
    until: dt.datetime
    in_digest: bool


class Plan(NamedTuple):
    """What becomes of everything that one recipient has not been told."""

    messages: list[Message]
    waiting: list[Waiting]
    moot: list[int]  # no longer so: told to nobody


def plan(
    untold: Sequence[Announcement],
    now: dt.datetime,
    *,
    policy: Policy,
    urgent_from: Callable[[str], Severity],
    sent_lately: int,
) -> Plan:
    """Decide about everything that one recipient has not been told yet.

    `policy` is the institution's, `urgent_from` a course the severity that is told at once, and
    `sent_lately` how many single messages the recipient got in the last 24 hours. Nothing is
    dropped: each announcement is in a message, waits, or is moot.
    """
    notices, moot = _settled(untold, now)
    urgent = [one for one in notices if _is_urgent(one, now, urgent_from)]
    rest = [one for one in notices if not _is_urgent(one, now, urgent_from)]
    room = max(0, policy.daily_messages - sent_lately)
    singly, rest = urgent[:room], sorted([*urgent[room:], *rest], key=_order)
    messages: list[Message] = []
    waiting: list[Waiting] = []
    if quiet_until := _end_of_quiet(now, policy):
        waiting = [Waiting(one.announcement_ids, quiet_until, in_digest=False) for one in singly]
    else:
        messages = [_message([one], digest=False) for one in singly]
    if rest and any(one.in_digest and _due(one, now) for one in untold):
        messages.append(_message(rest, digest=True))
    else:
        until = next_at(policy.digest_hour, now, policy.time_zone)
        waiting += [Waiting(one.announcement_ids, until, in_digest=True) for one in rest]
    return Plan(messages, waiting, moot)


def _end_of_quiet(now: dt.datetime, policy: Policy) -> dt.datetime | None:
    hours = {"from_hour": policy.quiet_from_hour, "until_hour": policy.quiet_until_hour}
    return end_of_quiet(now, policy.time_zone, **hours)


def _settled(untold: Iterable[Announcement], now: dt.datetime) -> tuple[list[Notice], list[int]]:
    """Return one notice an alert, most severe first, and what is no longer so."""
    by_alert = sorted(untold, key=lambda one: (one.alert_id, one.announcement_id))
    notices: list[Notice] = []
    moot: list[int] = []
    for _, group in groupby(by_alert, key=lambda one: one.alert_id):
        of_one = list(group)
        numbers = tuple(one.announcement_id for one in of_one)
        kind = _kind(of_one, now)
        if kind is None:
            moot += numbers
        else:
            in_digest = all(one.in_digest for one in of_one)
            notices.append(Notice(kind, of_one[-1], numbers, in_digest))
    return sorted(notices, key=_order), moot


def _kind(of_one: Sequence[Announcement], now: dt.datetime) -> str | None:
    """Return what one alert is told as; None: there is nothing left to tell.

    What was over before it was told is not told as new.
    """
    kinds, alert = {one.kind for one in of_one}, of_one[-1]
    if alert.closed:
        if "opened" in kinds:
            return "settled"
        return "cleared" if "cleared" in kinds else None
    if alert.assignee != alert.recipient:
        kinds.discard("assigned")
    if _is_snoozed(alert, now):
        kinds.discard("woken")
    return next((kind for kind in _FOREMOST if kind in kinds), None)


def _is_urgent(notice: Notice, now: dt.datetime, urgent_from: Callable[[str], Severity]) -> bool:
    alert = notice.about
    if alert.closed or notice.in_digest or _is_snoozed(alert, now):
        return False
    return alert.severity >= urgent_from(alert.course)


def _is_snoozed(alert: Announcement, now: dt.datetime) -> bool:
    return alert.snoozed_until is not None and alert.snoozed_until > now


def _due(alert: Announcement, now: dt.datetime) -> bool:
    return alert.due_at is None or alert.due_at <= now


def _message(notices: Sequence[Notice], *, digest: bool) -> Message:
    return Message(recipient=notices[0].about.recipient, digest=digest, notices=tuple(notices))


def _order(notice: Notice) -> tuple[int, int, int]:
    """Most severe first, what is over last, then in the order of events."""
    alert = notice.about
    return int(alert.closed), -int(alert.severity), notice.announcement_ids[0]
