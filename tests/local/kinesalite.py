"""Kinesalite as a child process: the emulator that knows what resharding does to a stream."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from local.postgres.server import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).resolve().parents[2]
COMMAND = PROJECT / "node_modules" / "kinesalite" / "cli.js"
_READY_WITHIN_S = 15.0


@contextlib.contextmanager
def kinesalite(log: Path) -> Iterator[Any]:
    """Start it in memory on a free port; yield a client of it."""
    node = shutil.which("node", path=None) or shutil.which("node", path=PROJECT / ".venv" / "bin")
    if node is None or not COMMAND.exists():
        pytest.fail("kinesalite is missing; run `make setup`")
    port = free_port()
    quick = [f"--{what}StreamMs=20" for what in ("create", "update", "delete")]
    command = [node, str(COMMAND), "--port", str(port), "--shardLimit", "100", *quick]
    with log.open("ab") as out:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        _wait(port, child)
        client = _client(port)
        yield client
        client.close()
    finally:
        child.kill()
        child.wait()


def _client(port: int) -> Any:
    return boto3.client(
        "kinesis",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106  # the emulator takes any
        config=Config(max_pool_connections=50, retries={"max_attempts": 1}),
    )


def _wait(port: int, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < deadline and child.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    pytest.fail("kinesalite did not start")
