"""What a server needs of the machine: a port that is free, and room on the disk."""

from __future__ import annotations

import shutil
import socket
from typing import TYPE_CHECKING

from local.postgres.errors import PostgresError

if TYPE_CHECKING:
    from pathlib import Path

_BYTES_NEEDED = 300 * 1024 * 1024


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def check_port(port: int) -> None:
    """Raise PostgresError when nobody could listen on this port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            why = getattr(error, "strerror", None) or "there is no such port"
            raise PostgresError(
                f"Port {port} of 127.0.0.1: {why.lower()}; name another one."
            ) from error


def check_room(folder: Path) -> None:
    """Raise PostgresError when the disk of this folder is about full."""
    free = shutil.disk_usage(folder).free
    if free < _BYTES_NEEDED:
        raise PostgresError(
            f"Too little disk space below {folder.name}/: {free // 2**20} MB are free, "
            f"{_BYTES_NEEDED // 2**20} MB are needed."
        )
