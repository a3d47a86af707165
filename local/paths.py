"""Where the local system keeps its things: everything below one folder, `.local/` by default."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

from chalicelib.adapters.erasure_list import last_beside

PROJECT = Path(__file__).resolve().parent.parent
PROGRAMS = PROJECT / ".local" / "postgresql"  # PostgreSQL, unpacked once for every MONITOR_HOME


@dataclasses.dataclass(frozen=True, slots=True)
class Paths:
    """Every path below `home`; what is here survives between runs until `make reset`."""

    home: Path

    @property
    def database(self) -> Path:
        """Everything that the embedded PostgreSQL owns."""
        return self.home / "postgres"

    @property
    def emulator(self) -> Path:
        """The state of the AWS emulator."""
        return self.home / "emulator"

    @property
    def checkpoints(self) -> Path:
        """How far the event source mapping has read each shard."""
        return self.home / "checkpoints.json"

    @property
    def progress(self) -> Path:
        """Up to when everything on the stream is processed."""
        return self.home / "progress.json"

    @property
    def clock(self) -> Path:
        """The time of a replay."""
        return self.home / "clock"

    @property
    def replay(self) -> Path:
        """How far a replay has come."""
        return self.home / "replay.json"

    @property
    def key(self) -> Path:
        """The institution's key for pseudonyms."""
        return self.home / "pseudonym.key"

    @property
    def person_key(self) -> Path:
        """The key that names and contacts are sealed with."""
        return self.home / "person.key"

    @property
    def erasures(self) -> Path:
        """Who was erased, kept beside the database and not in it."""
        return self.home / "erasures.jsonl"

    @property
    def ledger_heads(self) -> Path:
        """The heads of the ledger, kept beside the database and not in it."""
        return self.home / "ledger-heads.txt"

    @property
    def last_erased(self) -> Path:
        """Who was erased last, beside that list."""
        return last_beside(self.erasures)

    @property
    def issuer_key(self) -> Path:
        """The key of the issuer for development."""
        return self.home / "issuer.key"

    @property
    def processes(self) -> Path:
        """A file per process that was started, so that the next start can end what was left."""
        return self.home / "processes"

    @property
    def logs(self) -> Path:
        """What each process prints."""
        return self.home / "logs"


def default() -> Paths:
    """Return the paths below MONITOR_HOME, or below `.local/` of the project."""
    return Paths(Path(os.environ.get("MONITOR_HOME", PROJECT / ".local")).resolve())
