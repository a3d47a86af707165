"""The monitor's database on the embedded server: schema, roles' passwords, partitions."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from chalicelib.adapters.migrations import migrate
from chalicelib.adapters.postgres.clients import PostgresClients
from chalicelib.adapters.postgres.database import Database
from chalicelib.adapters.postgres.partitions import PostgresPartitions
from chalicelib.adapters.postgres.roster import put_lines
from chalicelib.domain.identity import pseudonym
from chalicelib.domain.roster import ROLES as ROLES_OF_PEOPLE
from chalicelib.domain.roster import Line
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


def enter_in_roster(postgres: EmbeddedPostgres, key: bytes) -> None:
    """Let the roster say of each ready-made person what is hers; safe to repeat."""
    owner = Database(postgres.dsn(DATABASE, "owner"))
    try:
        with owner.transaction() as cursor:
            put_lines(cursor, _lines(key), "local")
    finally:
        owner.close()


def _lines(key: bytes) -> list[Line]:
    """Return what the roster is to say."""
    lines = []
    for one in PEOPLE.values():
        students = [pseudonym(student, key) for student in one.students]
        if one.role in ROLES_OF_PEOPLE:
            lines.append(Line(one.name, "role", one.role))
        kind = "self" if one.role == "student" else "advises"
        lines += [Line(one.name, "teaches", course) for course in one.courses]
        lines += [Line(one.name, kind, student) for student in students]
    return lines


def make_partitions(postgres: EmbeddedPostgres, first: dt.datetime, last: dt.datetime) -> int:
    """Make the partitions that events between two moments need; return how many were made."""
    owner = Database(postgres.dsn(DATABASE, "owner"))
    try:
        return PostgresPartitions(owner).ensure(first, last, width_months=WIDTH_MONTHS)
    finally:
        owner.close()
