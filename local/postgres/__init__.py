"""An embedded PostgreSQL: unpacked from a wheel, started and stopped as a child of nobody."""

from local.postgres.errors import PostgresError
from local.postgres.server import EmbeddedPostgres

__all__ = ["EmbeddedPostgres", "PostgresError"]
