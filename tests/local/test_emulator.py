"""The emulator: started, adopted, stopped, and what survives each."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from local.emulator import Emulator, EmulatorError
from local.mapping import EventSourceMapping, MappingSettings
from local.paths import PROJECT, Paths
from local.processes import ChildProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STREAM = "events"


@pytest.fixture
def paths(tmp_path: Path) -> Iterator[Paths]:
    paths = Paths(tmp_path)
    yield paths
    Emulator(paths).stop()


def test_what_it_acknowledged_survives_a_clean_stop(paths):
    with Emulator(paths) as emulator:
        emulator.create_stream(STREAM, 2)
        _put(emulator, "kept")

    with Emulator(paths) as emulator:
        assert not emulator.adopted
        emulator.create_stream(STREAM, 2)
        assert _read(emulator) == ["kept"]


def test_one_whose_runner_was_killed_is_adopted_with_all_it_acknowledged(paths):
    runner = subprocess.Popen([sys.executable, "-c", _RUNNER, str(paths.home)], cwd=PROJECT)
    ready = paths.home / "ready"
    deadline = time.monotonic() + 30
    while not ready.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    runner.send_signal(signal.SIGKILL)
    runner.wait()

    with Emulator(paths) as emulator:
        assert emulator.adopted
        assert _read(emulator) == ["acknowledged"]


def test_one_that_was_killed_is_replaced(paths):
    killed = Emulator(paths).start()
    os.kill(_pid(paths), signal.SIGKILL)
    killed._process._child.wait()

    with Emulator(paths) as emulator:
        assert not emulator.adopted
        emulator.create_stream(STREAM, 1)
        _put(emulator, "after")
        assert _read(emulator) == ["after"]


def test_making_streams_and_topics_again_changes_nothing(paths):
    with Emulator(paths) as emulator:
        for _ in range(2):
            emulator.create_stream(STREAM, 3)
        first, second = emulator.create_topic("alerts"), emulator.create_topic("alerts")

        assert first == second
        assert len(emulator.client("kinesis").list_shards(StreamName=STREAM)["Shards"]) == 3


def test_a_port_in_use_is_said_in_one_sentence(paths):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(EmulatorError, match=rf"^Port {port} of 127\.0\.0\.1 is in use"):
            Emulator(paths, port=port).start()


def test_a_process_that_took_over_the_pid_is_left_alone(paths):
    other = subprocess.Popen(["sleep", "60"])
    try:
        paths.processes.mkdir()
        (paths.processes / "emulator.json").write_text(
            f'{{"pid": {other.pid}, "port": 1, "started": "long ago"}}'
        )
        process = ChildProcess("emulator", processes=paths.processes, logs=paths.logs)

        assert process.running() is None
        process.stop()

        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_the_launcher_replaces_what_it_means_to_replace(paths):
    """Both are private; a new version may have renamed them without a word."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import launcher\n"
        "from ministack.services import kinesis, lambda_svc\n"
        "assert lambda_svc._poll_loop.__code__.co_names.count('_poll_kinesis') == 1\n"
        "assert lambda_svc._poll_kinesis() is None\n"
        "assert kinesis._get_records is launcher.read_once\n"
        "assert isinstance(kinesis._shard_iterators.pop('none', None), type(None))\n"
    )
    python = PROJECT / ".venv-emulator" / "bin" / "python"
    folder = PROJECT / "local" / "emulator"
    subprocess.run(
        [python, "-c", code, folder], check=True, timeout=30, env={"TMPDIR": str(paths.home)}
    )


def test_a_used_iterator_is_forgotten_and_the_mapping_does_not_mind(paths):
    done: list[int] = []
    with Emulator(paths) as emulator:
        emulator.create_stream(STREAM, 2)
        kinesis = emulator.client("kinesis")
        iterator = kinesis.get_shard_iterator(
            StreamName=STREAM, ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        kinesis.get_records(ShardIterator=iterator)
        with pytest.raises(kinesis.exceptions.ExpiredIteratorException):
            kinesis.get_records(ShardIterator=iterator)

        mapping = EventSourceMapping(
            kinesis,
            STREAM,
            lambda event, _: done.append(len(event["Records"])),
            MappingSettings(),
        ).start()
        for _ in range(3):
            _put(emulator, "record")
            assert mapping.wait_until_drained(5)
        assert mapping.stop()

    assert sum(done) == 3


_RUNNER = """
import pathlib, sys, time
from local.emulator import Emulator
from local.paths import Paths
home = pathlib.Path(sys.argv[1])
emulator = Emulator(Paths(home)).start()
emulator.create_stream("events", 2)
emulator.client("kinesis").put_record(StreamName="events", PartitionKey="a", Data=b"acknowledged")
(home / "ready").touch()
time.sleep(60)
"""


def _put(emulator: Emulator, data: str) -> None:
    emulator.client("kinesis").put_record(StreamName=STREAM, PartitionKey="key", Data=data.encode())


def _read(emulator: Emulator) -> list[str]:
    kinesis: Any = emulator.client("kinesis")
    found = []
    for shard in kinesis.list_shards(StreamName=STREAM)["Shards"]:
        iterator = kinesis.get_shard_iterator(
            StreamName=STREAM, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        found += [
            record["Data"].decode()
            for record in kinesis.get_records(ShardIterator=iterator)["Records"]
        ]
    return found


def _pid(paths: Paths) -> int:
    pid: int = json.loads((paths.processes / "emulator.json").read_text())["pid"]
    return pid
