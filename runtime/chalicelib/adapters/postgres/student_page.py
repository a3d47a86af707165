"""A student's own page: what the query `student` found, as the API shows it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

import msgspec

from chalicelib.adapters.postgres.shown import percent
from chalicelib.domain.indicators import Severity

Json = dict[str, Any]


def student_page(student: str, as_of: dt.datetime, found: str) -> bytes | None:
    """Return the JSON of one student's standings and open alerts; None without any standing."""
    standings, results, alerts = msgspec.json.decode(found)
    if standings is None:
        return None
    work: dict[str, list[Json]] = defaultdict(list)
    for result in results or ():
        work[result["course"]].append(result)
    page = {
        "student": student,
        "as_of": as_of.astimezone(dt.UTC),
        "courses": [_standing(one, work[one["course"]]) for one in standings],
        "alerts": [_alert(one) for one in alerts or ()],
    }
    return msgspec.json.encode(page)


def _standing(one: Json, results: list[Json]) -> Json:
    marks = one["marks_bp"]
    return {
        "course": one["course"] or None,
        "title": one["title"],
        "enrolled": one["enrolled"],
        "risk_bucket": one["risk_bucket"],
        "marks": {
            "count": len(marks),
            "mean": percent(one["weighted_sum"], one["weight_sum"]),
            "latest": percent(marks[-1], 1) if marks else None,
            "weeks": _weeks(results),
        },
        "work": {name: one[name] for name in ("due", "handed_in", "late", "missing")},
        "attendance": {
            "sessions": one["sessions"],
            "attended": one["attended"],
            "rate": percent(one["attended"] * 10_000, one["sessions"]),
        },
        "last_activity_on": one["last_activity_on"],
        "items": [_item(result) for result in results],
    }


def _weeks(results: list[Json]) -> list[Json]:
    """Return the plain mean of the marks that count, by ISO week (UTC) of their marking."""
    marks: dict[str, list[int]] = defaultdict(list)
    for one in results:
        if one["scored_at"] and not one["excused"] and not one["optional"]:
            year, week, _ = dt.date.fromisoformat(one["scored_at"][:10]).isocalendar()
            marks[f"{year}-W{week:02d}"].append(one["score_bp"])
    return [
        {"week": week, "mean": percent(sum(of_week), len(of_week)), "count": len(of_week)}
        for week, of_week in sorted(marks.items())
    ]


def _item(result: Json) -> Json:
    score_bp = result["score_bp"]
    return {
        "item": result["item"],
        "title": result["title"],
        "mark": None if score_bp is None else percent(score_bp, 1),
        "excused": result["excused"],
        "optional": result["optional"],
        "submitted_at": _in_z(result["submitted_at"]),
        "due_at": _in_z(result["due_at"]),
        "late": result["late"],
    }


def _alert(one: Json) -> Json:
    return {
        **one,
        "course": one["course"] or None,
        "severity": Severity(one["severity"]).name.lower(),
        "opened_at": _in_z(one["opened_at"]),
    }


def _in_z(moment: str | None) -> str | None:
    """Return a time of the database's JSON, which is in UTC, with a Z."""
    return moment and moment.replace("+00:00", "Z")
