"""Who the students of a bundle are: names and contacts, as users.csv tells them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from chalicelib.domain.oneroster.files import Row, Wrong
from chalicelib.domain.person import MOST_CONTACTS, Contact, Told

_MOST_LETTERS = 256  # of a name, as for POST /v1/people
_MOST_OF_ID = 128
# What becomes which field of a person: the first of these columns that says something.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "identifier": ("identifier",),
    "given_name": ("givenName",),
    "family_name": ("familyName",),
    "preferred_name": ("preferredGivenName",),
    "preferred_family_name": ("preferredFamilyName",),
    "email": ("email",),
    "phone": ("phone", "sms"),
}
NAMES = frozenset(column for columns in FIELDS.values() for column in columns)
_AGENTS = "agentSourcedIds"


def students_of(known: Mapping[str, Mapping[str, Row]]) -> set[str]:
    """Return the users who are students: by users.csv (1.1), roles.csv (1.2) or an enrolment."""
    found = {id_ for id_, row in known["users"].items() if row["role"].lower() == "student"}
    for file in ("roles", "enrollments"):
        found |= {
            row["userSourcedId"]
            for row in known[file].values()
            if row["role"].lower() == "student" and not row.deleted
        }
    return found


def people_of(
    known: Mapping[str, Mapping[str, Row]], column: str, name: Callable[[str], str]
) -> tuple[dict[str, Told], list[Wrong]]:
    """Return what is told of users by pseudonym, and which lines cannot be taken.

    `column` holds the id that events name a student by. A user who is no student is told of as
    well, not to be brought in: a delta says of whom it changes the name, not that she is one.
    """
    users, students = known["users"], students_of(known)
    roles = {row["userSourcedId"]: row["role"] for row in known["roles"].values()}
    found: dict[str, Told] = {}
    wrong: list[Wrong] = []
    for id_, row in users.items():
        if row.deleted or not row[column]:
            continue
        is_new, student = id_ in students, name(row[column])
        bad = _wrong(row, column, twice=is_new and student in found and found[student].is_new)
        if is_new:
            wrong += bad
        if not bad and (is_new or student not in found):
            fields = _fields(row, column) | _contacts(row, users, roles)
            found[student] = Told(row[column], fields, is_new)
    return found, wrong


def _wrong(row: Row, column: str, *, twice: bool) -> list[Wrong]:
    if twice:
        return [row.wrong(column, "an id that no other student has")]
    if len(row[column]) > _MOST_OF_ID:
        return [row.wrong(column, f"at most {_MOST_OF_ID} characters")]
    return [
        row.wrong(one, f"at most {_MOST_LETTERS} characters")
        for one in sorted(NAMES)
        if len(row[one]) > _MOST_LETTERS
    ]


def _fields(row: Row, column: str) -> dict[str, Any]:
    """Return the fields that the file has a column for; an empty column says that there is none."""
    return {
        field: _first(row, columns)
        for field, columns in FIELDS.items()
        if field != column and any(one in row.values for one in columns)
    }


def _contacts(row: Row, users: Mapping[str, Row], roles: Mapping[str, str]) -> dict[str, Any]:
    """Return the agents of a user; nothing unless the bundle has the lines of all of them."""
    agents = [id_.strip() for id_ in row[_AGENTS].split(",") if id_.strip()]
    if _AGENTS not in row.values or any(id_ not in users for id_ in agents):
        return {}
    told = [users[id_] for id_ in agents if not users[id_].deleted]
    return {
        "contacts": [
            Contact(
                (one["role"] or roles.get(one["sourcedId"], "") or "contact")[:_MOST_LETTERS],
                " ".join(_parts(one))[:_MOST_LETTERS] or None,
                one["email"][:_MOST_LETTERS] or None,
                (one["phone"] or one["sms"])[:_MOST_LETTERS] or None,
            )
            for one in told[:MOST_CONTACTS]
        ]
    }


def _parts(row: Row) -> Iterable[str]:
    return filter(None, (row["givenName"], row["familyName"]))


def _first(row: Row, columns: Iterable[str]) -> str | None:
    return next((row[one] for one in columns if row[one]), None)
