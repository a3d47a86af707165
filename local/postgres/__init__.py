"""An embedded PostgreSQL: unpacked from a wheel, started and stopped as a child of nobody."""

from local.postgres.server import EmbeddedPostgres, PostgresError

__all__ = ["EmbeddedPostgres", "PostgresError"]
