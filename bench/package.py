"""The Lambda package: its size as Chalice builds it, and what a cold start costs."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from local import RUNTIME

_IMPORT = "import chalicelib.consumer, chalicelib.bootstrap"
_TIMES = 7


def measure() -> dict[str, float]:
    """Return the zip's bytes and the milliseconds that importing the consumer takes."""
    return {"package_zip_bytes": zip_bytes(), "import_ms_consumer": import_ms()}


def zip_bytes() -> int:
    """Return the size of the deployment package that `chalice package` makes."""
    with tempfile.TemporaryDirectory() as folder:
        chalice = str(Path(sys.executable).parent / "chalice")
        environment = {**os.environ, "AWS_DEFAULT_REGION": "us-east-1"}
        command = [chalice, "--project-dir", str(RUNTIME), "package", folder]
        subprocess.run(command, check=True, capture_output=True, env=environment, timeout=240)
        return (Path(folder) / "deployment.zip").stat().st_size


def import_ms() -> float:
    """Return what importing the consumer adds to a bare interpreter, in a fresh process each."""
    ratios = [_run(_IMPORT) - _run("pass") for _ in range(_TIMES)]
    return statistics.median(ratios) * 1000


def _run(code: str) -> float:
    began = time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(RUNTIME)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    return time.perf_counter() - began
