"""Bring people together with their pseudonyms."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from chalicelib.domain.errors import InvalidRequestError, TooLargeError
from chalicelib.domain.identity import pseudonym

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.domain.person import Person

MOST = 500


def by_pseudonym(people: Sequence[Person], key: bytes) -> dict[str, Person]:
    """Return people by pseudonym, in their order.

    Raises TooLargeError for more than 500, InvalidRequestError for an id that comes twice or that
    no event could name.
    """
    if len(people) > MOST:
        raise TooLargeError(f"There are {len(people)} people; at most {MOST} are taken at once.")
    found: dict[str, Person] = {}
    for i, person in enumerate(people):
        if any(unicodedata.category(c) in {"Cc", "Cs"} for c in person.student_id):
            raise _wrong(i, "`student_id` has a control character")
        student = pseudonym(person.student_id, key)
        if student in found:
            raise _wrong(i, "`student_id` comes twice")
        found[student] = person
    return found


def _wrong(i: int, reason: str) -> InvalidRequestError:
    path = f"$[{i}].student_id"
    return InvalidRequestError(f"{path}: {reason}.", [{"path": path, "reason": reason}])
