"""Erase a student for good: written down outside first, then done, then proved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from chalicelib.domain.alerts import NOBODY
from chalicelib.domain.erasure import Erasure, Step, decided, signed, verified
from chalicelib.domain.errors import (
    ConflictError,
    NotFoundError,
    UnavailableError,
    UnshownError,
)

if TYPE_CHECKING:
    import datetime as dt

    from chalicelib.ports.clock import Clock

HELD = "A legal hold is in force on this student."


class ErasureList(Protocol):
    """Keeps signed entries outside of the database and of its backups."""

    def add(self, student: str, step: str, entry: bytes) -> None:
        """Keep an entry for good; UnavailableError when that is not sure."""
        ...

    def entries(self) -> list[bytes]:
        """Return every entry."""
        ...

    def put_last(self, student: str | None) -> None:
        """Keep who was erased last, without whom a restored database stays closed."""
        ...


class Records(Protocol):
    """The records of students, as the privacy officer may treat them."""

    def count(self, student: str) -> dict[str, int]:
        """Return the rows of a student by table."""
        ...

    def holds(self, student: str | None = None) -> list[dict[str, Any]]:
        """Return the holds in force, or those that keep one student's record."""
        ...

    def erase(self, erasure: Erasure, as_of: dt.datetime, *, again: bool = False) -> dict[str, int]:
        """Delete a student's rows; ConflictError when a hold is in force."""
        ...

    def erasure(self, student: str) -> Erasure | None:
        """Return what is known of a student's erasure."""
        ...

    def erased(self) -> frozenset[str]:
        """Return everybody who was erased."""
        ...

    def latest_erased(self) -> str | None:
        """Return who was erased last; None: nobody was."""
        ...


def would_erase(student: str, records: Records) -> dict[str, Any]:
    """Return what erasing a student would delete, and what forbids it; changes nothing."""
    _refuse_nobody(student)
    return {"student": student, "rows": records.count(student), "holds": records.holds(student)}


def erase(
    student: str,
    *,
    person: str,
    reason: str,
    records: Records,
    kept: ErasureList,
    key: bytes,
    clock: Clock,
) -> dict[str, Any]:
    """Erase a student and return the signed proof; safe to repeat.

    The list is written before the database: what is cut off in between is done by the next
    maintenance. Raises ConflictError for a hold, NotFoundError where there is nothing of this
    student, UnavailableError when the list or the database does not answer, UnshownError when the
    list does not once it is done: the next maintenance notes the rest.
    """
    _refuse_nobody(student)
    if records.holds(student):
        raise ConflictError(HELD)
    before = records.erasure(student)
    if before is None and not any(records.count(student).values()):
        raise NotFoundError("There is no such student.")
    asked = Erasure(student=student, erased_at=clock.now(), asked_by=person, reason=reason)
    if before is not None:  # she was erased then, for good: this is not the last erasure
        asked = msgspec.structs.replace(before, step=Step.ASKED)
    kept.add(student, Step.ASKED, signed(asked, key))
    try:
        records.erase(asked, clock.now())
    except ConflictError:
        withdrawn = msgspec.structs.replace(asked, step=Step.WITHDRAWN)
        kept.add(student, Step.WITHDRAWN, signed(withdrawn, key))
        raise
    try:
        return _proved(asked, records, kept, key)
    except UnavailableError as error:
        raise UnshownError(str(error)) from error


def _proved(asked: Erasure, records: Records, kept: ErasureList, key: bytes) -> dict[str, Any]:
    """Note outside of the database what is done in it, and return the proof."""
    done = records.erasure(asked.student) or asked  # the first time counts
    kept.add(asked.student, Step.DONE, signed(done, key))
    _note_last(records, kept)
    return dict(msgspec.json.decode(signed(done, key)))


def proof(student: str, records: Records, key: bytes) -> dict[str, Any] | None:
    """Return the signed proof that a student was erased, as it is on the list; None: nobody was."""
    done = records.erasure(student)
    return None if done is None else dict(msgspec.json.decode(signed(done, key)))


def apply(*, records: Records, kept: ErasureList, key: bytes, clock: Clock) -> int:
    """Erase whoever is on the list and not erased in this database; return how many.

    After a restore, before traffic: a backup brings back who was erased since. All entries are
    read and verified before the first is applied, and they are applied in their order: the last
    one opens the database.
    """
    listed = decided([verified(entry, key) for entry in kept.entries()])
    listed.sort(key=lambda one: one.erased_at)
    known = records.erased()
    missing = [one for one in listed if one.student not in known]
    if missing:
        kept.put_last(missing[-1].student)
    for one in missing:
        records.erase(one, clock.now(), again=True)
    _note_last(records, kept)
    return len(missing)


def _note_last(records: Records, kept: ErasureList) -> None:
    """Keep who was erased last in this database, also when somebody else is erased meanwhile."""
    latest = records.latest_erased()
    kept.put_last(latest)
    while (now := records.latest_erased()) != latest:
        latest = now
        kept.put_last(latest)


def _refuse_nobody(student: str) -> None:
    """Whom alerts about a whole class are of is nobody's pseudonym."""
    if student == NOBODY:
        raise NotFoundError("There is no such student.")
