from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest

from local.postgres import EmbeddedPostgres, PostgresError

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path):
    home = tmp_path / "postgres"
    yield home
    for folder in (home, home.with_name("second")):
        EmbeddedPostgres(folder).remove()


def query(server, sql, **changes):
    dsn = server.dsn("postgres") + "".join(f" {k}={v}" for k, v in changes.items())
    connection = psycopg2.connect(dsn)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else None
    finally:
        connection.close()


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


def test_twenty_starts_and_stops_leave_nothing_running(home):
    server = EmbeddedPostgres(home)
    for _ in range(20):
        server.start()
        server.stop()
    assert servers_on(home) == []


def test_recovers_what_a_killed_runner_left_behind(home):
    script = (
        "import sys, time; from pathlib import Path; import local;"
        "from local.postgres import EmbeddedPostgres;"
        "EmbeddedPostgres(Path(sys.argv[1])).start(); print('up', flush=True); time.sleep(60)"
    )
    runner = subprocess.Popen(
        [sys.executable, "-c", script, str(home)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    with runner:
        assert runner.stdout.readline().strip() == "up"
        runner.send_signal(signal.SIGKILL)
    assert len(servers_on(home)) == 1
    with EmbeddedPostgres(home) as server:
        query(server, "CREATE TABLE kept AS SELECT 7 AS number")
        assert len(servers_on(home)) == 1
    assert servers_on(home) == []


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
