"""The emulator as a whole: start or adopt, wait until healthy, make what the system needs, stop.

What survives: a clean stop saves the state, streams included, and the next start loads it. A
runner that is killed, even by SIGKILL, leaves the emulator alive with all it acknowledged, and
the next start adopts it. When the emulator itself is killed or the machine loses power, what it
acknowledged since its last clean stop and nobody had read is gone.
"""

from __future__ import annotations

import json
import os
import socket
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.postgres.server import free_port
from local.processes import ChildProcess

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from local.paths import Paths

REGION = "us-east-1"
PYTHON = Path(__file__).resolve().parents[2] / ".venv-emulator" / "bin" / "python"
LAUNCHER = Path(__file__).with_name("launcher.py")
_HEALTHY_WITHIN_S = 30.0
_ADOPTED_WITHIN_S = 5.0  # one that hangs is replaced
_RETENTION_H = 8760  # the most: its iterators count positions, which expiring records would shift


class EmulatorError(Exception):
    """The emulator cannot be brought up; the message is one sentence for people."""


class Emulator:
    """Kinesis and SNS on 127.0.0.1, of account 000000000000 in us-east-1."""

    def __init__(
        self,
        paths: Paths,
        *,
        port: int | None = None,
        launcher: Path = LAUNCHER,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._paths = paths
        self._launcher = launcher
        self._environment = environment or {}
        self._wanted_port = port
        self._process = ChildProcess("emulator", processes=paths.processes, logs=paths.logs)
        self.endpoint_url = ""
        self.adopted = False

    def start(self) -> Emulator:
        """Bring it up, or adopt the one that an earlier run left, and wait until it answers."""
        port = self._process.running()
        self.adopted = port is not None and self._answers(port, _ADOPTED_WITHIN_S)
        if not self.adopted:
            self._process.stop()
            port = self._wanted_port or free_port()
            self._launch(port)
            if not self._answers(port, _HEALTHY_WITHIN_S):
                words = self._process.last_words()
                self._process.stop()
                raise EmulatorError(f"The emulator does not answer: {words}")
        self.endpoint_url = f"http://127.0.0.1:{port}"
        return self

    def stop(self) -> None:
        """Save its state and end it."""
        self._process.stop()

    def __enter__(self) -> Emulator:
        """Start."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    def environment(self) -> dict[str, str]:
        """Return what an AWS SDK needs to talk to it and to nobody else."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",  # nosec B105  # pragma: allowlist secret  # takes any
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: str, region: str = REGION) -> Any:
        """Return a boto3 client of it."""
        import boto3

        return boto3.client(
            service,
            endpoint_url=self.endpoint_url,
            region_name=region,
            aws_access_key_id="local",
            aws_secret_access_key="local",  # noqa: S106  # nosec B106  # it takes any
        )

    def create_stream(self, name: str, shards: int) -> None:
        """Make the stream unless it is there, and wait until it is active."""
        kinesis = self.client("kinesis")
        try:
            kinesis.create_stream(StreamName=name, ShardCount=shards)
        except kinesis.exceptions.ResourceInUseException:
            return
        deadline = time.monotonic() + _HEALTHY_WITHIN_S
        while _status(kinesis, name) != "ACTIVE":
            if time.monotonic() > deadline:
                raise EmulatorError(f"The stream {name} does not become active.")
            time.sleep(0.05)
        kinesis.increase_stream_retention_period(StreamName=name, RetentionPeriodHours=_RETENTION_H)

    def create_topic(self, name: str) -> str:
        """Make the topic unless it is there; return its ARN."""
        arn: str = self.client("sns").create_topic(Name=name)["TopicArn"]
        return arn

    def _launch(self, port: int) -> None:
        if not PYTHON.exists():
            raise EmulatorError("The emulator is not installed; run `make setup`.")
        _check_port(port)
        environment = {
            **os.environ,
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "IOT_MTLS_ENABLED": "0",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self._paths.emulator),
            "TMPDIR": str(self._paths.home),
            "PYTHONPATH": "",
            "LOG_LEVEL": "WARNING",
            **self._environment,
        }
        self._paths.emulator.mkdir(parents=True, exist_ok=True)
        self._process.start([str(PYTHON), str(self._launcher)], environment, port=port)

    def _answers(self, port: int, timeout_s: float) -> bool:
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline and self._process.running() is not None:
            if _healthy(f"http://127.0.0.1:{port}"):
                return True
            time.sleep(0.05)
        return False


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise EmulatorError(f"Port {port} of 127.0.0.1 is in use; name another one.") from error


def _healthy(endpoint_url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{endpoint_url}/_ministack/health", timeout=2) as answer:  # noqa: S310  # nosec B310
            return bool(json.load(answer))
    except (OSError, ValueError):
        return False


def _status(kinesis: Any, name: str) -> str:
    summary = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    status: str = summary["StreamStatus"]
    return status
