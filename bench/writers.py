"""The processor time of the server processes that write for the consumer."""

from __future__ import annotations

from pathlib import Path

import psycopg2

_TICKS = 100  # of /proc a second
_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE usename = 'ingest'"


def backends(superuser: str) -> list[int]:
    """Return the processes that are connected as `ingest`."""
    connection = psycopg2.connect(superuser)
    try:
        with connection.cursor() as cursor:
            cursor.execute(_BACKENDS)
            return [pid for (pid,) in cursor.fetchall()]
    finally:
        connection.close()


def cpu_s(pids: list[int]) -> float:
    """Return the seconds that these processes have used, to the hundredth."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICKS
