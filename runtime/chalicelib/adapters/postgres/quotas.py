"""What each client has left of its requests, one row each for all processes together."""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING

from chalicelib.adapters.postgres import queries

if TYPE_CHECKING:
    from chalicelib.adapters.postgres.database import Database
    from chalicelib.domain.principal import Principal

_SQL = queries.load("quotas.sql")
TIMEOUT_MS = 250  # the statement takes a tenth of a millisecond; whoever waits longer does not wait


class PostgresQuotas:
    """Counts what is asked; names nobody."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, principal: Principal, used: int, *, per_s: int, burst: int) -> float:
        """Charge `used` requests, and one more if one is left; return how many were left for it.

        The request is let through when that is 1 or more. UnavailableError within 250 ms when the
        database is too slow, and as ever when it does not answer.
        """
        values = {"who": _digest(principal), "used": used, "per_s": per_s, "burst": burst}
        ((found,),) = self._database.ask(_SQL["take"], values, timeout_ms=TIMEOUT_MS)
        return float(found)

    def forget(self) -> int:
        """Delete the rows of those who have not asked for an hour; return how many."""
        with self._database.transaction() as cursor:
            cursor.execute(_SQL["forget"])
            return int(cursor.rowcount)


def _digest(principal: Principal) -> str:
    """Return what stands for a client and subject, which may be somebody's own id."""
    named = f"{principal.client}\0{principal.subject}".encode()
    return str(uuid.UUID(bytes=hashlib.sha256(named).digest()[:16]))
