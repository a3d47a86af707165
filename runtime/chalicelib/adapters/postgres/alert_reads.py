"""Alerts as the API shows them: lists, newest or most urgent first, and one with its history."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import msgspec

from chalicelib.adapters.postgres import queries, shown
from chalicelib.adapters.postgres.reads import LATEST, Json, Page, in_z
from chalicelib.domain.alerts import NOBODY
from chalicelib.domain.facts import ATTENDANCE_STATUS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chalicelib.adapters.postgres.database import Database
    from chalicelib.domain.access import Own

# What each state, as a list may be narrowed to it, is made of: see alert_state.
_ANY: dict[str, Any] = {"closed": None, "resolved": None, "snoozed": None, "progress": None}
_AWAKE = {**_ANY, "closed": False, "snoozed": False}
_STATES: dict[str | None, dict[str, Any]] = {
    None: _ANY,
    "active": _AWAKE,  # somebody has to do something
    **{name: {**_AWAKE, "progress": name} for name in ("open", "acknowledged", "in_progress")},
    "snoozed": {**_ANY, "closed": False, "snoozed": True},
    "resolved": {**_ANY, "closed": True, "resolved": True},
    "cleared": {**_ANY, "closed": True, "resolved": False},
}
STATES = tuple(name for name in _STATES if name)
# Keysets: what a cursor holds. `todo` keeps the moment of its first page, by which it is sorted.
KEYS: dict[str, tuple[type, ...]] = {
    "newest": (dt.datetime, int),
    "todo": (dt.datetime, int, int, dt.datetime, int),
}
_SQL = queries.load("alert_reads.sql")
_ALL = "FROM alert a"
_OWN = {name: _SQL[name].replace(_ALL, f"FROM ({_SQL['own']}) AS a") for name in ("newest", "todo")}
_SHOWN = (
    "alert_id", "student", "course", "rule", "severity", "state", "because", "assignee",
    "snoozed_until", "opened_at", "noted_at", "closed_at", "outcome", "risk_change", "version",
)  # fmt: skip
_MISSED = [ATTENDANCE_STATUS["absent"], ATTENDANCE_STATUS["excused"]]
_EARLIEST = dt.datetime(1, 1, 2, tzinfo=dt.UTC)


class PostgresAlertReads:
    """Answers questions about alerts for a named person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(
        self,
        wanted: Mapping[str, Any],
        after: Sequence[Any],
        limit: int,
        as_of: dt.datetime,
        *,
        person: str = "",
        only: Own | None = None,
    ) -> Page:
        """Return alerts, newest first; of somebody's own courses and students only, or of all.

        `wanted` narrows by course, student, assignee, rule and state; None: any.
        """
        before, number = after or (LATEST, 2**62)
        values = {**_values(wanted, limit, as_of), "before": before, "before_id": number}
        return _page(self._ask("newest", values, person, only), limit, 2)

    def todo(
        self,
        wanted: Mapping[str, Any],
        after: Sequence[Any],
        limit: int,
        as_of: dt.datetime,
        *,
        person: str = "",
        only: Own | None = None,
    ) -> Page:
        """Return open alerts by severity, change of risk in 7 days, days without a note.

        `wanted` as for `newest`; it names a course, a student or an assignee, and no closed state.
        """
        begun, *key = after or (as_of, -4, 0, _EARLIEST, 0)
        named = dict(zip(("mild", "better", "since", "after_id"), key, strict=True))
        values = {**_values(wanted, limit, begun), **named}
        found = _page(self._ask("todo", values, person, only), limit, 4)
        return Page(found.rows, [begun, *found.last] if found.last else None)

    def _ask(
        self, name: str, values: dict[str, Any], person: str, only: Own | None
    ) -> list[tuple[Any, ...]]:
        if only is None:
            return self._database.ask(_SQL[name], values, person=person)
        own = {"courses": list(only.courses), "students": list(only.students)}
        return self._database.ask(_OWN[name], {**values, **own}, person=person)

    def one(self, alert_id: int, as_of: dt.datetime, *, person: str = "") -> Json | None:
        """Return one alert with evidence, the events behind it, interventions and history.

        None when it is unknown. What was not done has no events behind it.
        """
        values = {"alert_id": alert_id, "missed": _MISSED, **_at(as_of)}
        for *columns, more in self._database.ask(_SQL["alert"], values, person=person):
            told = msgspec.json.decode(in_z(more), type=list[msgspec.Raw])
            names = ("evidence", "interventions", "history")
            one = {**_shown(columns), **dict(zip(names, told, strict=True))}
            values["student"] = one["student"]
            behind = self._database.ask(_SQL["events_behind"], values, person=person)
            return {**one, "events": [shown.event(*row) for row in behind]}
        return None


def _values(wanted: Mapping[str, Any], limit: int, as_of: dt.datetime) -> dict[str, Any]:
    return {**wanted, **_STATES[wanted["state"]], "limit": limit, **_at(as_of)}


def _at(as_of: dt.datetime) -> dict[str, Any]:
    return {"as_of": as_of, "today": as_of.astimezone(dt.UTC).date(), "nobody": NOBODY}


def _page(rows: list[tuple[Any, ...]], limit: int, keys: int) -> Page:
    last = list(rows[-1][:keys]) if len(rows) == limit else None
    return Page([_shown(row[keys:]) for row in rows], last)


def _shown(columns: Sequence[Any]) -> Json:
    return dict(zip(_SHOWN, columns, strict=True))
