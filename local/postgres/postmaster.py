"""The server process of a data folder, as its pid file and the system know it."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path


def pid(data: Path) -> int | None:
    """Return the pid of the server on this data; None when the number is now a stranger's."""
    try:
        number = int((data / "postmaster.pid").read_text().splitlines()[0])
        os.kill(number, 0)
    except (OSError, ValueError, IndexError):
        return None
    return number if _serves(number, data) else None


def port(data: Path) -> int:
    """Return the port on which the server of this data listens."""
    return int((data / "postmaster.pid").read_text().splitlines()[3])


def reason(printed: str) -> str:
    """Return why a start failed, in PostgreSQL's words: its last lines only say that it did."""
    lines = printed.strip().splitlines() or ["it gave no reason"]
    if "No space left on device" in printed:
        return "there is no disk space left"
    for mark in ("PANIC:", "FATAL:", "error:"):
        for line in lines:
            if mark in line:
                return line.partition(mark)[2].strip()
    return lines[-1]


def _serves(number: int, data: Path) -> bool:
    """Tell whether the process is `postgres -D data`; believe the pid file where /proc is not."""
    try:
        command = Path(f"/proc/{number}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return not Path("/proc/self/cmdline").exists()
    folder = next((Path(after) for name, after in pairwise(command) if name == "-D"), None)
    named = Path(command[0]).name == "postgres"
    return named and folder is not None and folder.resolve() == data.resolve()
