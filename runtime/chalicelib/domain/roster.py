"""Who has to do with whom: what a person teaches, whom she advises, what she is; with dates."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, get_args

import msgspec

from chalicelib.domain.errors import ConflictError, InvalidRequestError, NotAllowedError

Kind = Literal["advises", "role", "self", "teaches"]
Role = Literal["administrator", "analyst", "integrator", "privacy_officer", "registrar"]
ROLES: tuple[str, ...] = get_args(Role)
ADMINISTRATOR = "administrator"


class Span(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """From which day to which, both inclusive, in UTC; null: without begin, without end."""

    begins_on: dt.date | None = None
    ends_on: dt.date | None = None

    def __post_init__(self) -> None:
        """Refuse an end before the beginning."""
        if self.begins_on and self.ends_on and self.ends_on < self.begins_on:
            raise ValueError("`ends_on` is before `begins_on`")


class HeldRole(Span, frozen=True, kw_only=True):
    """An institution-wide role, and when it is held."""

    role: Role


class Roles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that a person is by itself: replaces what was put before."""

    roles: list[HeldRole] = []
    student: uuid.UUID | None = None  # the pseudonym, of a person who is a student herself


class Line(NamedTuple):
    """One thing that the roster says of one person."""

    person: str
    kind: str  # a Kind
    target: str  # a course, a pseudonym, or a role
    begins_on: dt.date | None = None
    ends_on: dt.date | None = None

    def holds(self, today: dt.date) -> bool:
        """Tell whether it holds on a day."""
        return self.lasts(today) and (self.begins_on is None or self.begins_on <= today)

    def lasts(self, today: dt.date) -> bool:
        """Tell whether it holds on a day or will on a later one."""
        return self.ends_on is None or today <= self.ends_on

    def __str__(self) -> str:
        """Return it as the reason for which something is allowed."""
        told = {"role": "is", "self": "is the student"}.get(self.kind, self.kind)
        what = f"{told} {self.target}"
        return what if self.ends_on is None else f"{what} until {self.ends_on}"


def lines_of(person: str, content: Roles) -> list[Line]:
    """Return the lines that a person's roles come to.

    InvalidRequestError names a role that is held twice.
    """
    seen: set[str] = set()
    for number, one in enumerate(content.roles):
        if one.role in seen:
            path, reason = f"$.roles[{number}].role", "this role is there already"
            raise InvalidRequestError(f"{path}: {reason}", [{"path": path, "reason": reason}])
        seen.add(one.role)
    held = [Line(person, "role", one.role, one.begins_on, one.ends_on) for one in content.roles]
    return held + ([Line(person, "self", str(content.student))] if content.student else [])


def check_administrators(
    actor: str, left: Sequence[Line], *, before: Iterable[Line], today: dt.date
) -> None:
    """Refuse a change of roles, given everybody's lines as they are `before` it and are `left`.

    NotAllowedError when the actor has ceased to be an administrator in the meantime; ConflictError
    when nobody would be left who is one today and without an end.
    """
    if not any(one.person == actor for one in _administrators(before, today)):
        raise NotAllowedError
    if all(one.ends_on is not None for one in _administrators(left, today)):
        raise ConflictError("The last administrator whose role has no end cannot be removed.")


def _administrators(lines: Iterable[Line], today: dt.date) -> list[Line]:
    return [
        one
        for one in lines
        if (one.kind, one.target) == ("role", ADMINISTRATOR) and one.holds(today)
    ]
