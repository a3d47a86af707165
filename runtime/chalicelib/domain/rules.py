"""Which roles and which lines of the roster let somebody do what: the table that access asks.

Nothing is allowed but what a rule here allows. docs/access.md shows the same by route and role.
"""

from __future__ import annotations

import enum
from typing import NamedTuple


class Action(enum.Enum):
    """What somebody wants to do."""

    ACT_ON_ALERT = enum.auto()
    ANSWER_FOR_RECORDS = enum.auto()  # ledger, inspection, erasure, retention
    ASK_FOR_CORRECTION = enum.auto()
    ASSIGN_ADVISER = enum.auto()
    ASSIGN_STAFF = enum.auto()
    BIND_CLIENTS = enum.auto()  # to the source as which each sends
    COMPARE_NAMES = enum.auto()  # with those that somebody tells
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
    READ_HEALTH = enum.auto()  # in numbers
    READ_NAMES = enum.auto()
    READ_POLICY = enum.auto()
    READ_QUARANTINE = enum.auto()
    READ_ROLES = enum.auto()
    READ_STAFF = enum.auto()
    READ_STUDENT = enum.auto()
    RECORD_DISCLOSURE = enum.auto()  # outside of the monitor
    SEND_EVENTS = enum.auto()


class Rule(NamedTuple):
    """Who may: holders of a role, whoever has to do with what it is about, a machine's scope."""

    roles: frozenset[str] = frozenset()
    related: frozenset[str] = frozenset()  # kinds of lines
    any_of_hers: bool = False  # a list: one such line is enough, and is what the list shows
    not_own: frozenset[str] = frozenset()  # what of hers somebody else has to do: see access
    scope: str = ""
    anybody: bool = False  # who has signed in


def _may(
    roles: str = "", related: str = "", *, any_of_hers: bool = False, not_own: str = ""
) -> Rule:
    kinds, own = frozenset(related.split()), frozenset(not_own.split())
    return Rule(frozenset(roles.split()), kinds, any_of_hers, own)


_A = Action
# Requests for a record: who is refused one is noted, 34 CFR 99.32(a)(1).
FOR_A_RECORD = frozenset({_A.INSPECT_RECORD, _A.READ_STUDENT})
RULES = {
    _A.ACT_ON_ALERT: _may("registrar", "teaches advises", not_own="record"),
    _A.ANSWER_FOR_RECORDS: _may("privacy_officer", not_own="record"),
    _A.ASK_FOR_CORRECTION: _may("privacy_officer registrar", "self"),
    _A.ASSIGN_ADVISER: _may("registrar integrator", not_own="person record"),
    _A.ASSIGN_STAFF: _may("registrar integrator", not_own="person"),
    _A.BIND_CLIENTS: _may("administrator", not_own="person"),
    _A.COMPARE_NAMES: _may("registrar"),
    _A.DECIDE_CORRECTION: _may("privacy_officer registrar", not_own="course record"),
    _A.GRANT_ROLES: _may("administrator", not_own="person"),
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
    _A.PUT_ENROLMENTS: _may("integrator registrar", not_own="course record"),
    _A.PUT_ITEM: _may("integrator registrar", "teaches"),
    _A.PUT_PEOPLE: _may("integrator registrar"),
    _A.PUT_POLICY: _may("administrator"),
    _A.READ_ADVISERS: _may("administrator integrator privacy_officer registrar", "advises self"),
    _A.READ_ALERT: _may("privacy_officer registrar", "teaches advises", not_own="record"),
    _A.READ_CATALOGUE: _may(
        "administrator analyst integrator privacy_officer registrar", "teaches"
    ),
    _A.READ_CLASS: _may("privacy_officer registrar", "teaches"),
    _A.READ_COMPARISON: _may("administrator privacy_officer registrar", "teaches"),
    _A.READ_DESCRIPTION: Rule(anybody=True),
    _A.READ_HEALTH: _may("administrator"),
    _A.READ_NAMES: _may("privacy_officer registrar", "teaches advises", any_of_hers=True),
    _A.READ_POLICY: _may(
        "administrator analyst privacy_officer registrar", "teaches advises", any_of_hers=True
    ),
    _A.READ_QUARANTINE: _may("administrator privacy_officer"),
    _A.READ_ROLES: _may("administrator privacy_officer registrar"),
    _A.READ_STAFF: _may("administrator integrator privacy_officer registrar", "teaches"),
    _A.READ_STUDENT: _may("privacy_officer registrar", "teaches advises self"),
    _A.RECORD_DISCLOSURE: _may("privacy_officer registrar", not_own="record"),
    _A.SEND_EVENTS: Rule(scope="events:write"),
}
