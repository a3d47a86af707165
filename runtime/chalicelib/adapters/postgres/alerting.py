"""Alerts in PostgreSQL, and what is to be told of them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

from chalicelib.adapters.postgres import arrays, queries
from chalicelib.domain.alerts import OpenAlert, QuietAlert, reconcile
from chalicelib.domain.delivery import Outcome

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from chalicelib.adapters.postgres.pipeline import Asked, Pipeline
    from chalicelib.domain.facts import Pair
    from chalicelib.domain.indicators import Finding
    from chalicelib.domain.policy import Policy

_SQL = queries.load("alerts.sql")


def ask(cursor: Pipeline, pairs: Iterable[Pair], as_of: dt.datetime) -> Asked:
    """Ask for the alerts of these pairs, as they are before anything is made of them."""
    students, courses = zip(*pairs, strict=True)
    values = {"student": arrays.plain(students), "course": arrays.texts(courses), "as_of": as_of}
    return cursor.soon(_SQL["known_alerts"], values)


def reconcile_alerts(
    cursor: Pipeline,
    findings: Mapping[Pair, Sequence[Finding]],
    asked: Iterable[Asked],
    as_of: dt.datetime,
    policy_of: Callable[[str], Policy],
) -> Outcome:
    """Make the alerts of these students and courses agree with their findings.

    Holds every pair whose alerts may change, and has `asked` for the alerts of each; a pair with an
    empty list has its alerts cleared.
    """
    known, quiet = _known_alerts(asked)
    to_open: list[tuple[Pair, Finding]] = []
    to_update: list[tuple[OpenAlert, Finding]] = []
    to_clear: list[OpenAlert] = []
    for pair, found in findings.items():
        changes = reconcile(known[pair], found, quiet.get(pair, ()))
        to_open += [(pair, finding) for finding in changes.to_open]
        to_update += changes.to_update
        to_clear += changes.to_clear
    _open(cursor, to_open, as_of)
    _update(cursor, to_update, as_of)
    _clear(cursor, to_clear, as_of, policy_of)
    return Outcome(opened=len(to_open), updated=len(to_update), cleared=len(to_clear))


def _known_alerts(
    asked: Iterable[Asked],
) -> tuple[defaultdict[Pair, list[OpenAlert]], dict[Pair, list[QuietAlert]]]:
    known: defaultdict[Pair, list[OpenAlert]] = defaultdict(list)
    quiet: dict[Pair, list[QuietAlert]] = {}
    for is_open, *row in (row for one in asked for row in one.rows()):
        alert = OpenAlert(*row)
        pair = alert.student, alert.course
        if is_open:
            known[pair].append(alert)
        else:
            quiet.setdefault(pair, []).append(QuietAlert(*pair, alert.rule, alert.severity))
    return known, quiet


def _open(cursor: Pipeline, wanted: Sequence[tuple[Pair, Finding]], as_of: dt.datetime) -> None:
    if wanted:
        cursor.along(
            _SQL["raise_alerts"],
            {
                "as_of": as_of,
                "student": arrays.plain(student for (student, _), _ in wanted),
                "course": arrays.texts([course for (_, course), _ in wanted]),
                "rule": arrays.texts([finding.rule for _, finding in wanted]),
                **_content([finding for _, finding in wanted]),
            },
        )


def _update(
    cursor: Pipeline, wanted: Sequence[tuple[OpenAlert, Finding]], as_of: dt.datetime
) -> None:
    if wanted:
        cursor.along(
            _SQL["update_alerts"],
            {
                "as_of": as_of,
                "alert_id": arrays.plain(alert.alert_id for alert, _ in wanted),
                "worse": arrays.plain(found.severity > alert.severity for alert, found in wanted),
                **_content([finding for _, finding in wanted]),
            },
        )


def _clear(
    cursor: Pipeline,
    wanted: Sequence[OpenAlert],
    as_of: dt.datetime,
    policy_of: Callable[[str], Policy],
) -> None:
    if wanted:
        cursor.along(
            _SQL["clear_alerts"],
            {
                "as_of": as_of,
                "alert_id": arrays.plain(alert.alert_id for alert in wanted),
                "quiet_days": arrays.plain(
                    policy_of(alert.course).cool_down_cleared_days for alert in wanted
                ),
            },
        )


def _content(findings: Sequence[Finding]) -> dict[str, str]:
    return {
        "severity": arrays.plain(int(finding.severity) for finding in findings),
        "because": arrays.texts([finding.because for finding in findings]),
        "evidence": arrays.texts([msgspec.json.encode(f.evidence).decode() for f in findings]),
    }
