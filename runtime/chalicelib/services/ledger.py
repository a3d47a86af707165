"""The access ledger: note each read before it is answered, seal what was noted."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import msgspec

from chalicelib.domain.disclosures import REFUSED
from chalicelib.domain.interest import interest_of
from chalicelib.domain.ledger import Batch, Origin, Read, sealed
from chalicelib.domain.outside import commitment

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from chalicelib.domain.outside import Outside
    from chalicelib.domain.principal import Principal
    from chalicelib.ports.ledger import Heads, Ledger


def record_read(
    ledger: Ledger,
    principal: Principal,
    what: str,
    students: Iterable[str],
    reason: str,
    origin: Origin,
) -> None:
    """Keep that somebody is about to be shown these students' records; UnavailableError if not.

    To be called after the permission and before the answer, which must not be given when this
    raises. A list is one read, that names each student it shows once; without any it is none.
    When a student reads her own, who reads goes as well when she is erased.
    """
    shown = tuple(dict.fromkeys(students))
    if shown:
        why = interest_of(reason)
        kind = "student" if why.own else principal.kind
        ledger.add(Read(principal.subject, principal.client, kind, what, why.words, shown, origin))


def record_refused(
    ledger: Ledger, principal: Principal, what: str, student: str, origin: Origin
) -> None:
    """Keep that somebody has asked for a student's record and may not see it, 99.32(a)(1)."""
    ledger.add_refused(_of_one(principal, what, student, REFUSED, origin))


def record_outside(
    ledger: Ledger,
    principal: Principal,
    student: str,
    told: Outside,
    reason: str,
    origin: Origin,
) -> int | None:
    """Keep what was disclosed outside of the monitor; return its number, None without a record.

    ConflictError when the student was erased. Not safe to repeat: each time is one entry.
    """
    content, salt = msgspec.json.encode(told).decode(), str(uuid.uuid4())
    read = _of_one(principal, commitment(salt, content), student, reason, origin)
    return ledger.add_outside(read, salt, content)


def _of_one(principal: Principal, what: str, student: str, reason: str, origin: Origin) -> Read:
    who = (principal.subject, principal.client, principal.kind)
    return Read(*who, what, reason, (student,), origin)


def seal(ledger: Ledger, heads: Heads, now: dt.datetime) -> list[Batch]:
    """Seal what is there, batch by batch, and note the last one outside of the database.

    Safe to repeat, and to run twice at once. UnavailableError when it could not be noted: all is
    sealed then, and the next batch that is noted vouches for those before it.
    """
    made: list[Batch] = []
    while batch := ledger.seal(sealed):
        made.append(batch)
    if made:
        heads.note(made[-1].batch, made[-1].hash.hex(), now)
    return made
