"""The SQL of this package, by name: each query in sql/*.sql begins with a line `-- name: ...`."""

from __future__ import annotations

import re
from pathlib import Path

_NAMED = re.compile(r"^-- name: (\w+)\n(.*?)(?=^-- name: |\Z)", re.MULTILINE | re.DOTALL)


def load(file: str) -> dict[str, str]:
    """Return the queries of sql/`file`, without their comment lines, by name.

    psycopg2 puts the values in, as %(name)s; a literal percent sign is written twice.
    """
    text = (Path(__file__).parent / "sql" / file).read_text()
    return {name: _without_comments(body) for name, body in _NAMED.findall(text)}


def _without_comments(body: str) -> str:
    return re.sub(r"^--.*\n", "", body, flags=re.MULTILINE).strip().removesuffix(";")
