"""Who a student is: the institution's id, names and contacts, which only `person` holds."""

from __future__ import annotations

import uuid  # msgspec reads the types
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta

from chalicelib.domain.asked import Id  # msgspec reads the types

MOST_CONTACTS = 16
Line = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=256,
        pattern="^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]+$",
        description="1 to 256 characters, no control characters",
    ),
]


class Contact(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Somebody to turn to about a student."""

    relationship: Line
    name: Line | None = None
    email: Line | None = None
    phone: Line | None = None


class Person(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    """A student as the registrar knows her."""

    student_id: Id  # the institution's own, that events name her by
    identifier: Line | None = None  # another one, that people know
    given_name: Line | None = None
    family_name: Line | None = None
    preferred_name: Line | None = None
    preferred_family_name: Line | None = None
    email: Line | None = None
    phone: Line | None = None
    contacts: Annotated[list[Contact], Meta(max_length=MOST_CONTACTS)] = []


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose names somebody wants."""

    students: Annotated[list[uuid.UUID], Meta(min_length=1, max_length=200)]


class Sealed(NamedTuple):
    """A text that only a key opens."""

    data_key: bytes  # sealed itself
    nonce: bytes
    content: bytes


class Told(NamedTuple):
    """What a roster tells of a person: some fields, and whether she is brought in by that."""

    student_id: str
    fields: Mapping[str, Any]  # what is not told stays as it is
    is_new: bool = True

    def of(self, known: Person | None) -> Person | None:
        """Return her as she then is; None for nobody of ours."""
        if known is None and not self.is_new:
            return None
        person = known or Person(student_id=self.student_id)
        return msgspec.structs.replace(person, student_id=self.student_id, **self.fields)


def name_of(student: str, person: Person | None) -> dict[str, str | None]:
    """Return what a list shows of a student; without a person there are no names."""
    return {
        "student": student,
        "given_name": (person.preferred_name or person.given_name) if person else None,
        "family_name": (person.preferred_family_name or person.family_name) if person else None,
    }
