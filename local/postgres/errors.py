"""The one error of this package."""

from __future__ import annotations


class PostgresError(Exception):
    """PostgreSQL cannot be brought up; the message is one sentence for people."""
