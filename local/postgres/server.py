"""One embedded server: made, started, found again after a crash, stopped."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg2

from local import paths
from local.postgres import binaries

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType

SUPERUSER = "postgres"
_FREE_BYTES_NEEDED = 300 * 1024 * 1024
_SETTINGS = {
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


class PostgresError(Exception):
    """PostgreSQL cannot be brought up; the message is one sentence for people."""


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
        self.data = binaries.reachable(home) / "data"
        self._tree = Path()
        self.port = 0

    @property
    def passfile(self) -> Path:
        """The libpq password file with every role's password; only its owner can read it."""
        return self._home / "pgpass"

    def start(self) -> EmbeddedPostgres:
        """Bring the server up and wait until it answers; safe on data of an earlier run."""
        try:
            self._home.mkdir(parents=True, exist_ok=True)
            self._tree = binaries.tree(paths.default().binaries)
        except (OSError, binaries.MissingError) as error:
            raise PostgresError(str(error)) from error
        self._check_disk()
        if not self.has_data():
            self._initialise()
        self._stop_left_over()
        self.port = self._wanted_port or free_port()
        _check_port(self.port)
        self._launch()
        return self

    def has_data(self) -> bool:
        """Tell whether there is a database cluster already."""
        return (self.data / "PG_VERSION").exists()

    def attach(self) -> bool:
        """Use the server that runs on this data, if there is one; tell whether there is."""
        if not self._postmaster():
            return False
        self.port = int((self.data / "postmaster.pid").read_text().splitlines()[3])
        return True

    def stop(self) -> None:
        """Stop the server; immediately, when it does not stop within ten seconds."""
        if self._postmaster():
            self._tree = binaries.tree(paths.default().binaries)
        for mode in ("fast", "immediate"):
            if not self._postmaster():
                return
            self._run("pg_ctl", "-D", str(self.data), "-m", mode, "-t", "10", "-w", "stop")

    def __enter__(self) -> EmbeddedPostgres:
        """Start."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    def remove(self) -> None:
        """Stop the server and remove its data."""
        self.stop()
        shutil.rmtree(self.data.parent, ignore_errors=True)
        shutil.rmtree(self._home, ignore_errors=True)

    def dsn(self, database: str, user: str = SUPERUSER) -> str:
        """Return the libpq connection string of a role, which finds its password in the file."""
        return (
            f"host=127.0.0.1 port={self.port} dbname={database} user={user} "
            f"passfile={self.passfile}"
        )

    def create_database(self, name: str, *, template: str = "template1") -> None:
        """Make a database as a copy of another one."""
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')

    def drop_database(self, name: str) -> None:
        """Remove a database and whoever is connected to it."""
        self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def has_database(self, name: str) -> bool:
        """Tell whether there is a database of this name."""
        connection = psycopg2.connect(self.dsn("postgres"))
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
                return cursor.fetchone() is not None
        finally:
            connection.close()

    def set_role_passwords(self, roles: Iterable[str]) -> None:
        """Give each role a new password and write it to the password file."""
        superuser = self.passfile.read_text().splitlines()[0]
        lines = [superuser]
        for role in roles:
            password = secrets.token_hex(16)
            self._execute(f"ALTER ROLE {role} PASSWORD '{password}'")
            lines.append(f"127.0.0.1:*:*:{role}:{password}")
        self._write_passfile(lines)

    def _execute(self, statement: str) -> None:
        connection = psycopg2.connect(self.dsn("postgres"))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()

    def _initialise(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(parents=True)
        password = secrets.token_hex(16)
        self._write_passfile([f"127.0.0.1:*:*:{SUPERUSER}:{password}"])
        given = self.data.parent / "initial-password"
        given.touch(mode=0o600)
        given.write_text(password)
        for path in (self.data, given):
            _give_to_server_user(path)
        options = ["--locale=C.UTF-8", "--encoding=UTF8", "-k", "-A", "scram-sha-256"]
        done = self._run(
            "initdb", "-D", str(self.data), "-U", SUPERUSER, f"--pwfile={given}", *options
        )
        given.unlink()
        if done.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise PostgresError(f"PostgreSQL could not make its data folder: {_last(done.stderr)}")

    def _launch(self) -> None:
        log = self.data.parent / "server.log"
        log.touch()
        _give_to_server_user(log)
        options = " ".join(f"-c {name}='{value}'" for name, value in self._settings.items())
        command = ("pg_ctl", "-D", str(self.data), "-l", str(log), "-w", "-t", "60")
        done = self._run(*command, "-o", f"-p {self.port} {options}", "start")
        if done.returncode:
            raise PostgresError(f"PostgreSQL did not start: {_last(log.read_text())}")

    def _stop_left_over(self) -> None:
        """End a server that an earlier run, killed, left on this data."""
        self.stop()
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _postmaster(self) -> int | None:
        """Return the pid of the server on this data, if there is one and it really is one."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
            os.kill(pid, 0)
        except (OSError, ValueError, IndexError):
            return None
        command = Path(f"/proc/{pid}/cmdline")
        if command.exists() and str(self.data) not in command.read_bytes().decode():
            return None
        return pid

    def _check_disk(self) -> None:
        free = shutil.disk_usage(self._home).free
        if free < _FREE_BYTES_NEEDED:
            raise PostgresError(
                f"Too little disk space below {self._home.name}/: {free // 2**20} MB are free, "
                f"{_FREE_BYTES_NEEDED // 2**20} MB are needed."
            )

    def _write_passfile(self, lines: Iterable[str]) -> None:
        self.passfile.touch(mode=0o600)
        self.passfile.write_text("".join(f"{line}\n" for line in lines))

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        as_user: dict[str, Any] = {}
        if os.geteuid() == 0:
            as_user = {"user": "nobody", "group": _server_user().pw_gid, "extra_groups": []}
        return subprocess.run(
            [str(self._tree / "bin" / program), *arguments],
            env=binaries.environment(self._tree),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            text=True,
            cwd="/",
            start_new_session=True,
            check=False,
            **as_user,
        )


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PostgresError(f"Port {port} of 127.0.0.1 is in use; name another one.") from error


def _server_user() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


def _give_to_server_user(path: Path) -> None:
    if os.geteuid() == 0:
        os.chown(path, _server_user().pw_uid, _server_user().pw_gid)


def _last(text: str | None) -> str:
    return ((text or "").strip().splitlines() or ["no message"])[-1]
