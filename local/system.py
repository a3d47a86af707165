"""The whole system: brought up in order, found again after a crash, drained and stopped."""

from __future__ import annotations

import dataclasses
import fcntl
import http.client
import json
import os
import secrets
import shutil
import sys
import time
from typing import TYPE_CHECKING, Any

from chalicelib import bootstrap, jobs
from chalicelib.adapters.clock import FileClock
from chalicelib.settings import Settings
from local.announcements import Announcements
from local.database import DATABASE, bind_machines, enter_in_roster, make_partitions, prepare
from local.emulator import Emulator
from local.identity import AUDIENCE, Signer, named
from local.identity.issuer import address
from local.paths import PROJECT, Paths
from local.postgres import EmbeddedPostgres
from local.postgres.resources import check_port, free_port
from local.processes import ChildProcess

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from types import TracebackType
    from typing import TextIO

STREAM = "academic-events"
SHARDS = 2
TOPIC = "alerts"
_READY_WITHIN_S = 20.0
_REQUESTS_PER_S = 1000  # one process serves everything here, and a replay sends fast


class StartError(Exception):
    """The system cannot be brought up; the message is one sentence for people."""


class LocalSystem:
    """PostgreSQL, the emulated AWS, the API and the consumer, each a process of its own."""

    def __init__(
        self,
        paths: Paths,
        *,
        port: int | None = None,
        policy: str = "higher_education",
        replay_clock: bool = False,
    ) -> None:
        self.paths = paths
        self.clock = FileClock(paths.clock)
        self.postgres = EmbeddedPostgres(paths.database)
        self.emulator = Emulator(paths)
        self.port = port or 0
        self._policy = policy
        self._replay_clock = replay_clock
        self._api = ChildProcess("api", processes=paths.processes, logs=paths.logs)
        self._consumer = ChildProcess("consumer", processes=paths.processes, logs=paths.logs)
        self._issuer = ChildProcess("issuer", processes=paths.processes, logs=paths.logs)
        self._topic_arn = ""
        self._lock: TextIO | None = None

    def start(self) -> LocalSystem:
        """Bring everything up and wait until the API is healthy; end what a killed run left."""
        self._claim()
        self._consumer.stop()
        self._api.stop()
        self._start_issuer()
        self.port = self.port or free_port()
        check_port(self.port)
        if not self._replay_clock:
            self.paths.clock.unlink(missing_ok=True)
        self.postgres.start()
        prepare(self.postgres, self.clock.now())
        bind_machines(self.postgres)
        self.emulator.start()
        self.emulator.create_stream(STREAM, SHARDS)
        self._topic_arn = self.emulator.create_topic(TOPIC)
        self._make_keys()
        enter_in_roster(self.postgres, self.service("api").pseudonym_key)
        jobs.apply_erasures(self.service("postgres"))
        self._start_children()
        self._wait_until_healthy()
        return self

    def stop(self) -> None:
        """Stop in the order in which work flows, so that nothing on its way is lost."""
        self._api.stop()
        if self._consumer.running() is not None:
            self.wait_until_drained(timeout_s=10)
        self._consumer.stop()
        self._issuer.stop()
        self.paths.progress.unlink(missing_ok=True)
        self.emulator.stop()
        self.postgres.stop()
        if self._lock:
            self._lock.close()
            self._lock = None

    def __enter__(self) -> LocalSystem:
        """Start; what has been started is stopped when the rest fails."""
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    def parts(self) -> list[tuple[str, str]]:
        """Return what runs where, for people."""
        return [
            ("API", f"http://127.0.0.1:{self.port}/v1"),
            ("sign-in", f"{self.issuer} (for development)"),
            ("PostgreSQL", f"127.0.0.1:{self.postgres.port}, database {DATABASE}"),
            ("Kinesis, SNS", f"{self.emulator.endpoint_url} (emulated), stream {STREAM}"),
            (
                "logs and data",
                str(self.paths.home.relative_to(PROJECT))
                if self.paths.home.is_relative_to(PROJECT)
                else str(self.paths.home),
            ),
        ]

    @property
    def issuer(self) -> str:
        """The address of the issuer, running or not."""
        return address(self._issuer.running() or 0)

    def token(self, name: str) -> str:
        """Return a token of a ready-made person or machine; StartError when nothing runs."""
        if self._issuer.running() is None:
            raise StartError("The system is not running; `make run` starts it.")
        return Signer(self.issuer, key_file=self.paths.issuer_key).token(named(name))

    def settings(self, role: str) -> Settings:
        """Return the runtime's settings with the database signed in to as a role."""
        return Settings(
            database_conninfo=self.postgres.dsn(DATABASE, role),
            privacy_conninfo=self.postgres.dsn(DATABASE, "privacy"),
            erasure_list=str(self.paths.erasures),
            ledger_heads=str(self.paths.ledger_heads),
            stream_name=STREAM,
            topic_arn=self._topic_arn,
            pseudonym_key_file=str(self.paths.key),
            person_key_file=str(self.paths.person_key),
            issuer=self.issuer,
            audience=AUDIENCE,
            requests_per_s=_REQUESTS_PER_S,
            machine_requests_per_s=_REQUESTS_PER_S,
            request_burst=_REQUESTS_PER_S,
            clock_file=str(self.paths.clock) if self._replay_clock else "",
            policy=self._policy,
            stale_source_hours=0 if self._replay_clock else 24,  # past courses have their holidays
        )

    def service(self, role: str) -> bootstrap.Service:
        """Return the runtime's composition for work in this process."""
        os.environ.update(self.emulator.environment())
        return bootstrap.build(self.settings(role))

    def make_partitions(self, first: dt.datetime, last: dt.datetime) -> int:
        """Make the partitions that events between two moments need."""
        return make_partitions(self.postgres, first, last)

    def announcements(self, show: Callable[[Any], None]) -> Announcements:
        """Follow what SNS delivers."""
        sns, sqs = self.emulator.client("sns"), self.emulator.client("sqs")
        return Announcements(sns, sqs, self._topic_arn, show)

    def start_consumer(self) -> None:
        """Start the consumer; it goes on behind its checkpoints."""
        self.paths.progress.unlink(missing_ok=True)
        files = [str(self.paths.checkpoints), str(self.paths.progress)]
        command = [sys.executable, "-m", "local.stream_consumer", STREAM, *files]
        self._consumer.start(command, self._environment("ingest"), port=0)

    def wait_until_drained(self, timeout_s: float = 60.0) -> bool:
        """Wait until all that is on the stream now is processed; tell whether it came to that."""
        asked = time.monotonic()
        while time.monotonic() - asked < timeout_s:
            if self._drained_since() > asked:
                return True
            if self._consumer.running() is None:
                raise StartError(f"The consumer ended: {self._consumer.last_words()}")
            time.sleep(0.005)
        return False

    def _claim(self) -> None:
        """Keep a second run off the same data."""
        self.paths.home.mkdir(parents=True, exist_ok=True)
        lock = (self.paths.home / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise StartError("The system is running already; stop that run first.") from error
        self._lock = lock

    def _make_keys(self) -> None:
        for key in (self.paths.key, self.paths.person_key):
            if not key.exists():
                key.touch(mode=0o600)
                key.write_text(secrets.token_hex(32))

    def _start_issuer(self) -> None:
        port = free_port()
        Signer(address(port), key_file=self.paths.issuer_key)  # makes the key at the first time
        command = [sys.executable, "-m", "local.identity.issuer", str(port)]
        environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
        self._issuer.start([*command, str(self.paths.issuer_key)], environment, port=port)

    def _start_children(self) -> None:
        self.start_consumer()
        command = [sys.executable, "-m", "local.api_server", str(self.port)]
        self._api.start(command, self._environment("api"), port=self.port)

    def _environment(self, role: str) -> dict[str, str]:
        settings = dataclasses.asdict(self.settings(role))
        named = {
            f"MONITOR_{name.upper()}": ",".join(value) if isinstance(value, tuple) else str(value)
            for name, value in settings.items()
        }
        quiet = {"POWERTOOLS_LOG_LEVEL": "WARNING", "PYTHONPATH": str(PROJECT)}
        return {**os.environ, **named, **quiet, **self.emulator.environment()}

    def _wait_until_healthy(self) -> None:
        deadline = time.monotonic() + _READY_WITHIN_S
        while time.monotonic() < deadline:
            for child in (self._api, self._consumer, self._issuer):
                if child.running() is None:
                    raise StartError(f"The {child.name} ended: {child.last_words()}")
            if self._drained_since() > 0 and _healthy(self.port):
                return
            time.sleep(0.02)
        raise StartError(f"The API is not healthy: {self._api.last_words()}")

    def _drained_since(self) -> float:
        try:
            progress: dict[str, Any] = json.loads(self.paths.progress.read_text())
        except FileNotFoundError:
            return 0.0
        return float(progress["drained_since"])


def remove(paths: Paths) -> None:
    """End what still runs and remove all data; the unpacked programs stay."""
    system = LocalSystem(paths)
    system._claim()  # noqa: SLF001  # the same module
    system.stop()
    EmbeddedPostgres(paths.database).remove()
    for path in (paths.emulator, paths.processes, paths.logs):
        shutil.rmtree(path, ignore_errors=True)
    for file in (
        paths.checkpoints,
        paths.progress,
        paths.clock,
        paths.replay,
        paths.key,
        paths.person_key,
        paths.issuer_key,
        paths.erasures,
        paths.ledger_heads,
        paths.last_erased,
    ):
        file.unlink(missing_ok=True)


def _healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/v1/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
