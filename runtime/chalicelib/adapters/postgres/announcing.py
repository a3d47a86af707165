"""The outbox of announcements in PostgreSQL."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from chalicelib.adapters.postgres import arrays, policies, queries
from chalicelib.domain.announcements import Announcement
from chalicelib.domain.indicators import Severity
from chalicelib.domain.routing import Staff

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from chalicelib.adapters.postgres.database import Database
    from chalicelib.adapters.postgres.pipeline import Pipeline
    from chalicelib.domain.announcements import Message
    from chalicelib.domain.delivery_plan import Waiting
    from chalicelib.domain.policy import Overrides

_SQL = queries.load("announcing.sql")
_COLUMNS = (
    "announcement_id", "kind", "recipient", "due_at", "in_digest", "alert_id", "student", "course",
    "rule", "severity", "because", "opened_at", "closed", "assignee", "snoozed_until",
)  # fmt: skip
MOST = 2000  # announcements of one recipient in a transaction


class PostgresOutbox:
    """Begins the transactions of delivery."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextlib.contextmanager
    def unit(self) -> Iterator[PostgresOutboxUnit]:
        """Give one transaction: committed at the end, rolled back on an error."""
        with self._database.transaction() as cursor:
            yield PostgresOutboxUnit(cursor)


class PostgresOutboxUnit:
    """One transaction of delivery; `ports.announcing.OutboxUnit` says what each call promises."""

    def __init__(self, cursor: Pipeline) -> None:
        self._cursor = cursor

    def load_policies(self) -> dict[str, Overrides]:
        """Return what is changed of the preset policy, by course; '' = the institution."""
        return policies.load(self._cursor)

    def claim_unrouted(self, as_of: dt.datetime, limit: int) -> list[Announcement]:
        """Return announcements that are due to nobody yet, and keep others from them."""
        return self._announcements("claim_unrouted", {"as_of": as_of, "limit": limit})

    def told(self, alert_ids: Iterable[int]) -> dict[int, list[str]]:
        """Return who was told of these alerts, or will be."""
        self._cursor.execute(_SQL["told"], {"alert_id": arrays.plain(alert_ids)})
        return dict(self._cursor.fetchall())

    def staff(
        self, courses: Collection[str], students: Collection[str], as_of: dt.datetime
    ) -> Staff:
        """Return who is responsible for these courses and students, as the roster has it."""
        values = {"course": arrays.texts(list(courses)), "student": arrays.plain(students)}
        self._cursor.execute(_SQL["staff"], {**values, "today": _day(as_of)})
        found: dict[str, defaultdict[str, list[str]]] = {
            kind: defaultdict(list) for kind in ("teaches", "advises")
        }
        for kind, target, person in self._cursor.fetchall():
            found[kind][target].append(person)
        return Staff(instructors=found["teaches"], advisers=found["advises"])

    def left(self, people: Collection[str], as_of: dt.datetime) -> set[str]:
        """Return who of these was on the roster once, and is no longer."""
        if not people:
            return set()
        values = {"person": arrays.texts(list(people)), "today": _day(as_of)}
        self._cursor.execute(_SQL["left"], values)
        return {person for (person,) in self._cursor.fetchall()}

    def route(self, recipients: Mapping[int, Sequence[str]], as_of: dt.datetime) -> None:
        """Keep whom each announcement is for; it is moot where that is nobody."""
        chosen = [
            (number, who, at == 0)
            for number, all_ in recipients.items()
            for at, who in enumerate(all_)
        ]
        if chosen:
            numbers, people, first = zip(*chosen, strict=True)
            values = {"announcement_id": arrays.plain(numbers), "first": arrays.plain(first)}
            self._cursor.execute(_SQL["route"], {**values, "recipient": arrays.texts(people)})
        self.mark_moot([number for number, all_ in recipients.items() if not all_], as_of)

    def unroute(self, announcement_ids: Iterable[int]) -> None:
        """Let it be decided anew whom these are for."""
        self._mark("unroute", announcement_ids, {})

    def due(self, as_of: dt.datetime, limit: int) -> list[str]:
        """Return who has to be told something now; last, where that has failed before."""
        self._cursor.execute(_SQL["due"], {"as_of": as_of, "limit": limit})
        return [recipient for (recipient,) in self._cursor.fetchall()]

    def claim(self, recipient: str) -> list[Announcement]:
        """Return what one recipient has not been told; nothing while another worker tells them."""
        self._cursor.execute(_SQL["lock_recipient"], {"recipient": recipient})
        ((alone,),) = self._cursor.fetchall()
        values = {"recipient": recipient, "limit": MOST}
        return self._announcements("claim", values) if alone else []

    def sent_lately(self, recipient: str, as_of: dt.datetime) -> int:
        """Return how many single messages one recipient got in the last 24 hours."""
        values = {"recipient": recipient, "as_of": as_of}
        self._cursor.execute(_SQL["sent_lately"], values)
        return int(self._cursor.fetchall()[0][0])

    def postpone(self, waiting: Iterable[Waiting]) -> None:
        """Keep until when announcements wait, and for what."""
        each = [(number, one) for one in waiting for number in one.announcement_ids]
        if each:
            values = {
                "announcement_id": arrays.plain(number for number, _ in each),
                "due_at": arrays.texts([one.until.isoformat() for _, one in each]),
                "in_digest": arrays.plain(one.in_digest for _, one in each),
            }
            self._cursor.execute(_SQL["postpone"], values)

    def mark_sent(self, message: Message, as_of: dt.datetime) -> None:
        """Note that a message was delivered."""
        values = {"as_of": as_of, "in_digest": message.digest}
        self._mark("mark_sent", message.announcement_ids, values)

    def mark_failed(self, message: Message) -> None:
        """Note that a message could not be delivered."""
        self._mark("mark_failed", message.announcement_ids, {})

    def mark_moot(self, announcement_ids: Sequence[int], as_of: dt.datetime) -> None:
        """Note that there is nothing left to tell."""
        if announcement_ids:
            self._mark("mark_moot", announcement_ids, {"as_of": as_of})

    def _mark(self, query: str, numbers: Iterable[int], values: Mapping[str, Any]) -> None:
        self._cursor.execute(_SQL[query], {**values, "announcement_id": arrays.plain(numbers)})

    def _announcements(self, query: str, values: Mapping[str, Any]) -> list[Announcement]:
        self._cursor.execute(_SQL[query], values)
        rows = [dict(zip(_COLUMNS, row, strict=True)) for row in self._cursor.fetchall()]
        return [Announcement(**{**row, "severity": Severity(row["severity"])}) for row in rows]


def _day(moment: dt.datetime) -> dt.date:
    """Return the day that the roster goes by."""
    return moment.astimezone(dt.UTC).date()
