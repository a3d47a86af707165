"""Who is who: sealed on the way in, opened on the way out, in the one table that knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from chalicelib.adapters.postgres import arrays, event_log, queries
from chalicelib.domain.errors import UnavailableError
from chalicelib.domain.person import Person, Sealed

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from chalicelib.adapters.envelope import Envelope
    from chalicelib.adapters.postgres.database import Database
    from chalicelib.adapters.postgres.pipeline import Pipeline
    from chalicelib.domain.access import Own

_SQL = queries.load("people.sql")
_AT_ONCE = 1000  # people in a statement: under a megabyte


class Told(Protocol):
    """What somebody says of a person."""

    def of(self, known: Person | None) -> Person | None:
        """Return her as she then is; None for nobody of ours."""
        ...


class Whole(NamedTuple):
    """All that is to be known of a person, whatever was."""

    person: Person

    def of(self, known: Person | None) -> Person | None:
        """Return her."""
        return self.person


class PostgresPeople:
    """Keeps people by pseudonym; callers have seen to it that whoever asks may see names."""

    def __init__(self, database: Database, envelope: Envelope) -> None:
        self._database = database
        self._envelope = envelope

    def put(self, people: Mapping[str, Person], *, person: str = "") -> list[str]:
        """Keep these people, all or none; return the pseudonyms of those who are new or changed.

        Who brings them need not be shown them. Raises ConflictError when one of them was erased.
        """
        told = {student: Whole(who) for student, who in people.items()}
        prepared = prepare(self._database, self._envelope, told, person=person)
        with self._database.transaction(person=person, for_all=True) as cursor:
            event_log.begin(cursor, people)
            return keep(cursor, prepared, people)

    def find(
        self, students: Iterable[str], *, person: str = "", only: Own | None = None
    ) -> dict[str, Person]:
        """Return those of these students who are known, by pseudonym; `only` somebody's own."""
        wanted = {
            "students": arrays.plain(students),
            "courses": None if only is None else list(only.courses),
            "advised": None if only is None else arrays.plain(only.students),
        }
        rows = self._database.ask(_SQL["people"], wanted, person=person)
        return _opened(self._envelope, rows)


class Prepared(NamedTuple):
    """What is to be kept of people, sealed, and the rows that it was made of."""

    seen: Mapping[str, Sealed]
    sealed: Mapping[str, Sealed]


def prepare(
    database: Database, envelope: Envelope, told: Mapping[str, Told], *, person: str
) -> Prepared:
    """Seal whoever differs from what is known, while no transaction is open.

    The master key may be away for seconds, for which nobody who writes shall wait.
    """
    with database.transaction(person=person, for_all=True) as cursor:
        seen = _rows(cursor, told)
    known = _opened(envelope, ((student, *one) for student, one in seen.items()))
    people = {student: one.of(known.get(student)) for student, one in told.items()}
    changed = {
        student: envelope.seal(msgspec.json.encode(who), student)
        for student, who in people.items()
        if who is not None and who != known.get(student)
    }
    return Prepared(seen, changed)


def keep(cursor: Pipeline, prepared: Prepared, students: Container[str]) -> list[str]:
    """Keep those of these students who were prepared, a thousand in one statement; return them.

    Raises UnavailableError when somebody else has put one of them since: the same call made again
    starts from that.
    """
    changed = [student for student in prepared.sealed if student in students]
    now = _rows(cursor, changed)
    if any(now.get(one) != prepared.seen.get(one) for one in changed):
        raise UnavailableError("Somebody else has put one of these people meanwhile.")
    for start in range(0, len(changed), _AT_ONCE):
        part = changed[start : start + _AT_ONCE]
        sealed = [prepared.sealed[one] for one in part]
        columns = {name: [getattr(one, name) for one in sealed] for name in Sealed._fields}
        cursor.execute(_SQL["put_people"], {"student": arrays.plain(part), **columns})
    return changed


def _rows(cursor: Pipeline, students: Iterable[str]) -> dict[str, Sealed]:
    """Return the rows of these students; those under one data key stand together."""
    everybody = {"students": arrays.plain(students), "courses": None, "advised": None}
    cursor.execute(_SQL["people"], everybody)
    return {
        student: Sealed(bytes(key), bytes(nonce), bytes(content))
        for student, key, nonce, content in cursor.fetchall()
    }


def _opened(
    envelope: Envelope, rows: Iterable[tuple[str, bytes, bytes, bytes]]
) -> dict[str, Person]:
    """Return people by pseudonym; rows come by data key, so that each is opened once."""
    return {
        student: msgspec.json.decode(
            envelope.open(Sealed(bytes(key), bytes(nonce), bytes(content)), student), type=Person
        )
        for student, key, nonce, content in rows
    }
