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

_SQL = queries.load("people.sql")


class PostgresPeople:
    """Keeps people by pseudonym; callers have seen to it that whoever asks may see names."""

    def __init__(self, database: Database, envelope: Envelope) -> None:
        self._database = database
        self._envelope = envelope

    def put(self, people: Mapping[str, Person], *, person: str = "") -> list[str]:
        """Keep these people, all or none; return the pseudonyms of those who are new or changed.

        Raises ConflictError when one of them was erased.
        """
        with self._database.transaction(person=person) as cursor:
            event_log.begin(cursor, people)
            cursor.execute(_SQL["people"], {"students": arrays.plain(people)})
            known = self._opened(cursor.fetchall())
            changed = [student for student, who in people.items() if known.get(student) != who]
            for student in changed:
                sealed = self._envelope.seal(msgspec.json.encode(people[student]), student)
                cursor.execute(_SQL["put_person"], {"student": student, **sealed._asdict()})
        return changed

    def find(self, students: Iterable[str], *, person: str = "") -> dict[str, Person]:
        """Return those of these students who are known, by pseudonym."""
        wanted = {"students": arrays.plain(students)}
        return self._opened(self._database.ask(_SQL["people"], wanted, person=person))

    def _opened(self, rows: Iterable[tuple[str, bytes, bytes, bytes]]) -> dict[str, Person]:
        return {
            student: msgspec.json.decode(
                self._envelope.open(Sealed(bytes(key), bytes(nonce), bytes(content)), student),
                type=Person,
            )
            for student, key, nonce, content in rows
        }
