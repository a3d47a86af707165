"""One embedded server: made, started, found again after a crash, stopped."""

from __future__ import annotations

import secrets
import shutil
import time
from typing import TYPE_CHECKING

import psycopg2
from psycopg2.extensions import make_dsn

from local import paths
from local.postgres import account, binaries, cluster, passwords, postmaster
from local.postgres.cluster import SUPERUSER
from local.postgres.errors import PostgresError
from local.postgres.resources import check_port, check_room, free_port

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["NOT_DURABLE", "EmbeddedPostgres", "PostgresError", "free_port"]

# As in the parameters of the stack: no text of a statement, and no value of a row, in the log.
QUIET = {
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "track_activity_query_size": "100",
}
_SETTINGS = {
    **QUIET,
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "wal_compression": "lz4",
    "jit": "off",
    "log_checkpoints": "off",
    "timezone": "UTC",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_PASSES_WITHIN_S = 10
_PASSING = ("shared memory block", "could not create any TCP/IP sockets")


class EmbeddedPostgres:
    """A PostgreSQL on 127.0.0.1 whose data, password file and log lie below `home`.

    It signs in by password (SCRAM) only, does not run as root, and outlives the process that
    started it: the next start on the same `home` stops what is left and recovers.
    """

    def __init__(
        self, home: Path, *, port: int | None = None, settings: Mapping[str, str] | None = None
    ) -> None:
        self._home = home
        self._wanted_port = port
        self._settings = {**_SETTINGS, **(settings or {})}
        self.port = 0

    @property
    def data(self) -> Path:
        """The data folder: below `home`, unless the server's user cannot look there."""
        return account.reachable(self._home) / "data"

    @property
    def _tree(self) -> Path:
        return binaries.tree(paths.PROGRAMS)

    @property
    def log(self) -> Path:
        """What the server writes."""
        return self.data.parent / "server.log"

    @property
    def passfile(self) -> Path:
        """The libpq password file with every role's password; only its owner can read it."""
        return self._home / "pgpass"

    def start(self) -> EmbeddedPostgres:
        """Bring the server up and wait until it answers; safe on data of an earlier run."""
        self._make_ready()
        if not self.has_data():
            durable = self._settings.get("fsync") != "off"
            cluster.make(self._tree, self.data, passfile=self.passfile, durable=durable)
        self._stop_left_over()
        self._launch()
        return self

    def has_data(self) -> bool:
        """Tell whether there is a database cluster already."""
        return (self.data / "PG_VERSION").exists()

    def attach(self) -> bool:
        """Use the server that runs on this data, if there is one; tell whether there is."""
        if not postmaster.pid(self.data):
            return False
        self.port = postmaster.port(self.data)
        return True

    def stop(self) -> None:
        """Stop the server; immediately, when it does not stop within ten seconds."""
        for mode in ("fast", "immediate"):
            if not postmaster.pid(self.data):
                return
            binaries.run(
                self._tree, "pg_ctl", "-D", str(self.data), "-m", mode, "-t", "10", "-w", "stop"
            )
        if number := postmaster.pid(self.data):
            raise PostgresError(f"PostgreSQL (process {number}) does not stop.")

    def __enter__(self) -> EmbeddedPostgres:
        """Start."""
        return self.start()

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def remove(self) -> None:
        """Stop the server and remove its data."""
        self.stop()
        shutil.rmtree(self.data.parent, ignore_errors=True)
        shutil.rmtree(self._home, ignore_errors=True)

    def dsn(self, database: str, user: str = SUPERUSER) -> str:
        """Return the libpq connection string of a role, which finds its password in the file."""
        dsn: str = make_dsn(
            host="127.0.0.1",
            port=self.port,
            dbname=database,
            user=user,
            passfile=str(self.passfile),
        )
        return dsn

    def create_database(self, name: str, *, template: str = "template1") -> None:
        """Make a database as a copy of another one."""
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')

    def drop_database(self, name: str) -> None:
        """Remove a database and whoever is connected to it."""
        self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def has_database(self, name: str) -> bool:
        """Tell whether there is a database of this name."""
        return self._execute("SELECT 1 FROM pg_database WHERE datname = %s", name) > 0

    def set_role_passwords(self, roles: Iterable[str]) -> None:
        """Give each role a new password and write it to the password file."""
        known = {SUPERUSER: passwords.read(self.passfile)[SUPERUSER]}
        for role in roles:
            known[role] = secrets.token_hex(16)
            self._execute(f"ALTER ROLE {role} PASSWORD '{known[role]}'")
        passwords.write(self.passfile, known)

    def _execute(self, statement: str, *values: str) -> int:
        connection = psycopg2.connect(self.dsn("postgres"))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, values or None)
                return cursor.rowcount
        finally:
            connection.close()

    def _make_ready(self) -> None:
        try:
            for folder in (self._home, self.data.parent):
                account.make_folder(folder)
            check_room(self.data.parent)
            _ = self._tree
        except OSError as error:
            place = error.filename or self._home
            why = error.strerror or error
            raise PostgresError(f"PostgreSQL cannot use {place}: {why}.") from error

    def _launch(self) -> None:
        """Start; again for a while when the cause goes by itself, as sessions of a killed one."""
        deadline = time.monotonic() + _PASSES_WITHIN_S
        while True:
            self.port = self._wanted_port or free_port()
            check_port(self.port)
            if (why := self._try_to_launch()) is None:
                return
            if time.monotonic() > deadline or not any(sign in why for sign in _PASSING):
                raise PostgresError(f"PostgreSQL did not start: {why}.")
            time.sleep(0.1)

    def _try_to_launch(self) -> str | None:
        """Start and wait until it answers; return the reason when it does not."""
        self.log.touch()
        account.give(self.log)
        before = self.log.stat().st_size
        options = " ".join(f"-c {name}='{value}'" for name, value in self._settings.items())
        command = ("pg_ctl", "-D", str(self.data), "-l", str(self.log), "-w", "-t", "60")
        done = binaries.run(self._tree, *command, "-o", f"-p {self.port} {options}", "start")
        if done.returncode == 0:
            return None
        return postmaster.reason(self.log.read_bytes()[before:].decode(errors="replace"))

    def _stop_left_over(self) -> None:
        """End a server that an earlier run, killed, left on this data.

        Its pid may be another process's by now, for which PostgreSQL would not start: the file
        goes. Sessions that are still at work are told by their shared memory, not by the file.
        """
        self.stop()
        (self.data / "postmaster.pid").unlink(missing_ok=True)
