"""A new data folder: made by initdb, with a superuser who has a password."""

from __future__ import annotations

import secrets
import shutil
from typing import TYPE_CHECKING

from local.postgres import account, binaries, passwords, postmaster
from local.postgres.errors import PostgresError

if TYPE_CHECKING:
    from pathlib import Path

SUPERUSER = "postgres"
_OPTIONS = ("--locale=C.UTF-8", "--encoding=UTF8", "-k", "-A", "scram-sha-256", "-U", SUPERUSER)


def make(tree: Path, data: Path, *, passfile: Path, durable: bool) -> None:
    """Make the data folder beside its place and rename: a killed initdb leaves half of one."""
    part = data.with_name("data.part")
    for folder in (part, data):
        shutil.rmtree(folder, ignore_errors=True)
    part.mkdir(mode=0o700)
    password = secrets.token_hex(16)
    passwords.write(passfile, {SUPERUSER: password})
    given = data.with_name("initial-password")
    given.touch(mode=0o600)
    given.write_text(password)
    for path in (part, given):
        account.give(path)
    quickly = () if durable else ("--no-sync",)
    done = binaries.run(tree, "initdb", "-D", str(part), f"--pwfile={given}", *_OPTIONS, *quickly)
    given.unlink()
    if done.returncode:
        shutil.rmtree(part, ignore_errors=True)
        why = postmaster.reason(done.stderr)
        raise PostgresError(f"PostgreSQL could not make its data folder: {why}.")
    part.rename(data)
