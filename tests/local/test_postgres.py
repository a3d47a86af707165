from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest

from local.postgres import EmbeddedPostgres, PostgresError, postmaster
from local.postgres.server import NOT_DURABLE

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path):
    home = tmp_path / "a folder" / "postgres"
    yield home
    for folder in (home, home.with_name("second")):
        EmbeddedPostgres(folder).remove()


@pytest.fixture
def closed_by_default():
    before = os.umask(0o077)
    yield
    os.umask(before)


def query(server, sql, **changes):
    dsn = server.dsn("postgres") + "".join(f" {k}={v}" for k, v in changes.items())
    connection = psycopg2.connect(dsn)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else None
    finally:
        connection.close()


def shared_memory(pid):
    """Return the names of POSIX segments, and the numbers of System V ones, that it maps."""
    mapped = Path(f"/proc/{pid}/maps").read_text()
    return set(re.findall(r"/(PostgreSQL\.\d+)", mapped)) | {
        key for key, owner in segments().items() if owner == str(pid)
    }


def segments():
    """Return who made each System V segment."""
    rows = Path("/proc/sysvipc/shm").read_text().splitlines()[1:]
    return {row.split()[1]: row.split()[4] for row in rows}


def servers_on(home):
    data = str(EmbeddedPostgres(home).data)
    listed = subprocess.run(["ps", "axwwo", "pid,args"], capture_output=True, text=True, check=True)
    return [line for line in listed.stdout.splitlines() if data in line and "-D" in line]


def test_is_the_same_major_version_as_in_the_cloud(home):
    with EmbeddedPostgres(home) as server:
        assert query(server, "SHOW server_version")[0][0].startswith("17.")


def test_keeps_its_data_from_one_start_to_the_next(home):
    with EmbeddedPostgres(home) as server:
        query(server, "CREATE TABLE kept AS SELECT 7 AS number")
    with EmbeddedPostgres(home) as server:
        assert query(server, "SELECT number FROM kept") == [(7,)]


def test_twenty_starts_and_stops_leave_no_process_and_no_memory(home):
    server = EmbeddedPostgres(home, settings=NOT_DURABLE)
    used = set()
    for _ in range(20):
        server.start()
        used |= shared_memory(postmaster.pid(server.data))
        server.stop()
    assert used
    assert servers_on(home) == []
    assert [name for name in used if Path("/dev/shm", name).exists()] == []  # noqa: S108
    assert not [name for name in used if name.isdigit() and name in segments()]


def test_recovers_what_a_killed_runner_left_behind(home):
    script = (
        "import sys, time; from pathlib import Path; import local;"
        "from local.postgres import EmbeddedPostgres;"
        "server = EmbeddedPostgres(Path(sys.argv[1])).start();"
        "server.create_database('kept'); print('up', flush=True); time.sleep(60)"
    )
    runner = subprocess.Popen(
        [sys.executable, "-c", script, str(home)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    with runner:
        assert runner.stdout.readline().strip() == "up"
        runner.send_signal(signal.SIGKILL)
    assert len(servers_on(home)) == 1
    with EmbeddedPostgres(home) as server:
        assert server.has_database("kept")
        assert len(servers_on(home)) == 1
    assert servers_on(home) == []


def test_keeps_what_was_committed_before_the_server_was_killed(home):
    killed = EmbeddedPostgres(home).start()
    query(killed, "CREATE TABLE kept AS SELECT 7 AS number")
    os.kill(postmaster.pid(killed.data), signal.SIGKILL)
    with EmbeddedPostgres(home) as server:
        assert query(server, "SELECT number FROM kept") == [(7,)]


def test_leaves_a_stranger_alone_who_now_has_the_pid(home):
    server = EmbeddedPostgres(home, settings=NOT_DURABLE).start()
    server.stop()
    stranger = subprocess.Popen(["tail", "-f", "/dev/null", server.data / "PG_VERSION"])
    (server.data / "postmaster.pid").write_text(f"{stranger.pid}\n{server.data}\n")
    with stranger:
        try:
            assert not server.attach()
            with server:
                assert query(server, "SELECT 1") == [(1,)]
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_starts_over_when_its_making_was_cut_short(home):
    with EmbeddedPostgres(home, settings=NOT_DURABLE) as server:
        half = server.data.with_name("data.part")
    server.data.rename(half)
    shutil.rmtree(half / "global")
    with server:
        assert query(server, "SELECT 1") == [(1,)]
    assert not half.exists()


@pytest.mark.usefixtures("closed_by_default")
def test_serves_where_new_files_are_closed_to_others(home):
    with EmbeddedPostgres(home, settings=NOT_DURABLE) as server:
        assert query(server, "SELECT 1") == [(1,)]


def test_says_why_it_does_not_start(home):
    server = EmbeddedPostgres(home, settings={**NOT_DURABLE, "shared_buffers": "plenty"})
    with pytest.raises(PostgresError, match='invalid value for parameter "shared_buffers"'):
        server.start()


def test_says_which_port_is_in_use(home):
    with EmbeddedPostgres(home) as server, pytest.raises(PostgresError, match=str(server.port)):
        EmbeddedPostgres(home.with_name("second"), port=server.port).start()


def test_refuses_a_wrong_password(home):
    with (
        EmbeddedPostgres(home) as server,
        pytest.raises(psycopg2.OperationalError, match="password authentication failed"),
    ):
        query(server, "SELECT 1", password="wrong")  # noqa: S106  # that is the point


def test_only_its_owner_can_read_the_passwords(home):
    with EmbeddedPostgres(home) as server:
        assert server.passfile.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("role", ["owner", "ingest", "api", "privacy", "reader"])
def test_every_role_signs_in_to_a_fresh_database(database, role):
    connection = psycopg2.connect(database.dsn(role))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT current_user, current_database()")
            assert cursor.fetchone() == (role, database.name)
    finally:
        connection.close()


@pytest.mark.parametrize("turn", ["first", "second"])
def test_no_test_sees_what_another_one_made(database, turn):
    connection = psycopg2.connect(database.dsn())
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('made_by_a_test'), to_regclass('alert') IS NOT NULL")
            assert cursor.fetchone() == (None, True), turn
            cursor.execute("CREATE TABLE made_by_a_test ()")
    finally:
        connection.close()
