"""The monitor's database on the embedded server: schema, roles' passwords, partitions."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from chalicelib.adapters.migrations import migrate
from chalicelib.adapters.postgres.clients import PostgresClients
from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.partitions import PostgresPartitions
from local.identity import PEOPLE

if TYPE_CHECKING:
    from local.postgres import EmbeddedPostgres

DATABASE = "monitor"
ROLES = ("owner", "ingest", "api", "privacy", "reader")
WIDTH_MONTHS = 3
_PAST, _AHEAD = dt.timedelta(days=365), dt.timedelta(days=95)


def prepare(postgres: EmbeddedPostgres, now: dt.datetime) -> None:
    """Make the database unless it is there; bring it to the present schema; safe to repeat."""
    if not postgres.has_database(DATABASE):
        postgres.create_database(DATABASE)
    migrate(postgres.dsn(DATABASE))
    postgres.set_role_passwords(ROLES)
    make_partitions(postgres, now - _PAST, now + _AHEAD)


def bind_machines(postgres: EmbeddedPostgres) -> None:
    """Bind each ready-made machine to its source; safe to repeat."""
    api = Database(postgres.dsn(DATABASE, "api"))
    try:
        for somebody in PEOPLE.values():
            if somebody.source:
                PostgresClients(api).put(somebody.client, somebody.source, person="local")
    finally:
        api.close()


def make_partitions(postgres: EmbeddedPostgres, first: dt.datetime, last: dt.datetime) -> int:
    """Make the partitions that events between two moments need; return how many were made."""
    owner = Database(postgres.dsn(DATABASE, "owner"))
    try:
        return PostgresPartitions(owner).ensure(first, last, width_months=WIDTH_MONTHS)
    finally:
        owner.close()
