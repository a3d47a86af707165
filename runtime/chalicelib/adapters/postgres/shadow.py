"""Policies in shadow, whom they would have flagged, and the alerts that they would have opened."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import msgspec

from chalicelib.adapters.postgres import arrays, policies, queries
from chalicelib.domain.alerts import NOBODY, OpenAlert, QuietAlert
from chalicelib.domain.in_force import PolicyVersion
from chalicelib.domain.shadow import ShadowPut, changes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from chalicelib.adapters.postgres.database import Database
    from chalicelib.adapters.postgres.pipeline import Pipeline
    from chalicelib.domain.indicators import Finding
    from chalicelib.domain.policy import Overrides
    from chalicelib.domain.shadow import Compared

_SQL = queries.load("shadow.sql")
_DAY = dt.timedelta(days=1)


class PostgresShadows:
    """Keeps what the API puts into shadow, and compares; nothing is ever overwritten."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def shadows(self) -> dict[str, ShadowPut]:
        """Return the latest word of each scope."""
        rows = self._database.ask(_SQL["shadows"], {})
        return {course: ShadowPut(*rest) for course, *rest in rows}

    def in_force(self) -> dict[str, Overrides]:
        """Return what would be changed, by course, if what is in shadow were put."""
        with self._database.transaction() as cursor:
            return _would_be(cursor)

    def versions(self, course: str) -> list[PolicyVersion]:
        """Return the latest versions of one scope, newest first, at most 50."""
        rows = self._database.ask(_SQL["versions"], {"course": course})
        return [PolicyVersion(*row) for row in rows]

    def put(
        self,
        course: str,
        overrides: Overrides,
        sent: str,
        *,
        person: str,
        check: Callable[[dict[str, Overrides]], None],
    ) -> bool:
        """Keep a new version; tell whether it differs from the last.

        `check` is given all that would be in force, and raises what must be refused.
        """
        with self._database.transaction(person=person) as cursor:
            policies.lock(cursor)
            check({**_would_be(cursor), course: overrides})
            return _add(cursor, course, overrides, sent, person)

    def end(self, course: str, *, person: str) -> bool:
        """End what a scope has in shadow; tell whether there was anything."""
        with self._database.transaction(person=person) as cursor:
            policies.lock(cursor)
            return course in load(cursor) and _add(cursor, course, None, "", person)

    def report(self, course: str | None, first: dt.date, last: dt.date) -> Any:
        """Return how the two policies compare on these days, in numbers."""
        begins = dt.datetime.combine(first, dt.time(), dt.UTC)
        ends = dt.datetime.combine(last, dt.time(), dt.UTC) + _DAY
        values = {
            "course": course,
            "first": first,
            "last": last,
            "begins": begins,
            "ends": ends,
            "nobody": NOBODY,
        }
        with self._database.transaction(for_all=True) as cursor:
            cursor.execute(_SQL["report"], values)
            ((found,),) = cursor.fetchall()
        return msgspec.json.decode(found)


def load(cursor: Pipeline) -> dict[str, ShadowPut]:
    """Return the latest word of each scope."""
    cursor.execute(_SQL["shadows"])
    return {course: ShadowPut(*rest) for course, *rest in cursor.fetchall()}


def save_findings(
    cursor: Pipeline, course: str, day: dt.date, edition: int, rows: Sequence[Compared]
) -> None:
    """Keep whom either policy flags of a class on a day."""
    if rows:
        students, rules, in_force, shadow = zip(*rows, strict=True)
        values = {
            "course": course,
            "day": day,
            "edition": edition,
            "student": arrays.plain(students),
            "rule": arrays.texts(rules),
            "in_force": arrays.plain(in_force),
            "shadow": arrays.plain(shadow),
        }
        cursor.execute(_SQL["save_findings"], values)


def reconcile_alerts(
    cursor: Pipeline,
    course: str,
    edition: int,
    findings: Mapping[str, Sequence[Finding]],
    as_of: dt.datetime,
    quiet_days: int,
) -> None:
    """Open, change and close what would be alerts until they agree with the findings."""
    scope = {"course": course, "edition": edition, "as_of": as_of}
    known, quiet = _known(cursor, scope, list(findings))
    changes = {
        student: changes_of(known.get(student, ()), found, quiet.get(student, ()))
        for student, found in findings.items()
        if found or student in known
    }
    _open(cursor, scope, [(s, f) for s, change in changes.items() for f in change.to_open])
    _update(cursor, [one for change in changes.values() for one in change.to_update])
    gone = [alert.alert_id for change in changes.values() for alert in change.to_clear]
    if gone:
        values = {"as_of": as_of, "quiet_days": quiet_days, "number": arrays.plain(gone)}
        cursor.execute(_SQL["clear_alerts"], values)


def forget(cursor: Pipeline, before: dt.date, most: int) -> None:
    """Delete at most so many rows of comparisons that are older."""
    cursor.execute(_SQL["forget"], {"before": before, "most": most})


def _would_be(cursor: Pipeline) -> dict[str, Overrides]:
    on = {course: one.overrides for course, one in load(cursor).items()}
    return policies.load(cursor) | {c: one for c, one in on.items() if one is not None}


def _add(
    cursor: Pipeline, course: str, overrides: Overrides | None, sent: str, person: str
) -> bool:
    known = load(cursor).get(course)
    if known is not None and known.overrides == overrides:
        return False
    values = {
        "course": course,
        "overrides": None if overrides is None else msgspec.json.encode(overrides).decode(),
        "sent": sent,
        "set_by": person,
    }
    cursor.execute(_SQL["add_version"], values)
    return True


def _known(
    cursor: Pipeline, scope: Mapping[str, Any], students: Sequence[str]
) -> tuple[dict[str, list[OpenAlert]], dict[str, list[QuietAlert]]]:
    cursor.execute(_SQL["known_alerts"], {**scope, "student": arrays.plain(students)})
    known: defaultdict[str, list[OpenAlert]] = defaultdict(list)
    quiet: defaultdict[str, list[QuietAlert]] = defaultdict(list)
    for is_open, *row in cursor.fetchall():
        one = OpenAlert(*row)
        if is_open:
            known[one.student].append(one)
        else:
            quiet[one.student].append(QuietAlert(*one[1:5]))
    return known, quiet


def _open(
    cursor: Pipeline, scope: Mapping[str, Any], wanted: Sequence[tuple[str, Finding]]
) -> None:
    if wanted:
        values = {
            "student": arrays.plain(student for student, _ in wanted),
            "rule": arrays.texts([one.rule for _, one in wanted]),
            "severity": arrays.plain(int(one.severity) for _, one in wanted),
            "because": arrays.texts([one.because for _, one in wanted]),
        }
        cursor.execute(_SQL["open_alerts"], {**scope, **values})


def _update(cursor: Pipeline, wanted: Sequence[tuple[OpenAlert, Finding]]) -> None:
    if wanted:
        values = {
            "number": arrays.plain(alert.alert_id for alert, _ in wanted),
            "severity": arrays.plain(int(one.severity) for _, one in wanted),
            "because": arrays.texts([one.because for _, one in wanted]),
        }
        cursor.execute(_SQL["update_alerts"], values)
