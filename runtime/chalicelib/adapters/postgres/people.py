"""Who is who: sealed on the way in, opened on the way out, in the one table that knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from chalicelib.adapters.postgres import arrays, event_log, queries
from chalicelib.domain.person import Person, Sealed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chalicelib.adapters.envelope import Envelope
    from chalicelib.adapters.postgres.database import Database
    from chalicelib.adapters.postgres.pipeline import Pipeline
    from chalicelib.domain.access import Own
    from chalicelib.domain.person import Told

_SQL = queries.load("people.sql")
_AT_ONCE = 1000  # people in a statement: under a megabyte


class PostgresPeople:
    """Keeps people by pseudonym; callers have seen to it that whoever asks may see names."""

    def __init__(self, database: Database, envelope: Envelope) -> None:
        self._database = database
        self._envelope = envelope

    def put(self, people: Mapping[str, Person], *, person: str = "") -> list[str]:
        """Keep these people, all or none; return the pseudonyms of those who are new or changed.

        Who brings them need not be shown them. Raises ConflictError when one of them was erased.
        """
        with self._database.transaction(person=person, for_all=True) as cursor:
            event_log.begin(cursor, people)
            return put_people(
                cursor, self._envelope, people, _known(cursor, self._envelope, people)
            )

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


def put_told(cursor: Pipeline, envelope: Envelope, told: Mapping[str, Told]) -> list[str]:
    """Keep what a roster tells of people, within its transaction; return whom that changed."""
    known = _known(cursor, envelope, told)
    people = {student: one.of(known.get(student)) for student, one in told.items()}
    ours = {student: who for student, who in people.items() if who is not None}
    return put_people(cursor, envelope, ours, known)


def put_people(
    cursor: Pipeline, envelope: Envelope, people: Mapping[str, Person], known: Mapping[str, Person]
) -> list[str]:
    """Seal and keep those who differ from what is known, a thousand in one statement."""
    changed = [student for student, who in people.items() if known.get(student) != who]
    for start in range(0, len(changed), _AT_ONCE):
        part = changed[start : start + _AT_ONCE]
        sealed = [envelope.seal(msgspec.json.encode(people[one]), one) for one in part]
        columns = {name: [getattr(one, name) for one in sealed] for name in Sealed._fields}
        cursor.execute(_SQL["put_people"], {"student": arrays.plain(part), **columns})
    return changed


def _known(cursor: Pipeline, envelope: Envelope, students: Iterable[str]) -> dict[str, Person]:
    everybody = {"students": arrays.plain(students), "courses": None, "advised": None}
    cursor.execute(_SQL["people"], everybody)
    return _opened(envelope, cursor.fetchall())


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
