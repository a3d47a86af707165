"""`python -m local.schema`: write schema.sql, the sum of the migrations, for people to read."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from chalicelib.adapters.migrations import migrate
from local import RUNTIME, paths
from local.postgres import EmbeddedPostgres, binaries

SCHEMA = RUNTIME / "chalicelib" / "adapters" / "postgres" / "schema.sql"
_NOISE = re.compile(
    r"^(--.*|SET .*|SELECT pg_catalog\.set_config.*|\\(un)?restrict .*)?\n", re.MULTILINE
)


def dump(postgres: EmbeddedPostgres) -> str:
    """Return the schema that the migrations give an empty database of this server."""
    name = "schema_of_migrations"
    postgres.create_database(name)
    try:
        migrate(postgres.dsn(name))
        tree = binaries.tree(paths.PROGRAMS)
        command = [str(tree / "bin" / "pg_dump"), "--schema-only", "--dbname", postgres.dsn(name)]
        done = subprocess.run(
            command, env=binaries.environment(tree), capture_output=True, text=True, check=True
        )
    finally:
        postgres.drop_database(name)
    return _NOISE.sub("", done.stdout)


def main() -> int:
    """Write schema.sql anew."""
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedPostgres(Path(folder) / "postgres") as postgres,
    ):
        SCHEMA.write_text(dump(postgres))
    return 0


if __name__ == "__main__":
    sys.exit(main())
