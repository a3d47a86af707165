"""The consumer's process: the event source mapping and the schedules, calling app.py's handlers."""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from local.mapping import EventSourceMapping, FileCheckpoints, MappingSettings

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

# As production's mapping, but for the window: a person at a terminal waits for an answer.
SETTINGS = MappingSettings(
    batch_size=1000,
    starting_position="TRIM_HORIZON",
    bisect_batch_on_function_error=True,
    maximum_record_age_in_seconds=6 * 86_400,
    function_response_types=("ReportBatchItemFailures",),
)
REPORT_EVERY_S = 0.02
_stopping = threading.Event()


def main() -> None:
    """Consume the stream until SIGTERM; arguments: stream, checkpoint file, progress file."""
    from app import announce_alerts, consume_events, seal_ledger, sweep_standings

    stream, checkpoints, progress = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    logging.basicConfig(level=logging.WARNING)
    signal.signal(signal.SIGTERM, _stop)
    mapping = EventSourceMapping(
        boto3.client("kinesis"), stream, consume_events, SETTINGS, FileCheckpoints(checkpoints)
    ).start()
    if not os.environ.get("MONITOR_CLOCK_FILE"):
        _every(300, lambda: sweep_standings(_scheduled(), None))
    _every(60, lambda: announce_alerts(_scheduled(), None))
    _every(60, lambda: seal_ledger(_scheduled(), None))
    while not _stopping.is_set():
        asked = time.monotonic()
        if mapping.wait_until_drained(0.5):
            _report(progress, asked)
        if errors := mapping.errors():
            raise errors[0]  # such as a full disk: the runner sees that this process ended, and why
        _stopping.wait(REPORT_EVERY_S)
    mapping.stop()


def _stop(_: int, __: FrameType | None) -> None:
    _stopping.set()


def _report(progress: Path, drained_since: float) -> None:
    """Tell the runner up to when, on the machine's monotonic clock, everything is processed."""
    part = progress.with_suffix(".part")
    part.write_text(json.dumps({"drained_since": drained_since}))
    part.replace(progress)


def _every(seconds: float, job: Callable[[], Any]) -> None:
    def repeat() -> None:
        while not _stopping.wait(seconds):
            try:
                job()
            except Exception:  # a schedule goes on, as EventBridge does
                logging.getLogger(__name__).exception("a scheduled job failed")

    threading.Thread(target=repeat, daemon=True).start()


def _scheduled() -> dict[str, Any]:
    return {
        "version": "0",
        "account": "000000000000",
        "region": "us-east-1",
        "detail": {},
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "time": "",
        "id": "",
        "resources": [],
    }


if __name__ == "__main__":
    main()
