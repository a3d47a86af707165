"""Change the roster line by line, and show it."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import msgspec

from chalicelib.domain.roster import Line, check_administrators, lines_of

if TYPE_CHECKING:
    import datetime as dt

    from chalicelib.domain.roster import Roles, Span
    from chalicelib.ports.roster import Roster

Json = dict[str, Any]


def put_line(roster: Roster, line: tuple[str, str, str], span: Span, *, by: str) -> bool:
    """Keep when a person teaches a course or advises a student; tell whether that is new."""
    return roster.put(Line(*line, span.begins_on, span.ends_on), by=by)


def put_roles(roster: Roster, person: str, content: Roles, *, by: str) -> bool:
    """Let these be all the roles that a person holds; tell whether that is new.

    NotAllowedError when who does it has just ceased to be an administrator; ConflictError when the
    last administrator would go.
    """
    return roster.put_own(
        person, lines_of(person, content), by=by, check=functools.partial(_check, by)
    )


def show_target(roster: Roster, kind: str, target: str, named: str, *, person: str) -> Json:
    """Return who teaches a course or advises a student, and what was said of it before."""
    now, past = roster.by_target(kind, target, person=person)
    return {"items": now, "history": past, named: target}


def show_person(roster: Roster, whose: str, *, person: str) -> Json:
    """Return everything that the roster says of a person, and what it said before."""
    now, past = roster.by_person(whose, person=person)
    return {"person": whose, "items": now, "history": past}


def students_of(shown: Json) -> list[str]:
    """Return the students whom a person's lines name, now or before: advised, or herself."""
    return [student for students in by_interest(shown).values() for student in students]


def by_interest(shown: Json) -> dict[str, list[str]]:
    """Return the same students by why that person may know of them, as `Line` words a reason."""
    found: dict[str, list[str]] = {}
    for line in (msgspec.json.decode(one) for part in ("items", "history") for one in shown[part]):
        if line["kind"] in {"advises", "self"}:
            own = line["kind"] == "self"
            why = f"is the student {line['target']}" if own else "advises the student"
            found.setdefault(why, []).append(line["target"])
    return found


def _check(actor: str, before: list[Line], left: list[Line], today: dt.date) -> None:
    check_administrators(actor, left, before=before, today=today)
