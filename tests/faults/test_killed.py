"""Processes killed while events flow: nothing is lost, nothing is there twice."""

from __future__ import annotations

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

EVENTS = 1500


@pytest.fixture
def system(tmp_path):
    home = Paths(tmp_path / "home")
    with LocalSystem(home) as running:
        yield running
    remove(home)


@pytest.fixture
def sender(system):
    sending = Sender(system.port, token=system.token)
    yield sending
    sending.close()


def events(prefix="e"):
    now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    return [
        {
            "event_id": f"{prefix}{i}",
            "event_type": "attendance_recorded",
            "student_id": f"student-{i % 40}",
            "course_id": "MATH-1",
            "occurred_at": f"{now}.{i:06d}Z",
            "session_id": f"session-{i}",
            "status": "present",
        }
        for i in range(EVENTS)
    ]


def send_slowly(sender):
    for start in range(0, EVENTS, 50):
        sender.post(EVENTS_SENT[start : start + 50])
        time.sleep(0.02)


EVENTS_SENT = events()


def pid_of(home, name):
    return json.loads((home.processes / f"{name}.json").read_text())["pid"]


def what_hangs(system):
    """Return what there is to see when the stream is not drained in a minute."""
    connection = psycopg2.connect(system.postgres.dsn(DATABASE))
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid, usename, state, wait_event_type, wait_event, left(query, 60)"
            " FROM pg_stat_activity WHERE datname = current_database()"
        )
        sessions = cursor.fetchall()
    connection.close()
    home = system.paths
    logs = {log.name: log.read_text()[-1500:] for log in home.logs.glob("*.log")}
    return {"sessions": sessions, "checkpoints": home.checkpoints.read_text(), **logs}


def assert_kept(system, sender):
    assert system.wait_until_drained(60), what_hangs(system)
    conninfo = system.postgres.dsn(DATABASE)
    verdict = check(identities(sender.acknowledged), *holdings(conninfo))
    assert verdict.ok, str(verdict)
    connection = psycopg2.connect(conninfo)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT sum(sessions), sum(attended) FROM standing")
        assert cursor.fetchone() == (EVENTS, EVENTS)
    connection.close()


def test_a_consumer_killed_again_and_again_loses_and_doubles_nothing(system, sender):
    sending = threading.Thread(target=send_slowly, args=(sender,))
    sending.start()
    for _ in range(3):
        time.sleep(0.25)
        os.kill(pid_of(system.paths, "consumer"), signal.SIGKILL)
        system.start_consumer()
    sending.join(60)

    assert len(sender.acknowledged) == EVENTS
    assert_kept(system, sender)


def test_a_database_killed_mid_stream_loses_and_doubles_nothing(system, sender):
    sending = threading.Thread(target=send_slowly, args=(sender,))
    sending.start()
    time.sleep(0.3)
    postmaster = int((system.postgres.data / "postmaster.pid").read_text().splitlines()[0])
    os.kill(postmaster, signal.SIGKILL)
    time.sleep(0.3)
    EmbeddedPostgres(system.paths.database, port=system.postgres.port).start()
    sending.join(60)

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
    left = [pid_of(Paths(home), name) for name in ("api", "consumer", "emulator")]

    with LocalSystem(Paths(home)) as system:
        sender = Sender(system.port, token=system.token)
        sender.post(EVENTS_SENT[:10])
        assert system.wait_until_drained(20)
        sender.close()
    assert [started(pid) for pid in left] == [None, None, None], "nothing runs that nobody stopped"
    remove(Paths(home))
