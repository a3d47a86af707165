"""When each source has sent, by the receipts of its records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.adapters.postgres import queries
from chalicelib.domain.sources import Source

if TYPE_CHECKING:
    import datetime as dt

    from chalicelib.adapters.postgres.pipeline import Pipeline

_SQL = queries.load("sources.sql")


def sources(cursor: Pipeline, as_of: dt.datetime, hours: int) -> list[Source]:
    """Return every source, by whether it sent in these hours, and in those of a week before."""
    cursor.execute(_SQL["sources"], {"as_of": as_of, "hours": hours})
    return [Source(*row) for row in cursor.fetchall()]
