"""The access ledger: note each read before it is answered, seal what was noted, verify all."""

from __future__ import annotations

import datetime as dt
import heapq
import uuid
from typing import TYPE_CHECKING

import msgspec

from chalicelib.domain.disclosures import REFUSED
from chalicelib.domain.heads import Expected, Head, in_force
from chalicelib.domain.interest import interest_of
from chalicelib.domain.ledger import (
    BEGINNING,
    Batch,
    Origin,
    Read,
    content_of,
    erased,
    hash_of,
    sealed,
)
from chalicelib.domain.outside import MARK, commitment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from chalicelib.domain.ledger import Entry
    from chalicelib.domain.outside import Outside
    from chalicelib.domain.principal import Principal
    from chalicelib.ports import Heads, Ledger

MOST_REUSED = 100  # ids that one report names


class Verdict(msgspec.Struct, kw_only=True):
    """What verifying has found; `broken` says what is wrong with the first batch that is."""

    batches: int = 0
    entries: int = 0
    erased: int = 0  # readers and students whose place a leaf has taken
    broken_batch: int | None = None
    broken: str | None = None
    head: str | None = None  # the last batch and its hash, to be kept elsewhere
    unsealed: int = 0
    unsealed_since: dt.datetime | None = None
    reused_event_ids: list[tuple[str, str, int]] = []


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


def noted(heads: Heads, anchor: str, now: dt.datetime) -> Iterator[Head]:
    """Give every head that still counts, and that which somebody has brought (or '').

    They are listed while they are wanted: a million a year and a half. What comes after the last
    is noted later than it, so that a batch which is sealed meanwhile is no missing one. ValueError
    when what was brought is none.
    """
    brought = [Head(*one, now)] if (one := anchor_of(anchor)) else []
    return heapq.merge(in_force(heads.heads(), heads.restored()), brought)


def anchor_of(text: str) -> tuple[int, str] | None:
    """Return a noted batch and its hash, as verifying and the log write them; None for ''."""
    if not text:
        return None
    number, _, hash_ = text.partition(":")
    return int(number), hash_


def verify(ledger: Ledger, heads: Iterable[Head] = ()) -> Verdict:
    """Compute every digest and hash anew; stop at the first batch that does not agree.

    `heads` are batches and their hashes in the order of numbers, noted earlier and kept elsewhere:
    without any, somebody who owns the database could have made the whole ledger anew.
    """
    verdict, before, expected = Verdict(), None, Expected(heads)
    for batch in ledger.batches():
        wrong = _wrong(ledger, before, batch, verdict)
        if expected.disagrees(batch):
            wrong = "its hash is not the one that was noted"
        if wrong:
            verdict.broken_batch, verdict.broken = batch.batch, wrong
            return verdict
        verdict.batches, before = verdict.batches + 1, batch
    return _ended(ledger, before, verdict, expected)


def _ended(ledger: Ledger, last: Batch | None, verdict: Verdict, expected: Expected) -> Verdict:
    """Say what is behind the last batch, and whether there should be more of them."""
    if expected.missing():
        verdict.broken_batch, verdict.broken = verdict.batches + 1, "it was noted, and is missing"
    elif strays := ledger.strays():
        verdict.broken_batch, verdict.broken = 1, f"{strays} rows stand before the first"
    elif ledger.is_emptied():
        verdict.broken_batch, verdict.broken = 1, "reads were kept, and nothing is left of them"
    verdict.unsealed, verdict.unsealed_since = ledger.tail(last.last_id if last else 0)
    verdict.head = f"{last.batch}:{last.hash.hex()}" if last else None
    return verdict


def _wrong(ledger: Ledger, before: Batch | None, batch: Batch, verdict: Verdict) -> str | None:
    """Return what is wrong with a batch; count its rows."""
    number, first, previous = (
        (before.batch + 1, before.last_id + 1, before.hash) if before else (1, 1, BEGINNING)
    )
    if (batch.batch, batch.first_id, batch.previous) != (number, first, previous):
        return "it does not follow the batch before it"
    if hash_of(batch) != batch.hash:
        return "its hash is not that of what it says"
    entries = ledger.entries(batch.first_id, batch.last_id)
    if len(entries) != batch.entries:
        return f"it has {len(entries)} rows; {batch.entries} were sealed"
    try:
        same = content_of(entries) == batch.content
    except ValueError as error:
        return str(error)
    verdict.entries += len(entries)
    verdict.erased += sum(map(erased, entries))
    return _not_as_told(ledger, batch, entries) if same else "a row of it has changed"


def _not_as_told(ledger: Ledger, batch: Batch, entries: Sequence[Entry]) -> str | None:
    """Return what is wrong with the words of disclosures; those of who was erased are gone."""
    outside = [one for one in entries if one.what.startswith(MARK) and one.salts[1] is not None]
    told = ledger.disclosures(batch.first_id, batch.last_id) if outside else {}
    for one in outside:
        words = told.get(one.access_id)
        if (
            words is None
            or words.student != one.students[0]
            or commitment(words.salt, words.content) != one.what
        ):
            return "what it says of a disclosure has changed"
    return None
