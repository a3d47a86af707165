"""Processes killed while events flow: nothing is lost, nothing is there twice."""

from __future__ import annotations

import concurrent.futures
import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time

import psycopg2
import pytest

from local.checker import check, holdings, identities
from local.database import DATABASE
from local.paths import PROJECT, Paths
from local.postgres import EmbeddedPostgres
from local.processes import started
from local.sender import Sender
from local.system import LocalSystem, remove

PER_POST = 50
WITHIN_S = 60
# How a transaction of the consumer is held up where it matters, until the holder goes away.
HELD_UP = {
    "before it is committed": "LOCK TABLE standing IN EXCLUSIVE MODE",
    "while it is committed": "SELECT pg_advisory_xact_lock(4711)",
}
AT_COMMIT = """
CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN NULL; END';
CREATE CONSTRAINT TRIGGER wait_at_commit AFTER INSERT OR UPDATE ON standing
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_at_commit()"""
WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE usename = 'ingest' AND backend_xid IS NOT NULL  -- it has written something
  AND %s = ANY (pg_blocking_pids(pid))"""
SESSIONS = """
SELECT pid, usename, state, wait_event_type, wait_event, left(query, 60) FROM pg_stat_activity
WHERE datname = current_database()"""


@pytest.fixture
def system(tmp_path):
    home = Paths(tmp_path / "home")
    with LocalSystem(home) as running:
        yield running
    remove(home)


@pytest.fixture
def sender(system):
    with contextlib.closing(Sender(system.port, token=system.token)) as one:
        yield one


def events(first, last):
    now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    return [
        {
            "event_id": f"e{i}",
            "event_type": "attendance_recorded",
            "student_id": f"student-{i % 40}",
            "course_id": "MATH-1",
            "occurred_at": f"{now}.{i:06d}Z",
            "session_id": f"session-{i}",
            "status": "present",
        }
        for i in range(first, last)
    ]


@contextlib.contextmanager
def sending(sender):
    """Send without end, and at the end stop."""
    enough = threading.Event()

    def send():
        for start in itertools.count(0, PER_POST):
            sender.post(events(start, start + PER_POST))
            if enough.wait(0.03):
                break

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        sent = pool.submit(send)
        try:
            yield
        finally:
            enough.set()
            sent.result()


def pid_of(home, name):
    return json.loads((home.processes / f"{name}.json").read_text())["pid"]


def connected(system):
    return contextlib.closing(psycopg2.connect(system.postgres.dsn(DATABASE)))


def rows(system, query, *values):
    with connected(system) as connection, connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def stored(system):
    return rows(system, "SELECT count(*) FROM event")[0][0]


def wait_until(condition, system):
    deadline = time.monotonic() + WITHIN_S
    while not condition():
        assert time.monotonic() < deadline, what_hangs(system)
        time.sleep(0.01)


def kill(pid, system):
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: started(pid) is None, system)


@contextlib.contextmanager
def consumer_held_up(system, where):
    """Have the consumer, after other work, stand in a transaction that has written something."""
    before = stored(system)
    wait_until(lambda: stored(system) > before, system)
    with connected(system) as holder, holder.cursor() as cursor:
        cursor.execute(HELD_UP[where])
        wait_until(lambda: rows(system, WAITING, holder.info.backend_pid) > [(0,)], system)
        yield


def what_hangs(system):
    """Return what there is to see when what must come does not come in a minute."""
    logs = {log.name: log.read_text()[-1500:] for log in system.paths.logs.glob("*.log")}
    checkpoints = system.paths.checkpoints.read_text()
    return {"sessions": rows(system, SESSIONS), "checkpoints": checkpoints, **logs}


def assert_kept(system, sender):
    assert system.wait_until_drained(WITHIN_S), what_hangs(system)
    acknowledged = identities(sender.acknowledged)
    verdict = check(acknowledged, *holdings(system.postgres.dsn(DATABASE)))
    assert verdict.ok, str(verdict)
    counted = rows(system, "SELECT sum(sessions), sum(attended) FROM standing")
    assert counted == [(len(acknowledged), len(acknowledged))]


def kill_consumer(system, where):
    with consumer_held_up(system, where):
        before = stored(system)
        kill(pid_of(system.paths, "consumer"), system)
    if where == "while it is committed":  # by the server: whom it was for is not there any more
        wait_until(lambda: stored(system) > before, system)


def test_a_consumer_killed_again_and_again_loses_and_doubles_nothing(system, sender):
    with connected(system) as connection:
        connection.cursor().execute(AT_COMMIT)
        connection.commit()
    with sending(sender):
        for where in (*HELD_UP, "before it is committed"):
            kill_consumer(system, where)
            system.start_consumer()

    assert_kept(system, sender)


def test_a_database_killed_mid_stream_loses_and_doubles_nothing(system, sender):
    with sending(sender):
        with consumer_held_up(system, "before it is committed"):
            postmaster = (system.postgres.data / "postmaster.pid").read_text().splitlines()[0]
            kill(int(postmaster), system)
        EmbeddedPostgres(system.paths.database, port=system.postgres.port).start()

    assert_kept(system, sender)


def test_a_runner_killed_outright_is_recovered_from_by_the_next_start(tmp_path):
    home = tmp_path / "home"
    environment = {**os.environ, "MONITOR_HOME": str(home)}
    command = [sys.executable, "-m", "local", "run", "--example", "none"]
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True
    ) as runner:
        lines = iter(runner.stdout.readline, "")
        assert any("Serving" in line for line in lines)
        runner.send_signal(signal.SIGKILL)
    left = [pid_of(Paths(home), name) for name in ("api", "consumer", "emulator", "issuer")]
    outlived = [started(pid) for pid in left]

    with LocalSystem(Paths(home)) as system:
        with contextlib.closing(Sender(system.port, token=system.token)) as sender:
            sender.post(events(0, 10))
        assert system.wait_until_drained(WITHIN_S)
    remaining = [started(pid) for pid in left]
    remove(Paths(home))
    assert all(outlived), "there was something to recover from"
    assert not any(remaining), "nothing runs that nobody stopped"
