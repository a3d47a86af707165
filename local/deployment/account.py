"""The emulated AWS account that a deployment goes to: made empty, removed with all it ran."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.deployment import instance
from local.deployment.surroundings import HOME, TEMPORARY
from local.emulator import Emulator, EmulatorError
from local.paths import Paths

if TYPE_CHECKING:
    from types import TracebackType
    from typing import TextIO

_FUNCTIONS_END_WITHIN_S = 30.0
_LAUNCHER = Path(__file__).with_name("launcher.py")


class EmulatedAccount:
    """ministack with the shims; its functions and databases are processes of this machine."""

    number = "000000000000"

    def __init__(self, home: Path) -> None:
        self.home = home
        settings = {HOME: str(home), TEMPORARY: tempfile.gettempdir(), "PERSIST_STATE": "0"}
        self.emulator = Emulator(Paths(home), launcher=_LAUNCHER, environment=settings)

    def __enter__(self) -> EmulatedAccount:
        """Start it empty; what an earlier run left on this home goes first."""
        self.stop()
        self.home.mkdir(parents=True, exist_ok=True)
        self.emulator.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it, and the databases that were not deleted."""
        self.stop()

    def stop(self) -> None:
        """End every process of it and remove its data; what it printed stays."""
        self.emulator.stop()
        self._wait_for_functions()
        for home in self.instances():
            instance.remove(home)
        for pattern in ("instances", "functions", "ministack-lambda-*"):
            for folder in self.home.glob(pattern):
                shutil.rmtree(folder, ignore_errors=True)

    def _wait_for_functions(self) -> None:
        """Wait until those at work have seen that nobody will ask them again."""
        deadline = time.monotonic() + _FUNCTIONS_END_WITHIN_S
        for path in self.home.glob("functions/*"):
            with path.open("w") as lock:
                while not _taken(lock):
                    if time.monotonic() > deadline:
                        raise EmulatorError(f"The function of process {path.name} does not end.")
                    time.sleep(0.02)

    def instances(self) -> list[Path]:
        """Return the folders of the databases that there are."""
        return sorted(self.home.glob("instances/*"))

    def client(self, service: str, region: str = "us-east-1") -> Any:
        """Return a boto3 client of it."""
        return self.emulator.client(service, region)


def _taken(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
