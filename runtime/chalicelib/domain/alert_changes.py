"""The states of an alert, and what each change that a person asks for makes of it."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any

import msgspec

from chalicelib.domain import alert_requests as ask
from chalicelib.domain.errors import ConflictError, InvalidRequestError, NotFoundError

MOST_INTERVENTIONS = 1000  # of one alert


class Intervention(msgspec.Struct, frozen=True):
    """What somebody does for the student; without an outcome it is going on."""

    number: int
    kind: str
    person: str
    started_at: dt.datetime
    ended_at: dt.datetime | None = None
    outcome: str | None = None


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """An alert as people work on it; closed when it has a `closed_at`."""

    version: int
    course: str = ""
    progress: str = "open"  # then acknowledged, in_progress
    assignee: str | None = None
    snoozed_until: dt.datetime | None = None
    closed_at: dt.datetime | None = None
    outcome: str | None = None  # None: not closed by a person
    quiet_until: dt.datetime | None = None  # closed: only something more severe opens before it
    interventions: tuple[Intervention, ...] = ()

    def state(self, as_of: dt.datetime) -> str:
        """Return the state at a moment; SQL has the same words as alert_state."""
        if self.closed_at is not None:
            return "cleared" if self.outcome is None else "resolved"
        if self.snoozed_until is not None and self.snoozed_until > as_of:
            return "snoozed"
        return self.progress


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One change: the alert after it, what the history says, the intervention that it touches."""

    case: Case
    change: str
    because: str
    details: dict[str, Any] = {}
    noted: bool = False  # it tells what was done: the days without a note begin anew
    intervention: Intervention | None = None
    announce: str | None = None  # what people are told of it; None: nothing
    announce_at: dt.datetime | None = None  # not before


class Limits(msgspec.Struct, frozen=True):
    """What the policy allows."""

    most_snooze: dt.timedelta
    cool_down: dt.timedelta  # after a person has closed an alert


@functools.singledispatch
def change(
    wanted: ask.Request,
    case: Case,
    person: str,
    as_of: dt.datetime,
    *,
    limits: Limits,
    number: int = 0,
) -> Step | None:
    """Return the step that a request makes of an alert; None when there is nothing to change.

    `number` names the intervention that is meant. Raises ConflictError where the state does not
    allow it, InvalidRequestError for a time that cannot be, NotFoundError for no such intervention.
    """
    raise TypeError(type(wanted))


@change.register
def _(
    wanted: ask.Acknowledge, case: Case, person: str, as_of: dt.datetime, **_: Any
) -> Step | None:
    _refuse_closed(case)
    if case.progress != "open":
        return _note(wanted.note, case)
    after = _next(case, progress="acknowledged")
    return Step(
        case=after,
        change="acknowledged",
        because="Acknowledged.",
        details=_told(note=wanted.note),
        noted=wanted.note is not None,
    )


@change.register
def _(wanted: ask.Assign, case: Case, person: str, as_of: dt.datetime, **_: Any) -> Step | None:
    _refuse_closed(case)
    if wanted.assignee == case.assignee:
        return None
    to = f"Assigned to {wanted.assignee}." if wanted.assignee else "Assigned to nobody."
    return Step(
        case=_next(case, assignee=wanted.assignee),
        change="assigned",
        because=to,
        details={"assignee": wanted.assignee},
        announce="assigned" if wanted.assignee not in {None, person} else None,
    )


@change.register
def _(wanted: ask.AddNote, case: Case, person: str, as_of: dt.datetime, **_: Any) -> Step | None:
    return _note(wanted.note, case, shareable=wanted.shareable)


@change.register
def _(
    wanted: ask.Resolve, case: Case, person: str, as_of: dt.datetime, *, limits: Limits, **_: Any
) -> Step | None:
    _refuse_closed(case)
    quiet_until = as_of + limits.cool_down
    return Step(
        case=_next(case, closed_at=as_of, outcome=wanted.outcome, quiet_until=quiet_until),
        change="resolved",
        because=f"Resolved: {_words(wanted.outcome)}.",
        details=_told(outcome=wanted.outcome, note=wanted.note),
        noted=wanted.note is not None,
    )


@change.register
def _(
    wanted: ask.Snooze, case: Case, person: str, as_of: dt.datetime, *, limits: Limits, **_: Any
) -> Step | None:
    _refuse_closed(case)
    if wanted.until is None:
        if case.state(as_of) != "snoozed":
            return None
        return Step(case=_next(case, snoozed_until=None), change="woken", because="Woken.")
    latest = as_of + limits.most_snooze
    if not as_of < wanted.until <= latest:
        raise _wrong("until", f"it is not between now and {latest:%Y-%m-%dT%H:%M:%SZ}")
    until = wanted.until.astimezone(dt.UTC)
    return Step(
        case=_next(case, snoozed_until=until),
        change="snoozed",
        because=f"Snoozed until {until:%Y-%m-%d %H:%M} UTC.",
        details={"until": until},
        announce="woken",
        announce_at=until,
    )


@change.register
def _(wanted: ask.Intervene, case: Case, person: str, as_of: dt.datetime, **_: Any) -> Step | None:
    _refuse_closed(case)
    if len(case.interventions) >= MOST_INTERVENTIONS:
        raise ConflictError(f"The alert has {MOST_INTERVENTIONS} interventions; no more are kept.")
    started_at = _past("started_at", wanted.started_at, as_of)
    begun = Intervention(len(case.interventions) + 1, wanted.kind, person, started_at)
    return Step(
        case=_next(case, progress="in_progress", interventions=(*case.interventions, begun)),
        change="intervention_started",
        because=f"Intervention {begun.number} started: {_words(wanted.kind)}.",
        details=_told(number=begun.number, kind=wanted.kind, note=wanted.note),
        noted=True,
        intervention=begun,
    )


@change.register
def _(
    wanted: ask.EndIntervention,
    case: Case,
    person: str,
    as_of: dt.datetime,
    *,
    number: int,
    **_: Any,
) -> Step | None:
    known = {one.number: one for one in case.interventions}
    if number not in known:
        raise NotFoundError("There is no such intervention.")
    before = known[number]
    ended_at = _past("ended_at", wanted.ended_at or before.ended_at, as_of)
    if ended_at < before.started_at:
        raise _wrong("ended_at", "it is before the intervention's start")
    ended = msgspec.structs.replace(before, ended_at=ended_at, outcome=wanted.outcome)
    if ended == before:
        return _note(wanted.note, case)
    known[number] = ended
    return Step(
        case=_next(case, interventions=tuple(known.values())),
        change="intervention_ended",
        because=f"Intervention {number} ended: {_words(wanted.outcome)}.",
        details=_told(number=number, outcome=wanted.outcome, note=wanted.note),
        noted=True,
        intervention=ended,
    )


def _note(note: str | None, case: Case, *, shareable: bool = False) -> Step | None:
    if note is None:
        return None
    details = {"note": note, **({"shareable": True} if shareable else {})}
    return Step(case=_next(case), change="noted", because="Note.", details=details, noted=True)


def _next(case: Case, **changed: Any) -> Case:
    return msgspec.structs.replace(case, version=case.version + 1, **changed)


def _refuse_closed(case: Case) -> None:
    if case.closed_at is not None:
        state = "cleared by itself" if case.outcome is None else "resolved"
        raise ConflictError(f"The alert is closed ({state}): only notes may follow.")


def _past(name: str, moment: dt.datetime | None, as_of: dt.datetime) -> dt.datetime:
    if moment is not None and moment > as_of:
        raise _wrong(name, "it is in the future")
    return (moment or as_of).astimezone(dt.UTC)


def _wrong(name: str, reason: str) -> InvalidRequestError:
    path = f"$.{name}"
    return InvalidRequestError(f"{path}: {reason}", [{"path": path, "reason": reason}])


def _words(name: str) -> str:
    return name.replace("_", " ")


def _told(**details: object) -> dict[str, object]:
    return {name: value for name, value in details.items() if value is not None}
