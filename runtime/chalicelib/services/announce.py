"""Tell people about alerts: decide whom, what now and what later; send, and mark it sent."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from chalicelib.domain.delivery_plan import plan
from chalicelib.domain.errors import UnavailableError
from chalicelib.domain.in_force import INSTITUTION, Policies
from chalicelib.domain.indicators import Severity
from chalicelib.domain.routing import recipients

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from chalicelib.domain.announcements import Announcement, Message
    from chalicelib.domain.policy import Policy
    from chalicelib.domain.routing import Staff
    from chalicelib.ports.announcing import Notifier, Outbox, OutboxUnit
    from chalicelib.ports.clock import Clock

ROUTED = 500  # announcements a transaction
RECIPIENTS = 1000  # a run; those beyond are the next one's


def announce(
    *, outbox: Outbox, notifier: Notifier, clock: Clock, policy: Policy, within_s: float = 40
) -> int:
    """Send whatever is due; return how many messages were delivered.

    `policy` is in force where nobody has changed it. At least once: what was delivered when the
    store or this process went away is delivered again. Raises UnavailableError when the notifier or
    the store does not answer; the rest waits for the next time, as it does after `within_s`.
    """
    began, now, sent = time.monotonic(), clock.now(), 0
    while _route_some(outbox, now) == ROUTED:
        pass
    with outbox.unit() as unit:
        due = unit.due(now, RECIPIENTS)
        policies = Policies(policy, unit.load_policies()) if due else Policies(policy)
    for recipient in due:
        if time.monotonic() - began > within_s:
            break
        sent += _tell(recipient, outbox, notifier, policies, now)
    return sent


def _route_some(outbox: Outbox, now: dt.datetime) -> int:
    """Decide whom some announcements are for; return how many."""
    with outbox.unit() as unit:
        found = unit.claim_unrouted(now, ROUTED)
        if found:
            told = unit.told({one.alert_id for one in found if one.kind == "cleared"})
            unit.route(_recipients(found, told, _staff(unit, found, told, now)), now)
    return len(found)


def _staff(
    unit: OutboxUnit,
    found: Sequence[Announcement],
    told: Mapping[int, Sequence[str]],
    now: dt.datetime,
) -> Staff:
    """Return what the roster says of all that these announcements have to do with."""
    people = {one.assignee for one in found if one.assignee}.union(*told.values())
    staff = unit.staff({one.course for one in found}, {one.student for one in found}, now)
    return msgspec.structs.replace(staff, left=unit.left(people, now))


def _recipients(
    found: Sequence[Announcement], told: Mapping[int, Sequence[str]], staff: Staff
) -> dict[int, Sequence[str]]:
    return {
        one.announcement_id: recipients(one, staff, told.get(one.alert_id, ())) for one in found
    }


def _tell(
    recipient: str, outbox: Outbox, notifier: Notifier, policies: Policies, now: dt.datetime
) -> int:
    """Tell one recipient what is to be told now; what has gone out is kept if more does not."""
    with outbox.unit() as unit:
        untold = unit.claim(recipient)
        if not untold:
            return 0
        if unit.left([recipient], now):
            unit.unroute(one.announcement_id for one in untold)  # the next run tells others
            return 0
        found = plan(
            untold,
            now,
            policy=policies.of(INSTITUTION),
            urgent_from=lambda course: _urgent_from(policies.of(course)),
            sent_lately=unit.sent_lately(recipient, now),
        )
        unit.postpone(found.waiting)
        unit.mark_moot(found.moot, now)
        failure = _send(found.messages, unit, notifier, now)
    if failure is not None:
        raise failure
    return len(found.messages)


def _send(
    messages: Sequence[Message], unit: OutboxUnit, notifier: Notifier, now: dt.datetime
) -> UnavailableError | None:
    """Send messages in order; return the error that stopped it."""
    for message in messages:
        try:
            notifier.notify(message)
        except UnavailableError as error:
            unit.mark_failed(message)
            return error
        unit.mark_sent(message, now)
    return None


def _urgent_from(policy: Policy) -> Severity:
    return Severity[policy.immediate_from_severity.upper()]
