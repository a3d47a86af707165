"""The parts of `make run` come up and go down again and again, and leave nothing behind."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from local.paths import Paths
from local.processes import started
from local.system import LocalSystem, StartError, remove

TIMES = 20


def processes_of(home: Path) -> list[str]:
    """Return the command lines of processes that mention a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and int(entry.name) != os.getpid():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if str(home) in line:
                found.append(line)
    return found


def pids(home: Paths) -> dict[str, int]:
    """Return the processes that the system notes, by name."""
    return {file.stem: json.loads(file.read_text())["pid"] for file in home.processes.iterdir()}


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to count what is open")
def test_twenty_starts_and_stops_leave_no_process_and_no_open_file(tmp_path):
    home = Paths(tmp_path / "home")
    opened, known = [], []
    for _ in range(TIMES):
        with LocalSystem(home) as system:
            data = system.postgres.data
            assert processes_of(data) != []
            running = pids(home)
            assert {"api", "consumer", "issuer"} < running.keys()
            assert all(started(pid) for pid in running.values())
            known += running.values()
        opened.append(len(list(Path("/proc/self/fd").iterdir())))

    assert [pid for pid in known if started(pid)] == []
    assert processes_of(home.home) == []
    assert processes_of(data) == []
    assert opened[-1] <= opened[2], opened
    remove(home)


def test_a_second_run_on_the_same_data_is_refused_in_one_sentence(tmp_path):
    home = Paths(tmp_path / "home")
    with LocalSystem(home), pytest.raises(StartError, match="running already"):
        LocalSystem(home).start()
    remove(home)


def test_the_key_of_the_pseudonyms_stays_and_only_its_owner_reads_it(tmp_path):
    home = Paths(tmp_path / "home")
    with LocalSystem(home):
        first = home.key.read_text()
    with LocalSystem(home):
        assert home.key.read_text() == first
    assert home.key.stat().st_mode & 0o777 == 0o600
    remove(home)
