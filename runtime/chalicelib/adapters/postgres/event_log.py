"""The append-only log of events: what is new, what came before, what contradicts."""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING, NamedTuple

from psycopg2 import errors

from chalicelib.adapters.postgres import arrays, queries
from chalicelib.adapters.postgres.copying import Feed
from chalicelib.adapters.postgres.event_rows import Row, same_content, to_row
from chalicelib.domain.delivery import Sorted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from chalicelib.adapters.postgres.pipeline import Pipeline
    from chalicelib.domain.delivery import Delivery, Incoming, Quarantined

_SQL = queries.load("events.sql")
Key = tuple[str, int, str]  # (student, occurred_us, event_uid): the identity


class Begun(NamedTuple):
    """What a writer has to know before it writes."""

    horizon_us: int | None  # the start of the oldest partition, if there is one
    erasure: str | None  # the number and the time of the latest one
    retractions: bool  # whether there is any


def begin(cursor: Pipeline, students: Iterable[str]) -> Begun:
    """Wait for other writers of these students; return what was committed until then."""
    lanes = {int(byte, 16) for byte in {student[:2] for student in students}}
    # In one message; the second sees what was committed while the first waited.
    cursor.execute(f"{_SQL['lock_lanes']}; {_SQL['horizon']}", {"lanes": arrays.plain(lanes)})
    return Begun(*cursor.fetchall()[0])


def erased(cursor: Pipeline) -> frozenset[str]:
    """Return the pseudonyms of all who were erased."""
    cursor.execute(_SQL["erased"])
    return frozenset(student for (student,) in cursor.fetchall())


def add_receipts(cursor: Pipeline, deliveries: Iterable[Delivery]) -> None:
    """Remember where the events came from; safe to repeat."""
    known = [(d.receipt, d.envelope) for d in deliveries if d.envelope]
    if known:
        values = {
            "receipt": arrays.plain(receipt for receipt, _ in known),
            "source": arrays.texts([envelope.source for _, envelope in known]),
            "correlation_id": arrays.texts([envelope.correlation_id for _, envelope in known]),
            "accepted_us": arrays.plain(envelope.accepted_us for _, envelope in known),
        }
        cursor.along(_SQL["add_receipts"], values)


def add_events(
    cursor: Pipeline,
    incoming: Sequence[Incoming],
    meanwhile: Callable[[Sequence[Incoming]], None],
) -> Sorted:
    """Store the events that are new, and tell which those are; safe to repeat.

    Most often all are, and have been stored at once before anybody asks: `meanwhile` is called
    with every event then, once, in parts, while the server is busy.
    """
    if not incoming or _copy(cursor, incoming, meanwhile):
        return Sorted(list(range(len(incoming))), [], [])
    offered, repeated, conflicting = _apart(incoming)
    new = _insert(cursor, [incoming[i] for i in offered])
    known = [i for i in offered if _key(incoming[i]) not in new]
    rows = [_row(incoming[i]) for i in known]
    found = find(cursor, rows) if rows else []
    stored = {(row.student, row.occurred_us, row.event_uid): row for row in found}
    for i, row in zip(known, rows, strict=True):
        same = same_content(row, stored[_key(incoming[i])])
        (repeated if same else conflicting).append(i)
    before = set(known)
    return Sorted([i for i in offered if i not in before], repeated, conflicting)


def find(cursor: Pipeline, rows: Iterable[Row]) -> list[Row]:
    """Return what is stored under the identities of these rows."""
    cursor.execute(_SQL["stored_events"], _identities(list(rows)))
    return [Row(*row) for row in cursor.fetchall()]


def of_pieces(cursor: Pipeline, pairs: Iterable[tuple[str, str]]) -> list[Row]:
    """Return the events of these students in these courses that count."""
    students, courses = zip(*pairs, strict=True)
    cursor.execute(
        _SQL["events_of_pieces"],
        {"student": arrays.plain(students), "course": arrays.texts(courses)},
    )
    return [Row(*row) for row in cursor.fetchall()]


def add_retractions(cursor: Pipeline, named: Sequence[Row]) -> None:
    """Take these identities out of what counts, whether they are stored yet or not."""
    cursor.execute(_SQL["add_retractions"], _identities(named))


def retracted(cursor: Pipeline, incoming: Sequence[Incoming]) -> set[Key]:
    """Return the keys of those events that have been retracted."""
    cursor.execute(
        _SQL["retracted_events"],
        {
            "student": arrays.plain(one.event.student for one in incoming),
            "occurred_us": arrays.plain(one.event.occurred_us for one in incoming),
            "event_uid": arrays.plain(one.uid for one in incoming),
        },
    )
    return set(cursor.fetchall())


def quarantine(cursor: Pipeline, kept: Iterable[Quarantined]) -> None:
    """Keep what cannot be processed, once; safe to repeat.

    The payload is kept byte by byte. Of what is shown beside it, what no column can hold is
    replaced or left out, since this must not fail for the very reason that brought it here.
    """
    for item in kept:
        digest = hashlib.blake2b(
            f"{item.reason}\0{item.source}\0".encode() + item.payload, digest_size=16
        )
        shown = {
            name: value.replace("\0", "\ufffd") if isinstance(value, str) else value
            for name, value in item._asdict().items()
        }
        shown["student"] = _uuid_or_none(item.student)
        shown["students"] = arrays.plain(item.students)
        cursor.execute(_SQL["quarantine"], {"quarantine_uid": digest.hexdigest(), **shown})


def _uuid_or_none(text: str | None) -> str | None:
    try:
        return str(uuid.UUID(text)) if text else None
    except ValueError:
        return None


def _apart(incoming: Sequence[Incoming]) -> tuple[list[int], list[int], list[int]]:
    """Part the first event of each identity from those that repeat or contradict it."""
    first: dict[Key, int] = {}
    repeated: list[int] = []
    conflicting: list[int] = []
    for i, one in enumerate(incoming):
        j = first.setdefault(_key(one), i)
        if j != i:
            same = same_content(_row(one), _row(incoming[j]))
            (repeated if same else conflicting).append(i)
    return list(first.values()), repeated, conflicting


def _copy(
    cursor: Pipeline,
    incoming: Sequence[Incoming],
    meanwhile: Callable[[Sequence[Incoming]], None],
) -> bool:
    """Store them all; False when one was stored before or is there twice, and nothing is stored."""
    feed = Feed(incoming, meanwhile)
    cursor.along("SAVEPOINT before_events")
    try:
        cursor.copy_expert(_SQL["add_new_events"], feed)
    except errors.UniqueViolation:
        cursor.execute("ROLLBACK TO SAVEPOINT before_events")
        return False
    if feed.error is not None:
        raise feed.error
    return True


def _insert(cursor: Pipeline, incoming: Sequence[Incoming]) -> set[Key]:
    """Store those that are not yet; return the keys of these."""
    rows = [_row(one) for one in incoming]
    cursor.execute(_SQL["add_events"], _columns(rows, [one.receipt for one in incoming]))
    return set(cursor.fetchall())


def _key(incoming: Incoming) -> Key:
    return incoming.event.student, incoming.event.occurred_us, incoming.uid


def _row(incoming: Incoming) -> Row:
    return to_row(incoming.event, incoming.uid, incoming.source)


def _columns(rows: Sequence[Row], receipts: Sequence[str]) -> dict[str, str]:
    uid, occurred_us, student, kind, source, event_id, course, subject, details, metadata = zip(
        *rows, strict=True
    )
    return {
        "student": arrays.plain(student),
        "occurred_us": arrays.plain(occurred_us),
        "event_uid": arrays.plain(uid),
        "receipt": arrays.plain(receipts),
        "event_type": arrays.plain(kind),
        "source": arrays.texts(source),
        "event_id": arrays.texts(event_id),
        "course": arrays.texts(course),
        "subject": arrays.texts(subject),
        "details": arrays.texts(details),
        "metadata": arrays.optional_texts(metadata),
    }


def _identities(rows: Sequence[Row]) -> dict[str, str]:
    return {
        "student": arrays.plain(row.student for row in rows),
        "occurred_us": arrays.plain(row.occurred_us for row in rows),
        "event_uid": arrays.plain(row.event_uid for row in rows),
    }
