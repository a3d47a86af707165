"""What a run has come to, in numbers, read from the database."""

from __future__ import annotations

import datetime as dt
import json
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg2

from chalicelib.domain.identity import pseudonym
from chalicelib.domain.indicators import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BANDS = ("0-19", "20-39", "40-59", "60-100")
_COUNTS = """
SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM quarantine),
       (SELECT count(*) FROM standing), (SELECT count(*) FROM alert),
       (SELECT count(*) FROM alert WHERE cleared_at IS NULL),
       (SELECT count(*) FROM announcement WHERE sent_at IS NULL)
"""
_WEEKS = """
SELECT (d.day - %(starts)s::date) / 7,
       count(*) FILTER (WHERE d.risk < 20), count(*) FILTER (WHERE d.risk BETWEEN 20 AND 39),
       count(*) FILTER (WHERE d.risk BETWEEN 40 AND 59), count(*) FILTER (WHERE d.risk >= 60)
FROM risk_daily d JOIN standing s USING (student, course)
WHERE (d.day - %(starts)s::date) %% 7 = 6 AND d.day >= %(starts)s
  AND coalesce(s.enrolled @> (d.day + time '12:00') AT TIME ZONE 'UTC', true)
GROUP BY 1 ORDER BY 1
"""
_ALERTS_BY_WEEK = """
SELECT floor(extract(epoch FROM {moment} - %(starts)s::timestamptz) / 604800)::integer, count(*)
FROM alert WHERE {moment} IS NOT NULL GROUP BY 1
"""
_FLAGGED = """
SELECT student::text, max(severity) FROM alert
WHERE opened_at < %(until)s AND student IS NOT NULL GROUP BY student
"""
_ENROLLED = """
SELECT student::text FROM standing WHERE coalesce(enrolled @> %(until)s::timestamptz, true)
"""


class Counts(NamedTuple):
    """What the database holds."""

    stored: int
    quarantined: int
    standings: int
    alerts: int
    open_alerts: int
    unsent: int


class Week(NamedTuple):
    """How many enrolled students stood in each band of risk at a week's end, and the alerts."""

    number: int
    bands: tuple[int, int, int, int]
    opened: int
    cleared: int


class Foresight(NamedTuple):
    """Of those still enrolled: who was flagged, and who failed or withdrew in the end.

    `flagged` has a line for each severity: who had an alert of it, or of a higher one.
    """

    class_size: int
    class_at_risk: int
    flagged: list[tuple[Severity, int, int]]  # how many students, how many of them at risk


def counts(conninfo: str) -> Counts:
    """Return what the database holds."""
    return Counts(*_rows(conninfo, _COUNTS, {})[0])


def weeks(conninfo: str, starts: dt.date) -> list[Week]:
    """Return the weeks of a course, from 1."""
    values = {"starts": starts}
    opened = dict(_rows(conninfo, _ALERTS_BY_WEEK.format(moment="opened_at"), values))
    cleared = dict(_rows(conninfo, _ALERTS_BY_WEEK.format(moment="cleared_at"), values))
    return [
        Week(number + 1, (low, some, more, high), opened.get(number, 0), cleared.get(number, 0))
        for number, low, some, more, high in _rows(conninfo, _WEEKS, values)
    ]


def foresight(
    conninfo: str, outcomes: Mapping[str, str], key: bytes, until: dt.datetime
) -> Foresight:
    """Compare who had an alert opened before `until` with how the course ended for them.

    At risk means Fail or Withdrawn; the class is who was enrolled at `until`.
    """
    ended = {pseudonym(student, key): outcome for student, outcome in outcomes.items()}
    at_risk = {student for student, outcome in ended.items() if outcome in {"Fail", "Withdrawn"}}
    values = {"until": until}
    enrolled = {s for (s,) in _rows(conninfo, _ENROLLED, values)} & set(ended)
    worst = {s: severity for s, severity in _rows(conninfo, _FLAGGED, values) if s in enrolled}
    flagged = []
    for least in (Severity.HIGH, Severity.ELEVATED, Severity.WATCH):
        students = {student for student, severity in worst.items() if severity >= least}
        flagged.append((least, len(students), len(students & at_risk)))
    return Foresight(len(enrolled), len(enrolled & at_risk), flagged)


def lag_s(progress: Path) -> float | None:
    """Return for how long something on the stream has waited; None when no consumer runs."""
    try:
        since: float = json.loads(progress.read_text())["drained_since"]
    except FileNotFoundError:
        return None
    return max(0.0, time.monotonic() - since)


def _rows(conninfo: str, query: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    connection = psycopg2.connect(conninfo)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall()
    finally:
        connection.close()
