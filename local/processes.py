"""Child processes that outlive their parent: started with a file that names them, found again."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_REAPED_WITHIN_S = 5.0


class ChildProcess:
    """One process by name; `home` keeps its pid, its port, and what it prints."""

    def __init__(self, name: str, *, processes: Path, logs: Path) -> None:
        self.name = name
        self.log = logs / f"{name}.log"
        self._file = processes / f"{name}.json"
        self._child: subprocess.Popen[bytes] | None = None

    def start(self, command: Sequence[str], environment: Mapping[str, str], *, port: int) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches the runner alone."""
        self.stop()
        for folder in (self._file.parent, self.log.parent):
            folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                command,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        known = {"pid": self._child.pid, "port": port, "started": started(self._child.pid)}
        self._file.write_text(json.dumps(known))

    def running(self) -> int | None:
        """Return its port when it runs, started by us or by an earlier run; None otherwise."""
        try:
            known = json.loads(self._file.read_text())
        except (OSError, ValueError):
            return None
        alive = started(known["pid"]) == known["started"] is not None
        return int(known["port"]) if alive else None

    def stop(self, timeout_s: float = 10.0) -> None:
        """End it by SIGTERM, and by SIGKILL when that does not help in time."""
        if self.running() is not None:
            pid = json.loads(self._file.read_text())["pid"]
            for number, wait_s in ((signal.SIGTERM, timeout_s), (signal.SIGKILL, 5.0)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
                if self._gone(wait_s):
                    break
        self._reap()
        self._file.unlink(missing_ok=True)

    def last_words(self) -> str:
        """Return the last line that it printed."""
        lines = (
            self.log.read_text(errors="replace").strip().splitlines() if self.log.exists() else []
        )
        return lines[-1] if lines else "it printed nothing"

    def _reap(self) -> None:
        """Take leave of a child that has ended or is about to."""
        if self._child is not None:
            self._child.wait(_REAPED_WITHIN_S)
            self._child = None

    def _gone(self, timeout_s: float) -> bool:
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if self.running() is None:
                return True
            time.sleep(0.02)
        return False


def started(pid: int) -> str | None:
    """Return when a process began, which with its pid is its identity; None when there is none."""
    stat = Path(f"/proc/{pid}/stat")
    if not Path("/proc/self/stat").exists():
        shown = subprocess.run(
            ["ps", "-o", "lstart=,stat=", "-p", str(pid)],
            capture_output=True,
            text=True,
            check=False,
        ).stdout.strip()
        return None if not shown or shown.endswith("Z") else shown.rsplit(maxsplit=1)[0]
    try:
        fields = stat.read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]
