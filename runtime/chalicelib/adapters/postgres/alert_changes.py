"""What people do with an alert: read, decided and written in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from chalicelib.adapters.postgres import event_log, queries
from chalicelib.domain.alert_changes import Case, Intervention

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from chalicelib.adapters.postgres.database import Database
    from chalicelib.adapters.postgres.pipeline import Pipeline
    from chalicelib.domain.alert_changes import Step

_SQL = queries.load("alert_changes.sql")
_COLUMNS = Case.__struct_fields__[:-1]


class PostgresAlertChanges:
    """Changes alerts for a named person."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def change(
        self,
        alert_id: int,
        person: str,
        as_of: dt.datetime,
        decide: Callable[[Case], Step | None],
    ) -> Case | None:
        """Make the step that `decide` returns for an alert; None when there is no such alert.

        Nobody else changes the alert in between. What `decide` raises leaves everything as it was.
        """
        with self._database.transaction(person=person) as cursor:
            case = _locked(cursor, alert_id)
            if case is None:
                return None
            step = decide(case)
            if step is None:
                return case
            _write(cursor, alert_id, person, as_of, step)
            if step.case.closed_at and not case.closed_at:
                cursor.execute(_SQL["uncount"], {"alert_id": alert_id})
            return step.case


def _locked(cursor: Pipeline, alert_id: int) -> Case | None:
    """Return an alert once nobody else writes it, or the standing that counts it."""
    cursor.execute(_SQL["student_of_alert"], {"alert_id": alert_id})
    for (student,) in cursor.fetchall():
        event_log.begin(cursor, [student])
        cursor.execute(_SQL["case"], {"alert_id": alert_id})
        ((*columns, interventions),) = cursor.fetchall()
        known = msgspec.json.decode(interventions, type=tuple[Intervention, ...])
        return Case(**dict(zip(_COLUMNS, columns, strict=True)), interventions=known)
    return None


def _write(cursor: Pipeline, alert_id: int, person: str, as_of: dt.datetime, step: Step) -> None:
    told = {
        "alert_id": alert_id,
        "as_of": as_of,
        "change": step.change,
        "because": step.because,
        "noted": step.noted,
        "details": msgspec.json.encode(step.details).decode() if step.details else None,
    }
    case = {name: getattr(step.case, name) for name in _COLUMNS}
    cursor.execute(_SQL["change"], {**case, **told, "person": person})
    if step.intervention:
        values = msgspec.structs.asdict(step.intervention)
        cursor.execute(_SQL["intervene"], {**values, "alert_id": alert_id})
    if step.announce:
        values = {"alert_id": alert_id, "kind": step.announce, "due_at": step.announce_at}
        cursor.execute(_SQL["announce"], values)
