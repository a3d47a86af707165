"""A database as pg_dump writes it, and brought back as psql reads it."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

from local.paths import PROGRAMS
from local.postgres import binaries

if TYPE_CHECKING:
    from local.postgres import EmbeddedPostgres


def dumped(database: Any, *options: str) -> str:
    """Return the statements that make a database, as the superuser sees it."""
    return _run("pg_dump", *options, "--dbname", database.dsn())


def restore(dump: str, server: EmbeddedPostgres, name: str) -> None:
    """Run these statements in an empty database of a server."""
    _run("psql", "-qX", "-v", "ON_ERROR_STOP=1", "-f", "-", server.dsn(name), text=dump)


def _run(program: str, *arguments: str, text: str = "") -> str:
    tree = binaries.tree(PROGRAMS)
    return subprocess.run(
        [str(tree / "bin" / program), *arguments],
        env=binaries.environment(tree),
        input=text,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
