"""The libpq password file with every role's password; only its owner can read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_HOST = "127.0.0.1"


def read(path: Path) -> dict[str, str]:
    """Return the password of each role."""
    entries = (line.split(":") for line in path.read_text().splitlines())
    return {role: password for _host, _port, _database, role, password in entries}


def write(path: Path, passwords: Mapping[str, str]) -> None:
    """Replace the file in one step, so that who connects meanwhile never reads half of it."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_text("".join(f"{_HOST}:*:*:{role}:{word}\n" for role, word in passwords.items()))
    part.replace(path)
