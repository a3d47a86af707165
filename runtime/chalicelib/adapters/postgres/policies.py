"""What institutions and courses change of the preset policy, every version of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from chalicelib.adapters.postgres import queries
from chalicelib.domain.in_force import PolicyVersion

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.adapters.postgres.database import Database
    from chalicelib.adapters.postgres.pipeline import Pipeline
    from chalicelib.domain.policy import Overrides

_SQL = queries.load("policies.sql")


class PostgresPolicies:
    """Keeps what the API puts; nothing is ever overwritten."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def in_force(self) -> dict[str, Overrides]:
        """Return what is changed now, by course; '' = the institution."""
        return dict(self._database.ask(_SQL["in_force"], {}))

    def versions(self, course: str) -> list[PolicyVersion]:
        """Return the latest versions of one scope, newest first, at most 50."""
        return [
            PolicyVersion(*row) for row in self._database.ask(_SQL["versions"], {"course": course})
        ]

    def put(
        self,
        course: str,
        overrides: Overrides,
        sent: str,
        *,
        person: str,
        check: Callable[[dict[str, Overrides]], None],
    ) -> bool:
        """Keep a new version; tell whether it differs from the one in force.

        `check` is given all that would be in force, and raises what must be refused.
        """
        with self._database.transaction(person=person) as cursor:
            lock(cursor)
            known = load(cursor)
            check({**known, course: overrides})
            if known.get(course, {}) == overrides:
                return False
            values = {
                "course": course,
                "overrides": msgspec.json.encode(overrides).decode(),
                "sent": sent,
                "set_by": person,
            }
            cursor.execute(_SQL["add_version"], values)
            return True


def lock(cursor: Pipeline) -> None:
    """Let nobody else change a policy, in force or in shadow: each is checked against all."""
    cursor.execute(_SQL["lock_policies"])


def load(cursor: Pipeline) -> dict[str, Overrides]:
    """Return what is changed now, by course; '' = the institution."""
    cursor.execute(_SQL["in_force"])
    return dict(cursor.fetchall())
