"""Who may do what: principal, action, what it is about, roster -> allowed with the reason, or not.

Nothing is allowed but what a rule here allows. docs/access.md shows the same by route and role.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from chalicelib.domain.principal import Principal
    from chalicelib.domain.roster import Line


class Action(enum.Enum):
    """What somebody wants to do."""

    ACT_ON_ALERT = enum.auto()
    ANSWER_FOR_RECORDS = enum.auto()  # ledger, inspection, erasure, retention
    ASK_FOR_CORRECTION = enum.auto()
    ASSIGN_ADVISER = enum.auto()
    ASSIGN_STAFF = enum.auto()
    BIND_CLIENTS = enum.auto()  # to the source as which each sends
    DECIDE_CORRECTION = enum.auto()
    GRANT_ROLES = enum.auto()
    IMPORT_ROSTER = enum.auto()
    INSPECT_RECORD = enum.auto()
    LIST_ALERTS = enum.auto()
    LIST_COURSES = enum.auto()
    PUT_COURSE = enum.auto()
    PUT_COURSE_POLICY = enum.auto()
    PUT_ENROLMENTS = enum.auto()
    PUT_ITEM = enum.auto()
    PUT_PEOPLE = enum.auto()
    PUT_POLICY = enum.auto()
    READ_ADVISERS = enum.auto()
    READ_ALERT = enum.auto()
    READ_CATALOGUE = enum.auto()
    READ_CLASS = enum.auto()
    READ_COMPARISON = enum.auto()  # of two policies, in numbers
    READ_DESCRIPTION = enum.auto()
    READ_NAMES = enum.auto()
    READ_POLICY = enum.auto()
    READ_QUARANTINE = enum.auto()
    READ_ROLES = enum.auto()
    READ_STAFF = enum.auto()
    READ_STUDENT = enum.auto()
    RECORD_DISCLOSURE = enum.auto()  # outside of the monitor
    SEND_EVENTS = enum.auto()


class About(NamedTuple):
    """What it is about; what is not named does not matter, or is not there."""

    course: str | None = None
    student: str | None = None
    courses: Sequence[str] = ()  # those of the student that who asks teaches
    person: str | None = None  # whose rights are changed or shown


class Own(NamedTuple):
    """What a person has to do with."""

    courses: tuple[str, ...]  # that she teaches
    students: tuple[str, ...]  # whom she advises


class Permit(NamedTuple):
    """That something is allowed, and why."""

    reason: str  # such as: teaches MATH-101 until 2027-01-31
    only: Own | None = None  # of a list: what is shown of it; None: all


class _Rule(NamedTuple):
    """Who may: holders of a role, whoever has to do with what it is about, a machine's scope."""

    roles: frozenset[str] = frozenset()
    related: frozenset[str] = frozenset()  # kinds of lines
    any_of_hers: bool = False  # a list: one such line is enough, and is what the list shows
    not_oneself: bool = False  # nobody raises her own rights
    scope: str = ""
    anybody: bool = False  # who has signed in


def _may(
    roles: str = "", related: str = "", *, any_of_hers: bool = False, not_oneself: bool = False
) -> _Rule:
    return _Rule(frozenset(roles.split()), frozenset(related.split()), any_of_hers, not_oneself)


_A = Action
# Requests for a record: who is refused one is noted, 34 CFR 99.32(a)(1).
FOR_A_RECORD = frozenset({_A.INSPECT_RECORD, _A.READ_STUDENT})
_RULES = {
    _A.ACT_ON_ALERT: _may("registrar", "teaches advises"),
    _A.ANSWER_FOR_RECORDS: _may("privacy_officer"),
    _A.ASK_FOR_CORRECTION: _may("privacy_officer registrar", "self"),
    _A.ASSIGN_ADVISER: _may("registrar integrator", not_oneself=True),
    _A.ASSIGN_STAFF: _may("registrar integrator", not_oneself=True),
    _A.BIND_CLIENTS: _may("administrator"),
    _A.DECIDE_CORRECTION: _may("privacy_officer registrar"),
    _A.GRANT_ROLES: _may("administrator", not_oneself=True),
    _A.IMPORT_ROSTER: _may("registrar integrator"),
    _A.INSPECT_RECORD: _may("privacy_officer", "self"),
    _A.LIST_ALERTS: _may("registrar privacy_officer", "teaches advises", any_of_hers=True),
    _A.LIST_COURSES: _may(
        "administrator analyst integrator privacy_officer registrar",
        "teaches advises",
        any_of_hers=True,
    ),
    _A.PUT_COURSE: _may("administrator integrator registrar"),
    _A.PUT_COURSE_POLICY: _may("administrator", "teaches"),
    _A.PUT_ENROLMENTS: _may("integrator registrar"),
    _A.PUT_ITEM: _may("integrator registrar", "teaches"),
    _A.PUT_PEOPLE: _may("integrator registrar"),
    _A.PUT_POLICY: _may("administrator"),
    _A.READ_ADVISERS: _may("administrator integrator privacy_officer registrar", "advises self"),
    _A.READ_ALERT: _may("privacy_officer registrar", "teaches advises"),
    _A.READ_CATALOGUE: _may(
        "administrator analyst integrator privacy_officer registrar", "teaches"
    ),
    _A.READ_CLASS: _may("privacy_officer registrar", "teaches"),
    _A.READ_COMPARISON: _may("administrator privacy_officer registrar", "teaches"),
    _A.READ_DESCRIPTION: _Rule(anybody=True),
    _A.READ_NAMES: _may("privacy_officer registrar", "teaches advises", any_of_hers=True),
    _A.READ_POLICY: _may(
        "administrator analyst privacy_officer registrar", "teaches advises", any_of_hers=True
    ),
    _A.READ_QUARANTINE: _may("administrator privacy_officer"),
    _A.READ_ROLES: _may("administrator privacy_officer registrar"),
    _A.READ_STAFF: _may("administrator integrator privacy_officer registrar", "teaches"),
    _A.READ_STUDENT: _may("privacy_officer registrar", "teaches advises self"),
    _A.RECORD_DISCLOSURE: _may("privacy_officer registrar"),
    _A.SEND_EVENTS: _Rule(scope="events:write"),
}


def decide(
    principal: Principal, action: Action, about: About, lines: Iterable[Line], today: dt.date
) -> Permit | None:
    """Return why something is allowed; None: it is not.

    `lines` are the roster's of this principal, whether they hold on that day or not.
    """
    rule = _RULES[action]
    held = [line for line in lines if line.person == principal.subject and line.holds(today)]
    if rule.not_oneself and about.person == principal.subject:
        return None
    if rule.anybody:
        return Permit("has signed in")
    if principal.kind == "machine":
        if rule.scope and rule.scope in principal.scopes:
            return Permit(f"has the scope {rule.scope}")
        held = [line for line in held if line.kind == "role"]
    return _by_role(rule, held) or _by_relation(rule, about, held)


def _by_role(rule: _Rule, held: Sequence[Line]) -> Permit | None:
    for line in held:
        if line.kind == "role" and line.target in rule.roles:
            return Permit(str(line))
    return None


def _by_relation(rule: _Rule, about: About, held: Sequence[Line]) -> Permit | None:
    for line in held:
        if line.kind in rule.related and (rule.any_of_hers or _concerns(line, about)):
            return Permit(str(line), Own(_targets(held, "teaches"), _targets(held, "advises")))
    return None


def _targets(held: Sequence[Line], kind: str) -> tuple[str, ...]:
    return tuple(line.target for line in held if line.kind == kind)


def _concerns(line: Line, about: About) -> bool:
    if line.kind == "teaches":
        return line.target == about.course or line.target in about.courses
    return line.target == about.student
