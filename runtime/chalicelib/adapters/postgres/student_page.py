"""A student's own page: what the query `student` found, as the API shows it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import msgspec

from chalicelib.adapters.postgres.shown import moment, percent
from chalicelib.domain.indicators import Severity
from chalicelib.domain.work import Result, marks_in_order

if TYPE_CHECKING:
    from collections.abc import Iterable

Json = dict[str, Any]


class ShownStanding(msgspec.Struct):
    """A standing as a page shows it."""

    course: str
    title: str | None
    enrolled: bool
    risk_bucket: int | None
    work: list[Result]
    marks: int
    weight_sum: int
    weighted_sum: int
    handed_in: int
    late: int
    sessions: int
    attended: int
    last_activity_on: str | None


class ShownItem(msgspec.Struct):
    """A piece of work of the catalogue; `due`: by now, of a student who had to hand it in."""

    course: str
    item: str
    title: str
    due: bool | None


_Found = tuple[
    list[ShownStanding] | None, list[ShownItem] | None, list[Json] | None, list[Json] | None
]
_decode = msgspec.json.Decoder(_Found).decode


def student_page(student: str, as_of: dt.datetime, found: str) -> bytes | None:
    """Return the JSON of one student's standings and open alerts; None without any standing."""
    standings, items, alerts, statements = _decode(found)
    if standings is None:
        return None
    catalogue: dict[str, dict[str, ShownItem]] = defaultdict(dict)
    for item in items or ():
        catalogue[item.course][item.item] = item
    page = {
        "student": student,
        "as_of": as_of.astimezone(dt.UTC),
        "courses": [course_page(one, catalogue[one.course]) for one in standings],
        "alerts": [_alert(one) for one in alerts or ()],
        "statements": [_statement(one) for one in statements or ()],
    }
    return msgspec.json.encode(page)


def course_page(one: ShownStanding, items: dict[str, ShownItem]) -> Json:
    """Return one course of a student's page."""
    marks = marks_in_order(one.work)
    due = {item.item for item in items.values() if item.due}
    return {
        "course": one.course or None,
        "title": one.title,
        "enrolled": one.enrolled,
        "risk_bucket": one.risk_bucket,
        "marks": {
            "count": one.marks,
            "mean": percent(one.weighted_sum, one.weight_sum),
            "latest": _mark(marks[-1]) if marks else None,
            "weeks": _weeks(marks),
        },
        "work": {
            "due": len(due),
            "handed_in": one.handed_in,
            "late": one.late,
            "missing": len(due - {result.item for result in one.work}),
        },
        "attendance": {
            "sessions": one.sessions,
            "attended": one.attended,
            "rate": percent(one.attended * 10_000, one.sessions),
        },
        "last_activity_on": one.last_activity_on,
        "items": [_item(result, items) for result in sorted(one.work, key=_by_due_date)],
    }


def _by_due_date(result: Result) -> tuple[bool, int, str]:
    return result.due_us is None, result.due_us or 0, result.item


def _mark(result: Result) -> float | None:
    return None if result.score_bp is None else percent(result.score_bp, 1)


def _weeks(marks: Iterable[Result]) -> list[Json]:
    """Return the plain mean of the marks that count, by ISO week (UTC) of their marking."""
    by_week: dict[str, list[int]] = defaultdict(list)
    for one in marks:
        if one.scored_us is not None and one.score_bp is not None:
            year, week, _ = moment(one.scored_us).isocalendar()
            by_week[f"{year}-W{week:02d}"].append(one.score_bp)
    return [
        {"week": week, "mean": percent(sum(of_week), len(of_week)), "count": len(of_week)}
        for week, of_week in sorted(by_week.items())
    ]


def _item(result: Result, items: dict[str, ShownItem]) -> Json:
    known = items.get(result.item)
    submitted_us, due_us = result.submitted_us, result.due_us
    return {
        "item": result.item,
        "title": known.title if known else None,
        "mark": _mark(result),
        "excused": result.excused,
        "optional": result.optional,
        "submitted_at": None if submitted_us is None else moment(submitted_us),
        "due_at": None if due_us is None else moment(due_us),
        "late": submitted_us is not None and due_us is not None and submitted_us > due_us,
    }


def _statement(one: Json) -> Json:
    return {**one, "stated_at": one["stated_at"].replace("+00:00", "Z")}


def _alert(one: Json) -> Json:
    return {
        **one,
        "course": one["course"] or None,
        "severity": Severity(one["severity"]).name.lower(),
        "opened_at": one["opened_at"].replace("+00:00", "Z"),
    }
